"""Runs: whoever asks, one gets it; who dies is followed; who is late is fenced."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.model.run import Run, RunState
from dispatch.store import runs
from dispatch.store.database import Database

MORNING = datetime(2026, 11, 27, 9, tzinfo=UTC)
LEASE = timedelta(minutes=10)
PERIOD = "2026-W48"


def claim(
    db: Database, worker: str = "one", *, at: datetime = MORNING, period: str = PERIOD
) -> Run | None:
    with db.write() as tx:
        return runs.claim(
            tx,
            "compose",
            period,
            worker=worker,
            now=at,
            lease_until=at + LEASE,
            late=False,
            max_attempts=3,
        )


def finish(db: Database, run: Run, state: RunState = RunState.DONE, error: str = "") -> bool:
    with db.write() as tx:
        return runs.finish(tx, run, state, now=MORNING, report={"issues": 1}, error=error)


def test_one_of_many_gets_the_run(db: Database) -> None:
    start = threading.Barrier(6)

    def ask(number: int) -> Run | None:
        start.wait()
        return claim(db, f"worker {number}")

    with ThreadPoolExecutor(6) as pool:
        got = [run for run in pool.map(ask, range(6)) if run]
    assert len(got) == 1
    with db.read() as tx:
        assert runs.list_runs(tx) == got


def test_a_run_that_is_held_or_done_is_not_given_again(db: Database) -> None:
    run = claim(db)
    assert run
    assert claim(db, "two") is None
    assert finish(db, run)
    assert claim(db, "two", at=MORNING + timedelta(days=1)) is None
    with db.read() as tx:
        found = runs.find_run(tx, "compose", PERIOD)
    assert found
    assert (found.state, found.report) == (RunState.DONE, {"issues": 1})


def test_one_of_many_takes_over_a_run_whose_holder_died(db: Database) -> None:
    dead = claim(db, "dead")
    assert dead
    after = MORNING + LEASE + timedelta(seconds=1)
    start = threading.Barrier(5)

    def ask(number: int) -> Run | None:
        start.wait()
        return claim(db, f"worker {number}", at=after)

    with ThreadPoolExecutor(5) as pool:
        (heir,) = [run for run in pool.map(ask, range(5)) if run]
    assert (heir.id, heir.attempt) == (dead.id, 2)
    with db.write() as tx:
        assert not runs.extend(tx, dead, after + LEASE)
        assert runs.extend(tx, heir, after + LEASE)
    assert not finish(db, dead)
    assert finish(db, heir)


def test_a_worker_that_took_over_from_its_own_past_is_fenced_from_it(db: Database) -> None:
    past = claim(db)
    present = claim(db, at=MORNING + LEASE + timedelta(seconds=1))
    assert past
    assert present
    assert not finish(db, past)
    assert finish(db, present)


def test_an_extended_lease_is_respected(db: Database) -> None:
    run = claim(db)
    assert run
    with db.write() as tx:
        assert runs.extend(tx, run, MORNING + 2 * LEASE)
    assert claim(db, "two", at=MORNING + LEASE + timedelta(seconds=1)) is None


def test_a_failed_run_is_tried_again_but_not_for_ever(db: Database) -> None:
    attempts: list[int] = []
    while run := claim(db, f"worker {len(attempts)}"):
        attempts.append(run.attempt)
        assert finish(db, run, RunState.FAILED, "disk full")
    assert attempts == [1, 2, 3]


def test_a_skipped_run_is_nobodys_to_make(db: Database) -> None:
    with db.write() as tx:
        assert runs.add_skipped(tx, "compose", PERIOD, now=MORNING, reason="too late")
        assert not runs.add_skipped(tx, "compose", PERIOD, now=MORNING, reason="again")
    assert claim(db) is None
    with db.read() as tx:
        found = runs.find_run(tx, "compose", PERIOD)
    assert found
    assert (found.state, found.error, found.late) == (RunState.SKIPPED, "too late", True)


def test_the_newest_period_is_known_per_job(db: Database) -> None:
    with db.read() as tx:
        assert runs.last_period(tx, "compose") is None
    for period in ("2026-W09", "2026-W48", "2026-W10"):
        claim(db, period=period)
    with db.read() as tx:
        assert runs.last_period(tx, "compose") == "2026-W48"
        assert runs.last_period(tx, "deliver") is None
        assert runs.list_runs(tx, job="deliver") == []


@pytest.mark.parametrize("days", [0, 5])
def test_old_runs_are_forgotten_but_never_the_newest_or_a_running_one(
    db: Database, days: int
) -> None:
    periods = ["a", "b", "c"]
    for number, period in enumerate(periods):
        run = claim(db, at=MORNING + timedelta(days=number), period=period)
        assert run
        if period != "b":
            finish(db, run)
    with db.write() as tx:
        gone = runs.remove_old(tx, "compose", MORNING + timedelta(days=days))
        left = {run.period for run in runs.list_runs(tx)}
    assert (gone, left) == ((1, {"b", "c"}) if days else (0, {"a", "b", "c"}))
