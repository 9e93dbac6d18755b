"""An entry as independent programs read it, and what stands at the end of its body."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest
from lxml import etree

from dispatch.model.article import Author, Enclosure, Translation
from dispatch.model.feed import FeedFormat, FeedSettings
from dispatch.model.publication import Section
from dispatch.rules import feed_lint

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"

RSS = FeedFormat.RSS
XML_FORMATS = [FeedFormat.RSS, FeedFormat.ATOM]
KEYS = ["en", "en/law-order", "ru", "ru/law-order", "all"]


def parse(body: bytes) -> etree._Element:
    return etree.fromstring(body)


def read(body: bytes) -> Any:
    """What feedparser makes of `body`, which must not be malformed."""
    parsed = feedparser.parse(body)
    assert not parsed.bozo, parsed.bozo_exception
    return parsed


# --- The entries, as independent programs read them ----------------------------------------------


@pytest.mark.parametrize("feed_format", XML_FORMATS)
@pytest.mark.parametrize("key", KEYS)
def test_feedparser_reads_each_entry_as_it_was_meant(
    feed_room: Any, feed_format: FeedFormat, key: str
) -> None:
    parsed = read(feed_room.render(key, feed_format))
    by_uid = {article.uid: article for article in feed_room.articles}
    feed = feed_room.feeds[key]
    assert parsed.feed.title == feed.title
    assert parsed.feed.link == "https://meridian.example/"
    assert parsed.feed.get("language") == feed.language
    for entry in parsed.entries:
        article = by_uid[entry.id]
        assert entry.link == article.url
        assert entry.published_parsed[:6] == article.published_at.timetuple()[:6]
        assert entry.updated_parsed[:6] == article.updated_at.timetuple()[:6]
        language = entry.get("language") or entry.title_detail.language
        assert language == article.language
        names = [author.get("name") for author in entry.get("authors", []) if author]
        assert ", ".join(names) == ", ".join(author.name for author in article.authors)


def test_the_text_of_an_entry_reaches_the_reader(feed_room: Any) -> None:
    atom = read(feed_room.render("en", FeedFormat.ATOM)).entries
    rss = read(feed_room.render("en", FeedFormat.RSS)).entries
    assert atom[2].title == "Why 3 < 5 is a matter for the court"
    assert rss[2].title == "Why 3 < 5 is a matter for the court"
    assert atom[3].title == "Press <Enter> to vote: the trouble with e-polling"
    assert rss[3].title == "Press ‹Enter› to vote: the trouble with e-polling"
    assert atom[1].summary == "Tom & Jerry in 1 words. «Коротко»."
    assert rss[1].summary == "Tom & Jerry in 1 words. «Коротко»."
    for entries in (atom, rss):
        assert "<figcaption>Photo: M. Orlov</figcaption>" in entries[1].content[0].value
        assert "if (a &lt; b &amp;&amp; b &gt; c) ]]&gt; end" in entries[3].content[0].value


def test_a_reader_follows_the_article_and_finds_its_translation_beside_it(feed_room: Any) -> None:
    for feed_format in XML_FORMATS:
        first = read(feed_room.render("en", feed_format)).entries[0]
        others = [link for link in first.links if link.rel == "related"]
        assert [(link.hreflang, link.href) for link in others] == [
            ("ru", "https://meridian.example/ru/2?a=1&b=2")
        ]
        assert [link.href for link in first.links if link.rel == "alternate"] == [first.link]


def test_rss_writes_signs_of_markup_by_number(feed_room: Any) -> None:
    body = feed_room.render("en/law-order", FeedFormat.RSS).decode()
    assert "<title>The Meridian – Law &#x26; order</title>" in body
    assert "<title>AT&#x26;T, R&#x26;D and the price of spectrum</title>" in body
    body = feed_room.render("en", FeedFormat.RSS).decode()
    assert "<title>Why 3 &#x3C; 5 is a matter for the court</title>" in body


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Press <Enter> now", "Press ‹Enter› now"),
        ("a<b and no end", "a‹b and no end"),
        ("3 < 5 & 5 > 3", "3 < 5 & 5 > 3"),
        ("<<x>", "<‹x›"),
        ("</p><!-- x", "‹/p›‹!-- x"),
    ],
)
def test_plain_text_of_rss_reads_the_same_as_html(feed_room: Any, text: str, shown: str) -> None:
    article = feed_room.article(title=text, standfirst=text, translations=())
    item = parse(feed_room.render("all", RSS, [article])).find("channel/item")
    assert item is not None
    assert item.findtext("title") == shown
    assert item.findtext("description") == shown
    as_html = etree.fromstring(f"<p>{shown}</p>", etree.HTMLParser(recover=True))
    assert "".join(map(str, as_html.itertext())) == shown


def test_an_image_is_media_and_not_an_attachment(feed_room: Any) -> None:
    for feed_format in XML_FORMATS:
        body = feed_room.render("en", feed_format)
        entry = read(body).entries[0]
        assert entry.media_content == [
            {
                "url": "https://meridian.example/i/0.jpg?w=1200&q=80",
                "medium": "image",
                "type": "image/jpeg",
                "width": "1200",
                "height": "800",
                "filesize": "9",
            }
        ]
        alts = [element.text for element in parse(body).iter(f"{MEDIA}description")]
        assert alts[0] == "A map & a <key>"
        assert b"enclosure" not in body


def test_sections_are_named_in_the_entrys_language(feed_room: Any) -> None:
    (tag,) = read(feed_room.render("ru/law-order", FeedFormat.ATOM)).entries[1].tags
    assert (tag.term, tag.label) == ("law-order", "Право и порядок")
    assert tag.scheme == "tag:meridian.example,2026:section"
    terms = {t.term for t in read(feed_room.render("all", FeedFormat.RSS)).entries[1].tags}
    assert terms <= {"Право и порядок", "Внешняя политика", "Law & order", "Foreign policy"}


def test_a_section_that_the_publication_gave_up_is_not_named(feed_room: Any) -> None:
    article = feed_room.article(sections=("closed", "culture"))
    (tag,) = read(feed_room.render("all", FeedFormat.ATOM, [article])).entries[0].tags
    assert tag.term == "culture"


# --- What stands at the end of the body ----------------------------------------------------------


def last_words(feed_room: Any, key: str, **changes: Any) -> str:
    """The body of the first entry."""
    root = parse(feed_room.render(key, FeedFormat.ATOM, **changes))
    return root.findtext(f"{ATOM}entry/{ATOM}content") or ""


def test_translation_related_articles_and_appeal_end_the_body_in_this_order(
    feed_room: Any,
) -> None:
    body = last_words(feed_room, "en")
    places = [
        body.index(part)
        for part in (
            "<p>One paragraph &amp; no more.</p>",
            (
                '<p lang="ru" dir="ltr"><a href="https://meridian.example/ru/2?a=1&amp;b=2" '
                'hreflang="ru">Читать по-русски: Министры согласовали'
            ),
            "<p><strong>Read also</strong></p>",
            "<ul><li><a href=",
            "<p><strong>Keep us independent.</strong> Three readers in four pay nothing &amp; ",
            '<a href="https://meridian.example/give?from=feed&amp;lang=en">Give what you can</a>',
        )
    ]
    assert places == sorted(places)


def test_an_entry_speaks_its_own_language_in_the_feed_of_all(feed_room: Any) -> None:
    russian = [a for a in feed_room.articles if a.language == "ru"]
    body = last_words(feed_room, "all", articles=russian)
    assert "Читайте также" in body
    assert "Поддержите нашу независимость." in body
    assert "Read in English: Ministers agree" in body


def test_the_appeal_can_be_switched_off(feed_room: Any) -> None:
    body = last_words(feed_room, "en", settings=FeedSettings(appeal=False))
    assert "Keep us independent" not in body
    assert "Read also" in body


def test_a_feed_of_summaries_has_no_body(feed_room: Any) -> None:
    settings = FeedSettings(full_text=False)
    for feed_format in XML_FORMATS:
        body = feed_room.render("en", feed_format, settings=settings)
        entry = read(body).entries[0]
        assert "content" not in entry
        assert "Jerry in 0 words" in entry.summary


@pytest.mark.parametrize("feed_format", XML_FORMATS)
def test_an_images_description_is_not_taken_for_the_text(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    image = feed_room.articles[0].image
    for changes in ({"html": ""}, {"standfirst": ""}, {"html": "", "standfirst": ""}):
        article = feed_room.article(image=image, **changes)
        entry = read(feed_room.render("all", feed_format, [article])).entries[0]
        texts = [entry.get("summary", ""), *(c.value for c in entry.get("content", []))]
        assert not any("A map" in text for text in texts)


def test_text_written_from_right_to_left_says_so(feed_room: Any) -> None:
    article = feed_room.article(language="he", html="<p>שלום</p>", translations=())
    body = last_words(feed_room, "all", articles=[article])
    assert body.startswith('<div lang="he" dir="rtl"><p>שלום</p>')
    assert body.endswith("</div>")


# --- Whatever an article holds -------------------------------------------------------------------


@pytest.mark.parametrize("feed_format", XML_FORMATS)
def test_a_control_character_costs_itself_and_nothing_else(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    bad = feed_room.article(
        title="A\x0bB \x00\ud800C",
        standfirst="\x08one\ufffe",
        html="<p>\x1ftwo</p>",
        authors=(Author(name="\x01Ann"), Author(name="\x02")),
        translations=(
            Translation(article_id=9, language="ru", url="https://m.example/\x07", title="\x03T"),
        ),
    )
    parsed = read(feed_room.render("all", feed_format, [bad, feed_room.articles[0]]))
    assert len(parsed.entries) == 2
    assert parsed.entries[0].title == "AB C"
    assert parsed.entries[0].summary == "one"
    assert parsed.entries[0].author == "Ann"


def test_an_article_without_a_title_is_called_by_its_first_words(feed_room: Any) -> None:
    articles = [
        feed_room.article(title=" \x0b ", standfirst="Words", id=91, uid="tag:a,2026:91"),
        feed_room.article(title="", standfirst="", id=92, uid="tag:a,2026:92"),
    ]
    titles = [entry.title for entry in read(feed_room.render("all", RSS, articles)).entries]
    assert titles == ["Words", articles[1].url]


def test_a_sections_name_may_hold_anything(feed_room: Any) -> None:
    odd = replace(
        feed_room.publication,
        sections=(Section(key="culture", names={"en": 'A <b> & "c"\x0b', "ru": "Я"}),),
    )
    article = feed_room.article(sections=("culture",), language="en")
    for feed_format in XML_FORMATS:
        body = feed_room.render("en", feed_format, [article], publication=odd)
        tag = read(body).entries[0].tags[0]
        assert 'A <b> & "c"' in (tag.label, tag.term)


def test_the_files_of_an_article_are_offered_with_their_true_length_or_none(
    feed_room: Any,
) -> None:
    talk = Enclosure(url="https://x.example/a b.mp3", media_type="audio/mpeg", length=5_000)
    paper = Enclosure(url="https://x.example/paper.pdf", media_type="application/pdf")
    article = feed_room.article(enclosures=(talk, paper))
    for feed_format in FeedFormat:
        body = feed_room.render("en", feed_format, [article])
        assert feed_lint.lint(body) == ()
        assert b"https://x.example/a%20b.mp3" in body
    atom = feedparser.parse(io.BytesIO(feed_room.render("en", FeedFormat.ATOM, [article])))
    (entry,) = atom.entries
    assert [one.get("length") for one in entry.enclosures] == ["5000", None]
    assert entry.link == article.url
    rss = feedparser.parse(io.BytesIO(feed_room.render("en", FeedFormat.RSS, [article])))
    assert [one.type for one in rss.entries[0].enclosures] == ["audio/mpeg"]
    only = feed_room.render("en", FeedFormat.RSS, [feed_room.article(enclosures=(paper,))])
    assert feedparser.parse(io.BytesIO(only)).entries[0].enclosures[0].length == "0"
    (item,) = json.loads(feed_room.render("en", FeedFormat.JSON, [article]))["items"]
    assert item["attachments"] == [
        {
            "url": "https://x.example/a%20b.mp3",
            "mime_type": "audio/mpeg",
            "size_in_bytes": 5_000,
        },
        {"url": "https://x.example/paper.pdf", "mime_type": "application/pdf"},
    ]


def test_a_withdrawn_article_offers_no_file(feed_room: Any) -> None:
    talk = Enclosure(url="https://x.example/a.mp3", media_type="audio/mpeg")
    article = feed_room.article(enclosures=(talk,), withdrawn_at=datetime(2026, 11, 20, tzinfo=UTC))
    for feed_format in FeedFormat:
        assert b"a.mp3" not in feed_room.render("en", feed_format, [article])
