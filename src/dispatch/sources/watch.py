"""Watches over the newest articles of a source, so that one that is taken back is noticed.

In: what a visit brought, what was looked for and not found. Out: what to look for, tombstones.
Never: watches the whole archive; what is older than the newest few is in no issue any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.model.article import Entry
from dispatch.rules import absence
from dispatch.sources import rest

#: How many articles of a source are watched.
MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One article: its name at the interface, its entry's id and address."""

    name: str
    source_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The newest articles, newest first, and since when some of them are missed."""

    articles: tuple[Watched, ...] = ()
    missed: Mapping[str, datetime]

    @property
    def names(self) -> tuple[str, ...]:
        """What to look for."""
        return tuple(one.name for one in self.articles)

    def add(self, newer: Iterable[Watched]) -> Watch:
        """With `newer` in front; what is too much falls off the end."""
        found = {one.name: one for one in newer}
        kept = [one for one in self.articles if one.name not in found]
        return replace(self, articles=(*found.values(), *kept)[:MOST])

    def judge(
        self, *, found: Iterable[str], absent: Iterable[str], now: datetime, forget: bool = True
    ) -> tuple[Watch, tuple[Entry, ...]]:
        """(what is watched from now on, tombstones); `forget` lets go of what is gone."""
        missed, gone = absence.judge(self.missed, found=found, absent=absent, now=now)
        tombstones = [one for one in self.articles if one.name in gone]
        kept = [one for one in self.articles if not (forget and one.name in gone)]
        names = {one.name for one in kept}
        watch = Watch(
            articles=tuple(kept), missed={name: at for name, at in missed.items() if name in names}
        )
        return watch, tuple(map(_tombstone, tombstones))

    def as_data(self) -> dict[str, object]:
        """For a cursor."""
        return {
            "articles": [[one.name, one.source_id, one.url] for one in self.articles],
            "missed": {name: rest.stamp(at) for name, at in self.missed.items()},
        }


def read_watch(data: object) -> Watch:
    """The watch that `as_data` wrote; an empty one for anything else."""
    table = rest.table(data)
    rows = [row for row in rest.items(table.get("articles")) if isinstance(row, list)]
    articles = tuple(
        Watched(name=str(row[0]), source_id=str(row[1]), url=str(row[2]))
        for row in rows
        if len(row) == 3
    )
    moments = {name: rest.moment(at) for name, at in rest.table(table.get("missed")).items()}
    return Watch(articles=articles, missed={name: at for name, at in moments.items() if at})


def _tombstone(one: Watched) -> Entry:
    return Entry(source_id=one.source_id, url=one.url, withdrawn=True)
