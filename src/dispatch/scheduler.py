"""The clock's door: wakes the jobs at their times and asks nothing of its own memory.

In: the App. Out: nothing but calls of `Runner.wake`. APScheduler holds the timers, in memory and
without a job store (two processes on one job store fire everything twice); which period is due,
and whose it is, the store decides. So a second process, a restart or a clock that jumps changes
when somebody asks, never how often something is done.
"""

from __future__ import annotations

import logging

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from dispatch import app, jobs
from dispatch.model.newsletter import Cadence

#: How often every job is asked besides its own times: for retries, and for runs of dead processes.
PATROL_SECONDS = 60

#: APScheduler's own names: its numbers begin on Monday, crontab's on Sunday.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

log = logging.getLogger(__name__)


class Scheduler:
    """Timers for a site's jobs, in threads of this process."""

    def __init__(self, site: app.App) -> None:
        self._app = site
        self._runner = site.runner  # opens the store: what is wrong with it is told before we start
        # None: a timer that is late still fires; whether that is too late is for the store to say.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._timers = BackgroundScheduler(timezone="UTC", job_defaults=defaults)
        for job in site.job_table():
            self._timers.add_job(self._wake, _trigger(job), args=[job.name], id=job.name)
            patrol = IntervalTrigger(seconds=PATROL_SECONDS, timezone="UTC")
            if isinstance(job, jobs.CadenceJob):
                self._timers.add_job(self._wake, patrol, args=[job.name], id=f"patrol {job.name}")

    def start(self) -> None:
        """Ask every job at once for what was missed, then at its times."""
        self._timers.start()
        for job in self._app.job_table():
            self._timers.add_job(self._wake, args=[job.name], id=f"start {job.name}")

    def stop(self) -> None:
        """Let what is under way come to a safe end; returns when it has."""
        self._app.stop.set()
        if self._timers.running:
            # Its own thread must not be handing out jobs at that moment, or it dies of a lookup.
            self._timers.pause()
            self._timers.remove_all_jobs()
            self._timers.shutdown(wait=True)

    def _wake(self, name: str) -> None:
        if self._app.stop.is_set():
            return
        try:
            self._runner.wake(name)
        except Exception:
            # The store may be away for a moment: the next timer asks again.
            log.exception("job %s could not be asked", name)


def _trigger(job: jobs.Job) -> IntervalTrigger | CronTrigger:
    if isinstance(job, jobs.IntervalJob):
        return IntervalTrigger(seconds=job.every_seconds, timezone="UTC")
    return _appointment(job.cadence)


def _appointment(cadence: Cadence) -> CronTrigger:
    weekday = "*" if cadence.weekday is None else WEEKDAYS[cadence.weekday]
    return CronTrigger(
        day_of_week=weekday,
        hour=cadence.at.hour,
        minute=cadence.at.minute,
        timezone=cadence.time_zone,
    )
