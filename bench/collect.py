"""Collects beside `reader` and feedparser with plain SQLite: the same feeds, one machine, one run.

In: nothing but options. Out: articles taken in per second from feeds of 50 entries, sources asked
per second when all of them answer 304 (the median of five rounds), the peak of memory at a tenth
of the sources and at all of them. Everybody runs in a process of its own, with eight threads and an
empty SQLite file that forgets no commit; the others commit feed by feed, we commit articles feed by
feed and quiet visits by the second. The server is another process, on several loopback addresses,
because we ask one host one thing at a time, and keeps connections for those who want to. The pause
between two requests to one host is off: it is politeness, and would be all that is measured.

    python bench/collect.py --feeds 1000
    python bench/collect.py --quick
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop

ENTRIES = 50
HOSTS = tuple(f"127.0.0.{number}" for number in range(2, 18))
THREADS = 8
QUIET_ROUNDS = 5
PARAGRAPH = (
    "<p>The council met on <b>Tuesday</b> and agreed on <a href='/plan'>the plan</a>. Nobody had "
    "expected the second reading to end before the summer; a vote is due in the autumn.</p>"
)

Numbers = dict[str, float]


# --- The server ----------------------------------------------------------------------------------


def make_item(number: int) -> str:
    body = PARAGRAPH * 8
    return (
        f"<item><title>Article {number} of feed @@ on the budget</title>"
        f"<link>https://news@@.example/{number}</link><guid>https://news@@.example/?p={number}</guid>"
        f"<dc:creator>Author {number % 7}</dc:creator><category>world</category>"
        f"<pubDate>Mon, 23 Nov 2026 {number % 24:02}:@M:@S GMT</pubDate>"
        f"<description>The council agreed on plan {number}.</description>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
    )


def make_feed() -> bytes:
    items = "".join(make_item(number) for number in range(ENTRIES))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        "<title>Feed @@</title><link>https://news@@.example/</link><language>en</language>"
        f"{items}</channel></rss>"
    ).encode()


async def serve(port: int) -> None:
    feed = make_feed()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                number = head.split(b" ", 2)[1].strip(b"/")
                etag = b'"' + number + b'"'
                if b"if-none-match: " + etag in head.lower():
                    writer.write(b"HTTP/1.1 304 Not Modified\r\nETag: " + etag + b"\r\n\r\n")
                else:
                    body = feed.replace(b"@@", number)
                    body = body.replace(b"@M", b"%02d" % (int(number) % 60))
                    body = body.replace(b"@S", b"%02d" % (int(number) // 60 % 60))
                    size = str(len(body)).encode()
                    writer.write(
                        b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nETag: "
                        + etag
                        + b"\r\nContent-Length: "
                        + size
                        + b"\r\n\r\n"
                        + body
                    )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, HOSTS, port, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


@contextmanager
def server() -> Iterator[int]:
    """A server in its own process; gives its port."""
    port = free_port()
    command = [sys.executable, __file__, "--serve", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield port
        finally:
            process.kill()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind((HOSTS[0], 0))
        return int(probe.getsockname()[1])


def urls(feeds: int, port: int) -> list[str]:
    return [f"http://{HOSTS[one % len(HOSTS)]}:{port}/{one}" for one in range(feeds)]


# --- Who is measured -----------------------------------------------------------------------------


def run_dispatch(folder: Path, feeds: list[str]) -> Iterator[None]:
    from dispatch import collect, fetch
    from dispatch.app import office
    from dispatch.model.publication import Publication, Section, Source
    from dispatch.store import database

    publication = Publication(
        names={"en": "The Meridian"},
        site="https://news.example/",
        public_url="https://news.example/",
        languages={"en": "English"},
        sections=(Section(key="world", names={"en": "World"}),),
        time_zone=ZoneInfo("UTC"),
        contact="desk@news.example",
        tag_authority="news.example,2026",
    )
    wanted = [
        Source(name=f"feed{number}", kind="feed", url=url, allow_hosts=HOSTS)
        for number, url in enumerate(feeds)
    ]
    db = database.open_database(f"sqlite:///{folder}/dispatch.db")
    db.upgrade()
    yield
    for _ in range(1 + QUIET_ROUNDS):
        with fetch.Fetcher(contact="desk@news.example") as fetcher:
            report = collect.collect(
                db, fetcher, publication, wanted, clock=office.SystemClock(), force=True
            )
        assert not report.failed, [one.failure for one in report.sources if one.failure][:3]
        yield
    with db.read() as tx:
        (count,) = tx.exec_driver_sql("SELECT count(*) FROM article").one()
    assert count == ENTRIES * len(feeds), count


def run_reader(folder: Path, feeds: list[str]) -> Iterator[None]:
    from reader import make_reader

    books = make_reader(f"{folder}/reader.db")
    for url in feeds:
        books.add_feed(url)
    yield
    for _ in range(1 + QUIET_ROUNDS):
        books.update_feeds(workers=THREADS, scheduled=False)
        yield
    counts = books.get_entry_counts()
    assert counts.total == ENTRIES * len(feeds), counts


def run_feedparser(folder: Path, feeds: list[str]) -> Iterator[None]:
    """What one writes in an afternoon: no sanitising of identity, no redirects remembered."""
    import feedparser

    db = sqlite3.connect(folder / "plain.db")
    db.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE feed (url TEXT PRIMARY KEY, etag TEXT);"
        "CREATE TABLE entry (id TEXT PRIMARY KEY, feed TEXT, url TEXT, title TEXT, author TEXT,"
        " summary TEXT, html TEXT, published TEXT);"
    )
    yield

    def ask(url: str, etag: str | None) -> tuple[str, str | None, list[tuple[str, ...]]]:
        request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                parsed = feedparser.parse(io.BytesIO(answer.read()))
                etag = answer.headers["ETag"]
        except urllib.error.HTTPError as error:
            if error.code != 304:
                raise
            return url, etag, []
        return (
            url,
            etag,
            [
                (
                    one.id,
                    url,
                    one.link,
                    one.title,
                    one.author,
                    one.summary,
                    one.content[0].value,
                    one.published,
                )
                for one in parsed.entries
            ],
        )

    for _ in range(1 + QUIET_ROUNDS):
        etags = dict(db.execute("SELECT url, etag FROM feed"))
        with ThreadPoolExecutor(THREADS) as pool:
            for url, etag, rows in pool.map(ask, feeds, map(etags.get, feeds)):
                if rows:
                    db.executemany("INSERT OR REPLACE INTO entry VALUES (?,?,?,?,?,?,?,?)", rows)
                db.execute("INSERT OR REPLACE INTO feed VALUES (?, ?)", (url, etag))
                db.commit()
        yield
    (count,) = db.execute("SELECT count(*) FROM entry").fetchone()
    assert count == ENTRIES * len(feeds), count


CONTENDERS: dict[str, Callable[[Path, list[str]], Iterator[None]]] = {
    "dispatch": run_dispatch,
    "reader": run_reader,
    "feedparser + SQLite": run_feedparser,
}


def measure(name: str, feeds: list[str]) -> Numbers:
    """Runs in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        steps = CONTENDERS[name](Path(folder), feeds)
        next(steps)
        times, work = [], []
        for _ in range(1 + QUIET_ROUNDS):
            begun, worked = time.perf_counter(), time.process_time()
            next(steps)
            times.append(time.perf_counter() - begun)
            work.append(time.process_time() - worked)
        for _ in steps:
            pass
    return {
        "articles": ENTRIES * len(feeds) / times[0],
        "polls": len(feeds) / statistics.median(times[1:]),
        "articles_cpu": ENTRIES * len(feeds) / work[0],
        "polls_cpu": len(feeds) / statistics.median(work[1:]),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


# --- The table --------------------------------------------------------------------------------


def measured(name: str, feeds: int, port: int) -> Numbers:
    command = [sys.executable, __file__, "--measure", name, str(feeds), str(port)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}")
    found: Numbers = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="100 feeds instead of 1,000")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        uvloop.run(serve(options.serve))
    elif options.measure:
        name, feeds, port = options.measure
        print(json.dumps(measure(name, urls(int(feeds), int(port)))))
    else:
        compare(100 if options.quick else options.feeds)


def compare(feeds: int) -> None:
    print(f"{feeds} feeds of {ENTRIES} entries, {THREADS} threads, {datetime.now(UTC):%Y-%m-%d}")
    few = max(feeds // 10, 1)
    print("per second, and in brackets per second of processor time: noise of others counts less")
    print(f"{'':20}{'articles':>15}{'304 polls':>15}{f'MB at {few}':>12}{f'MB at {feeds}':>13}")
    with server() as port:
        small = {name: measured(name, few, port) for name in CONTENDERS}
        large = {name: measured(name, feeds, port) for name in CONTENDERS}
    for name, one in large.items():
        print(
            f"{name:20}{one['articles']:8.0f} ({one['articles_cpu']:4.0f})"
            f"{one['polls']:8.0f} ({one['polls_cpu']:4.0f})"
            f"{small[name]['peak_mb']:12.0f}{one['peak_mb']:13.0f}"
        )
    ours = large["dispatch"]
    for name, theirs in list(large.items())[1:]:
        print(
            f"against {name}: {_ratio(ours, theirs, 'articles')} times the articles, "
            f"{_ratio(ours, theirs, 'polls')} times the polls"
        )


def _ratio(ours: Numbers, theirs: Numbers, what: str) -> str:
    cpu = f"{what}_cpu"
    return f"{ours[what] / theirs[what]:.1f} ({ours[cpu] / theirs[cpu]:.1f})"


if __name__ == "__main__":
    main()
