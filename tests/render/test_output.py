"""Files appear whole, move only when their content moves, and survive a full disk."""

from __future__ import annotations

import errno
import gzip
import itertools
import os
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import errors
from dispatch.model.feed import FeedVersion
from dispatch.render import output

NOON = datetime(2026, 11, 20, 12, 0, 0, 700_000, tzinfo=UTC)
PATH = "en/rss.xml"


def publish(
    folder: Path, body: bytes, previous: FeedVersion | None = None, now: datetime = NOON
) -> FeedVersion | None:
    return output.publish_file(folder, PATH, body, previous, now)


def must_publish(
    folder: Path, body: bytes, previous: FeedVersion | None = None, now: datetime = NOON
) -> FeedVersion:
    version = publish(folder, body, previous, now)
    assert version is not None
    return version


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_document_appears_with_its_compressed_twins(tmp_path: Path) -> None:
    version = must_publish(tmp_path, b"<rss/>")
    assert files(tmp_path) == ["en/rss.xml", "en/rss.xml.br", "en/rss.xml.gz"]
    assert (tmp_path / PATH).read_bytes() == b"<rss/>"
    assert gzip.decompress((tmp_path / "en/rss.xml.gz").read_bytes()) == b"<rss/>"
    assert brotli.decompress((tmp_path / "en/rss.xml.br").read_bytes()) == b"<rss/>"
    assert (version.path, version.digest) == (PATH, output.digest(b"<rss/>"))


def test_a_web_server_may_read_the_files(tmp_path: Path) -> None:
    must_publish(tmp_path, b"x")
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in files(tmp_path)} == {0o644}


def test_the_files_are_dated_as_the_version_says(tmp_path: Path) -> None:
    version = must_publish(tmp_path, b"x")
    assert version.modified_at == NOON.replace(microsecond=0)
    moments = {(tmp_path / name).stat().st_mtime for name in files(tmp_path)}
    assert moments == {version.modified_at.timestamp()}


def test_the_same_bytes_write_nothing(tmp_path: Path) -> None:
    first = must_publish(tmp_path, b"x")
    before = [(tmp_path / name).stat().st_ino for name in files(tmp_path)]
    assert publish(tmp_path, b"x", first, NOON + timedelta(days=1)) is None
    assert [(tmp_path / name).stat().st_ino for name in files(tmp_path)] == before


@pytest.mark.parametrize("lost", ["en/rss.xml", "en/rss.xml.gz", "en/rss.xml.br"])
def test_a_lost_file_is_written_again(tmp_path: Path, lost: str) -> None:
    first = must_publish(tmp_path, b"x")
    (tmp_path / lost).unlink()
    again = must_publish(tmp_path, b"x", first)
    assert files(tmp_path) == ["en/rss.xml", "en/rss.xml.br", "en/rss.xml.gz"]
    assert again.modified_at > first.modified_at


def test_two_builds_in_one_second_get_two_seconds(tmp_path: Path) -> None:
    first = must_publish(tmp_path, b"1")
    second = must_publish(tmp_path, b"2", first)
    assert second.modified_at == first.modified_at + timedelta(seconds=1)
    assert (tmp_path / PATH).stat().st_mtime == second.modified_at.timestamp()


@pytest.mark.parametrize("twin", ["en/rss.xml.gz", "en/rss.xml.br"])
def test_the_twin_is_the_same_bytes_whenever_it_is_made(tmp_path: Path, twin: str) -> None:
    must_publish(tmp_path / "a", b"x" * 999, None, NOON)
    must_publish(tmp_path / "b", b"x" * 999, None, NOON + timedelta(days=400))
    twins = [(tmp_path / folder / twin).read_bytes() for folder in "ab"]
    assert twins[0] == twins[1]


@given(st.lists(st.integers(-3_000_000, 3_000_000), min_size=2, max_size=8))
def test_last_modified_always_rises_whatever_the_clock_does(milliseconds: list[int]) -> None:
    previous: FeedVersion | None = None
    moments = []
    for offset in milliseconds:
        moment = output.next_moment(previous, NOON + timedelta(milliseconds=offset))
        previous = FeedVersion(path=PATH, digest="", modified_at=moment)
        moments.append(moment)
    assert all(
        later - sooner >= timedelta(seconds=1) for sooner, later in itertools.pairwise(moments)
    )
    assert all(moment.microsecond == 0 for moment in moments)


@pytest.mark.parametrize("step", ["fsync", "utime", "fchmod"])
def test_a_full_disk_leaves_the_old_file_standing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    first = must_publish(tmp_path, b"old")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(errors.OutputError, match=r"en/rss\.xml: No space left on device"):
            publish(tmp_path, b"new", first)
    assert files(tmp_path) == ["en/rss.xml", "en/rss.xml.br", "en/rss.xml.gz"]
    assert (tmp_path / PATH).read_bytes() == b"old"
    assert gzip.decompress((tmp_path / "en/rss.xml.gz").read_bytes()) == b"old"


_WRITE_TOO_MUCH = """
import random, resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from dispatch import errors
from dispatch.render import output

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
body = random.Random(1).randbytes(int(sys.argv[2]))
try:
    output.publish_file(Path(sys.argv[1]), "en/rss.xml", body, None, datetime.now(UTC))
except errors.OutputError as error:
    print(error)
"""


@pytest.mark.parametrize("size", [9_000, 8_190])
def test_a_write_that_the_system_cuts_short_leaves_the_old_file_standing(
    tmp_path: Path, size: int
) -> None:
    """A real limit of the kernel: 9,000 bytes break the document, 8,190 only its twins."""
    must_publish(tmp_path, b"old")
    done = subprocess.run(
        [sys.executable, "-c", _WRITE_TOO_MUCH, str(tmp_path), str(size)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == f"{tmp_path}/en/rss.xml: {os.strerror(errno.EFBIG)}"
    assert (tmp_path / PATH).read_bytes() == b"old"
    assert gzip.decompress((tmp_path / "en/rss.xml.gz").read_bytes()) == b"old"
    assert files(tmp_path) == ["en/rss.xml", "en/rss.xml.br", "en/rss.xml.gz"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 8192


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "en").write_text("a file where the folder should be")
    with pytest.raises(errors.OutputError, match=r"en/rss\.xml: "):
        publish(tmp_path, b"x")
    assert (tmp_path / "en").is_file()


def test_a_reader_never_sees_half_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every moment of a publication the name leads to the old bytes or to the new ones."""
    first = must_publish(tmp_path, b"old" * 1000)
    seen = []
    real = os.fsync

    def look(handle: int) -> None:
        seen.append((tmp_path / PATH).read_bytes())
        real(handle)

    monkeypatch.setattr(os, "fsync", look)
    must_publish(tmp_path, b"new" * 1000, first)
    assert set(seen) == {b"old" * 1000, b"new" * 1000}
