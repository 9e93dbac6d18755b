"""The job table: what is due, who gets it, and what becomes of what was missed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dispatch import errors, jobs
from dispatch.model.newsletter import Cadence, LatePolicy
from dispatch.model.run import Run, RunState
from dispatch.rules.cadence import Period
from dispatch.store import runs
from dispatch.store.database import Database

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
FRIDAYS = Cadence(weekday=4, at=time(9), time_zone=ZoneInfo("Europe/London"))
DAILY = Cadence(weekday=None, at=time(7, 30), time_zone=ZoneInfo("Europe/London"))


class SetClock:
    """Stands still until a test moves it."""

    def __init__(self, now: datetime = FRIDAY) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def later(self, **amount: float) -> None:
        self.time += timedelta(**amount)


class Work:
    """An action that remembers its periods and fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.done: list[str] = []

    def __call__(self, period: Period) -> Mapping[str, Any]:
        self.done.append(period.name)
        if self.failures:
            raise self.failures.pop(0)
        return {"number": len(self.done)}


def weekly(
    work: jobs.Action, *, late: LatePolicy = LatePolicy.RUN, cadence: Cadence = FRIDAYS
) -> jobs.CadenceJob:
    return jobs.CadenceJob(
        name="issue:weekly", cadence=cadence, late=late, late_hours=18, action=work
    )


def every(seconds: int, work: jobs.Action) -> jobs.IntervalJob:
    return jobs.IntervalJob(name="collect", every_seconds=seconds, action=work)


def all_runs(db: Database) -> list[tuple[str, RunState]]:
    with db.read() as tx:
        return sorted((run.period, run.state) for run in runs.list_runs(tx))


# ------------------------------------------------------------------ what is due


@pytest.mark.parametrize(
    ("now", "period"),
    [
        ("2026-11-27T09:00:00", "2026-11-27T09:00:00Z"),
        ("2026-11-27T09:04:59", "2026-11-27T09:00:00Z"),
        ("2026-11-27T09:05:00", "2026-11-27T09:05:00Z"),
    ],
)
def test_an_interval_has_one_period_at_a_time(now: str, period: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)

    ((found, reason),) = every(300, Work()).due(moment, None)

    assert (found.name, reason) == (period, "")
    assert found.due_at <= moment


def test_an_interval_job_survives_a_clock_that_was_ahead() -> None:
    ((found, _),) = every(300, Work()).due(FRIDAY, "2031-01-01T00:00:00Z")

    assert found.name == "2026-11-27T09:00:00Z"


@pytest.mark.parametrize(
    ("last", "due"),
    [
        pytest.param(None, {"2026-W48": True}, id="a new site has no past"),
        pytest.param("2026-W47", {"2026-W47": False, "2026-W48": True}, id="in step"),
        pytest.param("2026-W48", {"2026-W48": True}, id="asked again"),
        pytest.param(
            "2026-W45",
            {"2026-W45": False, "2026-W46": False, "2026-W47": False, "2026-W48": True},
            id="weeks were missed",
        ),
        pytest.param("2031-W01", {"2026-W48": True}, id="the clock was ahead"),
    ],
)
def test_the_newest_period_is_made_and_older_ones_are_told_of(
    last: str | None, due: dict[str, bool]
) -> None:
    found = weekly(Work()).due(FRIDAY, last)

    assert {period.name: not reason for period, reason in found} == due


def test_a_newsletter_that_becomes_daily_goes_on() -> None:
    """ "2026-W47" sorts behind every date of its year."""
    found = dict(weekly(Work(), cadence=DAILY).due(FRIDAY, "2026-W47"))

    assert [period.name for period, reason in found.items() if not reason] == ["2026-11-27"]


def test_a_newsletter_that_becomes_weekly_goes_on() -> None:
    found = dict(weekly(Work()).due(FRIDAY, "2026-11-26"))

    assert [period.name for period, reason in found.items() if not reason] == ["2026-W48"]


def test_the_reason_names_the_period_that_takes_the_articles_over() -> None:
    (old, why_old), *_ = weekly(Work()).due(FRIDAY, "2026-W47")

    assert old.name == "2026-W47"
    assert "2026-W48" in why_old


# ------------------------------------------------------------------ who gets it


def test_of_two_runners_at_once_one_makes_the_run(db: Database) -> None:
    work, start = Work(), threading.Barrier(2)
    runners = [jobs.Runner(db, SetClock(), [weekly(work)]) for _ in range(2)]

    def wake(runner: jobs.Runner) -> list[Run]:
        start.wait()
        return runner.wake("issue:weekly")

    with ThreadPoolExecutor(2) as pool:
        made = [run for found in pool.map(wake, runners) for run in found]

    assert work.done == ["2026-W48"]
    assert [run.state for run in made] == [RunState.DONE]
    assert made[0].report == {"number": 1}
    assert made[0].late is False


def test_each_period_is_made_once_however_often_it_is_asked_for(db: Database) -> None:
    work, clock = Work(), SetClock()
    for _ in range(6):
        jobs.Runner(db, clock, [every(300, work)]).wake("collect")
        clock.later(seconds=100)

    assert work.done == ["2026-11-27T09:00:00Z", "2026-11-27T09:05:00Z"]


def test_a_run_on_somebodys_word_counts_for_the_clock_too(db: Database) -> None:
    work, clock = Work(), SetClock()
    runner = jobs.Runner(db, clock, [weekly(work)])

    run = runner.make("issue:weekly", Period(FRIDAY, "2026-W48"))

    assert run is not None
    assert run.state is RunState.DONE
    assert runner.wake("issue:weekly") == []
    assert runner.make("issue:weekly", Period(FRIDAY, "2026-W48")) is None
    assert work.done == ["2026-W48"]


# ------------------------------------------------------------------ what goes wrong


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (errors.TemplateError("issue.html: line 3"), "issue.html: line 3"),
        (RuntimeError("a fault of ours"), "RuntimeError: a fault of ours"),
    ],
)
def test_a_failure_is_recorded_and_tried_again(db: Database, failure: Exception, told: str) -> None:
    work, clock = Work(failure), SetClock()
    runner = jobs.Runner(db, clock, [weekly(work)])

    (failed,) = runner.wake("issue:weekly")
    clock.later(minutes=1)
    (made,) = runner.wake("issue:weekly")

    assert failed.state is RunState.FAILED
    assert told in failed.error
    assert (made.state, made.attempt, made.error) == (RunState.DONE, 2, "")


def test_a_failing_run_is_given_up_after_its_attempts(db: Database) -> None:
    work, clock = Work(*(RuntimeError("again") for _ in range(9))), SetClock()
    runner = jobs.Runner(db, clock, [weekly(work)])

    for _ in range(jobs.MAX_ATTEMPTS + 2):
        runner.wake("issue:weekly")
        clock.later(minutes=1)

    assert len(work.done) == jobs.MAX_ATTEMPTS
    assert all_runs(db) == [("2026-W48", RunState.FAILED)]


def test_the_run_of_a_dead_process_is_taken_over(db: Database) -> None:
    work, clock = Work(), SetClock()
    with db.write() as tx:
        dead = runs.claim(
            tx,
            "issue:weekly",
            "2026-W48",
            worker="dead",
            now=FRIDAY,
            lease_until=FRIDAY + timedelta(seconds=jobs.LEASE_SECONDS),
            late=False,
            max_attempts=3,
        )
    assert dead
    runner = jobs.Runner(db, clock, [weekly(work)])

    assert runner.wake("issue:weekly") == [], "it may still be alive"
    clock.later(seconds=jobs.LEASE_SECONDS + 1)
    (made,) = runner.wake("issue:weekly")

    assert (made.state, made.attempt) == (RunState.DONE, 2)
    with db.write() as tx:
        assert not runs.finish(tx, dead, RunState.DONE, now=clock.now()), "it is fenced off"


def test_a_worker_that_was_taken_over_does_not_speak_for_the_run(db: Database) -> None:
    clock = SetClock()
    other = Work()

    def slow(period: Period) -> Mapping[str, Any]:
        clock.later(seconds=jobs.LEASE_SECONDS + 1)
        jobs.Runner(db, clock, [weekly(other)]).wake("issue:weekly")
        return {"slow": period.name}

    jobs.Runner(db, clock, [weekly(slow)]).wake("issue:weekly")

    with db.read() as tx:
        run = runs.find_run(tx, "issue:weekly", "2026-W48")
    assert run is not None
    assert (run.attempt, run.report) == (2, {"number": 1})


def test_the_lease_is_kept_up_and_a_lost_beat_is_no_end(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock()
    beats: list[Run] = []
    enough = threading.Event()

    def extend(_tx: object, run: Run, _until: datetime) -> bool:
        beats.append(run)
        if len(beats) == 1:
            raise OSError("the store is away")
        enough.set()
        return True

    monkeypatch.setattr(jobs, "LEASE_SECONDS", 0.03)
    monkeypatch.setattr(runs, "extend", extend)

    def work(_period: Period) -> Mapping[str, Any]:
        return {"beaten": enough.wait(30)}

    (run,) = jobs.Runner(db, clock, [weekly(work)]).wake("issue:weekly")

    assert run.report == {"beaten": True}


# ------------------------------------------------------------------ what was missed


def test_a_site_that_was_down_makes_the_newest_issue_late_and_skips_the_rest(
    db: Database,
) -> None:
    work, clock = Work(), SetClock()
    runner = jobs.Runner(db, clock, [weekly(work)])
    runner.wake("issue:weekly")
    clock.later(weeks=3, hours=5)

    (late,) = runner.wake("issue:weekly")

    assert (late.period, late.late) == ("2026-W51", True)
    assert work.done == ["2026-W48", "2026-W51"]
    assert all_runs(db) == [
        ("2026-W48", RunState.DONE),
        ("2026-W49", RunState.SKIPPED),
        ("2026-W50", RunState.SKIPPED),
        ("2026-W51", RunState.DONE),
    ]
    with db.read() as tx:
        skipped = runs.find_run(tx, "issue:weekly", "2026-W49")
    assert skipped is not None
    assert "2026-W51" in skipped.error


@pytest.mark.parametrize(
    ("policy", "late", "made"),
    [
        (LatePolicy.RUN, timedelta(hours=18), ["2026-W48"]),
        (LatePolicy.RUN, timedelta(hours=18, seconds=1), []),
        (LatePolicy.MERGE, timedelta(minutes=10), ["2026-W48"]),
        (LatePolicy.MERGE, timedelta(minutes=11), []),
    ],
)
def test_the_policy_decides_about_a_missed_issue(
    db: Database,
    policy: LatePolicy,
    late: timedelta,
    made: list[str],
) -> None:
    work = Work()
    runner = jobs.Runner(db, SetClock(FRIDAY + late), [weekly(work, late=policy)])

    runner.wake("issue:weekly")
    runner.wake("issue:weekly")

    assert work.done == made
    if not made:
        with db.read() as tx:
            (run,) = runs.list_runs(tx)
        assert run.state is RunState.SKIPPED
        assert policy.value in run.error


def test_runs_of_an_interval_job_are_forgotten_and_those_of_issues_kept(db: Database) -> None:
    clock = SetClock()
    runner = jobs.Runner(db, clock, [every(300, Work()), weekly(Work())])
    for name in ("collect", "issue:weekly"):
        runner.wake(name)
    clock.later(days=jobs.KEEP_DAYS + 1)
    runner.wake("collect")

    kept = [period for period, _ in all_runs(db)]

    assert kept == ["2026-12-05T09:00:00Z", "2026-W48"]
