"""Publishes a document as files that a web server, or ours, can serve.

In: a folder, a path below it, bytes, what was published there before, now. Out: the new version,
or None when nothing moved. Never a half-written file: readers see the old bytes or the new ones,
and a full disk leaves the old ones standing.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from dispatch import errors
from dispatch.model.feed import FeedVersion
from dispatch.render import encodings

#: The folder, below that of the feeds, in which documents wait for their places.
STAGING: Final = ".staging"


def digest(body: bytes) -> str:
    """The name of these exact bytes (SHA-256, shortened to 32 hexadecimal digits)."""
    return hashlib.sha256(body).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A document that waits for its place, whole: (temporary file, target), twins first."""

    version: FeedVersion
    files: tuple[tuple[Path, Path], ...]


def publish_file(
    folder: Path, path: str, body: bytes, previous: FeedVersion | None, now: datetime
) -> FeedVersion | None:
    """Writes `body` and its compressed twins below `folder`, if they differ from `previous`.

    Raises:
        OutputError: a file could not be written; what stood there before still stands.
    """
    staged = stage(folder, path, body, previous, now)
    if staged is None:
        return None
    sync(staged)
    place(staged)
    sync_folders([staged])
    return staged.version


def stands(folder: Path, path: str) -> bool:
    """Whether the document and all its twins are there."""
    twins = encodings.twin_paths(path).values()
    return all((folder / one).exists() for one in (path, *twins))


def stage(
    folder: Path, path: str, body: bytes, previous: FeedVersion | None, now: datetime
) -> Staged | None:
    """Writes `body` and its twins aside; None if nothing moved.

    Many documents are staged before the first is put in place: the system writes them to the disk
    at its ease, and the readers see a whole build at once.

    Raises:
        OutputError: a file could not be written; nothing is left lying about.
    """
    new_digest = digest(body)
    is_known = previous is not None and previous.digest == new_digest
    if is_known and stands(folder, path):
        return None
    target = folder / path
    version = FeedVersion(
        path=path, digest=new_digest, modified_at=next_moment(_latest(target, previous), now)
    )
    twins = encodings.twin_paths(path)
    bodies = {folder / twins[coding]: data for coding, data in encodings.encode(body).items()}
    try:
        files = _write_aside(folder / STAGING, {**bodies, target: body}, version.modified_at)
    except OSError as error:
        raise _output_error(target, error) from error
    return Staged(version=version, files=files)


def sync(staged: Staged) -> None:
    """Makes sure that the bytes are on the disk.

    Many threads may do so at once: the file system then writes its journal once for all of them.

    Raises:
        OutputError: it could not be done; nothing is left lying about.
    """
    try:
        for source, _ in staged.files:
            _sync(source)
    except OSError as error:
        _discard(source for source, _ in staged.files)
        raise _output_error(staged.files[-1][1], error) from error


def place(staged: Staged) -> None:
    """Puts what was synced where readers find it.

    Raises:
        OutputError: it could not be done; nothing is left lying about.
    """
    target = staged.files[-1][1]
    try:
        for source, one in staged.files:
            source.replace(one)
    except OSError as error:
        raise _output_error(target, error) from error
    finally:
        _discard(source for source, _ in staged.files)


def sync_folders(staged: Iterable[Staged]) -> None:
    """Makes the renames survive a power cut."""
    for parent in sorted({target.parent for one in staged for _, target in one.files}):
        _sync(parent)


def remove(folder: Path, path: str) -> None:
    """Takes a document away that no longer belongs to anything, with its twins."""
    for one in (path, *encodings.twin_paths(path).values()):
        (folder / one).unlink(missing_ok=True)


@contextlib.contextmanager
def exclusively(folder: Path) -> Iterator[None]:
    """Lets one process at a time publish below `folder`; the others wait.

    What a build that was killed has left aside is swept away.
    """
    staging = folder / STAGING
    staging.mkdir(parents=True, exist_ok=True)
    handle = os.open(staging, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        _discard(staging.iterdir())
        yield
    finally:
        os.close(handle)


def next_moment(previous: FeedVersion | None, now: datetime) -> datetime:
    """The Last-Modified of a new representation: whole seconds, always after the one before.

    Newsboat ignores new bytes whose Last-Modified has not risen, yet keeps their ETag: articles
    would be lost to two builds in one second, or to a clock that was set back.
    """
    moment = now.astimezone(UTC).replace(microsecond=0)
    if previous is None:
        return moment
    return max(moment, previous.modified_at + timedelta(seconds=1))


def _latest(target: Path, previous: FeedVersion | None) -> FeedVersion | None:
    """What readers may have seen: a build that was killed has left files that it never told of."""
    try:
        standing = datetime.fromtimestamp(int(target.stat().st_mtime), UTC)
    except OSError:
        return previous
    if previous and previous.modified_at >= standing:
        return previous
    return FeedVersion(path="", digest="", modified_at=standing)


def _output_error(target: Path, error: OSError) -> errors.OutputError:
    return errors.OutputError(f"{target}: {error.strerror or error}")


def _write_aside(
    staging: Path, bodies: Mapping[Path, bytes], modified_at: datetime
) -> tuple[tuple[Path, Path], ...]:
    files: list[tuple[Path, Path]] = []
    try:
        staging.mkdir(parents=True, exist_ok=True)
        for target, body in bodies.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            files.append((_open_temporary(staging, target.name), target))
            _write(files[-1][0], body, modified_at)
    except BaseException:
        _discard(source for source, _ in files)
        raise
    return tuple(files)


def _open_temporary(staging: Path, name: str) -> Path:
    """An empty file on the same file system, for a rename never crosses one."""
    handle, path = tempfile.mkstemp(prefix=f"{name}.", dir=staging)
    os.close(handle)
    return Path(path)


def _write(path: Path, body: bytes, modified_at: datetime) -> None:
    seconds = int(modified_at.timestamp())
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fchmod(file.fileno(), 0o644)  # mkstemp's 0600 would lock the web server out
        os.utime(file.fileno(), (seconds, seconds))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _discard(sources: Iterable[Path]) -> None:
    for source in sources:
        with contextlib.suppress(OSError):
            source.unlink(missing_ok=True)
