"""A true feed reader follows from an old feed to ours: nothing comes twice."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import missing
from newsroom import Newsroom

pytestmark = pytest.mark.acceptance

OLD = """<?xml version="1.0"?><rss version="2.0"><channel><title>Old</title>
<link>http://127.0.0.1:8400/</link><description>Old</description>
<item><title>Treaties (old)</title><link>http://127.0.0.1:8400/en/treaties/</link>
<guid isPermaLink="false">https://old.example/?p=17</guid>
<pubDate>Tue, 24 Nov 2026 09:00:00 GMT</pubDate></item>
<item><title>Trade (old)</title><link>http://127.0.0.1:8400/en/trade/</link>
<guid isPermaLink="false">https://old.example/?p=18</guid>
<pubDate>Tue, 24 Nov 2026 08:00:00 GMT</pubDate></item>
</channel></rss>
"""


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The test's output is not a log."""


@pytest.fixture
def room(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Newsroom]:
    """Two articles, collected."""
    made = Newsroom(tmp_path / "site", migrated_sqlite_url)
    made.article("Treaties")
    made.article("Trade")
    made.collect()
    yield made
    made.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A file, and the address under which it is served."""
    folder = tmp_path / "www"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield folder / "feed.xml", f"http://127.0.0.1:{server.server_address[1]}/feed.xml"
        server.shutdown()
        thread.join()


def poll(home: Path, url: str) -> dict[str, str]:
    """What newsboat has after asking once: title by guid."""
    program = shutil.which("newsboat")
    if program is None:
        missing("newsboat", "it reads feeds in a terminal")
    home.mkdir(exist_ok=True)
    (home / "urls").write_text(f"{url}\n")
    (home / "config").write_text("download-retries 1\n")
    subprocess.run(
        [str(program), "-u", "urls", "-C", "config", "-c", "cache.db", "-q", "-x", "reload"],
        env={**os.environ, "HOME": str(home), "no_proxy": "*", "LC_ALL": "C.UTF-8"},
        cwd=home,
        check=True,
        timeout=30,
        capture_output=True,
    )
    with contextlib.closing(sqlite3.connect(home / "cache.db")) as cache:
        return dict(cache.execute("SELECT guid, title FROM rss_item WHERE deleted = 0").fetchall())


def put(path: Path, body: bytes, modified_at: int) -> None:
    """Serve other bytes, with a date that rises: newsboat takes nothing else for new."""
    path.write_bytes(body)
    os.utime(path, (modified_at, modified_at))


@pytest.mark.parametrize("feed_file", ["rss.xml", "atom.xml"])
def test_after_adopting_the_old_feed_nothing_comes_twice(
    room: Newsroom, served: tuple[Path, str], tmp_path: Path, feed_file: str
) -> None:
    path, url = served
    put(path, OLD.encode(), 1_700_000_000)
    before = poll(tmp_path / "home", url)
    assert set(before.values()) == {"Treaties (old)", "Trade (old)"}
    report = room.app.feeds.adopt_file(path)
    assert (len(report.adopted), report.conflicts) == (2, ())
    put(path, (room.root / "feeds" / "en" / feed_file).read_bytes(), 1_700_000_100)
    after = poll(tmp_path / "home", url)
    assert set(after) == set(before)
    assert set(after.values()) == {"Treaties", "Trade"}


def test_without_adopting_everything_comes_twice(
    room: Newsroom, served: tuple[Path, str], tmp_path: Path
) -> None:
    path, url = served
    put(path, OLD.encode(), 1_700_000_000)
    poll(tmp_path / "home", url)
    put(path, (room.root / "feeds/en/rss.xml").read_bytes(), 1_700_000_100)
    assert len(poll(tmp_path / "home", url)) == 4
