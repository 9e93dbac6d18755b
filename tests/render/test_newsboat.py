"""Newsboat, a real feed reader, reads our feeds and our corrections of them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dispatch.model.feed import FeedFormat
from dispatch.render import output
from dispatch.rules import addresses

pytestmark = pytest.mark.acceptance

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FORMATS = [FeedFormat.RSS, FeedFormat.ATOM]


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """The test's output is not a log."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address under which a web server of the loopback serves it."""
    folder = tmp_path / "feeds"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def reload(
    served: tuple[Path, str], tmp_path: Path, need_program: Callable[[str], Path]
) -> Callable[[str], list[dict[str, Any]]]:
    """`reload(path)` lets newsboat poll one feed, and gives what it has in its cache afterwards."""
    program = need_program("newsboat")
    home = tmp_path / "home"
    home.mkdir()
    (home / "config").write_text("download-retries 1\n")

    def poll(path: str) -> list[dict[str, Any]]:
        (home / "urls").write_text(f"{served[1]}/{path}\n")
        names = ["-u", f"{home}/urls", "-C", f"{home}/config", "-c", f"{home}/cache.db"]
        environment = {**os.environ, "HOME": str(home), "no_proxy": "*", "LC_ALL": "C.UTF-8"}
        subprocess.run(
            [program, *names, "-q", "-x", "reload"],
            env=environment,
            check=True,
            timeout=20,
            capture_output=True,
        )
        with closing(sqlite3.connect(home / "cache.db")) as cache:
            cache.row_factory = sqlite3.Row
            rows = cache.execute("SELECT * FROM rss_item WHERE deleted = 0 ORDER BY pubDate DESC")
            return [dict(row) for row in rows]

    return poll


def publish(folder: Path, feed_room: Any, feed_format: FeedFormat, **how: Any) -> str:
    """Renders and publishes one feed as the engine does; its path."""
    path = addresses.feed_path("en", feed_format)
    body = feed_room.render("en", feed_format, how.get("articles"))
    version = output.publish_file(folder, path, body, how.get("previous"), how.get("now", NOON))
    assert version is not None
    return path


@pytest.mark.parametrize("feed_format", FORMATS)
def test_newsboat_shows_our_articles_as_they_are(
    feed_room: Any,
    served: tuple[Path, str],
    reload: Callable[[str], list[dict[str, Any]]],
    feed_format: FeedFormat,
) -> None:
    rows = reload(publish(served[0], feed_room, feed_format))
    english = [article for article in feed_room.articles if article.language == "en"]
    assert [row["guid"] for row in rows] == [article.uid for article in english]
    assert [row["url"] for row in rows] == [article.url for article in english]
    assert [row["pubDate"] for row in rows] == [a.published_at.timestamp() for a in english]
    assert rows[0]["title"] == english[0].title
    assert rows[2]["title"] == "Why 3 < 5 is a matter for the court"
    assert "<figcaption>Photo: M. Orlov</figcaption>" in rows[1]["content"]
    assert "Keep us independent." in rows[0]["content"]


def test_newsboat_names_all_authors_of_an_rss_item(
    feed_room: Any, served: tuple[Path, str], reload: Callable[[str], list[dict[str, Any]]]
) -> None:
    rows = reload(publish(served[0], feed_room, FeedFormat.RSS))
    assert rows[0]["author"] == "Ann Lee, Ben Okafor"


@pytest.mark.parametrize("feed_format", FORMATS)
def test_a_correction_in_the_same_second_reaches_newsboat_in_place(
    feed_room: Any,
    served: tuple[Path, str],
    reload: Callable[[str], list[dict[str, Any]]],
    feed_format: FeedFormat,
) -> None:
    folder, _ = served
    article = feed_room.articles[0]
    path = addresses.feed_path("en", feed_format)
    body = feed_room.render("en", feed_format, [article])
    first = output.publish_file(folder, path, body, None, NOON)
    reload(path)
    before = reload(path)  # newsboat asks twice without conditions, and only then remembers
    corrected = replace(article, title="The corrected headline", url=f"{article.url}&v=2")
    body = feed_room.render("en", feed_format, [corrected])
    output.publish_file(folder, path, body, first, NOON + timedelta(milliseconds=300))
    after = reload(path)
    assert [row["title"] for row in before] == [article.title]
    assert [(row["guid"], row["title"]) for row in after] == [
        (article.uid, "The corrected headline")
    ]
