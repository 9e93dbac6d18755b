"""A click is a person's unless the visitor opens links as no person can."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.reads import DiscardReason
from dispatch.rules import following

NINE = datetime(2026, 11, 27, 9, tzinfo=UTC)


def opened(*clicked: tuple[float, int]) -> tuple[Counter[int], list[DiscardReason | None]]:
    """(what counts in the end per article, the verdicts) of (second, article) in turn."""
    sitting, counted, reasons = following.Sitting(), Counter[int](), []
    for second, article in clicked:
        verdict = following.judge(sitting, article, NINE + timedelta(seconds=second))
        sitting = verdict.sitting
        reasons.append(verdict.reason)
        counted[article] += verdict.reason is None
        for other in verdict.taken_back:
            counted[other] -= 1
    return +counted, reasons


def test_a_reader_who_opens_articles_one_after_another_counts_for_each() -> None:
    counted, _ = opened((0, 1), (40, 2), (300, 3), (301, 4), (900, 5))
    assert counted == Counter({1: 1, 2: 1, 3: 1, 4: 1, 5: 1})


def test_coming_back_to_an_article_counts_once() -> None:
    counted, reasons = opened((0, 1), (60, 1), (7200, 1))
    assert counted == Counter({1: 1})
    assert reasons == [None, DiscardReason.REFRESH, DiscardReason.REFRESH]


def test_a_scanner_that_opens_every_link_counts_for_none_not_even_the_first() -> None:
    counted, reasons = opened(*((number / 10, number) for number in range(12)))
    assert not counted
    assert reasons[3:] == [DiscardReason.SCANNER] * 9


def test_who_was_unmasked_stays_so_for_the_day() -> None:
    counted, _ = opened((0, 1), (1, 2), (2, 3), (3, 4), (40_000, 5))
    assert not counted


@given(st.lists(st.tuples(st.floats(0, 3600), st.integers(1, 20)), max_size=60))
def test_no_article_ever_loses_more_than_it_got(clicked: list[tuple[float, int]]) -> None:
    counted, _ = opened(*sorted(clicked))
    assert all(value == 1 for value in counted.values())
