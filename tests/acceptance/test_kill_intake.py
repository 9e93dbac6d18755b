"""kill -9 in the middle of an import of reads and of a collect: as if nothing had happened."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from newsroom import Newsroom
from sites import LocalSite, Reply

from dispatch.model.reads import DiscardReason
from dispatch.store import schema

pytestmark = pytest.mark.acceptance

ARTICLES = 20
FEEDS = 6
ENTRIES = 8
KILLS = 3

READS = """
[[reads]]
name = "log"
kind = "access-log"
site = "http://127.0.0.1:8400/"
path = "access.log"
"""

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
BOT = "Googlebot/2.1 (+http://www.google.com/bot.html)"


@pytest.fixture
def newsroom(tmp_path: Path, database_url: str) -> Iterator[Newsroom]:
    """A newsroom of its own."""
    room = Newsroom(tmp_path / "site", database_url)
    yield room
    room.close()


@pytest.fixture
def calm(tmp_path: Path, sqlite_template: Path) -> Iterator[Newsroom]:
    """Another one that collects the same in peace."""
    shutil.copyfile(sqlite_template, tmp_path / "calm.db")
    room = Newsroom(tmp_path / "calm", f"sqlite:///{tmp_path}/calm.db")
    yield room
    room.close()


def kill_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """SIGKILL after a while; whether the process was still at work."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def finish(process: subprocess.Popen[str]) -> None:
    """Let it come to its end, which must be a good one."""
    output, _ = process.communicate(timeout=90)
    assert process.returncode == 0, output


# ---------------------------------------------------------------------------- reads


class Log:
    """An access log that readers and robots write; it knows what should come of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.reads = self.robots = 0
        self._reader = 0
        self._at = datetime.now(UTC).replace(hour=0, minute=0, second=0) - timedelta(days=2)

    def grow(self, lines: int) -> None:
        """So many lines more: every reader another one, and each tenth a robot."""
        with self.path.open("a", encoding="utf-8") as file:
            for number in range(lines):
                self._reader += 1
                agent = BOT if number % 10 == 9 else BROWSER.format(60 + self._reader % 60)
                self.robots += agent == BOT
                self.reads += agent != BOT
                self._at += timedelta(seconds=1)
                who = f"10.{self._reader >> 16}.{self._reader >> 8 & 255}.{self._reader & 255}"
                stamp = f"{self._at:%d/%b/%Y:%H:%M:%S} +0000"
                path = f"/en/article-{self._reader % ARTICLES}/"
                file.write(f'{who} - - [{stamp}] "GET {path} HTTP/1.1" 200 9 "-" "{agent}"\n')

    def rotate(self, number: int) -> None:
        """As logrotate does it."""
        self.path.rename(self.path.with_name(f"access.log.{number}"))
        self.path.touch()


def counted(newsroom: Newsroom) -> tuple[int, dict[str, int]]:
    """All reads, and all hits that were discarded, by reason."""
    with newsroom.app.db.read() as tx:
        reads = tx.execute(sa.select(sa.func.sum(schema.read_count.c.reads))).scalar_one()
        columns = schema.read_discard.c
        query = sa.select(columns.reason, sa.func.sum(columns.hits)).group_by(columns.reason)
        return int(reads or 0), {row[0]: int(row[1]) for row in tx.execute(query)}


def with_log(newsroom: Newsroom) -> Log:
    """The newsroom has articles, and a log that has not been looked at."""
    newsroom.clock.time = datetime.now(UTC)
    for number in range(ARTICLES):
        newsroom.article(f"Article {number}")
    newsroom.with_config(READS).collect(with_reads=False)
    return Log(newsroom.root / "access.log")


@pytest.mark.parametrize("seed", range(2))
def test_an_import_of_reads_that_is_killed_counts_each_read_once(
    newsroom: Newsroom, spawn: Any, seed: int
) -> None:
    log, dice = with_log(newsroom), random.Random(seed)
    log.grow(4000)
    started = time.monotonic()
    finish(spawn(newsroom, "collect"))
    usual = time.monotonic() - started
    killed = 0
    for number in range(KILLS):
        log.grow(8000)
        if number % 2:
            log.rotate(number)
        killed += kill_after(spawn(newsroom, "collect"), dice.uniform(0.4, 1.5) * usual)
        reads, discards = counted(newsroom)
        assert (reads, discards.get(DiscardReason.BOT, 0)) <= (log.reads, log.robots)
    assert killed, "no kill came in time"
    finish(spawn(newsroom, "collect"))
    assert counted(newsroom) == (log.reads, {DiscardReason.BOT: log.robots})


def test_of_two_imports_at_once_one_counts(newsroom: Newsroom, spawn: Any) -> None:
    log = with_log(newsroom)
    log.grow(8000)
    for process in [spawn(newsroom, "collect") for _ in range(2)]:
        finish(process)
    assert counted(newsroom) == (log.reads, {DiscardReason.BOT: log.robots})


# ---------------------------------------------------------------------------- articles


class FeedSite(LocalSite):
    """Feeds that answer 304 to whoever has their last state."""

    def __init__(self) -> None:
        super().__init__()
        self.wave = 0

    def answer(self, target: str) -> Reply:
        """The feed of that number: all entries of every wave until now."""
        tag = f'"{self.wave}"'
        if self.headers[-1].get("If-None-Match") == tag:
            return Reply(status=304, headers={"ETag": tag})
        feed = target.rpartition("/")[2]
        items = "".join(
            f"<item><title>Piece {feed} {wave} {number}</title><guid>{feed}-{wave}-{number}</guid>"
            f"<link>{self.url}en/{feed}/{wave}-{number}/</link><category>Economy</category>"
            f"<author>Maria Lindqvist</author><description>{'A word. ' * 200}</description></item>"
            for wave in range(self.wave + 1)
            for number in range(ENTRIES)
        )
        body = f"<rss version='2.0'><channel><title>{feed}</title>{items}</channel></rss>"
        return Reply(body=body.encode(), kind="application/rss+xml", headers={"ETag": tag})


@pytest.fixture
def site() -> Iterator[FeedSite]:
    made = FeedSite()
    yield made
    made.close()


def with_feeds(newsroom: Newsroom, site: FeedSite) -> Newsroom:
    """The newsroom publishes through many feeds."""
    newsroom.clock.time = datetime.now(UTC)
    tables = [
        f'[[sources]]\nname = "feed-{number}"\nkind = "feed"\nlanguage = "en"\n'
        f'url = "{site.url}feed/{number}"\nallow_hosts = ["127.0.0.1"]\n'
        for number in range(FEEDS)
    ]
    return newsroom.with_config("\n".join([*tables, "[collect]\nhost_delay = 0"]))


def everything(newsroom: Newsroom) -> list[tuple[str, ...]]:
    """Every article with its parts, without the moments and numbers that chance gives."""
    own = ("source", "url", "language", "title", "standfirst", "html", "content_hash")
    tables = (schema.article_section, schema.article_author, schema.article_alias)
    with newsroom.app.db.read() as tx:
        found = {
            row["id"]: [str(row[name]) for name in own]
            for row in tx.execute(sa.select(schema.article)).mappings()
        }
        for table in tables:
            names = [column.name for column in table.c if column.name != "article_id"]
            for row in tx.execute(sa.select(table).order_by(*table.primary_key)).mappings():
                found[row["article_id"]].append(str([row[name] for name in names]))
    return sorted(tuple(parts) for parts in found.values())


@pytest.mark.parametrize("seed", range(2))
def test_a_collect_that_is_killed_mints_each_article_once_and_whole(
    newsroom: Newsroom, calm: Newsroom, site: FeedSite, spawn: Any, seed: int
) -> None:
    dice = random.Random(seed)
    killed = 0
    for room in (newsroom, calm):
        with_feeds(room, site)
    for wave in range(KILLS):
        site.wave = wave
        goal = len(site.asked) + dice.randrange(1, FEEDS)
        collector = spawn(newsroom, "collect", "--accept-flood")
        while len(site.asked) < goal and collector.poll() is None:
            time.sleep(0.001)
        killed += kill_after(collector, dice.uniform(0, 0.1))
        calm.collect(accept_flood=True)
    assert killed, "no kill came in time"
    finish(spawn(newsroom, "collect", "--accept-flood"))
    assert len(everything(calm)) == FEEDS * KILLS * ENTRIES
    assert everything(newsroom) == everything(calm)


def test_two_collectors_at_once_mint_each_article_once(
    newsroom: Newsroom, calm: Newsroom, site: FeedSite, spawn: Any
) -> None:
    for room in (newsroom, calm):
        with_feeds(room, site)
    for process in [spawn(newsroom, "collect", "--force") for _ in range(2)]:
        finish(process)
    calm.collect()
    assert everything(newsroom) == everything(calm)
