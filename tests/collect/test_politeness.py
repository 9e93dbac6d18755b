"""What sites that score feed readers measure, measured of our collector by a server of that kind.

Unconditional requests, validators that were never given, polls before their time, polls after
Retry-After, cookies, referrers, additions to the address, bursts after a restart.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from sourcery import PUBLICATION, Sourcery

from dispatch import collect, fetch
from dispatch.collect import CollectReport
from dispatch.model.alarm import AlarmKind
from dispatch.model.publication import Source
from dispatch.store import alarms, source_states

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ETAG = 'W/"a strange one, with spaces; and = signs"'
MODIFIED = "Tue, 24 Nov 2026 08:00:00 GMT"
HOUR = timedelta(hours=1)


def feed(*numbers: int, links: str = "") -> bytes:
    items = "".join(
        f"<item><title>Article number {number}</title><guid>urn:{number}</guid>"
        f"<link>https://news.example/{number}</link>"
        f"<pubDate>Tue, 24 Nov 2026 0{number % 9}:00:00 GMT</pubDate></item>"
        for number in numbers
    )
    atom = 'xmlns:atom="http://www.w3.org/2005/Atom"'
    channel = f"<channel><title>T</title>{links}{items}</channel>"
    return f'<rss version="2.0" {atom}>{channel}</rss>'.encode()


@dataclass
class Score:
    """What the server saw, and how it is to answer a path: (status, headers, body)."""

    port: int = 0
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    otherwise: tuple[int, dict[str, str], bytes] = (404, {}, b"")

    def source(self, path: str = "/feed", name: str = "site", **fields: object) -> Source:
        url = f"http://127.0.0.1:{self.port}{path}"
        source = Source(name=name, kind="feed", url=url, allow_hosts=("127.0.0.1",))
        return replace(source, **fields)  # type: ignore[arg-type]

    @property
    def unconditional(self) -> int:
        return sum("if-none-match" not in headers for _, headers in self.requests)


@pytest.fixture
def score() -> Iterator[Score]:
    seen = Score()

    class Judge(BaseHTTPRequestHandler):
        board: ClassVar[Score] = seen

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.requests.append((self.path, headers))
            status, extra, body = seen.answers.get(self.path, seen.otherwise)
            if status == 200 and headers.get("if-none-match") == ETAG:
                status, body = 304, b""
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    seen.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def site() -> Iterator[Sourcery]:
    opened = Sourcery(NOW)
    yield opened
    opened.close()


def round_of(site: Sourcery, *wanted: Source, **how: Any) -> CollectReport:
    """A process that starts, collects what is due, and ends: only the store remembers."""
    with fetch.Fetcher(contact="desk@news.example") as fetcher:
        return collect.collect(site.db, fetcher, PUBLICATION, wanted, clock=site.clock, **how)


def polite(**headers: str) -> dict[str, str]:
    return {"ETag": ETAG, "Last-Modified": MODIFIED, "Set-Cookie": "a=b"} | headers


def test_one_request_is_unconditional_and_no_validator_is_invented(
    site: Sourcery, score: Score
) -> None:
    score.answers["/feed?key=1"] = (200, polite(), feed(1, 2))
    for _ in range(30):
        round_of(site, score.source("/feed?key=1"))
        site.later(hours=1)
    assert score.unconditional == 1
    assert len(score.requests) == 30
    for path, headers in score.requests[1:]:
        assert path == "/feed?key=1", "nothing is added to the address"
        assert headers["if-none-match"] == ETAG
        assert headers["if-modified-since"] == MODIFIED
        assert not {"cookie", "referer", "cache-control", "pragma"} & set(headers)
        assert headers["user-agent"].startswith("dispatch/")
        assert "desk@news.example" in headers["user-agent"]


def test_twenty_restarts_ask_nothing_before_its_time(site: Sourcery, score: Score) -> None:
    wanted = [score.source(f"/{number}", f"site{number}") for number in range(5)]
    score.answers |= {f"/{number}": (200, polite(), feed(number)) for number in range(5)}
    for _ in range(20):
        round_of(site, *wanted)
        site.later(seconds=30)
    assert len(score.requests) == 5
    next_polls = set()
    with site.db.read() as tx:
        for one in wanted:
            state = source_states.get_state(tx, one.name)
            assert state.next_poll_at is not None
            next_polls.add(state.next_poll_at)
    assert len(next_polls) == 5, "they do not come back in one burst"


def test_what_caching_headers_and_ttl_ask_for_is_honoured(site: Sourcery, score: Score) -> None:
    foreign = replace(score.source(), allow_hosts=("127.0.0.1",), poll_seconds=900)
    score.answers["/feed"] = (200, polite(**{"Cache-Control": "public, max-age=7200"}), feed(1))
    round_of(site, foreign)
    state = site.state
    assert state.next_poll_at is not None
    assert state.next_poll_at - NOW < HOUR, "the operator's own network follows the operator"


def test_what_a_document_wishes_for_holds_while_it_does_not_change(
    site: Sourcery, score: Score
) -> None:
    """A 304 carries no ttl; and what the tests' own network may do, a stranger's may not."""
    wishes = "<ttl>180</ttl><skipHours><hour>12</hour><hour>13</hour></skipHours>"
    score.answers["/feed"] = (200, polite(), feed(1, links=wishes))
    for _ in range(2):
        round_of(site, score.source(), force=True)
        timetable = site.state.timetable
        assert (timetable.ttl_seconds, timetable.skip_hours) == (10_800, (12, 13))
    assert score.unconditional == 1


def test_another_section_map_takes_hold_at_the_next_poll(site: Sourcery, score: Score) -> None:
    score.answers["/feed"] = (200, polite(), feed(1))
    round_of(site, score.source())
    round_of(site, score.source(sections=("world",)), force=True)
    assert score.unconditional == 2
    assert [one.sections for one in site.articles()] == [("world",)]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_rests_the_whole_host_even_when_forced_and_after_a_restart(
    site: Sourcery, score: Score, status: int
) -> None:
    busy, other = score.source("/busy", "busy"), score.source("/other", "other")
    score.answers["/busy"] = (status, {"Retry-After": "7200"}, b"")
    score.answers["/other"] = (200, polite(), feed(1))
    round_of(site, busy)
    site.later(minutes=90)
    assert round_of(site, busy, other, force=True).sources == ()
    assert len(score.requests) == 1
    site.later(minutes=31)
    assert len(round_of(site, busy, other, force=True).sources) == 2


def test_410_ends_the_asking_and_raises_an_alarm(site: Sourcery, score: Score) -> None:
    gone = score.source()
    score.answers["/feed"] = (410, {}, b"")
    for _ in range(10):
        round_of(site, gone)
        site.later(days=2)
    assert len(score.requests) == 1
    with site.db.read() as tx:
        assert [one.kind for one in alarms.list_standing(tx)] == [AlarmKind.RETIRED]
    score.answers["/new"] = (200, polite(), feed(1))
    round_of(site, score.source("/new"))
    assert len(score.requests) == 2, "a new address in the configuration begins anew"
    with site.db.read() as tx:
        assert alarms.list_standing(tx) == []


@pytest.mark.parametrize("kind", ["feed", "wordpress", "ghost", "pages"])
def test_410_of_any_kind_is_obeyed_until_an_operator_names_the_source(
    site: Sourcery, score: Score, kind: str
) -> None:
    gone = score.source("/", kind=kind, key="k" * 26 if kind == "ghost" else None)
    score.otherwise = (410, {}, b"gone")
    round_of(site, gone)
    assert site.state.retired_at == NOW
    with site.db.read() as tx:
        assert [one.kind for one in alarms.list_standing(tx)] == [AlarmKind.RETIRED]
    asked = len(score.requests)
    site.later(days=2)
    assert round_of(site, gone, force=True).sources == (), "not even for an issue"
    assert len(score.requests) == asked
    (report,) = round_of(site, gone, is_named=True).sources
    assert "410" in report.failure
    assert len(score.requests) > asked


def test_one_sitemap_of_several_that_is_gone_ends_nothing(site: Sourcery, score: Score) -> None:
    score.answers["/sitemap.xml"] = (410, {}, b"gone")
    (report,) = round_of(site, score.source("/", kind="pages")).sources
    assert report.failure, "the others are merely not there"
    assert site.state.retired_at is None


def test_failures_come_further_and_further_apart_and_never_end(
    site: Sourcery, score: Score
) -> None:
    score.answers["/feed"] = (500, {}, b"")
    for _ in range(24 * 12):
        round_of(site, score.source())
        site.later(minutes=15)
    assert 6 <= len(score.requests) <= 25
    with site.db.read() as tx:
        assert [one.kind for one in alarms.list_standing(tx)] == [AlarmKind.FAILING]


def test_a_move_is_followed_at_once_and_believed_after_a_day(site: Sourcery, score: Score) -> None:
    score.answers["/feed"] = (301, {"Location": "/new"}, b"")
    score.answers["/new"] = (200, polite(), feed(1))
    for _ in range(3):
        round_of(site, score.source(), force=True)
        site.later(hours=13)
    asked = [path for path, _ in score.requests]
    assert asked == ["/feed", "/new"] * 3
    assert site.state.url == f"http://127.0.0.1:{score.port}/new"
    round_of(site, score.source(), force=True)
    assert [path for path, _ in score.requests][6:] == ["/new"]


def test_a_temporary_redirect_is_never_believed(site: Sourcery, score: Score) -> None:
    score.answers["/feed"] = (302, {"Location": "/new"}, b"")
    score.answers["/new"] = (200, polite(), feed(1))
    for _ in range(5):
        round_of(site, score.source(), force=True)
        site.later(hours=13)
    assert site.state.url is None


def test_a_page_of_maintenance_is_a_failure_and_empties_nothing(
    site: Sourcery, score: Score
) -> None:
    score.answers["/feed"] = (200, {}, feed(1, 2))
    round_of(site, score.source())
    score.answers["/feed"] = (200, {"Content-Type": "text/html"}, b"<html><p>Back soon</p></html>")
    site.later(hours=1)
    (report,) = round_of(site, score.source()).sources
    assert "not a feed" in report.failure
    assert len(site.articles()) == 2


def test_after_a_month_of_304_one_request_is_unconditional(site: Sourcery, score: Score) -> None:
    score.answers["/feed"] = (200, polite(), feed(1))
    for _ in range(35):
        round_of(site, score.source(), force=True)
        site.later(days=1)
    assert score.unconditional == 2


def test_what_left_the_window_between_two_visits_is_fetched_from_the_archive(
    site: Sourcery, score: Score
) -> None:
    score.answers["/feed"] = (200, {}, feed(1, 2))
    round_of(site, score.source())
    site.later(hours=2)
    link = '<atom:link rel="prev-archive" href="/{}"/>'
    score.answers["/feed"] = (200, {}, feed(7, 8, links=link.format("older")))
    score.answers["/older"] = (200, {}, feed(5, 6, links=link.format("oldest")))
    score.answers["/oldest"] = (200, {}, feed(1, 2, 3, 4, links=link.format("never")))
    (report,) = round_of(site, score.source()).sources
    assert (report.new, report.backfilled) == (6, 6)
    assert len(site.articles()) == 8
    assert [path for path, _ in score.requests] == ["/feed", "/feed", "/older", "/oldest"]
