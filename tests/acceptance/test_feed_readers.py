"""True feed readers poll the true server: 304, parts of feeds (226), and nothing lost or twice."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import feedparser
import pytest
import reader
from conftest import missing
from newsroom import Newsroom
from starlette.types import Message, Receive, Scope, Send

from dispatch import web
from dispatch.web import routes, shelf

pytestmark = pytest.mark.acceptance

Seen = list[tuple[str, int]]


class Client(Protocol):
    """A feed reader that remembers what it has."""

    def poll(self, url: str) -> set[str]:
        """Ask once; the titles of all that the reader has afterwards."""
        ...


class Newsboat:
    def __init__(self, folder: Path) -> None:
        program = shutil.which("newsboat")
        if program is None:
            missing("newsboat", "it reads feeds in a terminal")
        self.program, self.folder = str(program), folder

    def poll(self, url: str) -> set[str]:
        (self.folder / "urls").write_text(f"{url}\n")
        (self.folder / "config").write_text("download-retries 1\n")
        files = ("-u", "urls", "-C", "config", "-c", "cache.db")
        subprocess.run(
            [self.program, *files, "-q", "-x", "reload"],
            env={**os.environ, "HOME": str(self.folder), "no_proxy": "*", "LC_ALL": "C.UTF-8"},
            cwd=self.folder,
            check=True,
            timeout=30,
            capture_output=True,
        )
        with contextlib.closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            rows = cache.execute("SELECT title FROM rss_item WHERE deleted = 0").fetchall()
        assert len(rows) == len(set(rows)), "an article came twice"
        return {title for (title,) in rows}


class Reader:
    """PyPI's reader, which FreshRSS-like programs in Python are built upon."""

    def __init__(self, folder: Path) -> None:
        self.reader = reader.make_reader(str(folder / "reader.sqlite"))

    def poll(self, url: str) -> set[str]:
        self.reader.add_feed(url, exist_ok=True)
        self.reader.update_feed(url)
        entries = list(self.reader.get_entries())
        titles = {str(entry.title) for entry in entries}
        assert len(entries) == len(titles), "an article came twice"
        return titles


class Feedparser:
    """As rss2email uses it: the program keeps the validators, and the articles by their id."""

    def __init__(self, _: Path) -> None:
        self.kept: dict[str, str] = {}
        self.said: dict[str, Any] = {}

    def poll(self, url: str) -> set[str]:
        found = feedparser.parse(url, **self.said)
        assert not found.bozo
        self.said = {
            "etag": found.get("etag", self.said.get("etag")),
            "modified": found.get("modified", self.said.get("modified")),
        }
        self.kept |= {entry.id: entry.title for entry in found.entries}
        return set(self.kept.values())


CLIENTS = (Newsboat, Reader, Feedparser)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """(path, status) of every answer of the server."""
    answers: Seen = []
    make_web = routes.make_web

    def watched(app: Any) -> Any:
        inner = make_web(app)

        async def outer(scope: Scope, receive: Receive, send: Send) -> None:
            async def watch(message: Message) -> None:
                if message["type"] == "http.response.start":
                    answers.append((scope["path"], message["status"]))
                await send(message)

            await inner(scope, receive, watch)

        return outer

    monkeypatch.setattr(routes, "make_web", watched)
    monkeypatch.setattr(shelf, "CHECK_SECONDS", 0.0)
    return answers


@pytest.fixture
def room(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path / "site", migrated_sqlite_url)
    for number in range(5):
        made.article(f"Old article {number}")
    made.collect()
    yield made
    made.close()


@pytest.fixture
def base(room: Newsroom, seen: Seen, free_port: Callable[[], int]) -> Iterator[str]:
    """The address of the true server, at work in a thread of this process."""
    assert seen == []
    port, ready = free_port(), threading.Event()
    room.with_config(f"[web]\nport = {port}")
    thread = threading.Thread(target=web.serve, args=(room.app, ready.set))
    thread.start()
    assert ready.wait(20)
    yield f"http://127.0.0.1:{port}"
    room.app.stop.set()
    thread.join(20)


@pytest.fixture(name="free_port")
def _free_port() -> Callable[[], int]:
    from acceptance.conftest import free_port

    return free_port


OLD = {f"Old article {number}" for number in range(5)}


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("path", ["/feeds/en/atom.xml", "/feeds/en/rss.xml"])
def test_a_reader_that_has_it_gets_304_then_the_news_alone_and_keeps_the_rest(
    room: Newsroom, base: str, seen: Seen, tmp_path: Path, kind: type[Client], path: str
) -> None:
    client = kind(tmp_path)  # type: ignore[call-arg]
    assert client.poll(base + path) == OLD
    client.poll(base + path)  # newsboat asks twice in full before its first validator
    assert client.poll(base + path) == OLD
    assert seen[-1] == (path, 304)

    room.later(minutes=5)
    room.article("The news")
    room.collect()
    assert client.poll(base + path) == OLD | {"The news"}
    assert seen[-1] == (path, 226), "the reader was sent the part that it had not"
    assert client.poll(base + path) == OLD | {"The news"}
    assert seen[-1] == (path, 304)


@pytest.mark.parametrize("kind", CLIENTS)
def test_two_builds_within_a_second_lose_nothing(
    room: Newsroom, base: str, seen: Seen, tmp_path: Path, kind: type[Client]
) -> None:
    url = f"{base}/feeds/en/rss.xml"
    client = kind(tmp_path)  # type: ignore[call-arg]
    for _ in range(3):
        client.poll(url)
    for title in ("First fog", "Second fog"):
        room.article(title)
        room.collect()  # the clock of the newsroom stands still between the two
        client.poll(url)
    assert client.poll(url) == OLD | {"First fog", "Second fog"}
    assert [status for _, status in seen[-3:]] == [226, 226, 304]
