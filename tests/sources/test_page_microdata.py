"""Microdata as newsrooms write it into their templates."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from dispatch.sources import page_microdata
from dispatch.sources.rest import Row

SCHEMA = "https://schema.org"


def read(body: str) -> tuple[Row, ...]:
    return page_microdata.read(html.document_fromstring(f"<html><body>{body}</body></html>"))


def test_an_article_is_read_as_json_ld_would_say_it() -> None:
    (article,) = read(
        f"""
        <article itemscope itemtype="{SCHEMA}/NewsArticle" itemid="/world/treaties">
          <h1 itemprop="headline name">Treaties &amp; trade</h1>
          <p itemprop="description">What <b>the</b> data says</p>
          <a itemprop="url" href="/world/treaties">here</a>
          <span itemprop="author" itemscope itemtype="{SCHEMA}/Person">
            <span itemprop="name">Ann Reed</span> <link itemprop="url" href="/ann"></span>
          <span itemprop="author">Bo Lund</span>
          <time itemprop="datePublished" datetime="2026-11-20T10:00:00Z">on Friday</time>
          <meta itemprop="dateModified" content="2026-11-21">
          <img itemprop="image" src="/data.jpg" alt="">
          <div itemprop="articleBody"><p>A long text.</p></div>
        </article>"""
    )
    assert article == {
        "@type": [f"{SCHEMA}/NewsArticle"],
        "@id": "/world/treaties",
        "headline": "Treaties & trade",
        "name": "Treaties & trade",
        "description": "What the data says",
        "url": "/world/treaties",
        "author": [{"@type": [f"{SCHEMA}/Person"], "name": "Ann Reed", "url": "/ann"}, "Bo Lund"],
        "datePublished": "2026-11-20T10:00:00Z",
        "dateModified": "2026-11-21",
        "image": "/data.jpg",
    }


def test_a_trail_of_breadcrumbs_keeps_its_order() -> None:
    step = f"""<li itemprop="itemListElement" itemscope itemtype="{SCHEMA}/ListItem">
        <a itemprop="item" href="/%s"><span itemprop="name">%s</span></a></li>"""
    steps = step % ("", "Home") + step % ("world", "World")
    (trail,) = read(f'<ol itemscope itemtype="{SCHEMA}/BreadcrumbList">{steps}</ol>')
    assert [one["name"] for one in trail["itemListElement"]] == ["Home", "World"]


def test_a_property_outside_of_any_item_is_nobodys() -> None:
    assert read("<p itemprop='headline'>Alone</p>") == ()


def test_the_number_of_items_and_properties_and_the_length_of_values_are_bounded() -> None:
    items = read("<p itemscope></p>" * (page_microdata.MAX_ITEMS + 50))
    assert len(items) == page_microdata.MAX_ITEMS
    (item,) = read(
        "<div itemscope>" + "<p itemprop='x'>y</p>" * (page_microdata.MAX_PROPERTIES + 9)
    )
    assert len(item["x"]) == page_microdata.MAX_PROPERTIES
    (item,) = read(f"<div itemscope><p itemprop='x'>{'word ' * 10_000}</p></div>")
    assert 0 < len(item["x"]) <= page_microdata.MAX_CHARACTERS


_PIECES = st.sampled_from(
    [
        "<p itemscope>",
        "</p>",
        "<i itemprop=''>",
        "<b itemprop='a b' itemscope>",
        "<meta itemprop=a>",
    ]
)


@settings(max_examples=60)
@given(st.lists(_PIECES, max_size=30))
def test_whatever_a_page_says_is_read_without_a_fault(pieces: list[str]) -> None:
    for row in read("x" + "".join(pieces)):
        assert "@type" in row
