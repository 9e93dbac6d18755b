from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from dispatch import fetch, sources
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.sources import feed

URL = "https://news.example/feed"
BODY = (
    b"<rss version='2.0'><channel><title>T</title><language>en_us</language><ttl>30</ttl>"
    b"<item><title>&lt;b&gt;A&lt;/b&gt;</title><link>/a</link></item></channel></rss>"
)


class ScriptedFetcher:
    """Gives one prepared answer and remembers what it was asked."""

    def __init__(self, answer: fetch.Response | fetch.FetchFailure) -> None:
        self.answer = answer
        self.asked: list[tuple[str, dict[str, object]]] = []

    def get(self, url: str, **conditions: object) -> fetch.Response | fetch.FetchFailure:
        self.asked.append((url, conditions))
        return self.answer


def visit(
    answer: fetch.Response | fetch.FetchFailure, now: datetime, **state: str
) -> tuple[Harvest, ScriptedFetcher]:
    fetcher = ScriptedFetcher(answer)
    remembered = SourceState(
        name="main",
        url=state.get("url"),
        etag=state.get("etag"),
        last_modified=state.get("last_modified"),
    )
    source = Source(name="main", kind="feed", url=URL, allow_hosts=("cms.internal",))
    harvest = feed.harvest(source, remembered, cast("fetch.Fetcher", fetcher), now, ZoneInfo("UTC"))
    return harvest, fetcher


def response(status: int = 200, body: bytes = BODY, **headers: str) -> fetch.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return fetch.Response(status=status, url=URL, headers=names, body=body)


def test_a_visit_brings_clean_entries_and_validators(now: datetime) -> None:
    harvest, fetcher = visit(
        response(etag='W/"1"', last_modified="yesterday", cache_control="public, max-age=3600"), now
    )
    assert harvest.failure == ""
    assert [(entry.title, entry.url) for entry in harvest.entries] == [
        ("A", "https://news.example/a")
    ]
    assert (harvest.etag, harvest.last_modified) == ('W/"1"', "yesterday")
    assert (harvest.ttl_seconds, harvest.language) == (3600, "en-US")
    assert harvest.timetable.ttl_seconds == 1800
    assert fetcher.asked == [
        (URL, {"etag": None, "last_modified": None, "allow_hosts": ("cms.internal",)})
    ]


def test_the_validators_of_the_last_visit_are_sent_to_where_the_feed_moved(now: datetime) -> None:
    moved = "https://new.example/feed"
    harvest, fetcher = visit(response(304, b""), now, url=moved, etag='"1"', last_modified="then")
    assert fetcher.asked[0][0] == moved
    assert fetcher.asked[0][1]["etag"] == '"1"'
    assert harvest == Harvest(not_modified=True, etag='"1"', last_modified="then")


def test_a_failure_of_the_fetch_is_the_harvests(now: datetime) -> None:
    harvest, _ = visit(
        fetch.FetchFailure(reason="http_503", text="busy", retry_after_seconds=60), now
    )
    assert (harvest.failure, harvest.retry_after_seconds, harvest.entries) == ("busy", 60, ())


def test_a_login_page_is_no_empty_feed(now: datetime) -> None:
    harvest, _ = visit(response(body=b"<!doctype html><html>Log in</html>", etag='"1"'), now)
    assert harvest.failure == "news.example/feed: this is a web page, not a feed"
    assert harvest.etag is None


def test_expires_zero_means_no_validators(now: datetime) -> None:
    harvest, _ = visit(response(etag='"1"', expires="0"), now)
    assert harvest.etag is None


@pytest.mark.parametrize(
    ("target", "believed"),
    [("https://new.example/feed", True), ("http://news.example/feed", False)],
)
def test_a_move_is_believed_unless_it_steps_down_to_http(
    now: datetime, target: str, believed: bool
) -> None:
    answer = fetch.Response(status=200, url=target, headers={}, body=BODY, permanent_url=target)
    harvest, _ = visit(answer, now)
    assert harvest.moved_to == (target if believed else None)


def test_a_source_without_url_is_a_failure(now: datetime) -> None:
    fetcher = cast("fetch.Fetcher", ScriptedFetcher(response()))
    source = Source(name="main", kind="feed")
    harvest = feed.harvest(source, SourceState(name="main"), fetcher, now, ZoneInfo("UTC"))
    assert "no url" in harvest.failure


def test_every_kind_is_registered_under_its_name() -> None:
    assert sources.KINDS["feed"] is feed.harvest
    assert set(sources.KINDS) == {"feed", "folder", "ghost", "pages", "push", "wordpress"}


def test_a_delta_is_told_from_a_whole_document(now: datetime) -> None:
    whole, _ = visit(response(), now)
    assert (whole.is_window, whole.is_delta) == (True, False)
    delta, _ = visit(response(226), now)
    assert (delta.is_window, delta.is_delta) == (False, True)


def test_a_fast_clock_of_the_server_is_told(now: datetime) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=61))
    harvest, _ = visit(response(date=date), now)
    assert 3600 <= harvest.clock_ahead_seconds <= 3660
    assert any("minutes fast" in warning for warning in harvest.warnings)
