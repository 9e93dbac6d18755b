"""Polls from the log of the web server that hands out the files of feeds."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.model.feed_poll import FeedPolls
from dispatch.reads import feed_log, feed_polls
from dispatch.reads.feed_log import PollBatch

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
FEEDS = ("en/rss.xml", "en/atom.xml", "ru/внешняя-политика/rss.xml")
FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 120 subscribers; like FeedFetcher)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def line(
    minutes: float = 0,
    *,
    agent: str = "newsboat/2.38",
    address: str = "192.0.2.1",
    path: str = "/feeds/en/rss.xml",
    status: int = 200,
    size: int = 5000,
    method: str = "GET",
) -> str:
    at = (NINE + timedelta(minutes=minutes)).strftime("%d/Nov/2026:%H:%M:%S +0000")
    return f'{address} - - [{at}] "{method} {path} HTTP/1.1" {status} {size} "-" "{agent}"\n'


class Server:
    """A log that grows, and whoever reads it from time to time."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "access.log"
        self.positions: dict[str, int] = {}

    def logs(self, lines: Iterable[str]) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.writelines(lines)

    def read(self) -> PollBatch:
        batch = feed_log.gather(self.log, self.positions, "/feeds/", FEEDS)
        self.positions |= {one.fingerprint: one.offset for one in batch.positions}
        return batch


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def of(batch: PollBatch, reader: str) -> FeedPolls:
    (found,) = [one for one in batch.polls if one.reader == reader]
    return found


def test_services_and_single_readers_are_counted(server: Server) -> None:
    server.logs(
        [
            line(agent=FEEDLY),
            line(1, agent=FEEDLY, status=304, size=0),
            line(2),
            line(3, address="192.0.2.2"),
            line(4, path="/feeds/ru/%D0%B2%D0%BD%D0%B5%D1%88%D0%BD%D1%8F%D1%8F-"
                 "%D0%BF%D0%BE%D0%BB%D0%B8%D1%82%D0%B8%D0%BA%D0%B0/rss.xml?x=1", agent="sfeed/1"),
        ]
    )  # fmt: skip
    batch = server.read()
    feedly = of(batch, "Feedly")
    assert (feedly.subscribers, feedly.polls, feedly.current, feedly.full) == (120, 2, 1, 1)
    assert feedly.seen_at == NINE + timedelta(minutes=1)
    assert (of(batch, "newsboat").visitors, of(batch, "newsboat").polls) == (2, 2)
    assert of(batch, "sfeed").path == FEEDS[2]
    assert (batch.lines, batch.malformed, batch.problems) == (5, 0, ())


@pytest.mark.parametrize(
    "other",
    [
        line(path="/feeds/en/archive/2026-10/rss.xml"),
        line(path="/feeds/xx/rss.xml"),
        line(path="/news/feeds/en/rss.xml"),
        line(path="/en/"),
        line(agent=FIREFOX),
        line(method="POST"),
        line(status=404),
        line(status=301),
    ],
)
def test_what_is_no_poll_of_a_feed_is_passed_over(server: Server, other: str) -> None:
    server.logs([other])
    assert server.read().polls == ()


def test_a_service_behind_the_name_of_a_browser_is_no_person(server: Server) -> None:
    server.logs([line(agent="Mozilla/5.0 (compatible; Bloglovin/1.0; 7 subscribers)")])
    assert of(server.read(), "Bloglovin").subscribers == 7


def test_whoever_is_sent_the_same_again_and_again_ignores_validators(server: Server) -> None:
    server.logs(line(n * 60, address="192.0.2.1") for n in range(8))
    server.logs(line(n * 60, address="192.0.2.2", size=5000 + n) for n in range(8))
    server.logs(line(n * 60, address="192.0.2.3", status=304 if n else 200) for n in range(8))
    server.logs(line(n * 60, address="192.0.2.4", method="HEAD", size=0) for n in range(8))
    found = of(server.read(), "newsboat")
    assert (found.visitors, found.ignoring, found.hammering) == (4, 1, 0)


def test_whoever_comes_every_minute_hammers(server: Server) -> None:
    server.logs(line(n, status=304, size=0) for n in range(feed_polls.HAMMERING_POLLS + 1))
    assert of(server.read(), "newsboat").hammering == 1


def test_a_log_is_read_on_from_the_byte_and_the_day_is_judged_whole(server: Server) -> None:
    lines = [line(n, address=f"192.0.2.{n % 3}") for n in range(30)]
    server.logs(lines[:10])
    first = of(server.read(), "newsboat")
    assert server.read().polls == ()
    server.logs(lines[10:])
    second = of(server.read(), "newsboat")
    assert first.polls + second.polls == 30
    assert (second.visitors, second.ignoring) == (3, 3), "the morning's are among them"


def test_days_are_told_apart(server: Server) -> None:
    server.logs([line(address=f"192.0.2.{n}") for n in range(3)])
    server.logs([line(24 * 60), line(24 * 60 - 900)])  # the last a moment late
    days = {one.day.day: one for one in server.read().polls}
    assert {day: one.visitors for day, one in days.items()} == {24: 3, 25: 1}
    assert days[25].polls == 2


def test_rotation_and_compression_count_nothing_twice_and_lose_nothing(server: Server) -> None:
    server.logs([line(n) for n in range(5)])
    assert of(server.read(), "newsboat").polls == 5
    server.logs([line(5)])
    rotated = server.log.with_name("access.log.1")
    server.log.rename(rotated)
    server.logs([line(6)])
    assert of(server.read(), "newsboat").polls == 2
    packed = server.log.with_name("access.log.2.gz")
    packed.write_bytes(gzip.compress(rotated.read_bytes()))
    rotated.unlink()
    server.logs([line(7)])
    assert of(server.read(), "newsboat").polls == 1


def test_damage_is_told_and_stops_nothing(server: Server) -> None:
    server.logs([line(), "no line of /feeds/\n"])
    text = "".join(line(n - 1000) for n in range(500)).encode()
    packed = gzip.compress(text)
    server.log.with_name("access.log.2.gz").write_bytes(packed[: len(packed) // 2])
    batch = server.read()
    assert len(batch.problems) == 1
    assert "access.log.2.gz" in batch.problems[0]
    assert batch.malformed == 1
    assert {one.day.day for one in batch.polls} == {23, 24}


def test_no_log_is_a_problem_and_no_poll(server: Server) -> None:
    batch = server.read()
    assert batch.polls == ()
    assert len(batch.problems) == 1
