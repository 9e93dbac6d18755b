"""Rankings of top reads: what decided a place, what an editor decided, what went out frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """How an article stands in a ranking, and if it is not shown, why."""

    PINNED = "pinned"  #: shown: an editor put it at the top
    RANKED = "ranked"  #: shown: by its reads
    BEYOND = "beyond"  #: it qualifies, but the list is full before its turn
    BANNED = "banned"  #: an editor keeps it out
    OLD = "too-old"  #: published longer ago than `max_age_days`
    FEW = "too-few"  #: fewer reads than `min_reads`
    REPEATED = "repeated"  #: an earlier issue showed it, and it has not grown enough since
    WITHDRAWN = "withdrawn"  #: no longer published


class Cap(StrEnum):
    """What sent a qualified article behind the others, for variety's sake."""

    AUTHOR = "author"  #: the list has enough by this author
    SECTION = "section"  #: the list has enough from this section


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedArticle:
    """Where one article stands in a ranking, with the facts that put it there.

    `position` is 0 for one that is not shown. `reads` are what qualified it: those of its
    translations (`shared_reads`) are among them where the operator shares them, mail clicks beyond
    their share (`mail_cut`) are not. `origins` are raw reads in the window. `decay` is what one of
    the reads is worth on average, so `score` is `reads` times `decay`. `note` is an editor's.
    """

    article_id: int
    position: int
    standing: Standing = Standing.RANKED
    score: float
    reads: int
    age_days: float
    decay: float = 1.0
    origins: Mapping[str, int] = field(default_factory=dict)
    shared_reads: int = 0
    mail_cut: int = 0
    cap: Cap | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPlace:
    """One place of a frozen ranking: the article, and the facts that chose it then."""

    position: int
    article_id: int
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenRanking:
    """The top reads of one issue in one language, as they were mailed. They never change."""

    newsletter: str
    period: str
    language: str
    frozen_at: datetime
    places: tuple[FrozenPlace, ...]


class RulingKind(StrEnum):
    """What an editor may decide about an article's place in top reads."""

    PIN = "pin"  #: it stands at the top, whatever its reads
    BAN = "ban"  #: it is not shown, whatever its reads
    NOTE = "note"  #: a remark that `dispatch top` shows; it decides nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """An editor's decision about one article, for good or until (and on) a day.

    A lifted one stays in the books with who lifted it and why.
    """

    id: int
    article_id: int
    kind: RulingKind
    by: str
    reason: str
    made_at: datetime
    until: date | None = None
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lifted_because: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it decides anything on `day`."""
        return self.lifted_at is None and (self.until is None or day <= self.until)
