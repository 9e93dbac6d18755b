"""An article that lost its names is known again by several signs, and never by one alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.article import Author, Entry
from dispatch.rules import identity, likeness

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TEXT = " ".join(f"word{number} of the first piece" for number in range(40))
OTHER = " ".join(f"term{number} in another story" for number in range(40))
ENTRY = Entry(
    source_id="urn:2",
    url="https://news.example/2",
    title="Week in review",
    standfirst="What happened",
    authors=(Author(name="Ann Lee"),),
    published_at=NOW,
)
CANDIDATE = likeness.Candidate(
    known=identity.Known(
        article_id=1,
        source="site",
        content_hash="x",
        title="Week in review",
        standfirst="What happened",
        is_withdrawn=False,
    ),
    published_at=NOW,
    authors=frozenset({"ann lee"}),
    text=TEXT,
)


def found(
    entry: Entry = ENTRY, text: str = TEXT, candidate: likeness.Candidate = CANDIDATE
) -> likeness.Likeness | None:
    return likeness.find_likeness(entry, text, identity.said_at(entry), [candidate])


@pytest.mark.parametrize(
    ("entry", "text", "why"),
    [
        (ENTRY, TEXT, "same title, 0 h apart, 100% of the text in common"),
        (replace(ENTRY, title="WEEK  in review!"), TEXT, "same title, 0 h apart, 100%"),
        (replace(ENTRY, authors=()), TEXT, "100% of the text"),
        (replace(ENTRY, published_at=NOW + timedelta(hours=47)), TEXT, "47 h apart"),
        (ENTRY, "", "same authors"),
    ],
)
def test_a_lost_article_is_known_again(entry: Entry, text: str, why: str) -> None:
    like = found(entry, text)
    assert like is not None
    assert like.known.article_id == 1
    assert why in like.why


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        pytest.param(replace(ENTRY, title="Week in preview, mostly"), TEXT, id="another title"),
        pytest.param(replace(ENTRY, published_at=NOW + timedelta(hours=49)), TEXT, id="too far"),
        pytest.param(replace(ENTRY, published_at=None), TEXT, id="undated"),
        pytest.param(ENTRY, OTHER, id="the next week's review by the same author"),
        pytest.param(replace(ENTRY, authors=()), "", id="a title alone"),
        pytest.param(replace(ENTRY, standfirst="Quite other things"), "", id="another standfirst"),
        pytest.param(replace(ENTRY, authors=(Author(name="Bob"),)), "", id="another author"),
        pytest.param(replace(ENTRY, title="!!!"), TEXT, id="a title without words"),
    ],
)
def test_two_pieces_of_one_title_stay_two(entry: Entry, text: str) -> None:
    assert found(entry, text) is None


def test_where_words_may_be_parted_makes_no_title() -> None:
    assert likeness.is_same_title("Достопри\u00adмечательности", "Достопримечательности")
    assert likeness.text_likeness("one two\u00ad " * 40, "one two " * 40) == 1.0


def test_the_nearest_of_two_is_taken() -> None:
    far = replace(CANDIDATE, published_at=NOW - timedelta(hours=40))
    near = replace(CANDIDATE, known=replace(CANDIDATE.known, article_id=2))
    like = likeness.find_likeness(ENTRY, TEXT, NOW, [far, near])
    assert like is not None
    assert like.known.article_id == 2


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_of_titles_has_no_side(one: str, other: str) -> None:
    assert likeness.is_same_title(one, other) in {True, False}
    assert likeness.is_same_title(one, one) is any(char.isalnum() or char == "_" for char in one)
