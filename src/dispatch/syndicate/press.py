"""Publishes documents by the batch: compressed on all cores, synced together, noted together.

In: documents, and what to note in the store once they stand. Out: files, and the paths that moved.
Never: a note of something that does not stand; a build that is killed is done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dispatch import errors
from dispatch.model.feed import FeedVersion
from dispatch.render import feed_delta, output
from dispatch.render.output import Staged
from dispatch.rules import addresses
from dispatch.store import feed_history, feed_versions
from dispatch.store.database import Database, Transaction

#: How many threads compress: zlib and brotli leave the interpreter to others meanwhile.
_THREADS = 2
#: How many threads wait for the disk: eight take a fifth of the time of one.
_SYNCERS = 8
#: So many documents lie beside their places at most: a batch.
_BATCH = 300
#: So many bodies are in memory at most.
_WAITING = 6

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A document beside its place, and the marks of its entries (none of an archive's)."""

    staged: Staged
    marks: tuple[str, ...]


@dataclass(slots=True)
class Sheet:
    """Documents that stand or fall together, and the note that is taken of them."""

    note: Callable[[Transaction], None]
    staging: list[Future[_Prepared | None]] = field(default_factory=list)
    is_whole: bool = True
    is_ended: bool = False


class Press:
    """Takes documents until it is closed; `written` and `failures` grow meanwhile."""

    def __init__(self, db: Database, folder: Path, now: datetime, *, dry_run: bool) -> None:
        self.written: list[str] = []
        self.failures: list[str] = []
        self._db, self._folder, self._now, self._dry_run = db, folder, now, dry_run
        self._sheets: list[Sheet] = []
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="press")
        self._syncers = ThreadPoolExecutor(_SYNCERS, thread_name_prefix="sync")

    def __enter__(self) -> Press:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._flush()
        finally:
            self._pool.shutdown()
            self._syncers.shutdown()

    def publish(self, bodies: Mapping[str, bytes], note: Callable[[Transaction], None]) -> None:
        """Put `bodies` at their paths, and then take `note` if all of them stand."""
        sheet = self.begin(note)
        self.add(sheet, bodies)
        self.end(sheet)

    def begin(self, note: Callable[[Transaction], None]) -> Sheet:
        """A sheet to which documents are added one after the other."""
        sheet = Sheet(note)
        self._sheets.append(sheet)
        return sheet

    def add(self, sheet: Sheet, bodies: Mapping[str, bytes]) -> None:
        """Put `bodies` at their paths."""
        with self._db.read() as tx:
            versions = feed_versions.find_versions(tx, bodies)
        if self._dry_run:
            self._compare(bodies, versions)
            return
        for path, body in bodies.items():
            previous = versions.get(path)
            sheet.staging.append(
                self._pool.submit(_prepare, self._folder, path, body, previous, self._now)
            )
        self._keep_up()

    def end(self, sheet: Sheet) -> None:
        """There is no more to come: the note is taken as soon as all stands."""
        sheet.is_ended = True

    def remove(self, paths: list[str]) -> None:
        """Take documents away that nothing leads to any more."""
        if not self._dry_run:
            for path in paths:
                output.remove(self._folder, path)

    def _compare(self, bodies: Mapping[str, bytes], versions: Mapping[str, FeedVersion]) -> None:
        for path, body in bodies.items():
            version = versions.get(path)
            if version is None or version.digest != output.digest(body):
                self.written.append(path)

    def _keep_up(self) -> None:
        """Wait for the oldest, so that memory does not grow with the build."""
        staging = [one for sheet in self._sheets for one in sheet.staging]
        for future in staging[:-_WAITING]:
            future.exception()
        if len(staging) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        """Put what was staged in place, and note it in one transaction."""
        placed: list[_Prepared] = []
        for sheet in self._sheets:
            sheet.staging = [self._syncers.submit(_sync, one) for one in sheet.staging]
        for sheet in self._sheets:
            standing = [self._place(one, placed) for one in sheet.staging]
            sheet.is_whole = sheet.is_whole and all(standing)
            sheet.staging.clear()
        output.sync_folders(one.staged for one in placed)
        ended = [sheet for sheet in self._sheets if sheet.is_ended]
        self._sheets = [sheet for sheet in self._sheets if not sheet.is_ended]
        if self._dry_run or not (placed or ended):
            return
        with self._db.write() as tx:
            feed_versions.put_versions(tx, [one.staged.version for one in placed])
            shown = [(one.staged.version, one.marks) for one in placed if one.marks]
            feed_history.add_all(tx, shown)
            for sheet in ended:
                if sheet.is_whole:
                    sheet.note(tx)

    def _place(self, staging: Future[_Prepared | None], placed: list[_Prepared]) -> bool:
        """Whether the document now stands; a failure is one of the outside, and told."""
        try:
            prepared = staging.result()
            if prepared is not None:
                output.place(prepared.staged)
                placed.append(prepared)
                self.written.append(prepared.staged.version.path)
        except errors.OutputError as error:
            log.error("feed not written: %s", error)  # noqa: TRY400  # no fault of ours
            self.failures.append(str(error))
            return False
        return True


def _sync(staging: Future[_Prepared | None]) -> _Prepared | None:
    prepared = staging.result()
    if prepared is not None:
        output.sync(prepared.staged)
    return prepared


def _prepare(
    folder: Path, path: str, body: bytes, previous: FeedVersion | None, now: datetime
) -> _Prepared | None:
    staged = output.stage(folder, path, body, previous, now)
    if staged is None:
        return None
    marks = () if addresses.is_archive(path) else feed_delta.list_marks(body)
    return _Prepared(staged, marks)
