"""Puts each message into a folder as one `.eml` file: for demos, tests and other mailers.

In: an envelope and a message. Out: a whole file, or none and an Outcome that says why. Never: half
a file under its final name; a second file for the same message, which overwrites the first.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from dispatch import errors
from dispatch.model.delivery import Envelope, Outcome, OutcomeStatus
from dispatch.model.settings import TransportSettings

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([^>\r\n]+)>", re.IGNORECASE | re.MULTILINE)
_UNSAFE = re.compile(r"[^A-Za-z0-9@._+=-]|^\.")

#: Below the 255 bytes that file systems allow, with room for what a temporary name adds.
_LONGEST_NAME = 180


class FileTransport:
    """Messages become files; sending one again overwrites it, so a crash needs no decision."""

    is_idempotent = True

    def __init__(self, settings: TransportSettings) -> None:
        if settings.folder is None:
            raise errors.TransportError("transport.folder: a transport of kind file needs one")
        self.folder = settings.folder
        self.connections = 1  # the disk is one; more threads would only wait for each other

    def open_session(self) -> FileSession:
        """Make the folder; raises TransportError if nothing can be written there."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            message = f"{self.folder}: cannot be written: {error.strerror or error}"
            raise errors.TransportError(message) from error
        return FileSession(self.folder)


class FileSession:
    """Writes messages into one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, envelope: Envelope, message: bytes) -> Outcome:  # noqa: ARG002 - the protocol's
        """Write `message` under the name that its Message-ID gives; a full disk defers it."""
        name = file_name(message)
        try:
            _write_whole(self.folder / name, message)
        except OSError as error:
            return Outcome(status=OutcomeStatus.DEFERRED, text=f"{name}: {error.strerror or error}")
        return Outcome(status=OutcomeStatus.SENT, text=name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing stays open between two messages."""


def file_name(message: bytes) -> str:
    """The file of a message: its Message-ID, made harmless, else a digest of its bytes.

    Two identifiers never share a name: one that had to be changed gets a digest of the original.
    """
    head, _, _ = message.partition(b"\r\n\r\n")
    found = _MESSAGE_ID.search(head)
    if found is None:
        return f"{hashlib.sha256(message).hexdigest()[:32]}.eml"
    identifier = found[1].decode("latin-1")
    safe = _UNSAFE.sub("_", identifier)[:_LONGEST_NAME]
    if safe != identifier:
        safe += "-" + hashlib.sha256(found[1]).hexdigest()[:16]
    return f"{safe}.eml"


def _write_whole(path: Path, content: bytes) -> None:
    """Write beside, flush to disk, rename: whoever looks sees a whole message or none."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """A rename is only on disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
