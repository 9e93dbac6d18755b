"""An article from its web page: which of all that it says is believed."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.article import Entry
from dispatch.model.publication import Source
from dispatch.sources import markup, page
from dispatch.sources.sitemap import Listed

SAMPLES = Path(__file__).parents[1] / "samples" / "pages"
SAMPLE = (SAMPLES / "article.html").read_bytes()
URL = "https://n.example/en/economy/treaties/"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(name="site", kind="pages", url="https://n.example/")


def read(
    body: bytes | str, url: str = URL, listed: Listed | None = None, source: Source = SOURCE
) -> page.Page:
    found = page.read(
        body.encode() if isinstance(body, str) else body,
        "text/html",
        url=url,
        listed=listed or Listed(url=url),
        source=source,
        zone=ZoneInfo("Europe/Moscow"),
        now=NOW,
    )
    assert found is not None
    return found


def entry_of(head: str, body: str = "<p>x", url: str = URL, listed: Listed | None = None) -> Entry:
    found = read(f"<html><head>{head}</head><body>{body}</body></html>", url, listed)
    return markup.clean_entry(found.entry, url)


def test_structured_data_is_believed_first() -> None:
    entry = markup.clean_entry(read(SAMPLE).entry, URL)
    assert entry.title == "Treaties & trade"
    assert entry.standfirst == "What the data says"
    assert entry.url == URL
    assert entry.source_id == "https://n.example/?p=77", "the guid of the site's WordPress"
    assert entry.published_at == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert entry.updated_at == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert [author.name for author in entry.authors] == ["Ann Reed", "Bo Lund"]
    assert entry.authors[0].url == "https://n.example/authors/ann/"
    assert entry.sections == ("World", "Economy")
    assert entry.language == "en"
    assert [link.url for link in entry.translations] == ["https://n.example/ru/economy/dogovory/"]
    assert entry.image is not None
    assert (entry.image.url, entry.image.width) == ("https://n.example/data.jpg", 1200)
    assert entry.html == "", "only what the page says of itself is taken"


def test_the_operators_selectors_find_the_text() -> None:
    source = Source(name="s", kind="pages", url=URL, body="article .text", remove=(".donate",))
    entry = markup.clean_entry(read(SAMPLE, source=source).entry, URL)
    assert "First." in entry.html
    assert 'href="https://n.example/x"' in entry.html
    assert "Support us" not in entry.html


def test_what_is_taken_out_leaves_the_text_behind_it() -> None:
    source = Source(name="s", kind="pages", url=URL, body="article", remove=("b",))
    found = read("<article>a<i>b</i>c<b>x</b>d<b>y</b>e</article>", source=source)
    assert "a<i>b</i>cde" in found.entry.html


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<meta property=og:title content='A | N'><meta property=og:site_name content=N>", "", "A"),
        ("<meta property=og:title content='A | B'>", "", "A | B"),
        ("<title>A | N</title>", "<h1>A <b>b</b></h1>", "A b"),
        ("<title>A – News of the World</title>", "", "A"),
    ],
)
def test_without_data_the_title_is_what_the_page_shows(head: str, body: str, title: str) -> None:
    assert entry_of(head, body or "<p>x").title == title


@pytest.mark.parametrize(
    ("head", "body", "url", "day"),
    [
        ("<meta property=article:published_time content=2026-11-20>", "", URL, 20),
        ("", "<article><time datetime=2026-11-19>x</time></article>", URL, 19),
        ("", "<time datetime=2026-11-19>today</time>", "https://n.example/2026/11/18/a/", 18),
    ],
)
def test_without_data_the_date_is_looked_for_on_the_page(
    head: str, body: str, url: str, day: int
) -> None:
    published = entry_of(head, body or "<p>x", url).published_at
    assert published is not None
    assert published.astimezone(ZoneInfo("Europe/Moscow")).day == day


def test_a_date_that_nobody_says_is_none() -> None:
    assert entry_of("").published_at is None


def test_the_sitemap_speaks_where_the_page_is_silent() -> None:
    listed = Listed(
        url=URL, is_news=True, title="From the list", language="ru", published="2026-11-20T10:00Z"
    )
    found = read("<html><body><p>x</body></html>", listed=listed)
    assert found.is_article
    assert (found.entry.title, found.entry.language) == ("From the list", "ru")
    assert found.entry.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("<meta property=article:author content='Ann Reed'>", ["Ann Reed"]),
        ("<meta property=article:author content='https://fb.example/ann'>", []),
        ("<meta name=author content='Ann Reed, Bo Lund'>", ["Ann Reed", "Bo Lund"]),
        ("<meta name=author content='admin'>", []),
    ],
)
def test_authors_are_names(head: str, names: list[str]) -> None:
    assert [author.name for author in entry_of(head).authors] == names


def test_a_byline_on_the_page_is_an_author() -> None:
    entry = entry_of("", "<a rel='nofollow author' href=/ann>Ann Reed</a>")
    assert [author.name for author in entry.authors] == ["Ann Reed"]


def test_breadcrumbs_between_home_and_article_are_sections() -> None:
    crumbs = """<script type="application/ld+json">{"@type": "BreadcrumbList", "itemListElement": [
    {"name": "Home"}, {"item": {"name": "World"}}, {"name": "Treaties"}]}</script>"""
    assert entry_of(crumbs, url="https://n.example/a/b/").sections == ("World",)
    ends = crumbs.replace('"name": "Treaties"', '"name": "Asia", "item": "/asia/"')
    assert entry_of(ends, url="https://n.example/a/b/").sections == ("World", "Asia")
    itself = crumbs.replace('"name": "Treaties"', '"name": "Short", "item": "/a/b/"')
    assert entry_of(itself, url="https://n.example/a/b/").sections == ("World",)


def test_a_text_is_found_where_the_operator_wants_it_and_without_what_is_removed() -> None:
    sample = (SAMPLES / "whole_page.html").read_bytes()
    auto = Source(name="site", kind="pages", url="https://n.example/", body="auto")
    text = read(sample, source=auto).entry.html
    assert "The harbour has been quiet" in text
    assert "<blockquote>" in text
    assert "Ann Reed on" not in text, "the standfirst is said already"
    without = Source(
        name="site", kind="pages", url="https://n.example/", body="auto", remove=("blockquote",)
    )
    assert "<blockquote>" not in read(sample, source=without).entry.html


def test_microdata_says_what_nothing_else_does() -> None:
    body = """<article itemscope itemtype="http://schema.org/NewsArticle">
      <h1 itemprop="headline">Treaties</h1> <p itemprop="description">What they say</p>
      <b itemprop="author" itemscope itemtype="http://schema.org/Person">
        <i itemprop="name">Ann Reed</i></b>
      <meta itemprop="datePublished" content="2026-11-20T10:00:00Z"></article>"""
    assert read(body).is_article
    entry = entry_of("", body)
    assert (entry.title, entry.standfirst) == ("Treaties", "What they say")
    assert [author.name for author in entry.authors] == ["Ann Reed"]
    assert entry.published_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_a_date_that_people_read_is_better_than_none() -> None:
    body = "<article><time>20 ноября 2026, 10:00</time></article>"
    assert entry_of("", body).published_at == datetime(2026, 11, 20, 7, tzinfo=UTC)


def test_the_address_tells_the_section_where_nothing_else_does() -> None:
    assert entry_of("").sections == ("economy",)
    assert entry_of("", url="https://n.example/2026/11/a").sections == ()


@pytest.mark.parametrize(
    ("head", "is_article"),
    [
        ("<meta property=og:type content=article>", True),
        ("<meta property=og:type content=website>", False),
        ('<script type="application/ld+json">{"@type": "CollectionPage"}</script>', False),
        ('<script type="application/ld+json">{"@type": "ReportageNewsArticle"}</script>', True),
        ("<meta property=og:type content=article><meta name=robots content=noindex>", False),
        ("", False),
    ],
)
def test_an_article_says_that_it_is_one(head: str, is_article: bool) -> None:
    assert read(f"<html><head>{head}</head><body>x</body></html>").is_article is is_article


@pytest.mark.parametrize("declared", [True, False])
def test_a_page_in_an_old_encoding_is_read(declared: bool) -> None:
    meta = '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'
    text = f"<html><head>{meta if declared else ''}<title>Договоры и торговля</title></head></html>"
    assert read(text.encode("cp1251")).entry.title == "Договоры и торговля"


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 100_000,
        b"<a href='/x'>Read in English " * 20_000,
        b"<meta property='og:title' content='x'>" * 50_000,
        b"<script type='application/ld+json'>" + b"[" * 200_000,
        b"&" * 1_000_000,
        b"<!--" * 200_000,
        b"<link rel=canonical href=/a/b>" * 50_000,
    ],
    ids=["deep", "links", "metas", "data", "ampersands", "comments", "canonicals"],
)
def test_a_hostile_page_takes_no_second(body: bytes) -> None:
    started = time.monotonic()
    page.read(
        body,
        "text/html",
        url=URL,
        listed=Listed(url=URL),
        source=SOURCE,
        zone=ZoneInfo("UTC"),
        now=NOW,
    )
    assert time.monotonic() - started < 1.5  # shared processors; a fault takes minutes


@settings(max_examples=150)
@given(st.binary(max_size=400))
def test_no_bytes_raise(body: bytes) -> None:
    page.read(
        body,
        None,
        url=URL,
        listed=Listed(url=URL),
        source=SOURCE,
        zone=ZoneInfo("UTC"),
        now=NOW,
    )


@pytest.mark.parametrize(
    ("html", "is_none"),
    [
        ("<title>404</title>", True),
        ("<title>Page not found | The Meridian</title>", True),
        ("<title>The Meridian – 404 Not Found</title>", True),
        ("<title>The Meridian</title><h1>Not found!</h1>", True),
        ("<title>Страница не найдена — Меридиан</title>", True),
        ("<title>Меридиан</title><h1>Материал удалён</h1>", True),
        ("<title>Seite nicht gefunden</title>", True),
        ("<title>Not found in any archive | The Meridian</title>", False),
        ("<title>404 days in the steppe</title>", False),
        ("<title>Treaties</title><h1>Treaties</h1><h2>404</h2>", False),
        ("<p>404</p>", False),
    ],
)
def test_a_page_may_say_with_200_that_it_is_none(html: str, is_none: bool) -> None:
    tree = page.tree_of(f"<html>{html}</html>".encode(), "text/html; charset=utf-8")
    assert tree is not None
    assert page.says_not_found(tree) is is_none


def test_sections_and_languages_of_the_data_as_people_write_them() -> None:
    data = """<script type="application/ld+json">{"@type": "Article",
    "headline": "<i>Ferry</i> late",
    "articleSection": ["Politics &amp; Power"], "description": "<p>Two &amp; three</p>",
    "inLanguage": {"@type": "Language", "name": "Russian", "alternateName": "ru"}}</script>"""
    found = entry_of(data)
    assert (found.title, found.standfirst) == ("Ferry late", "Two & three")
    assert (found.sections, found.language) == (("Politics & Power",), "ru")


@pytest.mark.parametrize("name", ["date", "DC.date.issued", "parsely-pub-date", "pubdate"])
def test_dates_that_only_a_meta_tells(name: str) -> None:
    found = entry_of(f'<meta name="{name}" content="2026-11-24T10:00:00+01:00">')
    assert found.published_at == datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_bylines_and_sections_that_only_a_meta_tells() -> None:
    found = entry_of(
        '<meta name="parsely-author" content="Jo Doe"><meta name="parsely-section" content="World">'
    )
    assert ([author.name for author in found.authors], found.sections) == (["Jo Doe"], ("World",))
