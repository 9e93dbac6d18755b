"""Keeps the published files in memory, and notices within a second when one is replaced.

In: a folder, the paths that may be asked for. Out: documents. Never: a path that is not in the
table, so nothing that a stranger writes into a URL reaches the file system.

The file is the truth here, not the row in the store: a rename puts bytes and modification time in
place as one (`render.output` gives the file the version's own time, which only rises), while a row
follows a moment later and would lend the new bytes the old date. So any number of processes may
publish into the folder, and feeds are served even when the database is away.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from dispatch.web import documents
from dispatch.web.documents import Document

#: How long a file that was looked at is not looked at again.
CHECK_SECONDS = 1.0

#: What changes when a file is replaced: its number, its modification time, its length.
_Mark = tuple[int, int, int]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: _Mark
    document: Document
    checked_at: float


class Shelf:
    """Documents by path below a folder; `media_types` says which paths there are."""

    def __init__(
        self,
        folder: Path,
        media_types: Mapping[str, str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = folder
        self.media_types = media_types
        self.monotonic = monotonic
        self._kept: dict[str, _Kept] = {}

    def find_fresh(self, path: str) -> Document | None:
        """The document at `path` if the file was looked at just now; touches no disk."""
        kept = self._kept.get(path)
        if kept is None or self.monotonic() - kept.checked_at >= CHECK_SECONDS:
            return None
        return kept.document

    def find(self, path: str) -> Document | None:
        """The document at `path`, read again if the file was replaced; None if there is none.

        A file that cannot be read any more is served as it last was: a folder that is being moved
        or restored is no reason to turn readers away.
        """
        if path not in self.media_types:
            return None
        kept = self._kept.get(path)
        try:
            found = self._look(path, kept)
        except OSError as error:
            if kept is not None:
                log.warning("feed_unreadable path=%s error=%s", path, error.strerror)
            return kept.document if kept else None
        self._kept[path] = found
        return found.document

    def _look(self, path: str, kept: _Kept | None) -> _Kept:
        now = self.monotonic()
        with (self.folder / path).open("rb") as file:
            status = os.fstat(file.fileno())
            mark = (status.st_ino, status.st_mtime_ns, status.st_size)
            if kept is not None and kept.mark == mark:
                return replace(kept, checked_at=now)
            body = file.read()
        modified_at = datetime.fromtimestamp(int(status.st_mtime), UTC)
        media_type = self.media_types[path]
        document = documents.make_document(body, media_type, modified_at=modified_at)
        return _Kept(mark, document, now)
