"""Counts of reads add up, and a log's position goes with them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dispatch.model.reads import ReadPosition
from dispatch.store import reads

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_reads_of_a_day_add_up_over_imports_and_origins(newsroom: Any) -> None:
    one, two = newsroom.article("https://a.example/1"), newsroom.article("https://a.example/2")
    with newsroom.db.write() as tx:
        reads.add_reads(tx, one, MONDAY, "site", 3)
        reads.add_reads(tx, one, MONDAY, "site", 4)
        reads.add_reads(tx, one, MONDAY, "app", 10)
        reads.add_reads(tx, one, TUESDAY, "site", 1)
        reads.add_reads(tx, two, TUESDAY, "site", 5)
        assert reads.get_reads(tx, MONDAY, TUESDAY) == {
            one: {MONDAY: 17, TUESDAY: 1},
            two: {TUESDAY: 5},
        }
        assert reads.get_reads(tx, MONDAY, MONDAY) == {one: {MONDAY: 17}}
        assert reads.get_reads(tx, MONDAY, TUESDAY, [two]) == {two: {TUESDAY: 5}}
        assert reads.get_reads(tx, MONDAY, TUESDAY, []) == {}


def test_discards_keep_their_reason_even_where_no_article_is_named(newsroom: Any) -> None:
    with newsroom.db.write() as tx:
        reads.add_discards(tx, 0, MONDAY, "site", "bot", 2)
        reads.add_discards(tx, 0, MONDAY, "site", "bot", 3)
        reads.add_discards(tx, 0, TUESDAY, "site", "staff", 1)
        reads.add_discards(tx, 7, MONDAY, "site", "refresh", 9)
        assert reads.get_discards(tx, MONDAY, TUESDAY, 0) == {"bot": 5, "staff": 1}
        assert reads.get_discards(tx, TUESDAY, TUESDAY, 7) == {}


def test_a_position_belongs_to_one_log_of_one_origin(newsroom: Any) -> None:
    with newsroom.db.write() as tx:
        reads.advance(tx, "site", {}, [ReadPosition(fingerprint="f1", offset=10)], NOW)
        reads.advance(tx, "site", {"f1": 10}, [ReadPosition(fingerprint="f1", offset=2**40)], NOW)
        reads.advance(tx, "app", {}, [ReadPosition(fingerprint="f1", offset=5)], NOW)
        assert reads.get_positions(tx, "site") == {"f1": 2**40}
        assert reads.get_positions(tx, "nobody") == {}


@pytest.mark.parametrize("before", [{}, {"f1": 9}])
def test_who_began_before_another_was_done_is_overtaken(
    newsroom: Any, before: dict[str, int]
) -> None:
    with newsroom.db.write() as tx:
        reads.advance(tx, "site", {}, [ReadPosition(fingerprint="f1", offset=10)], NOW)
    moved = [ReadPosition(fingerprint="f0", offset=1), ReadPosition(fingerprint="f1", offset=20)]
    with pytest.raises(reads.Overtaken), newsroom.db.write() as tx:
        reads.advance(tx, "site", before, moved, NOW)
    with newsroom.db.read() as tx:
        assert reads.get_positions(tx, "site") == {"f1": 10}


def test_a_total_stands_in_place_of_the_last_one_of_its_origin(newsroom: Any) -> None:
    one = newsroom.article("https://a.example/1")
    with newsroom.db.write() as tx:
        reads.add_reads(tx, one, MONDAY, "site", 3)
        for total in (5, 5, 2):
            reads.put_reads(tx, one, MONDAY, "table", total)
        assert reads.get_reads(tx, MONDAY, MONDAY) == {one: {MONDAY: 5}}
        assert reads.get_reads_by_origin(tx, MONDAY, TUESDAY) == {
            one: {(MONDAY, "site"): 3, (MONDAY, "table"): 2}
        }


def test_discards_are_found_by_article(newsroom: Any) -> None:
    with newsroom.db.write() as tx:
        reads.add_discards(tx, 7, MONDAY, "site", "bot", 2)
        reads.add_discards(tx, 7, TUESDAY, "app", "bot", 3)
        reads.add_discards(tx, 8, MONDAY, "site", "staff", 1)
        reads.add_discards(tx, 9, MONDAY, "site", "staff", 1)
        assert reads.get_discards_of(tx, MONDAY, TUESDAY, [7, 8]) == {
            7: {"bot": 5},
            8: {"staff": 1},
        }
