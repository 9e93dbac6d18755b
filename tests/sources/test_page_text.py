"""The text of an article, found without a selector."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from dispatch.sources import page_text

SAMPLE = Path(__file__).parents[1] / "samples" / "pages" / "whole_page.html"
SAID = ("The ferry that would not leave", "Ann Reed on a strike that both sides are losing")


def find(body: str, said: tuple[str, ...] = SAID) -> str:
    return page_text.find(html.document_fromstring(body), said)


def test_the_text_is_found_and_nothing_around_it() -> None:
    text = find(SAMPLE.read_text("utf-8"))
    assert text.startswith('<img src="/quay.jpg" alt="An empty quay">')
    assert "<p>The harbour has been quiet since Monday" in text
    assert text.endswith("they had asked for in the spring.</p>")
    for kept in (
        "<h2>What the town says</h2>",
        "<blockquote>",
        "<li>",
        "<table>",
        '"/deal"',
        "<i>waiting",
    ):
        assert kept in text
    for left in ("The ferry that", "Ann Reed on", "stay free", "Read also", "Cookie", "Subscribe"):
        assert left not in text


def test_a_headline_that_is_not_said_otherwise_stays() -> None:
    assert "<h1>The ferry that would not leave</h1>" in find(SAMPLE.read_text("utf-8"), ())


@pytest.mark.parametrize("body", ["<p></p>", "<nav><a href='/'>Home</a></nav>", "<p>Short.</p>"])
def test_a_page_without_a_text_has_none(body: str) -> None:
    assert find(f"<html><body>{body}</body></html>", ()) == ""


def test_a_page_beyond_all_bounds_is_not_searched() -> None:
    prose = "<p>Some words of a text that goes on for a while, and more.</p>"
    assert find(prose * 20, ()) != ""
    assert find(prose * (page_text.MAX_ELEMENTS + 1), ()) == ""
    assert find(prose * 20 + "<p>" + "words " * page_text.MAX_CHARACTERS, ()) == ""
