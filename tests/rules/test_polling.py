from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.publication import Source
from dispatch.model.source import SourceState, Timetable
from dispatch.rules import polling

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
SOURCE = Source(name="site", kind="feed", url="https://a.example/feed")
STATE = SourceState(
    name="site", asked_url=SOURCE.url, etag='"1"', read_as=polling.reading_of(SOURCE)
)


def wait(name: str = "site", poll: int = 900, **wishes: object) -> timedelta:
    asked = polling.Wishes(poll_seconds=poll, **wishes)  # type: ignore[arg-type]
    return polling.next_poll_at(name, NOW, asked) - NOW


def test_a_source_that_is_well_is_asked_at_its_interval_with_its_own_spread() -> None:
    assert 15 * MINUTE <= wait() < 16.5 * MINUTE
    assert wait() == wait(), "the spread belongs to the name: a restart changes nothing"
    assert len({wait(name) for name in ("one", "two", "three", "four")}) == 4


def test_a_strangers_server_is_not_asked_more_often_than_every_quarter_of_an_hour() -> None:
    assert wait(poll=10) >= 15 * MINUTE
    assert wait(poll=10, is_own=True) <= timedelta(seconds=11)


def test_failures_back_off_with_a_jitter_of_the_name_up_to_a_day() -> None:
    for failures in range(1, 20):
        ceiling = max(min(15 * MINUTE * 2**failures, DAY), 15 * MINUTE)
        assert 15 * MINUTE <= wait(failures=failures) <= ceiling
        assert wait(failures=failures) == wait(failures=failures)
    sources = [wait(f"source {number}", failures=6) for number in range(40)]
    assert max(sources) > 10 * HOUR
    assert min(sources) < 4 * HOUR, "they do not come back together"


def test_what_the_document_asks_for_counts_between_a_quarter_of_an_hour_and_a_day() -> None:
    assert 2 * HOUR <= wait(ttl_seconds=7200) < 2.2 * HOUR
    assert wait(ttl_seconds=10) == wait()
    assert DAY <= wait(ttl_seconds=10**9) < 1.1 * DAY
    assert wait(ttl_seconds=7200, poll=60, is_own=True) <= 66 * timedelta(seconds=1)


def test_hours_and_days_that_a_document_asks_to_spare_are_passed_over() -> None:
    """It is Tuesday noon; each source comes back at a minute of its own."""
    noon = Timetable(skip_hours=(12, 13, 14))
    assert 3 * HOUR <= wait(timetable=noon) < 3.25 * HOUR
    assert wait("one", timetable=noon) != wait("two", timetable=noon)
    week = Timetable(skip_days=(1, 2), skip_hours=(0, 1))
    assert 38 * HOUR <= wait(timetable=week) < 38.25 * HOUR
    assert wait(timetable=Timetable(skip_hours=(11,), skip_days=(0, 2))) == wait()
    assert wait(timetable=noon, is_own=True) == wait(is_own=True)


@pytest.mark.parametrize(
    "mistake", [Timetable(skip_hours=tuple(range(24))), Timetable(skip_days=tuple(range(7)))]
)
def test_a_document_that_asks_never_to_be_asked_is_mistaken(mistake: Timetable) -> None:
    assert wait(timetable=mistake) == wait()


def test_the_longer_wish_of_document_and_server_counts() -> None:
    found = wait(ttl_seconds=7200, timetable=Timetable(ttl_seconds=10_800))
    assert 3 * HOUR <= found < 3.3 * HOUR


def test_retry_after_is_never_undercut_but_has_a_bound() -> None:
    assert wait(failures=1, rest_seconds=10**5) == timedelta(seconds=10**5)
    assert wait(rest_seconds=10**5, is_own=True) == timedelta(seconds=10**5)
    assert wait(rest_seconds=10**9) == polling.LONGEST_REST


def test_a_source_is_asked_at_its_own_rhythm() -> None:
    assert wait(usual_gap=MINUTE) == wait()
    assert HOUR / 2 <= wait(usual_gap=DAY) < HOUR
    assert 3 * HOUR < wait(usual_gap=7 * DAY) < 4 * HOUR
    assert wait(usual_gap=90 * DAY) < 4.5 * HOUR
    assert wait(usual_gap=DAY, silence=60 * DAY) > 12 * HOUR, "it sleeps"
    assert wait(usual_gap=7 * DAY, is_own=True) == wait(is_own=True)


@given(
    st.text(max_size=20),
    st.integers(1, 10**6),
    st.integers(0, 10**6),
    st.none() | st.integers(0, 10**9),
    st.booleans(),
)
def test_the_next_poll_is_always_ahead_and_never_out_of_sight(
    name: str, poll: int, failures: int, wished: int | None, is_own: bool
) -> None:
    found = wait(name, poll, failures=failures, rest_seconds=wished, is_own=is_own)
    assert timedelta(seconds=poll) <= found
    assert found <= max(timedelta(seconds=poll) * 1.1, timedelta(days=7))


# --- Moves ------------------------------------------------------------------------------------


def redirected(*visits: tuple[timedelta, str | None]) -> tuple[SourceState, list[str]]:
    state, lines = STATE, []
    for after, target in visits:
        state, line = polling.after_redirects(state, target, NOW + after)
        lines += [line] if line else []
    return state, lines


def test_a_move_is_believed_after_three_visits_over_a_day() -> None:
    new = "https://b.example/feed"
    state, lines = redirected((0 * HOUR, new), (12 * HOUR, new), (25 * HOUR, new))
    assert state.url == new
    assert lines == [
        "moved for good to https://b.example/feed (3 visits since 2026-11-24 12:00 UTC)"
    ]


@pytest.mark.parametrize(
    "visits",
    [
        pytest.param([0, 1, 2, 3, 23], id="within a day"),
        pytest.param([0, 30], id="twice"),
    ],
)
def test_a_move_is_not_believed_too_early(visits: list[int]) -> None:
    state, lines = redirected(*((hour * HOUR, "https://b.example/") for hour in visits))
    assert (state.url, lines) == (None, [])


def test_a_redirect_that_ends_or_changes_begins_anew() -> None:
    new, other = "https://b.example/", "https://c.example/"
    state, _ = redirected((0 * HOUR, new), (12 * HOUR, None), (25 * HOUR, new), (26 * HOUR, new))
    assert (state.url, state.move_polls) == (None, 2)
    state, _ = redirected((0 * HOUR, new), (12 * HOUR, other), (25 * HOUR, new))
    assert (state.url, state.move_polls) == (None, 1)


# --- What a visit may be made with ---------------------------------------------------------------


def test_validators_belong_to_their_address() -> None:
    assert polling.ready(STATE, SOURCE, NOW) == STATE
    moved = replace(STATE, url="https://old.example/moved", retired_at=NOW, failures=3)
    ready = polling.ready(moved, replace(SOURCE, url="https://new.example/feed"), NOW)
    assert (ready.etag, ready.url, ready.retired_at, ready.failures) == (None, None, None, 0)
    assert polling.ready(SourceState(name="site"), SOURCE, NOW).asked_url is None


@pytest.mark.parametrize(
    "change",
    [
        {"section_map": {"news": "world"}},
        {"language": "ru"},
        {"sections": ("world",)},
        {"key": "another"},
        {"body": "article"},
        {"time_zone": ZoneInfo("Europe/Moscow")},
    ],
)
def test_the_same_document_is_read_again_where_it_would_be_read_otherwise(
    change: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = polling.ready(STATE, replace(SOURCE, **change), NOW)
    assert (ready.etag, ready.asked_url) == (None, STATE.asked_url)
    assert polling.ready(ready, replace(SOURCE, **change), NOW).read_as == ready.read_as
    monkeypatch.setattr(polling, "__version__", "99.0")
    assert polling.ready(STATE, SOURCE, NOW).etag is None, "by another version of ours"


def test_how_often_a_source_is_asked_changes_nothing_of_what_is_read() -> None:
    assert polling.ready(STATE, replace(SOURCE, poll_seconds=60), NOW) == STATE


def test_after_a_month_of_304_the_whole_document_is_asked_for() -> None:
    fresh = replace(STATE, document_at=NOW - 29 * DAY)
    assert polling.ready(fresh, SOURCE, NOW).etag == '"1"'
    stale = replace(STATE, document_at=NOW - 31 * DAY)
    assert polling.ready(stale, SOURCE, NOW).etag is None


def test_a_source_that_is_gone_for_good_is_not_due() -> None:
    assert polling.is_due(STATE, NOW)
    assert not polling.is_due(replace(STATE, next_poll_at=NOW + HOUR), NOW)
    assert not polling.is_due(replace(STATE, retired_at=NOW), NOW)
