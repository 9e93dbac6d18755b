"""What a visit makes the operator know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.model.alarm import AlarmKind
from dispatch.model.source import SourceState
from dispatch.rules import conscience
from dispatch.rules.conscience import Visit

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WELL = SourceState(name="site", last_success_at=NOW, entry_count=20)
DAILY = tuple(NOW - DAY * number for number in range(10, 0, -1))


def standing(
    after: SourceState = WELL, visit: Visit | None = None, before: SourceState = WELL
) -> set[AlarmKind]:
    found = conscience.alarms(before, after, visit or Visit(entries=20), NOW)
    return {kind for kind, detail in found.items() if detail}


@pytest.mark.parametrize(
    ("after", "visit", "kind"),
    [
        (replace(WELL, retired_at=NOW), Visit(), AlarmKind.RETIRED),
        (
            replace(WELL, failures=9, failing_since_at=NOW - DAY, last_error="504"),
            Visit(),
            AlarmKind.FAILING,
        ),
        (
            replace(WELL, arrivals_at=tuple(one - 4 * DAY for one in DAILY)),
            Visit(),
            AlarmKind.SILENT,
        ),
        (WELL, Visit(entries=0), AlarmKind.EMPTY),
        (WELL, Visit(has_same_titles=True), AlarmKind.SAME_TITLES),
        (WELL, Visit(entries=20, waiting=20), AlarmKind.FLOOD),
        (WELL, Visit(entries=20, is_rebuilt=True), AlarmKind.REBUILT),
        (WELL, Visit(entries=20, unrepaired=2), AlarmKind.REPAIRS),
        (replace(WELL, ids_are_shared=True), Visit(entries=20), AlarmKind.SHARED_IDS),
        (WELL, Visit(entries=20, overflowed=True), AlarmKind.OVERFLOW),
    ],
)
def test_each_trouble_has_its_alarm(after: SourceState, visit: Visit, kind: AlarmKind) -> None:
    assert standing(after, visit) == {kind}


def test_a_source_that_is_well_raises_none() -> None:
    assert standing() == set()
    assert standing(replace(WELL, arrivals_at=DAILY)) == set()
    assert standing(visit=Visit(entries=0), before=SourceState(name="site")) == set()


def test_a_failure_is_told_after_a_day_and_says_nothing_of_the_document() -> None:
    failing = replace(WELL, failures=1, failing_since_at=NOW - DAY / 2, last_error="504")
    decided = conscience.alarms(WELL, failing, Visit(), NOW)
    assert {kind for kind, detail in decided.items() if detail} == set()
    assert not {AlarmKind.EMPTY, AlarmKind.SAME_TITLES, AlarmKind.OVERFLOW} & set(decided)


def test_one_title_on_a_few_entries_is_no_sign() -> None:
    assert conscience.has_same_titles(["a"] * 5)
    assert not conscience.has_same_titles(["a"] * 4)
    assert not conscience.has_same_titles(["a"] * 5 + ["b"])
