"""Published files in memory: whole, current within a second, and only those in the table."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.render import output
from dispatch.web import shelf

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PATH = "en/rss.xml"


class Seconds:
    """A clock of the machine that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def shelves(tmp_path: Path, seconds: Seconds) -> shelf.Shelf:
    return shelf.Shelf(tmp_path / "feeds", {PATH: "application/rss+xml"}, seconds)


def publish(shelves: shelf.Shelf, body: bytes, after: int = 0) -> None:
    output.publish_file(shelves.folder, PATH, body, None, NOW + timedelta(seconds=after))


def test_a_file_is_served_with_the_version_that_was_published(shelves: shelf.Shelf) -> None:
    publish(shelves, b"one")
    document = shelves.find(PATH)
    assert document
    assert (document.body, document.digest) == (b"one", output.digest(b"one"))
    assert document.modified_at == NOW
    assert document.media_type == "application/rss+xml"


def test_a_file_that_was_looked_at_just_now_costs_no_look(
    shelves: shelf.Shelf, seconds: Seconds
) -> None:
    assert shelves.find_fresh(PATH) is None
    publish(shelves, b"one")
    first = shelves.find(PATH)
    assert shelves.find_fresh(PATH) is first
    seconds.now += shelf.CHECK_SECONDS
    assert shelves.find_fresh(PATH) is None
    assert shelves.find(PATH) is first, "the bytes are the same: nothing is read again"
    assert shelves.find_fresh(PATH) is first


def test_what_another_process_publishes_is_seen(shelves: shelf.Shelf) -> None:
    publish(shelves, b"one")
    shelves.find(PATH)
    publish(shelves, b"two", after=1)
    document = shelves.find(PATH)
    assert document
    assert document.body == b"two"
    assert document.modified_at == NOW + timedelta(seconds=1)


def test_a_file_that_vanished_is_served_as_it_last_was(
    shelves: shelf.Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    publish(shelves, b"one")
    before = shelves.find(PATH)
    (shelves.folder / PATH).unlink()
    with caplog.at_level(logging.WARNING):
        assert shelves.find(PATH) is before
    assert "feed_unreadable path=en/rss.xml" in caplog.text


def test_a_file_that_never_was_is_none(shelves: shelf.Shelf) -> None:
    assert shelves.find(PATH) is None


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "en/../../secret", "secret", ""])
def test_no_path_outside_of_the_table_reaches_the_disk(shelves: shelf.Shelf, path: str) -> None:
    shelves.folder.mkdir()
    for secret in (shelves.folder / "secret", shelves.folder.parent / "secret"):
        secret.write_text("secret")
    assert shelves.find(path) is None
