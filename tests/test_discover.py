"""Finding out what could be collected at an address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sites import TUESDAY, GhostSite, LocalSite, WordPressSite, hours_ago

from dispatch import discover, fetch
from dispatch.config import additions
from dispatch.model.publication import Publication, Section, Source
from dispatch.sources import page_text

PUBLICATION = Publication(
    names={"en": "The Meridian", "ru": "Меридиан"},
    site="https://n.example/",
    public_url="https://dispatch.example/",
    languages={"en": "English", "ru": "Русский"},
    sections=(Section(key="economy", names={"en": "Economy", "ru": "Экономика"}),),
    time_zone=ZoneInfo("Europe/London"),
    contact="desk@n.example",
)
WISH = Source(name="new", kind="", allow_hosts=("127.0.0.1",))
FEED = """<rss version='2.0'><channel><title>News</title>{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>{{site}}/{path}</link><category>Economy</category>
<author>Ann Reed</author><pubDate>Tue, 24 Nov 2026 0{hour}:00:00 GMT</pubDate>
<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description></item>"""


@pytest.fixture
def site() -> Iterator[LocalSite]:
    made = LocalSite()
    yield made
    made.close()


def put_feed(site: LocalSite, path: str, *titles: str, folder: str = "en") -> None:
    items = "".join(
        ITEM.format(title=title, path=f"{folder}/{number}", hour=number)
        for number, title in enumerate(titles)
    )
    site.put(path, FEED.replace("{items}", items), kind="application/rss+xml")


def find(url: str, *, kind: str = "", key: str | None = None) -> discover.Discovery:
    wished = replace(WISH, url=url, kind=kind, key=key)
    with fetch.Fetcher(contact="desk@n.example") as fetcher:
        return discover.discover(fetcher, PUBLICATION, wished, now=TUESDAY)


def found(discovery: discover.Discovery) -> list[tuple[str, str, str | None]]:
    return [
        (one.source.kind, (one.source.url or "").split("/", 3)[3], one.source.language)
        for one in discovery.candidates
    ]


def test_a_page_names_its_feed_and_the_newest_articles_are_shown(site: LocalSite) -> None:
    put_feed(site, "/feed", *(f"Piece {number}" for number in range(8)))
    site.put("/", "<html lang=en><link rel=alternate type=application/rss+xml href=/feed>")
    discovery = find(site.url)
    assert found(discovery) == [("feed", "feed", "en")]
    (one,) = discovery.candidates
    assert one.entries == 8
    assert [sample.title for sample in one.samples] == [f"Piece {n}" for n in (7, 6, 5, 4, 3)]
    sample = one.samples[0]
    assert (sample.language, sample.sections, sample.authors) == ("en", ("economy",), ("Ann Reed",))
    assert sample.url == f"{site.url}en/7"


def test_every_language_has_its_feed(site: LocalSite) -> None:
    alternates = (
        "<link rel=alternate hreflang=en href=/en/><link rel=alternate hreflang=ru href=/ru/>"
    )
    for language in ("en", "ru"):
        put_feed(site, f"/{language}/feed", "A", "B", folder=language)
        link = f"<link rel=alternate type=application/rss+xml href=/{language}/feed>"
        atom = f"<link rel=alternate type=application/atom+xml href=/{language}/atom.xml>"
        site.put(f"/{language}/", f"<html lang={language}>{alternates}{link}{atom}")
    site.put("/", "", status=302, headers={"Location": "/en/"})
    discovery = find(site.url)
    assert found(discovery) == [("feed", "en/feed", "en"), ("feed", "ru/feed", "ru")]


RUSSIAN = "Государственная дума приняла закон о реках, который вступит в силу весной будущего года"
LINK = '<link rel=alternate type=application/rss+xml title="{title}" href={path} {more}>'


def links(*feeds: tuple[str, str, str]) -> str:
    return "".join(LINK.format(title=title, path=path, more=more) for title, path, more in feeds)


def test_one_page_may_name_the_feeds_of_all_languages_and_sections(site: LocalSite) -> None:
    """All that are named are told; the first of each language is proposed."""
    put_feed(site, "/en/feed", "A", "B")
    put_feed(site, "/ru/feed", "Договоры и реки", folder="ru")
    put_feed(site, "/en/economy/feed", "C")
    named = links(
        ("News", "/en/feed", ""),
        ("Economy", "/en/economy/feed", ""),
        ("Новости", "/ru/feed", ""),
        ("Экономика", "/ru/economy/feed", "hreflang=ru"),
    )
    site.put("/", f"<html lang=en>{named}")
    discovery = find(site.url)
    assert found(discovery) == [("feed", "en/feed", "en"), ("feed", "ru/feed", "ru")]
    assert [(one.title, one.language) for one in discovery.others] == [
        ("Economy", "en"),
        ("Экономика", "ru"),
    ]
    assert not {"/en/economy/feed", "/ru/economy/feed"} & set(site.asked), "nobody needs them yet"


def test_a_feed_that_does_not_say_its_language_is_known_by_its_letters(site: LocalSite) -> None:
    put_feed(site, "/news.rss", "Rivers and treaties", folder="a")
    put_feed(site, "/economy.rss", "Markets and budgets", folder="b")
    put_feed(site, "/novosti.rss", RUSSIAN, folder="c")
    named = links(("", "/news.rss", ""), ("", "/economy.rss", ""), ("", "/novosti.rss", ""))
    site.put("/", f"<html lang=en>{named}")
    discovery = find(site.url)
    assert found(discovery) == [("feed", "news.rss", "en"), ("feed", "novosti.rss", "ru")]
    assert [one.url.rpartition("/")[2] for one in discovery.others] == ["economy.rss"]


def test_a_feed_in_two_languages_is_given_none(site: LocalSite) -> None:
    """The language of the page that names it would be said of every entry."""
    put_feed(site, "/feed", "Rivers and treaties", RUSSIAN, folder="a")
    site.put("/", f"<html lang=en>{links(('', '/feed', ''))}")
    discovery = find(site.url)
    assert found(discovery) == [("feed", "feed", None)]
    assert {one.language for one in discovery.candidates[0].samples} == {"en", "ru"}


def test_where_pages_name_translations_and_the_feed_does_not_pages_are_looked_at(
    site: LocalSite,
) -> None:
    put_feed(site, "/feed", "Rivers and treaties")
    site.put("/", f"<html lang=en>{links(('', '/feed', ''))}")
    assert [one.source.find_translations for one in find(site.url).candidates] == [False]
    site.put("/en/0", "<html lang=en><link rel=alternate hreflang=ru href=/ru/dogovory/0>")
    assert [one.source.find_translations for one in find(site.url).candidates] == [True]


def test_few_feeds_are_asked_for_their_language(site: LocalSite) -> None:
    for number in range(12):
        put_feed(site, f"/{number}.rss", "Rivers and treaties", folder="a")
    site.put("/", "<html lang=en>" + links(*(("", f"/{n}.rss", "") for n in range(12))))
    discovery = find(site.url)
    assert len(discovery.candidates) == 1
    assert len(discovery.others) == 11
    assert sum(path.endswith(".rss") for path in site.asked) == 1 + discover.MAX_GUESSES


def test_a_wordpress_site_of_two_languages_has_its_feeds_and_its_interface() -> None:
    site = WordPressSite()
    site.publish(7, "Treaties of the rivers", hours_ago(2), slug="en/treaties")
    put_feed(site, "/feed", "Treaties of the rivers")
    put_feed(site, "/ru/feed", "Договоры о реках", folder="ru")
    interface = "<link rel='https://api.w.org/' href='/wp-json/'>"
    named = links(("News", "/feed", ""), ("Comments", "/comments/feed/", ""))
    homes = "<link rel=alternate hreflang=ru href=/ru/>"
    site.put("/", f"<html lang=en-US>{named}{homes}{interface}")
    site.put("/ru/", f"<html lang=ru-RU>{links(('Новости', '/ru/feed', ''))}{interface}")
    discovery = find(site.url)
    site.close()
    assert found(discovery) == [
        ("feed", "feed", "en"),
        ("feed", "ru/feed", "ru"),
        ("wordpress", "", None),
    ]
    assert [one.source.language for one in discovery.of_kind(None)] == ["en", "ru"]
    assert discovery.others == (), "comments are no feed of articles"


def test_a_feed_that_is_named_and_not_there_gives_way_to_the_next(site: LocalSite) -> None:
    put_feed(site, "/atom.xml", "A")
    site.put(
        "/",
        "<link rel=alternate type=application/rss+xml href=/gone>"
        "<link rel=alternate type=application/atom+xml href=/atom.xml>",
    )
    discovery = find(site.url)
    assert found(discovery) == [("feed", "atom.xml", None)]
    assert any("404" in one for one in discovery.in_vain)


def test_the_address_of_a_feed_is_a_feed(site: LocalSite) -> None:
    put_feed(site, "/feed", "A")
    assert found(find(f"{site.url}feed")) == [("feed", "feed", None)]


def test_wordpress_is_found_by_its_header() -> None:
    site = WordPressSite()
    site.publish(7, "Treaties", hours_ago(2), slug="en/treaties")
    discovery = find(site.url)
    site.close()
    assert found(discovery) == [("wordpress", "", None)]
    assert discovery.candidates[0].samples[0].language == "en"


def test_beside_a_feed_wordpress_is_named_as_well() -> None:
    site = WordPressSite()
    site.publish(7, "Treaties", hours_ago(2))
    put_feed(site, "/feed", "A")
    site.put(
        "/",
        "<html><link rel=alternate type=application/rss+xml href=/feed>"
        "<link rel='https://api.w.org/' href='/wp-json/'>",
    )
    discovery = find(site.url)
    site.close()
    assert [kind for kind, _, _ in found(discovery)] == ["feed", "wordpress"]
    assert [one.source.kind for one in discovery.of_kind(None)] == ["feed"]
    assert [one.source.kind for one in discovery.of_kind("wordpress")] == ["wordpress"]


def test_a_shut_interface_is_tried_in_vain_and_the_usual_feed_is_found() -> None:
    site = WordPressSite()
    site.blocked = "rest_not_logged_in"
    put_feed(site, "/feed/", "A")
    discovery = find(site.url)
    site.close()
    assert found(discovery) == [("feed", "feed/", None)]
    assert any("rest_not_logged_in" in one for one in discovery.in_vain)


@pytest.mark.parametrize("path", discover.USUAL)
def test_feeds_are_looked_for_at_usual_addresses(site: LocalSite, path: str) -> None:
    put_feed(site, path, "A")
    site.put("/", "<html>News")
    assert found(find(site.url)) == [("feed", path[1:], None)]


def test_ghost_is_found_with_a_key_and_named_without() -> None:
    site = GhostSite("secret")
    site.publish("a", "Treaties", hours_ago(2))
    site.put("/", "<html><meta name=generator content='Ghost 6.1'>")
    without, with_key = find(site.url), find(site.url, key="secret")
    site.close()
    assert found(with_key) == [("ghost", "", None)]
    assert any("Ghost" in hint for hint in without.hints)


def test_a_site_without_feeds_is_read_by_its_sitemap(site: LocalSite) -> None:
    site.put("/", "<html>News")
    for number in range(9):
        head = f"<meta property=og:type content=article><title>Piece {number}</title>"
        site.put(f"/economy/{number}", f"<html lang=en>{head}")
    rows = "".join(f"<url><loc>{{site}}/economy/{n}</loc></url>" for n in range(9))
    site.put("/sitemap.xml", f"<urlset>{rows}</urlset>")
    discovery = find(site.url)
    assert found(discovery) == [("pages", "", None)]
    (one,) = discovery.candidates
    assert len(one.samples) == discover.SHOWN
    assert one.samples[0].sections == ("economy",)
    read = [path for path in site.asked if path.startswith("/economy/")]
    assert len(read) == discover.SHOWN, "no more is read than is shown"


@pytest.mark.parametrize("is_installed", [True, False])
def test_the_text_of_pages_is_found_where_the_library_is_there(
    site: LocalSite, monkeypatch: pytest.MonkeyPatch, *, is_installed: bool
) -> None:
    monkeypatch.setattr(page_text, "is_installed", lambda: is_installed)
    site.put("/", "<html>News")
    said = "The harbour has been quiet for {} days, and nobody in the town knows why. "
    prose = "".join(f"<p>{said.format(number) * 4}</p>" for number in range(4))
    head = "<meta property=og:type content=article><title>A quiet harbour</title>"
    site.put("/economy/1", f"<html lang=en>{head}<article>{prose}</article>")
    site.put("/sitemap.xml", "<urlset><url><loc>{site}/economy/1</loc></url></urlset>")
    (one,) = find(site.url).candidates
    assert one.source.body == ("auto" if is_installed else None)
    assert (one.samples[0].characters > 0) is is_installed
    assert ('body = "auto"' in additions.lines_of(one.source)) is is_installed


def test_what_was_tried_is_told_where_nothing_is(site: LocalSite) -> None:
    site.put("/", "<html>Nothing here")
    discovery = find(site.url)
    assert discovery.candidates == ()
    assert len(discovery.in_vain) == len(discover.USUAL) + 1


def test_a_kind_that_is_wished_for_is_tried_alone(site: LocalSite) -> None:
    put_feed(site, "/anything", "A")
    discovery = find(f"{site.url}anything", kind="feed")
    assert found(discovery) == [("feed", "anything", None)]
    assert site.asked == ["/anything", "/en/0"], "the feed, and the page of its newest article"


def test_a_private_address_is_refused_unless_it_is_allowed(site: LocalSite) -> None:
    wished = replace(WISH, url=site.url, allow_hosts=())
    with fetch.Fetcher(contact="desk@n.example") as fetcher:
        discovery = discover.discover(fetcher, PUBLICATION, wished, now=TUESDAY)
    assert discovery.candidates == ()
    assert site.asked == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.org/ru/", "example-org"),
        ("https://xn--e1afmkfd.xn--p1ai/", "xn-e1afmkfd-xn-p1ai"),
        ("http://127.0.0.1:80/", "127-0-0-1"),
        ("nonsense", "source"),
    ],
)
def test_a_name_is_made_of_the_host(url: str, name: str) -> None:
    assert discover.name_of(url) == name


def test_names_tell_languages_apart_and_are_new() -> None:
    candidates = [
        discover.Candidate(
            source=replace(WISH, url="https://www.example.org/", language=language), why=""
        )
        for language in ("en", "ru", "ru")
    ]
    assert discover.names_for(candidates, None, ["example-org-en"]) == [
        "example-org-en-2",
        "example-org-ru",
        "example-org-ru-2",
    ]
    assert discover.names_for(candidates[:1], "desk", []) == ["desk"]
