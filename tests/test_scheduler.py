"""The timers: when they fire, and that nothing that happens to one stops the others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch import app, scheduler, site
from dispatch.model.newsletter import Cadence

TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[app.App]:
    """A new site, opened."""
    site.make_site(tmp_path, TUESDAY)
    opened = app.App.open(tmp_path / "config.toml", {})
    yield opened
    opened.close()


@pytest.fixture
def timers(newsroom: app.App) -> Iterator[scheduler.Scheduler]:
    """Its timers, not started."""
    made = scheduler.Scheduler(newsroom)
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("weekday", "at", "zone", "after", "fires"),
    [
        pytest.param(4, "09:00", "Europe/London", TUESDAY, "2026-11-27T09:00", id="friday"),
        pytest.param(0, "09:00", "Europe/London", TUESDAY, "2026-11-30T09:00", id="monday"),
        pytest.param(6, "09:00", "Europe/London", TUESDAY, "2026-11-29T09:00", id="sunday"),
        pytest.param(1, "12:30", "Europe/London", TUESDAY, "2026-11-24T12:30", id="today"),
        pytest.param(None, "07:30", "Europe/Moscow", TUESDAY, "2026-11-25T04:30", id="daily"),
        pytest.param(
            4,
            "09:00",
            "Europe/London",
            datetime(2026, 7, 1, tzinfo=UTC),
            "2026-07-03T08:00",
            id="summer",
        ),
    ],
)
def test_an_appointment_fires_at_its_weekday_and_local_time(
    weekday: int | None, at: str, zone: str, after: datetime, fires: str
) -> None:
    cadence = Cadence(weekday=weekday, at=time.fromisoformat(at), time_zone=ZoneInfo(zone))

    trigger = scheduler._appointment(cadence)

    found = trigger.get_next_fire_time(None, after)
    assert found.astimezone(UTC) == datetime.fromisoformat(fires).replace(tzinfo=UTC)


def test_every_job_has_a_timer_and_every_issue_a_patrol(timers: scheduler.Scheduler) -> None:
    assert {job.id for job in timers._timers.get_jobs()} == {
        "collect",
        "reads",
        "deliver",
        "websub",
        "issue:weekly",
        "patrol issue:weekly",
    }


def test_the_start_asks_every_job_what_was_missed(
    newsroom: app.App, timers: scheduler.Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = {job.name for job in newsroom.job_table()}
    woken: set[str] = set()
    everyone = threading.Event()

    def wake(name: str) -> None:
        woken.add(name)
        if woken == wanted:
            everyone.set()

    monkeypatch.setattr(newsroom.runner, "wake", wake)
    timers.start()

    assert everyone.wait(30), f"only {woken} of {wanted} were asked"


def test_a_job_that_cannot_be_asked_stops_no_other(
    newsroom: app.App,
    timers: scheduler.Scheduler,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = threading.Semaphore(0)

    def wake(_name: str) -> None:
        asked.release()
        raise OSError("the store is away")

    monkeypatch.setattr(newsroom.runner, "wake", wake)
    timers.start()

    for _ in newsroom.job_table():
        assert asked.acquire(timeout=30)
    timers._timers.add_job(timers._wake, args=["collect"], id="later")
    assert asked.acquire(timeout=30), "the timers still live"
    timers.stop()
    assert "job collect could not be asked" in caplog.text


def test_after_a_stop_nothing_is_asked(
    newsroom: app.App, timers: scheduler.Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(newsroom.runner, "wake", woken.append)
    newsroom.stop.set()

    timers._wake("collect")

    assert woken == []


def test_timers_that_never_started_can_be_stopped(
    newsroom: app.App, timers: scheduler.Scheduler
) -> None:
    timers.stop()

    assert newsroom.stop.is_set()


def test_a_stop_waits_for_what_is_under_way(
    newsroom: app.App, timers: scheduler.Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, finished = threading.Event(), threading.Event()

    def wake(name: str) -> None:
        if name == "deliver":
            begun.set()
            newsroom.stop.wait(30)
            finished.set()

    monkeypatch.setattr(newsroom.runner, "wake", wake)
    timers.start()
    assert begun.wait(30)

    timers.stop()

    assert finished.is_set()
