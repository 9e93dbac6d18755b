"""Publishes a document as files that a web server, or ours, can serve.

In: a folder, a path below it, bytes, what was published there before, now. Out: the new version,
or None when nothing moved. Never a half-written file: readers see the old bytes or the new ones,
and a full disk leaves the old ones standing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatch import errors
from dispatch.model.feed import FeedVersion
from dispatch.render import encodings


def digest(body: bytes) -> str:
    """The name of these exact bytes (SHA-256, shortened to 32 hexadecimal digits)."""
    return hashlib.sha256(body).hexdigest()[:32]


def publish_file(
    folder: Path, path: str, body: bytes, previous: FeedVersion | None, now: datetime
) -> FeedVersion | None:
    """Writes `body` and its compressed twins below `folder`, if they differ from `previous`.

    Raises:
        OutputError: a file could not be written; what stood there before still stands.
    """
    target = folder / path
    twins = {one: folder / twin for one, twin in encodings.twin_paths(path).items()}
    new_digest = digest(body)
    is_known = previous is not None and previous.digest == new_digest
    if is_known and target.exists() and all(twin.exists() for twin in twins.values()):
        return None
    version = FeedVersion(path=path, digest=new_digest, modified_at=next_moment(previous, now))
    encoded = {twins[coding]: data for coding, data in encodings.encode(body).items()}
    try:
        _replace({**encoded, target: body}, version.modified_at)
    except OSError as error:
        raise errors.OutputError(f"{target}: {error.strerror or error}") from error
    return version


def next_moment(previous: FeedVersion | None, now: datetime) -> datetime:
    """The Last-Modified of a new representation: whole seconds, always after the one before.

    Newsboat ignores new bytes whose Last-Modified has not risen, yet keeps their ETag: articles
    would be lost to two builds in one second, or to a clock that was set back.
    """
    moment = now.astimezone(UTC).replace(microsecond=0)
    if previous is None:
        return moment
    return max(moment, previous.modified_at + timedelta(seconds=1))


def _replace(bodies: dict[Path, bytes], modified_at: datetime) -> None:
    """Writes every body beside its target first, and only then puts all of them in place."""
    temporary: dict[Path, Path] = {}
    try:
        for target, body in bodies.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary[target] = _open_temporary(target)
            _write(temporary[target], body, modified_at)
        for target, source in temporary.items():
            source.replace(target)
    finally:
        for source in temporary.values():
            with contextlib.suppress(OSError):
                source.unlink(missing_ok=True)
    for parent in {target.parent for target in bodies}:
        _sync_folder(parent)


def _open_temporary(target: Path) -> Path:
    """An empty file in the same folder, for a rename never crosses a file system."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    os.close(handle)
    return Path(name)


def _write(path: Path, body: bytes, modified_at: datetime) -> None:
    seconds = int(modified_at.timestamp())
    with path.open("wb") as file:
        file.write(body)
        file.flush()
        os.fchmod(file.fileno(), 0o644)  # mkstemp's 0600 would lock the web server out
        os.utime(file.fileno(), (seconds, seconds))
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Makes the renames survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
