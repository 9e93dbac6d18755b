"""A log and its rotated elders as one shelf of open files, oldest first.

In: the path of the live log. Out: open logs that are known by their first line, and their lines
from any byte on. Never: writes, keeps a line, knows what a line means (a `Timer` reads its time).

A log keeps its fingerprint when it is renamed, copied, compressed or grows, so none is read twice.
It stays open while it is read, so a rotation in that moment changes nothing. Found beside
`access.log`: `access.log.1`, `access.log.2.gz`, `access.log-20261123.gz`, `access-20261123.log`.
What was written between the copy and the cut of logrotate's `copytruncate` is lost, as its manual
says.
"""

from __future__ import annotations

import bisect
import contextlib
import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

#: Longer lines are cut into pieces of this size, none of which is a log line then. Servers refuse
#: requests that are a quarter as long.
LINE_LIMIT = 64 * 1024
#: How many rotated logs are looked at, the youngest: four years of weekly ones.
LOG_LIMIT = 200
#: What reading a broken file raises.
DAMAGE = (OSError, EOFError, zlib.error)
#: The time of something that has none: after everything else.
NEVER = datetime.max.replace(tzinfo=UTC)

_DIGEST_BYTES = 16
_GZIP_SIZE_BYTES = 4
_GZIP_MODULO = 2**32

#: Reads the time of a line; None where it is no log line.
Timer = Callable[[bytes], datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """An open log. `size` is that of its text, which gzip tells modulo 2**32."""

    name: str
    file: BinaryIO
    fingerprint: str
    first_at: datetime
    size: int
    is_compressed: bool

    def has_more(self, offset: int) -> bool:
        """Whether text stands after `offset`, told without reading up to there."""
        if self.is_compressed:
            return self.size != offset % _GZIP_MODULO
        return self.size > offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """All logs that could be opened, oldest first, and what was wrong with the others."""

    logs: tuple[Log, ...]
    problems: tuple[str, ...]


@contextlib.contextmanager
def open_shelf(path: Path, timer: Timer) -> Iterator[Shelf]:
    """Open the log at `path` and every rotated one beside it; closes them at the end."""
    with contextlib.ExitStack() as stack:
        found: dict[str, Log] = {}
        problems: list[str] = []
        for candidate in _candidates(path):
            try:
                log = _open(candidate, timer, stack)
            except DAMAGE as error:
                problems.append(problem(candidate.name, error))
                continue
            if log is not None and _is_better(log, found.get(log.fingerprint)):
                found[log.fingerprint] = log
        logs = sorted(found.values(), key=lambda log: (log.first_at, log.fingerprint))
        yield Shelf(logs=tuple(logs), problems=tuple(problems))


def problem(name: str, error: BaseException) -> str:
    """One line for the operator about a log that could not be read to its end."""
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{name}: {reason or error}"


def read_lines(log: Log, start: int) -> Iterator[tuple[int, bytes]]:
    """The lines from byte `start` on, each after the byte where it ends.

    A last line without its line break is still being written and waits, but in a compressed log.
    Raises one of DAMAGE in the middle where the file is broken.
    """
    log.file.seek(start)
    end = start
    while line := log.file.readline(LINE_LIMIT):
        is_whole = line.endswith(b"\n") or len(line) == LINE_LIMIT
        if not is_whole and not log.is_compressed:
            return
        end += len(line)
        yield end, line


def moment_after(log: Log, offset: int, timer: Timer) -> datetime:
    """The time of the first log line that begins at `offset` or after it; else NEVER."""
    for _, line in read_lines(log, _line_start(log, offset)):
        at = timer(line)
        if at is not None:
            return at
    return NEVER


def find_offset(log: Log, moment: datetime, end: int, timer: Timer) -> int:
    """Where the first line of `moment` or later begins, or `end`; by bisection.

    A compressed log cannot be read backwards, so the answer there is its start.
    """
    if log.is_compressed or log.first_at >= moment:
        return 0
    place = bisect.bisect_left(
        range(end), moment, key=lambda offset: moment_after(log, offset, timer)
    )
    return min(_line_start(log, place), end)


def _line_start(log: Log, offset: int) -> int:
    """The first byte from `offset` on at which a line begins."""
    if offset == 0:
        return 0
    log.file.seek(offset - 1)
    log.file.readline()
    return log.file.tell()


def _candidates(path: Path) -> list[Path]:
    """The live log, then its elders; a name is one if only digits were added to it."""
    stem, suffix = re.escape(path.stem), re.escape(path.suffix)
    mark = r"[.-]\d[\d.-]*"
    elder = re.compile(rf"(?:{stem}{suffix}{mark}|{stem}{mark}{suffix})(?:\.gz)?")
    try:
        elders = [entry for entry in path.parent.iterdir() if elder.fullmatch(entry.name)]
    except OSError:
        elders = []  # opening the log itself will say what is wrong
    return [path, *sorted(elders, key=_age_of)[:LOG_LIMIT]]


def _age_of(path: Path) -> float:
    """Something that is greater for an older file; the greatest for one that has just gone."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0


def _open(path: Path, timer: Timer, stack: contextlib.ExitStack) -> Log | None:
    """None where there is no first line yet."""
    raw = stack.enter_context(path.open("rb"))
    is_compressed = path.suffix == ".gz"
    size = _gzip_size(raw) if is_compressed else os.fstat(raw.fileno()).st_size
    file = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if is_compressed else raw
    first = file.readline(LINE_LIMIT)
    if not first.endswith(b"\n") and len(first) < LINE_LIMIT:
        return None
    return Log(
        name=path.name,
        file=file,
        fingerprint=hashlib.blake2b(first, digest_size=_DIGEST_BYTES).hexdigest(),
        first_at=timer(first) or _changed_at(raw),
        size=size,
        is_compressed=is_compressed,
    )


def _gzip_size(raw: BinaryIO) -> int:
    """The size of the text modulo 2**32 (RFC 1952, section 2.3.1: ISIZE)."""
    raw.seek(-_GZIP_SIZE_BYTES, os.SEEK_END)
    size = int.from_bytes(raw.read(_GZIP_SIZE_BYTES), "little")
    raw.seek(0)
    return size


def _changed_at(raw: BinaryIO) -> datetime:
    return datetime.fromtimestamp(os.fstat(raw.fileno()).st_mtime, UTC)


def _is_better(log: Log, other: Log | None) -> bool:
    """Of two copies the one that is not compressed, then the longer one.

    Both exist while logrotate compresses or copies.
    """
    if other is None:
        return True
    return (not log.is_compressed, log.size) > (not other.is_compressed, other.size)
