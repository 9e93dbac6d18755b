"""A source in a box: a document that a test edits, taken in by the real intake and store."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from newsroom import SetClock

from dispatch import fetch
from dispatch.collect import intake, release
from dispatch.collect.desk import Desk
from dispatch.collect.report import SourceReport
from dispatch.model.article import Article, Entry
from dispatch.model.publication import Publication, Section, Source
from dispatch.model.source import Harvest, HeldEntry, SourceState
from dispatch.rules import polling
from dispatch.store import articles, database, quarantine, source_states

PUBLICATION = Publication(
    names={"en": "The Meridian", "ru": "Меридиан"},
    site="https://news.example/",
    public_url="https://news.example/",
    languages={"en": "English", "ru": "Русский"},
    sections=(Section(key="world", names={"en": "World", "ru": "Мир"}),),
    time_zone=ZoneInfo("UTC"),
    contact="desk@news.example",
    tag_authority="news.example,2026",
)
SOURCE = Source(name="site", kind="feed", url="https://news.example/feed")


#: Speed: a crash of the disk is not what is tested.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


@functools.cache
def _template() -> Path:
    """An empty store, to be copied."""
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    atexit.register(shutil.rmtree, folder)
    opened = database.open_database(f"sqlite:///{folder}/template.db")
    opened.upgrade()
    opened.close()
    return folder / "template.db"


class Sourcery:
    """One source and its store; `url` opens another database than a SQLite file of its own."""

    def __init__(self, now: datetime, url: str | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY))
        if url is None:
            shutil.copyfile(_template(), self.folder / "site.db")
        self.db = database.open_database(url or f"sqlite:///{self.folder}/site.db")
        self.clock = SetClock(now)
        self.fetcher = fetch.Fetcher(contact="desk@news.example")
        self.source = SOURCE

    def close(self) -> None:
        """Let go of everything."""
        self.fetcher.close()
        self.db.close()
        shutil.rmtree(self.folder)

    @property
    def desk(self) -> Desk:
        """What an intake needs."""
        return Desk(db=self.db, publication=PUBLICATION, fetcher=self.fetcher, clock=self.clock)

    @property
    def state(self) -> SourceState:
        """What is remembered."""
        with self.db.read() as tx:
            return source_states.get_state(tx, self.source.name)

    def visit(self, *entries: Entry, trusted: bool = False, **said: object) -> SourceReport:
        """One visit that brings `entries`."""
        harvest = Harvest(entries=entries, **said)  # type: ignore[arg-type]
        return self.take(harvest, trusted=trusted)

    def take(self, harvest: Harvest, *, trusted: bool = False) -> SourceReport:
        """One visit."""
        ready = polling.ready(self.state, self.source, self.clock.now())
        return intake.Intake(self.desk, self.source, ready, is_trusted=trusted).take(harvest)

    def release(self, *, discard: bool = False) -> SourceReport:
        """An operator's word."""
        return release.release(self.desk, self.source, discard=discard)

    def later(self, **amount: float) -> None:
        """Move the clock on."""
        self.clock.time += timedelta(**amount)

    def articles(self) -> list[Article]:
        """What stands, newest first."""
        with self.db.read() as tx:
            return articles.list_newest(tx, language=None, section=None, limit=10_000)

    def entered(self, start: datetime, end: datetime) -> list[Article]:
        """What an issue over this window would be made of."""
        with self.db.read() as tx:
            return articles.list_entered(tx, start, end)

    def held(self) -> list[HeldEntry]:
        """What waits."""
        with self.db.read() as tx:
            return quarantine.list_entries(tx, self.source.name)
