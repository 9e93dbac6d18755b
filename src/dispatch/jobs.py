"""Jobs and their runs: what is done by the clock, for which periods, and by whom.

In: a job table, the store, now. Out: runs. The store decides, the clock only wakes (design:
invariant 1): everybody may ask for a run, at any time and from several processes; one gets it.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dispatch import errors, ports
from dispatch.model.newsletter import Cadence, LatePolicy
from dispatch.model.run import Run, RunState
from dispatch.rules import cadence
from dispatch.rules.cadence import Period
from dispatch.store import runs
from dispatch.store.database import Database

#: A run whose process does not say for this long that it is alive may be taken over.
LEASE_SECONDS = 90

#: How often a period that failed is tried, by whoever wakes next.
MAX_ATTEMPTS = 3

#: How long the runs of an interval job are kept; an issue's runs are kept for ever.
KEEP_DAYS = 7

log = logging.getLogger(__name__)

#: Does the work for a period and returns the report as plain data.
Action = Callable[[Period], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalJob:
    """A job that is due every so often; what was missed needs no making up."""

    name: str
    every_seconds: int
    action: Action

    def due(self, now: datetime, last: str | None) -> Iterator[tuple[Period, str]]:  # noqa: ARG002
        """The period that `now` lies in; whether it has a run already, the store says.

        `last` decides nothing: after a clock that was wrong it may lie far ahead, and a job that
        waited for that moment would be dead until then.
        """
        seconds = int(now.timestamp()) // self.every_seconds * self.every_seconds
        due_at = datetime.fromtimestamp(seconds, UTC)
        yield Period(due_at, due_at.strftime("%Y-%m-%dT%H:%M:%SZ")), ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceJob:
    """A job with an appointment; missed ones are made late or merged, by its policy.

    It begins `lead` before the appointment.
    """

    name: str
    cadence: Cadence
    late: LatePolicy
    late_hours: int
    action: Action
    lead: timedelta = timedelta()

    def due(self, now: datetime, last: str | None) -> Iterator[tuple[Period, str]]:
        """(period, why it is not to be made or ""), oldest first, from the last one with a run.

        The last one is among them: it may have failed, or its process may have died. A new site
        begins with its newest period and has no past to make up for. Neither has one whose last
        period lies ahead: its clock was wrong, or its cadence was weekly ("2026-W48" sorts behind
        every day of its year) and is daily now.
        """
        newest = cadence.latest_due(self.cadence, now + self.lead)
        first = min(last, newest.name) if last else newest.name
        begins = now + self.lead
        for period in cadence.list_due(self.cadence, begins - cadence.HORIZON, begins):
            if period.name >= first:
                yield period, self._reason_not_to(period, newest, now)

    def _reason_not_to(self, period: Period, newest: Period, now: datetime) -> str:
        if period != newest:
            return f"missed; its articles go into {newest.name}"
        if cadence.should_make(period, newest, now, self.late, self.late_hours):
            return ""
        late = timedelta(seconds=int((now - period.due_at).total_seconds()))
        limit = f" within {self.late_hours} hours" if self.late is LatePolicy.RUN else ""
        return f"missed by {late}; late issues: {self.late.value!r}{limit}"


Job = IntervalJob | CadenceJob


class Runner:
    """Makes the runs that are due, under leases, and records what came of them."""

    def __init__(self, db: Database, clock: ports.Clock, jobs: Sequence[Job]) -> None:
        self.db = db
        self.clock = clock
        self.jobs = {job.name: job for job in jobs}
        self.worker = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"

    def wake(self, name: str) -> list[Run]:
        """Make what is due of one job and is nobody else's; returns the runs that were ours."""
        job, now = self.jobs[name], self.clock.now()
        with self.db.write() as tx:
            runs.bury(tx, name, now=now, max_attempts=MAX_ATTEMPTS)
            last = runs.last_period(tx, name)
        made: list[Run] = []
        for period, reason in job.due(now, last):
            if reason:
                self._skip(job, period, reason)
            elif run := self._make(job, period):
                made.append(run)
        return made

    def make(self, name: str, period: Period) -> Run | None:
        """Make one period on somebody's word, whatever the policy; None if it is another's."""
        return self._make(self.jobs[name], period)

    def _skip(self, job: Job, period: Period, reason: str) -> None:
        with self.db.write() as tx:
            if runs.add_skipped(tx, job.name, period.name, now=self.clock.now(), reason=reason):
                log.warning("run %s %s skipped: %s", job.name, period.name, reason)

    def _make(self, job: Job, period: Period) -> Run | None:
        now = self.clock.now()
        with self.db.write() as tx:
            run = runs.claim(
                tx,
                job.name,
                period.name,
                worker=self.worker,
                now=now,
                lease_until=now + timedelta(seconds=LEASE_SECONDS),
                late=isinstance(job, CadenceJob) and cadence.is_late(period, now),
                max_attempts=MAX_ATTEMPTS,
            )
        if run is None:
            return None
        log.info("run %s %s begins%s", run.job, run.period, " late" if run.late else "")
        with self._alive(run):
            state, report, error = _act(job, period)
        self._finish(run, state, report, error)
        with self.db.read() as tx:
            return runs.find_run(tx, run.job, run.period)

    def _finish(
        self, run: Run, state: RunState, report: Mapping[str, Any] | None, error: str
    ) -> None:
        now = self.clock.now()
        with self.db.write() as tx:
            is_ours = runs.finish(tx, run, state, now=now, report=report, error=error)
            if isinstance(self.jobs[run.job], IntervalJob):
                runs.remove_old(tx, run.job, now - timedelta(days=KEEP_DAYS))
        if is_ours:
            log.info("run %s %s %s", run.job, run.period, state)
        else:
            log.warning("run %s %s was taken over by another worker", run.job, run.period)

    @contextmanager
    def _alive(self, run: Run) -> Iterator[None]:
        """Say that the run is being worked on for as long as the block lasts."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(LEASE_SECONDS / 3):
                self._extend(run)

        thread = threading.Thread(target=beat, name=f"alive {run.job}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _extend(self, run: Run) -> None:
        """A beat that fails is no reason to fall silent: the next may still come in time."""
        until = self.clock.now() + timedelta(seconds=LEASE_SECONDS)
        try:
            with self.db.write() as tx:
                runs.extend(tx, run, until)
        except Exception:
            log.exception("run %s %s: its lease could not be extended", run.job, run.period)


def _act(job: Job, period: Period) -> tuple[RunState, Mapping[str, Any] | None, str]:
    """The outcome of the action; an error is the run's, not the scheduler's."""
    try:
        return RunState.DONE, job.action(period), ""
    except errors.DispatchError as error:
        log.error("run %s %s: %s", job.name, period.name, error)  # noqa: TRY400  # told in words
        return RunState.FAILED, None, str(error)
    except Exception:
        log.exception("run %s %s", job.name, period.name)
        return RunState.FAILED, None, traceback.format_exc()
