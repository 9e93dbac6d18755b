"""JSON-LD as it is found in the wild."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.sources import page_data


@pytest.mark.parametrize(
    "block",
    [
        '{"@type": "NewsArticle", "headline": "Treaties"}',
        '[{"@type": "Organization"}, {"@type": "NewsArticle", "headline": "Treaties"}]',
        '{"@graph": [{"@type": "WebPage"}, {"@type": "Article", "headline": "Treaties"}]}',
        '{"@type": ["NewsArticle", "AnalysisNewsArticle"], "headline": "Treaties"}',
        '{"@type": "WebPage", "mainEntity": {"@type": "BlogPosting", "headline": "Treaties"}}',
        '{"@type": "https://schema.org/NewsArticle", "headline": "Treaties"}',
        '<!-- {"@type": "NewsArticle", "headline": "Treaties"} -->',
        '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Treaties"}\n//]]>',
        '<!-- //<![CDATA[\n{"@type": "NewsArticle", "headline": "Treaties"}\n//]]> -->',
        '/* <![CDATA[ */ {"@type": "NewsArticle", "headline": "Treaties"} /* ]]> */',
        '{"@type": "NewsArticle", "headline": "Treaties",}',
        '{"@type": "NewsArticle", "authors": ["a",], "headline": "Treaties",\n}',
        "{&quot;@type&quot;: &quot;NewsArticle&quot;, &quot;headline&quot;: &quot;Treaties&quot;}",
        '{"@type": "NewsArticle", "description": "two\nlines", "headline": "Treaties"}',
    ],
)
def test_an_article_is_found_however_it_is_wrapped(block: str) -> None:
    assert page_data.read(["{broken", block]).text("headline") == "Treaties"


def test_a_comma_within_a_text_is_no_trailing_one() -> None:
    block = '{"@type": "Article", "headline": "a, ]", "x": 1,}'
    assert page_data.read([block]).text("headline") == "a, ]"


def test_a_node_is_followed_by_its_id() -> None:
    block = """{"@graph": [
        {"@type": "Article", "author": {"@id": "#ann"}},
        {"@type": "Person", "@id": "#ann", "name": "Ann Reed"}]}"""
    data = page_data.read([block])
    (author,) = data.values("author")
    assert data.followed(author)["name"] == "Ann Reed"
    assert data.text("author") == "Ann Reed"


def test_references_in_texts_are_decoded_once() -> None:
    block = '{"@type": "Article", "headline": "AT&amp;amp;T &laquo;x&raquo;"}'
    assert page_data.read([block]).text("headline") == "AT&amp;T «x»"


@pytest.mark.parametrize("block", ["", "[", "null", "3", '"x"', '{"@type": 7}', "[[[[]]]]"])
def test_what_says_nothing_of_an_article_is_nothing(block: str) -> None:
    assert page_data.read([block]).article == {}


def test_depth_and_number_are_bounded() -> None:
    deep = "[" * 100_000
    many = "[" + ",".join(['{"@type":"Thing"}'] * 5000) + "]"
    assert page_data.read([deep, many]).article == {}
    assert len(page_data.read([many]).nodes) == page_data.MAX_NODES


@given(st.lists(st.text(max_size=60), max_size=4))
def test_no_text_raises(blocks: list[str]) -> None:
    page_data.read(blocks)


PAGE = "https://n.example/world/treaties/"


@pytest.mark.parametrize(
    "block",
    [
        '{"@type": "ItemList", "itemListElement": [{"@type": "Article", "headline": "Other"}]}',
        '{"@type": "Organization", "itemListElement": {"item": {"@type": "Article"}}}',
        '[{"@type": "Article", "url": "/a"}, {"@type": "Article", "url": "/b"}]',
        (
            '{"@type": "Blog", "blogPost": [{"@type": "BlogPosting", "url": "/a"},'
            ' {"@type": "BlogPosting", "mainEntityOfPage": {"@id": "https://n.example/b"}}]}'
        ),
    ],
)
def test_what_a_page_lists_is_not_its_article(block: str) -> None:
    assert page_data.read([block], [PAGE]).article == {}


@pytest.mark.parametrize(
    "block",
    [
        (
            '[{"@type": "Article", "url": "/a"},'
            ' {"@type": "Article", "url": "/world/treaties", "headline": "Treaties"}]'
        ),
        '[{"@type": "Article", "url": "/a"}, {"@type": "Article", "headline": "Treaties"}]',
        '{"@type": "Article", "headline": "Treaties", "about": {"@type": "Article", "url": "/a"}}',
        '{"@type": "Article", "headline": "Treaties", "url": "https://old.example/its-old-address"}',
        (
            '[{"@type": "NewsArticle", "headline": "Treaties", "url": "https://old.example/a"},'
            ' {"@type": "Article", "headline": "Two plugins", "url": "https://old.example/a"}]'
        ),
    ],
)
def test_of_several_articles_the_page_is_the_one_that_says_so(block: str) -> None:
    assert page_data.read([block], [PAGE]).text("headline") == "Treaties"


def test_rows_of_microdata_are_read_after_those_of_scripts() -> None:
    row = {"@type": ["https://schema.org/NewsArticle"], "headline": "Marked"}
    assert page_data.read([], [PAGE], [row]).text("headline") == "Marked"
    said = '{"@type": "Article", "headline": "Said"}'
    assert page_data.read([said], [PAGE], [row]).text("headline") == "Said"
