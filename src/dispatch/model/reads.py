"""Reads: how often articles were read, what was not counted, and how far each log was taken in.

Nothing here says who read: an address is never part of these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class DiscardReason(StrEnum):
    """Why a request was not counted as a read."""

    NOT_PAGE = "not-page"  #: the request names no page: an attack, noise, a connection cut short
    METHOD = "method"  #: not GET: a check whether the page is there, a form, a probe
    STATUS = "status"  #: the page was not shown: moved, missing, broken (neither 200 nor 304)
    STAFF = "staff"  #: from an address of the newsroom's own people
    NO_AGENT = "no-agent"  #: names no browser at all, as scripts do
    BOT = "bot"  #: names itself as a robot, a feed reader or a link preview
    PREFETCH = "prefetch"  #: loaded by a browser or a proxy before anybody asked for it
    SCANNER = "scanner"  #: opened every link of a mail at once, as mail filters do
    SCRAPER = "scraper"  #: a visitor who opened more articles than a person reads
    SPIKE = "spike"  #: one agent brought an article ten times the reads of all others together
    REFRESH = "refresh"  #: the same visitor came back to the same article within the sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCount:
    """So many reads of an article on a local day, or with a reason so many that do not count."""

    article_id: int
    day: date
    reason: DiscardReason | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPosition:
    """How far one log was taken in: `offset` bytes of its text, before compression."""

    fingerprint: str
    offset: int


#: The origin of reads that came by the links of our own mails.
MAIL = "mail"
#: Their origin where the newsroom's own pages report them.
BEACON = "beacon"

#: Of an article (its `canonical.match_key`) and a local day.
CountKey = tuple[str, date]
#: Of an article, or "" where the request names no page; a local day; the reason.
DiscardKey = tuple[str, date, DiscardReason]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBatch:
    """What one import adds to the reads that are known, or says anew.

    A value of `counts` is negative where the batch takes back what an earlier one counted: a
    visitor turned out to be a scraper. `totals`, by article id and day, add nothing: they stand in
    place of what the same origin said before. `positions` belong into the transaction that adds the
    rest. `lines` were new, `malformed` of them make no sense. `problems` says what could not be
    read to its end, and why.
    """

    counts: Mapping[CountKey, int] = field(default_factory=dict)
    totals: Mapping[tuple[int, date], int] = field(default_factory=dict)
    discards: Mapping[DiscardKey, int] = field(default_factory=dict)
    positions: tuple[ReadPosition, ...] = ()
    lines: int = 0
    malformed: int = 0
    problems: tuple[str, ...] = ()
