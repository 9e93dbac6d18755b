"""ParsedFeed: what every format of feed comes to; Reading: what a reader must know to get there.

Pure data, shared by the readers of XML and JSON. Never: parses anything itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch.model.article import Author, Entry
from dispatch.model.source import ANY_TIME, Timetable
from dispatch.rules import dates

#: More entries than this in one document are not looked at.
MAX_ENTRIES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """One feed as its publisher wrote it; nothing in it is sanitised yet.

    `format` names format and version ("rss 2.0", "atom 1.0", "json 1.1", "rdf 1.0"). `language`
    and `authors` are the feed's own, which entries without their own may inherit. `malformed`
    says that the document had to be repaired. `timetable` is when it asks to be left alone.
    `older_url` is where the entries before these are (RFC 5005), `generator` the software.
    """

    format: str
    title: str = ""
    subtitle: str = ""
    link: str | None = None
    id: str | None = None
    language: str | None = None
    authors: tuple[Author, ...] = ()
    entries: tuple[Entry, ...] = ()
    updated_at: datetime | None = None
    timetable: Timetable = ANY_TIME
    malformed: bool = False
    warnings: tuple[str, ...] = ()
    older_url: str | None = None
    generator: str = ""

    @property
    def author(self) -> str:
        """The first of `authors` by name, or ""."""
        return self.authors[0].name if self.authors else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Where a document came from and how its dates are to be understood."""

    url: str
    zone: ZoneInfo
    now: datetime

    def date(self, raw: str) -> datetime | None:
        """The moment that `raw` names; see `rules.dates.read_date`."""
        return dates.read_date(raw, self.zone, self.now) if raw else None

    def first_date(self, *raws: str) -> datetime | None:
        """The first of several texts that can be read."""
        return next((moment for moment in map(self.date, raws) if moment), None)
