from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.article import Author, Enclosure, Entry
from dispatch.model.source import Timetable
from dispatch.sources import feed_entries, markup

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "sources/feed_atom",
    "sources/feed_fields",
    "sources/feed_json",
    "sources/feed_links",
    "sources/feed_media",
    "sources/feed_nodes",
    "sources/feed_parsed",
    "sources/feed_rss",
    "sources/feed_text",
)

Read = Callable[..., feed_entries.ParsedFeed]
Sample = Callable[[str], bytes]

RSS = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>%s</channel></rss>'
)
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom">%s</feed>'
ATOM03 = '<feed version="0.3" xmlns="http://purl.org/atom/ns#">%s</feed>'


def item(read: Read, content: str) -> Entry:
    return read(RSS % f"<item>{content}</item>").entries[0]


def entry(read: Read, content: str, frame: str = ATOM) -> Entry:
    return read(frame % f"<entry>{content}</entry>").entries[0]


def test_a_wordpress_feed_with_translations(read: Read, sample: Sample) -> None:
    feed = read(sample("wordpress_polylang.xml"))
    assert (feed.format, feed.title) == ("rss 2.0", "The Estuary – English")
    assert (feed.link, feed.language) == ("https://estuary.example/en/", "en-GB")
    assert (feed.timetable.ttl_seconds, feed.malformed, feed.warnings) == (1800, False, ())
    first, second = feed.entries
    assert first.url == "https://estuary.example/en/ferry-strike/"
    assert first.source_id == "https://estuary.example/?p=4711"
    assert first.title == "Ferry strike & fog: what’s next"
    assert [(link.language, link.url) for link in first.translations] == [
        ("ru", "https://estuary.example/ru/zabastovka/")
    ]
    assert first.sections == ("Transport", "Arts &amp; Life")
    assert first.published_at == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert second.published_at is None
    assert second.image is not None
    assert (second.image.url, second.image.alt) == (
        "https://estuary.example/large.jpg",
        "Harbour",
    )


def test_an_atom_feed_with_bases_languages_and_a_tombstone(read: Read, sample: Sample) -> None:
    feed = read(sample("atom_by_hand.xml"))
    assert feed.title == "Letters &amp; <em>Notes</em>"
    assert feed.subtitle == "Literal <b> here"
    assert feed.link == "https://letters.example/en/"
    first, second, gone = feed.entries
    assert first.title == "How to write <p> &amp; live"
    assert "title" in first.plain
    assert first.url == "https://letters.example/en/1"
    assert [link.url for link in first.translations] == ["https://letters.example/ru/pisma/1"]
    assert first.authors == (
        Author(name="Mia Ström", url="https://letters.example/people/mia"),
        Author(name="Ola Nord"),
    )
    assert first.html == (
        '<p>See <a href="https://letters.example/en/2">the next</a> one<br /></p>'
    )
    assert first.image is not None
    assert first.image.length == 1234
    assert (second.language, second.authors[0].name) == ("ru", "The Editors")
    assert (gone.withdrawn, gone.source_id) == (True, "tag:letters.example,2020:0")
    assert gone.updated_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_feed_in_windows_1251(read: Read, sample: Sample) -> None:
    feed = read(sample("cp1251.xml"))
    assert (feed.title, feed.timetable.ttl_seconds, feed.language) == ("Вестник залива", 2700, "ru")
    only = feed.entries[0]
    assert only.authors == (Author(name="Пётр Седов"),)
    assert only.published_at == datetime(2026, 11, 24, 7, tzinfo=UTC)


def test_a_json_feed_with_its_oddities(read: Read, sample: Sample) -> None:
    feed = read(sample("json_feed.json"), url="https://harbour.example/feed.json")
    first, second, third = feed.entries
    assert (feed.format, feed.author, feed.language) == ("json 1.1", "Redaktion Hafen", "de")
    assert (first.source_id, first.url) == ("17", "https://harbour.example/17")
    assert (first.title, first.standfirst, first.language) == ("1 < 2", "Kurz & knapp", "de-AT")
    assert [author.name for author in first.authors] == ["Eva", "Max"]
    assert first.sections == ("Hafen", "Stadt", "7")
    assert "html" in second.plain
    assert second.authors == (Author(name="Uwe"),)
    assert markup.clean_entry(second, None).html == (
        "<p>Erster Absatz<br>\nmit Umbruch.</p>\n<p>Zweiter &lt;Absatz&gt;.</p>"
    )
    assert (third.url, third.published_at) == ("https://elsewhere.example/19", None)


def test_a_malformed_feed_is_read_and_flagged(read: Read, sample: Sample) -> None:
    feed = read(sample("malformed.xml"))
    assert feed.malformed
    assert feed.title == "The Gazette & Sons\u00a0&evil;"
    first, second = feed.entries
    assert first.url == "https://gazette.example/1?x=1&y=2"
    assert first.title == "Broken < but readable &bogus;"
    assert "second <img" in first.standfirst
    assert first.authors == (Author(name="Undeclared Prefix"),)
    assert second.url == "https://gazette.example/2"


def test_an_rdf_feed_has_its_items_beside_the_channel(read: Read, sample: Sample) -> None:
    feed = read(sample("rdf.xml"))
    assert (feed.format, feed.language) == ("rdf 1.0", "fr")
    only = feed.entries[0]
    assert only.source_id == only.url == "https://depot.example/1"
    assert (only.standfirst, only.sections) == ("À l’heure", ("Rail",))


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ("<link>https://n.example/1</link><guid>x</guid>", "https://n.example/1"),
        ("<link>/1</link>", "https://news.example/1"),
        ("<guid>https://n.example/g</guid>", "https://n.example/g"),
        ('<guid isPermaLink="false">https://n.example/g</guid>', None),
        ("<guid>4711</guid>", None),
        (
            (
                '<atom:link rel="alternate" hreflang="ru" href="https://n.example/ru/"/>'
                "<link>https://n.example/en/</link>"
            ),
            "https://n.example/en/",
        ),
        ('<atom:link href="https://n.example/a"/>', "https://n.example/a"),
        ('<atom:link rel="replies" href="https://n.example/a"/>', None),
        ('<link href="https://n.example/h"/>', "https://n.example/h"),
        ("<comments>https://n.example/c</comments>", None),
    ],
)
def test_the_link_of_an_item(read: Read, content: str, url: str | None) -> None:
    assert item(read, content).url == url


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ('<link href="/a"/>', "https://news.example/a"),
        (
            '<link hreflang="ru" href="/ru"/><link href="/own"/><link hreflang="en" href="/en"/>',
            "https://news.example/own",
        ),
        (
            (
                '<link rel="alternate" type="application/json" href="/j"/>'
                '<link rel="alternate" type="text/html" href="/h"/>'
            ),
            "https://news.example/h",
        ),
        ('<link rel="via" href="/via"/><id>https://n.example/id</id>', "https://n.example/id"),
        ('<content src="/out" type="text/html"/>', "https://news.example/out"),
        ('<link xml:base="https://b.example/c/" href="d"/>', "https://b.example/c/d"),
        ("<id>tag:n.example,2026:1</id>", None),
    ],
)
def test_the_link_of_an_atom_entry(read: Read, content: str, url: str | None) -> None:
    assert entry(read, content).url == url


def test_the_alternate_in_the_entrys_language_is_its_own_page(read: Read) -> None:
    links = '<link hreflang="en" href="/en"/><link hreflang="ru" href="/ru"/>'
    russian = read(ATOM % f'<entry xml:lang="ru">{links}</entry>').entries[0]
    assert russian.url == "https://news.example/ru"
    assert [link.language for link in russian.translations] == ["en"]
    related = '<link href="/1"/><link rel="related" hreflang="ru" href="/ru/1"/>'
    assert [link.url for link in entry(read, related).translations] == ["https://news.example/ru/1"]


@pytest.mark.parametrize(
    ("given_markup", "text", "is_plain"),
    [
        ("<title>A &lt;b> &amp;amp; c</title>", "A <b> &amp; c", True),
        ('<title type="html">A &lt;b>x&lt;/b></title>', "A <b>x</b>", False),
        (
            (
                '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>x</b> &lt;'
                "</div></title>"
            ),
            "A <b>x</b> &lt;",
            False,
        ),
        ('<title type="html"><![CDATA[A <i>x</i>]]></title>', "A <i>x</i>", False),
    ],
)
def test_text_constructs_say_what_they_hold(
    read: Read, given_markup: str, text: str, is_plain: bool
) -> None:
    found = entry(read, given_markup)
    assert (found.title, "title" in found.plain) == (text, is_plain)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<content type="text/html" mode="escaped">&lt;p>x&lt;/p></content>', "<p>x</p>"),
        ('<content type="text/html" mode="base64">PHA+eDwvcD4=</content>', "<p>x</p>"),
        (
            (
                '<content type="application/xhtml+xml" mode="xml">'
                '<p xmlns="http://www.w3.org/1999/xhtml">x</p></content>'
            ),
            "<p>x</p>",
        ),
        ('<content mode="escaped">1 &lt; 2</content>', "1 < 2"),
    ],
)
def test_the_modes_of_atom_03(read: Read, content: str, text: str) -> None:
    assert entry(read, content, ATOM03).html == text


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("<author>ann@n.example (Ann Lee)</author>", ["Ann Lee"]),
        ("<author>Ann Lee &lt;ann@n.example&gt;</author>", ["Ann Lee"]),
        ("<author>Ann Lee (ann@n.example)</author>", ["Ann Lee"]),
        ("<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator>", ["Ann", "Bob"]),
        ("<dc:creator>Ann</dc:creator><author>desk@n.example</author>", ["Ann"]),
        ("<itunes:author>Show</itunes:author>", ["Show"]),
        ("<itunes:author>Show</itunes:author><dc:creator>Ann</dc:creator>", ["Ann"]),
        ("<atom:author><atom:name>Ann</atom:name></atom:author>", ["Ann"]),
        ("<author><name>Ann</name></author>", ["Ann"]),
        ("<author/>", []),
    ],
)
def test_bylines_of_an_item(read: Read, content: str, names: list[str]) -> None:
    assert [author.name for author in item(read, content).authors] == names


def test_content_is_the_body_and_the_description_the_standfirst(read: Read) -> None:
    both = item(read, "<content:encoded>Body</content:encoded><description>Short</description>")
    assert (both.html, both.standfirst) == ("Body", "Short")
    alone = item(read, "<description>Short</description>")
    assert (alone.html, alone.standfirst) == ("", "Short")
    podcast = item(read, "<itunes:summary>Talk</itunes:summary>")
    assert podcast.standfirst == "Talk"


def test_an_image_of_the_channel_is_not_the_titles_of_the_channel(read: Read) -> None:
    feed = read(RSS % "<image><title>Icon</title><link>https://i.example/</link></image>")
    assert (feed.title, feed.link) == ("", None)


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ('<enclosure url="/a.jpg" type="image/jpeg"/>', "https://news.example/a.jpg"),
        ('<enclosure url="/a.mp3" type="audio/mpeg"/>', None),
        ('<media:thumbnail url="/t.jpg"/>', "https://news.example/t.jpg"),
        (
            (
                '<media:group><media:content url="/s.jpg" width="10" type="image/jpeg"/>'
                '<media:content url="/b.jpg" width="99" type="image/jpeg"/></media:group>'
            ),
            "https://news.example/b.jpg",
        ),
        ('<media:content url="/v.mp4" type="video/mp4"/>', None),
        ('<itunes:image href="/i.jpg"/>', "https://news.example/i.jpg"),
        ("<image><url>/u.jpg</url></image>", "https://news.example/u.jpg"),
    ],
)
def test_the_lead_image_of_an_item(read: Read, content: str, url: str | None) -> None:
    image = item(read, content).image
    assert (image.url if image else None) == url


_PICTURE = '<media:content url="/a.jpg" medium="image">%s</media:content>'


@pytest.mark.parametrize(
    ("content", "credit"),
    [
        (_PICTURE % "", ""),
        (_PICTURE % "<media:credit>Olga Petrova</media:credit>", "Olga Petrova"),
        (
            _PICTURE
            % (
                '<media:credit role="distribution company">Agency</media:credit>'
                '<media:credit role="photographer" scheme="urn:ebu">O. Petrova</media:credit>'
            ),
            "O. Petrova",
        ),
        (
            "<media:group><media:credit>Of the group</media:credit>"
            + _PICTURE % ""
            + "</media:group>",
            "Of the group",
        ),
        ('<media:credit>Of the item</media:credit><media:thumbnail url="/t.jpg"/>', "Of the item"),
        ('<media:credit>Of the item</media:credit><enclosure url="/a.jpg" type="image/jpeg"/>', ""),
    ],
)
def test_a_picture_has_the_credit_that_stands_nearest(
    read: Read, content: str, credit: str
) -> None:
    image = item(read, content).image
    assert image is not None
    assert image.credit == credit


@pytest.mark.parametrize(
    "document",
    [
        "<rss><channel><title>T</title><item><title>t</title></item></channel></rss>",
        "<rss><channel><title>T</title></channel><item><title>t</title></item></rss>",
        "<RSS><CHANNEL><TITLE>T</TITLE><ITEM><TITLE>t</TITLE></ITEM></CHANNEL></RSS>",
        "<channel><title>T</title><item><title>t</title></item></channel>",
        (
            "<rss xmlns='https://backend.userland.com/RSS2/'><channel><title>T</title>"
            "<item><title>t</title></item></channel></rss>"
        ),
        (
            "<rss xmlns='urn:unheard'><channel><title>T</title><item><title>t</title></item>"
            "</channel></rss>"
        ),
        "<x><rss><channel><title>T</title><item><title>t</title></item></channel></rss></x>",
        "<feed><title>T</title><entry><title>t</title></entry></feed>",
        (
            "<feed xmlns='HTTP://www.w3.org/2005/Atom/'><title>T</title>"
            "<entry><title>t</title></entry></feed>"
        ),
        (
            "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:title>T</a:title>"
            "<a:entry><a:title>t</a:title></a:entry></a:feed>"
        ),
        (
            "\n\n junk <?xml version='1.0'?><rss><channel><title>T</title>"
            "<item><title>t</title></item></channel></rss>"
        ),
    ],
)
def test_feeds_of_every_shape_have_a_title_and_an_entry(read: Read, document: str) -> None:
    feed = read(document)
    assert (feed.title, [found.title for found in feed.entries]) == ("T", ["t"])


def test_an_entry_language_is_its_own_and_never_the_themes(read: Read) -> None:
    feed = read(RSS % "<language>en-US</language><item><title>Т</title></item>")
    assert (feed.language, feed.entries[0].language) == ("en-US", None)
    assert item(read, "<dc:language>ru</dc:language>").language == "ru"


@pytest.mark.parametrize(
    ("content", "markup_given"),
    [
        (
            '<link>https://n.example/en/a/</link><description>&lt;img src="b.png"></description>',
            '<img src="https://n.example/en/a/b.png">',
        ),
        (
            '<description>&lt;a href="/b">x&lt;/a></description>',
            '<a href="https://news.example/b">x</a>',
        ),
        (
            (
                '<description xml:base="https://c.example/d/">'
                '&lt;a href="e?f=1&amp;amp;g">x&lt;/a></description>'
            ),
            '<a href="https://c.example/d/e?f=1&amp;g">x</a>',
        ),
    ],
)
def test_relative_links_are_resolved(read: Read, content: str, markup_given: str) -> None:
    assert item(read, content).standfirst == markup_given


def test_unreadable_dates_are_no_dates(read: Read) -> None:
    assert item(read, "<pubDate>soon</pubDate>").published_at is None
    fallback = item(read, "<pubDate>soon</pubDate><dc:date>2026-11-24T10:00:00Z</dc:date>")
    assert fallback.published_at == datetime(2026, 11, 24, 10, tzinfo=UTC)
    zoneless = item(read, "<pubDate>Tue, 24 Nov 2026 10:00:00</pubDate>")
    assert zoneless.published_at == datetime(2026, 11, 24, 7, tzinfo=UTC)


NAMES = st.sampled_from(
    [
        "title",
        "link",
        "guid",
        "author",
        "category",
        "pubDate",
        "dc:creator",
        "content:encoded",
        "atom:link",
        "media:content",
        "entry",
        "item",
        "feed",
        "id",
        "source",
        "xhtml:div",
    ]
)
VALUES = st.sampled_from(["", "x", "http://[", "1&2", "a@b (c)", "<b>", "\u202e", "//h/", "é" * 9])


@settings(max_examples=200)
@given(
    st.recursive(
        VALUES,
        lambda inner: st.tuples(NAMES, VALUES, st.lists(inner, max_size=3)).map(
            lambda node: (
                f"<{node[0]} href='{node[1]}' type='{node[1]}'>{''.join(node[2])}</{node[0]}>"
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from([RSS % "<item>%s</item>", ATOM % "<entry>%s</entry>", "<rdf:RDF>%s</rdf:RDF>"]),
)
def test_no_document_raises_anything_but_a_feed_error(inner: str, frame: str) -> None:
    try:
        feed = feed_entries.read_feed(
            (frame % inner).encode(),
            content_type=None,
            url="https://news.example/feed/",
            zone=ZoneInfo("UTC"),
            now=datetime(2026, 11, 24, tzinfo=UTC),
        )
    except feed_entries.FeedError:
        return
    for found in feed.entries:
        clean = markup.clean_entry(found, "https://news.example/")
        assert markup.clean_entry(clean, "https://news.example/") == clean


def test_a_video_is_described_in_its_media_group(read: Read) -> None:
    said = "<media:description>Our week,\nin ten minutes</media:description>"
    group = f"<media:group>{said}</media:group>"
    assert item(read, f"<title>A</title>{group}").standfirst == "Our week,\nin ten minutes"
    own = "<description>Its own</description>"
    assert item(read, f"<title>A</title>{group}{own}").standfirst == "Its own"


def test_an_item_without_a_page_leads_to_itself_and_never_to_a_translation(read: Read) -> None:
    itself = '<atom:link rel="self" href="https://x.example/entry/1"/>'
    other = '<atom:link rel="related" hreflang="ru" href="https://x.example/ru/1"/>'
    assert item(read, f"<title>A</title>{other}{itself}").url == "https://x.example/entry/1"
    assert item(read, f"<title>A</title>{other}").url is None
    assert entry(read, "<title>A</title>" + other.replace("atom:", "")).url is None


def test_a_feed_says_when_it_is_not_to_be_asked_for(read: Read) -> None:
    feed = read(
        "<rss version='0.91'><channel><title>T</title><ttl>90</ttl><skipHours><hour>3</hour>"
        "<hour>24</hour><hour>02</hour><hour>25</hour><hour>noon</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>saturday</day><day>Feast</day></skipDays></channel></rss>"
    )
    assert feed.timetable == Timetable(ttl_seconds=5400, skip_hours=(0, 2, 3), skip_days=(5, 6))


@pytest.mark.parametrize(
    ("period", "frequency", "seconds"),
    [("hourly", "2", 1800), ("daily", "", 86_400), ("weekly", "7", 86_400), ("never", "1", None)],
)
def test_the_syndication_module_says_it_in_periods(
    read: Read, period: str, frequency: str, seconds: int | None
) -> None:
    feed = read(
        "<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>"
        f"<sy:updatePeriod>{period}</sy:updatePeriod>"
        f"<sy:updateFrequency>{frequency}</sy:updateFrequency></channel></rss>"
    )
    assert feed.timetable.ttl_seconds == seconds


TALK = Enclosure(url="https://news.example/talk.mp3", media_type="audio/mpeg", length=5_000)
PAPER = Enclosure(url="https://news.example/paper.pdf", media_type="application/pdf")


def files(found: Entry) -> tuple[Enclosure, ...]:
    return markup.clean_entry(found, "https://news.example/feed").enclosures


def test_the_files_of_an_article_are_known_in_every_format(read: Read) -> None:
    assert files(
        item(
            read,
            '<link>https://news.example/1</link><enclosure url="/talk.mp3" length="5000" '
            'type="audio/mpeg"/><enclosure url="/lead.jpg" length="9" type="image/jpeg"/>'
            '<enclosure url="/paper.pdf" length="" type=""/>',
        )
    ) == (TALK, PAPER)
    assert files(
        entry(
            read,
            '<id>tag:1</id><link href="https://news.example/1"/>'
            '<link rel="enclosure" href="/talk.mp3" type="Audio/MPEG; x=1" length="5000"/>'
            '<link rel="enclosure" href="/paper.pdf"/>',
        )
    ) == (TALK, PAPER)
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [
            {
                "id": "1",
                "url": "https://news.example/1",
                "content_text": "x",
                "attachments": [
                    {"url": "/talk.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 5000},
                    {"url": "/paper.pdf", "mime_type": 7, "size_in_bytes": True},
                    {"url": "/lead.jpg", "mime_type": "image/jpeg"},
                    "nonsense",
                ],
            }
        ],
    }
    assert files(read(json.dumps(document)).entries[0]) == (TALK, PAPER)


@pytest.mark.parametrize(
    "strange",
    [
        '<enclosure url="javascript:x.mp3" type="audio/mpeg"/>',
        '<enclosure url="/a.exe" type="nonsense"/>',
        '<enclosure type="audio/mpeg"/>',
        '<enclosure url="/a" type="multipart/mixed"/>',
    ],
)
def test_what_is_no_file_for_readers_is_left_out(read: Read, strange: str) -> None:
    assert files(item(read, strange)) == ()


def test_of_files_there_is_a_limit_and_each_is_there_once(read: Read) -> None:
    many = "".join(f'<enclosure url="/{n % 15}.mp3" length="-1"/>' for n in range(40))
    found = files(item(read, many))
    assert len(found) == 10
    assert {one.length for one in found} == {None}


def test_the_whole_text_is_where_newsrooms_put_it_for_yandex(read: Read, sample: Sample) -> None:
    feed = read(sample("yandex_turbo.xml"))
    turbo, news = (markup.clean_entry(one, "https://liman.example/") for one in feed.entries)
    assert turbo.title == "Мост открыт", "the heading stands in the text alone"
    assert "<p>Текст статьи.</p>" in turbo.html
    assert turbo.sections == ("Город",), "the others are orders to Dzen"
    assert (news.title, news.standfirst) == ("Закон подписан", "Кратко.")
    assert news.html == "<p>Первый абзац.</p>\n<p>Второй «абзац».</p>"


def test_drupal_repeats_its_fields_in_the_text(read: Read, sample: Sample) -> None:
    found = markup.clean_entry(read(sample("drupal.xml")).entries[0], "https://ministry.example/")
    assert (found.title, found.standfirst) == ("Ministers meet", "They met in Oslo.")


def test_messages_of_the_server_before_a_feed_are_passed_over(read: Read, sample: Sample) -> None:
    feed = read(sample("php_warning.xml"))
    assert feed.malformed
    assert [one.title for one in feed.entries] == ["Ministers meet"]


@pytest.mark.parametrize(
    ("said", "leads_to"),
    [
        ("www.x.example/a", "https://www.x.example/a"),
        (" www.x.example ", "https://www.x.example"),
        ("www.html", "https://news.example/feed/www.html"),
        ("/www.x.example/a", "https://news.example/www.x.example/a"),
    ],
)
def test_a_host_without_its_scheme_is_no_file(read: Read, said: str, leads_to: str) -> None:
    assert item(read, f"<title>A</title><link>{said}</link>").url == leads_to
