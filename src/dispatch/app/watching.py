"""Watching: the next issue as it would be now, made anew when a file that shapes it changes.

In: how to open the site, a newsletter. Out: every variant, or the error that says file and line.
Never: keeps or sends anything, or asks anybody else's feed: an editor types, and every keystroke
would be a request.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dispatch import errors
from dispatch.app import App
from dispatch.render import checklist, slots
from dispatch.store.issues import VariantDraft

#: What an editor's program leaves beside a file while it writes.
_LEFTOVERS = ("~", ".swp", ".tmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVariant:
    """One variant as the page shows it, with what the checklist has against it."""

    key: str
    subject: str
    preheader: str
    html: str
    text: str
    octets: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What there is to see. `stamp` moves when it does; with an `error` there is nothing else."""

    stamp: str
    title: str = ""
    variants: tuple[ShownVariant, ...] = ()
    error: str = ""


class Watcher:
    """Keeps the newest look at one newsletter; several requests may ask at once."""

    def __init__(self, open_app: Callable[[], App], config: Path, newsletter: str) -> None:
        self._open_app = open_app
        self._config = config
        self._newsletter = newsletter
        self._folders: tuple[Path, ...] = ()
        self._lock = threading.Lock()
        self._shown = Shown(stamp="")

    def look(self) -> Shown:
        """The issue by the files as they are now."""
        with self._lock:
            stamp = self._stamp()
            if stamp != self._shown.stamp:
                self._shown = self._make(stamp)
            return self._shown

    def _make(self, stamp: str) -> Shown:
        try:
            app = self._open_app()
        except errors.DispatchError as error:
            return Shown(stamp=stamp, error=str(error))
        try:
            self._folders = app.issues.shaping_folders()
            report = app.issues.draft(self._newsletter)
        except errors.DispatchError as error:
            return Shown(stamp=self._stamp(), error=str(error))
        finally:
            app.close()
        return Shown(
            stamp=self._stamp(),
            title=f"{report.newsletter} {report.period}",
            variants=tuple(map(_show, report.variants)),
        )

    def _stamp(self) -> str:
        """A digest of name, size and time of every file that shapes the issue."""
        digest = hashlib.sha256()
        for path in self._files():
            try:
                state = path.stat()
            except OSError:
                continue  # gone between the listing and now: it is so in the next stamp
            digest.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    def _files(self) -> Iterator[Path]:
        yield self._config
        for folder in self._folders:
            found = (path for path in folder.rglob("*") if path.is_file())
            yield from sorted(path for path in found if not path.name.endswith(_LEFTOVERS))


def _show(draft: VariantDraft) -> ShownVariant:
    faults = checklist.check(draft.html, draft.text, preheader=draft.preheader)
    return ShownVariant(
        key=draft.key,
        subject=draft.subject,
        preheader=draft.preheader,
        html=slots.without_reader(draft.html),
        text=slots.without_reader(draft.text),
        octets=len(draft.html.encode()),
        faults=tuple(f"{one.line}: {one.text}" for one in faults),
    )
