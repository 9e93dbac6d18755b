"""Counts of reads are written together, once, and none is lost to a store that is away."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from dispatch.model.reads import DiscardReason, ReadCount
from dispatch.web.counter import Counter

DAY = date(2026, 11, 27)


def counted(count: int, reason: DiscardReason | None = None) -> ReadCount:
    return ReadCount(article_id=7, day=DAY, reason=reason, count=count)


def test_a_burst_is_written_at_once() -> None:
    written: list[list[ReadCount]] = []
    counter = Counter(written.append, delay_seconds=3600)
    for _ in range(1000):
        counter.add(7, DAY, None)
    counter.add(7, DAY, DiscardReason.BOT)
    counter.flush()
    counter.flush()
    assert written == [
        [counted(1000), counted(1, DiscardReason.BOT)],
    ]


def test_what_was_taken_back_before_it_was_written_is_not_written() -> None:
    written: list[list[ReadCount]] = []
    counter = Counter(written.append, delay_seconds=3600)
    counter.add(7, DAY, None)
    counter.add(7, DAY, None, -1)
    counter.flush()
    assert written == []


def test_counts_are_written_by_themselves_after_a_moment() -> None:
    done = threading.Event()
    counter = Counter(lambda _: done.set(), delay_seconds=0.01)
    counter.add(7, DAY, None)
    assert done.wait(20)


def test_a_store_that_is_away_gets_them_with_the_next(caplog: pytest.LogCaptureFixture) -> None:
    written: list[list[ReadCount]] = []
    answers = iter([OSError("away"), None])

    def write(rows: list[ReadCount]) -> None:
        if error := next(answers):
            raise error
        written.append(rows)

    counter = Counter(write, delay_seconds=3600)
    counter.add(7, DAY, None)
    counter.flush()
    counter.add(7, DAY, None)
    counter.flush()
    assert written == [[counted(2)]]
    assert "wait for the store" in caplog.text
