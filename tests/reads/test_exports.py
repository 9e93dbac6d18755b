"""Exports of other programs: totals per article and day, told alike by every kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dispatch import reads
from dispatch.model.reads import ReadBatch
from dispatch.reads import exports

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "reads/csv_file",
    "reads/goaccess",
    "reads/matomo",
    "reads/plausible",
    "reads/umami",
)

SAMPLES = Path(__file__).parent.parent / "samples" / "reads"
CRANES, KRANY, SCHOOL = 1, 2, 3
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
Import = Callable[..., ReadBatch]


@pytest.mark.parametrize(
    ("kind", "name", "extra"),
    [
        ("csv", "reads.csv", 3),
        ("plausible", "plausible.json", 0),
        ("matomo", "matomo.json", 0),
        ("umami", "umami-2026-11-23.json", 0),
        ("goaccess", "goaccess.json", 0),
    ],
)
def test_every_kind_finds_the_articles_and_their_days(
    gather: Import, kind: str, name: str, extra: int
) -> None:
    batch = gather(kind, SAMPLES / name)
    assert batch.problems == ()
    assert batch.totals[CRANES, MONDAY] == 41 + extra
    assert batch.totals[KRANY, MONDAY] == 12
    assert batch.counts == {}
    if kind in ("plausible", "matomo"):
        assert batch.totals[SCHOOL, TUESDAY] == 7
    assert set(batch.totals) <= {(CRANES, MONDAY), (KRANY, MONDAY), (SCHOOL, TUESDAY)}


@pytest.mark.parametrize("kind", sorted(set(reads.KINDS) - {"access-log"}))
@pytest.mark.parametrize(
    "junk",
    [b"", b"\xff\xfe\x00", b"[" * 100_000, b"null", b"[1, {}, null]", b'{"results": 3}', b"a,b\n1"],
)
def test_no_document_raises_and_what_is_none_is_told(
    gather: Import, tmp_path: Path, kind: str, junk: bytes
) -> None:
    path = tmp_path / "export-2026-11-23"
    path.write_bytes(junk)
    batch = gather(kind, path)
    assert batch.totals == {}
    assert batch.problems


@pytest.mark.parametrize("kind", sorted(set(reads.KINDS) - {"access-log"}))
def test_a_file_that_is_not_there_is_told(gather: Import, tmp_path: Path, kind: str) -> None:
    (problem,) = gather(kind, tmp_path / "export.json").problems
    assert problem == "export.json: No such file or directory"


def test_of_a_folder_the_later_export_of_a_day_wins(gather: Import, tmp_path: Path) -> None:
    for age, (name, count) in enumerate([("b-2026-11-23.json", 1), ("a-2026-11-23.json", 9)]):
        path = tmp_path / name
        path.write_text(f'[{{"x": "/en/economy/cranes/", "y": {count}}}]')
        os.utime(path, (1_800_000_000 + age, 1_800_000_000 + age))
    shutil.copy(SAMPLES / "umami-2026-11-23.json", tmp_path / ".hidden-2026-11-23.json")
    assert gather("umami", tmp_path).totals == {(CRANES, MONDAY): 9}


def test_a_broken_row_costs_only_itself_and_is_told_with_its_line(gather: Import) -> None:
    batch = gather("csv", SAMPLES / "reads-excel.csv")
    assert batch.totals == {(SCHOOL, TUESDAY): 7}
    assert (batch.lines, batch.malformed) == (3, 2)
    assert batch.problems == (
        "reads-excel.csv: line 3: 'yesterday' is no date such as 2026-11-24",
        "reads-excel.csv: line 4: 'many' is no number of reads",
    )


def test_broken_rows_are_not_told_without_end(gather: Import, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("path,date,reads\n" + "/x,never,1\n" * 100)
    batch = gather("csv", path)
    assert len(batch.problems) == exports.TOLD_LIMIT + 1
    assert batch.problems[-1] == "a.csv: and 95 rows more"


@pytest.mark.parametrize(
    ("kind", "document", "told"),
    [
        ("csv", "page,when\n/x,1\n", "needs the columns path (or url), date and reads"),
        (
            "plausible",
            (
                '{"results": [], "query": {"dimensions": ["event:page"], "metrics": ["visitors"], '
                '"date_range": ["2026-11-01", "2026-11-07"]}}'
            ),
            "ask with the dimension time:day",
        ),
        ("plausible", '{"error": "Invalid API key"}', "Invalid API key"),
        ("matomo", '{"result": "error", "message": "no access"}', "Matomo says: no access"),
        ("matomo", '[{"label": "a", "nb_visits": 1}]', "says no day"),
        ("umami", '[{"x": "/", "y": 1}]', "says no day"),
        (
            "goaccess",
            (
                '{"general": {"start_date": "01/Nov/2026", "end_date": "07/Nov/2026"}, '
                '"requests": {"data": []}}'
            ),
            "make one report for each day",
        ),
    ],
)
def test_what_cannot_be_used_says_how_it_could(
    gather: Import, tmp_path: Path, kind: str, document: str, told: str
) -> None:
    path = tmp_path / "export.json"
    path.write_text(document)
    batch = gather(kind, path)
    assert batch.totals == {}
    assert told in batch.problems[0]


def test_a_day_is_found_in_a_name_only_if_there_is_such_a_day() -> None:
    assert exports.day_in("umami-2026-11-24.json") == TUESDAY
    assert exports.day_in("umami-2026-13-24.json") is None
    assert exports.day_in("12026-11-245.json") is None
