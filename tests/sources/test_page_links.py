"""What a page says of other addresses."""

from __future__ import annotations

import pytest
from lxml import html

from dispatch.sources import page_links
from dispatch.sources.feed_wire import Element

URL = "https://n.example/en/treaties/"


def page(head: str = "", body: str = "") -> Element:
    return html.document_fromstring(f"<html><head>{head}</head><body>{body}<p>x</body></html>")


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("<link rel=canonical href='/en/treaties-2/'>", "https://n.example/en/treaties-2/"),
        ("<link rel=canonical href='https://www.n.example/a/b'>", "https://www.n.example/a/b"),
        ("<link rel=canonical href='https://n.example/'>", None),
        ("<link rel=canonical href='https://n.example/en/'>", None),
        ("<link rel=canonical href='https://aggregator.example/a/b'>", None),
        ("<link rel=canonical href='javascript:1'>", None),
        ("<meta property=og:url content='https://n.example/a/b'>", "https://n.example/a/b"),
        (
            "<link rel=canonical href='https://n.example/'><meta property=og:url content='/a/b'>",
            "https://n.example/a/b",
        ),
        ("", None),
    ],
)
def test_a_canonical_address_is_of_this_site_and_no_home_page(head: str, found: str | None) -> None:
    assert page_links.canonical_link(page(head), URL) == found


def test_translations_are_the_alternates_but_for_the_page_itself() -> None:
    head = """
    <link rel="alternate" hreflang="en" href="https://n.example/en/treaties">
    <link rel="alternate" hreflang="ru" href="/ru/dogovory/">
    <link rel="alternate" hreflang="de" href="/de/">
    <link rel="alternate" hreflang="x-default" href="/en/treaties/">
    <link rel="alternate" hreflang="ru" type="application/rss+xml" href="/ru/feed/">
    """
    found = page_links.translations(page(head), URL)
    assert [(link.language, link.url) for link in found] == [
        ("ru", "https://n.example/ru/dogovory/")
    ], "a home page is no translation, and a feed is none"
    assert page_links.own_language(page(head), URL) == "en"


@pytest.mark.parametrize(
    ("anchor", "language"),
    [
        ("<a href='/ru/dogovory/'>Читать на русском</a>", "ru"),
        ("<a href='/ru/dogovory/'>Читать эту статью по-русски →</a>", "ru"),
        ("<a href='/ru/dogovory/'>Read this story in Russian</a>", "ru"),
        ("<a href='/x/dogovory/'>Read in <em>English</em></a>", "en"),
        ("<a href='/x/dogovory/'>Читать на английском</a>", "en"),
        ("<a href='/x/y/'>Эта статья доступна на английском</a>", "en"),
        ("<a href='/x/y/'>This article is also available in Russian</a>", "ru"),
        ("<a href='/x/y/'>По-русски</a>", "ru"),
        ("<a href='/x/y/'>Russian version</a>", "ru"),
        ("<a href='/x/y/'>Читати українською</a>", "uk"),
        ("<a href='/x/y/'>Auf Deutsch lesen</a>", "de"),
        ("<a href='/x/y/'>Lire en français</a>", "fr"),
        ("<a href='/x/y/'>Leer en español</a>", "es"),
        ("<a href='/ru/'>Читать на русском</a>", None),
        ("<aside><a href='/ru/other/'>Читать на русском</a></aside>", None),
        ("<nav><a href='/ru/other/'>Русская версия</a></nav>", None),
        ("<a href='https://elsewhere.example/a/b'>Read in English</a>", None),
        ("<a href='/x/dogovory/'>English</a>", None),
        (
            "<a href='/x/y/'>Reading in English schools has declined, says a study of years</a>",
            None,
        ),
    ],
)
def test_an_invitation_to_read_it_elsewhere_is_a_translation(
    anchor: str, language: str | None
) -> None:
    found = page_links.translations(page(body=f"<article>{anchor}</article>"), URL)
    assert [link.language for link in found] == ([language] if language else [])


def test_the_operators_own_words_invite_as_well() -> None:
    tree = page(body="<article><a href='/x/y/'>&#8594; Оригинал  публикации</a></article>")
    assert page_links.translations(tree, URL) == ()
    own = {"en": ("оригинал публикации",)}
    (found,) = page_links.translations(tree, URL, own)
    assert (found.language, found.url) == ("en", "https://n.example/x/y/")


def test_invitations_to_several_articles_are_none_to_this_one() -> None:
    teasers = "".join(f"<a href='/ru/{n}/a'>Читать на русском</a>" for n in range(2))
    sure = "<a href='/x/y/'>Read in English</a><a href='/x/y'>In English</a>"
    found = page_links.translations(page(body=f"<article>{teasers}{sure}</article>"), URL)
    assert [link.url for link in found] == ["https://n.example/x/y/"]


def test_where_alternates_say_so_an_invitation_adds_nothing() -> None:
    tree = page(
        "<link rel=alternate hreflang=ru href=/ru/dogovory/>",
        "<a href=/ru/x/y>Читать на русском</a>",
    )
    assert [link.url for link in page_links.translations(tree, URL)] == [
        "https://n.example/ru/dogovory/"
    ]


def test_feeds_are_those_that_readers_mean() -> None:
    head = """
    <link rel="alternate" type="application/rss+xml" title="News" href="/feed/">
    <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
    <link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/7">
    <link rel="alternate" type="application/feed+json; charset=utf-8" href="/feed.json">
    <link rel="alternate" type="application/atom+xml" hreflang="ru" href="/ru/atom.xml">
    <link rel="stylesheet" type="text/css" href="/x.css">
    """
    found = page_links.feeds(page(head), URL)
    assert [(link.url.removeprefix("https://n.example"), link.language) for link in found] == [
        ("/feed/", ""),
        ("/feed.json", ""),
        ("/ru/atom.xml", "ru"),
    ]


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://n.example", True),
        ("https://n.example/ru/", True),
        ("https://n.example/pt-br", True),
        ("https://n.example/news/", False),
        ("https://n.example/en/a", False),
        ("https://n.example/?p=7", False),
    ],
)
def test_a_home_page_is_one_of_a_site_or_of_a_language(url: str, home: bool) -> None:
    assert page_links.is_home(url) is home


def test_the_base_of_a_page_is_its_own() -> None:
    assert page_links.base_of(page("<base href='/x/'>"), URL) == "https://n.example/x/"
    assert page_links.base_of(page(), URL) == URL


def test_the_homes_of_other_languages_are_found_from_a_home() -> None:
    head = "<link rel=alternate hreflang=ru href=/ru/><link rel=alternate hreflang=en href=/>"
    found = page_links.homes(page(head), "https://n.example/")
    assert [(link.language, link.url) for link in found] == [("ru", "https://n.example/ru/")]


@pytest.mark.parametrize(
    ("asked", "answered", "away"),
    [
        ("/en/story/1/", "/en/story/1", False),
        ("/en/story/1", "/", True),
        ("/en/story/1", "/ru/", True),
        ("/en/story/1", "/en/story/", True),
        ("/?p=7", "/", True),
        ("/?p=7", "/en/story/1", False),
        ("/en/story/1", "/en/story/2", False),
        ("/en/story/1/amp", "/en/story/1/", False),
        ("/en/story/index.html", "/en/story/", False),
        ("/en/story/1", "/en/sto", False),
    ],
)
def test_a_page_that_leads_home_or_to_its_section_is_no_page(
    asked: str, answered: str, away: bool
) -> None:
    site = "https://n.example"
    assert page_links.leads_away(f"{site}{asked}", f"{site}{answered}") is away


def test_a_page_of_another_site_is_a_page_unless_it_is_its_home() -> None:
    asked = "https://proxy.example/~r/1"
    assert not page_links.leads_away(asked, "https://n.example/en/story/1")
    assert page_links.leads_away(asked, "https://n.example/")
