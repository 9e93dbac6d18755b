"""Reads in the store: counts per article and day, discards with their reason, log positions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

import sqlalchemy as sa

from dispatch.model.reads import ReadPosition
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction


class Overtaken(Exception):  # noqa: N818 - it is no error: the lines are counted, by another
    """Another process has imported the same lines meanwhile."""


_count = schema.read_count
_discard = schema.read_discard
_position = schema.read_position


def get_positions(tx: Transaction, origin: str) -> dict[str, int]:
    """How many bytes of each log of `origin` were imported, by the log's fingerprint."""
    query = sa.select(_position.c.fingerprint, _position.c.offset)
    return {row[0]: row[1] for row in tx.execute(query.where(_position.c.origin == origin))}


def advance(
    tx: Transaction,
    origin: str,
    before: Mapping[str, int],
    positions: Iterable[ReadPosition],
    now: datetime,
) -> None:
    """Remember how far logs were read; belongs before the counts, in their transaction.

    Raises Overtaken where a position is not what it was `before`, when the import began.
    """
    for one in sorted(positions, key=lambda one: one.fingerprint):
        row = {"offset": one.offset, "imported_at": now}
        names = {"origin": origin, "fingerprint": one.fingerprint}
        if one.fingerprint in before:
            statement = sa.update(_position).where(
                *(_position.c[key] == value for key, value in names.items()),
                _position.c.offset == before[one.fingerprint],
            )
            is_ours = tx.execute(statement.values(row)).rowcount
        else:
            is_ours = upsert.insert_missing(tx, _position, [names | row])
        if not is_ours:
            raise Overtaken(origin)


def add_reads(tx: Transaction, article_id: int, day: date, origin: str, reads: int) -> None:
    """Add `reads` of one article on one local day."""
    row = {"article_id": article_id, "day": day, "origin": origin, "reads": reads}
    upsert.add_to(tx, _count, row, "reads")


def put_reads(tx: Transaction, article_id: int, day: date, origin: str, reads: int) -> None:
    """Say anew how often `origin` saw one article read on one local day."""
    row = {"article_id": article_id, "day": day, "origin": origin, "reads": reads}
    upsert.put(tx, _count, row)


def add_discards(
    tx: Transaction, article_id: int, day: date, origin: str, reason: str, hits: int
) -> None:
    """Add hits that were not counted; article 0 stands for lines that name no article."""
    row = {"article_id": article_id, "day": day, "origin": origin, "reason": reason, "hits": hits}
    upsert.add_to(tx, _discard, row, "hits")


def get_reads(
    tx: Transaction, start: date, end: date, articles: Collection[int] | None = None
) -> Mapping[int, Mapping[date, int]]:
    """Reads per article and day, for days in [start, end], over all origins."""
    query = (
        sa.select(_count.c.article_id, _count.c.day, sa.func.sum(_count.c.reads))
        .where(_count.c.day >= start, _count.c.day <= end)
        .group_by(_count.c.article_id, _count.c.day)
    )
    if articles is not None:
        query = query.where(_count.c.article_id.in_(sorted(articles)))
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for article_id, day, reads in tx.execute(query):
        found[article_id][day] = int(reads)
    return found


def get_reads_by_origin(
    tx: Transaction, start: date, end: date
) -> dict[int, dict[tuple[date, str], int]]:
    """Reads per article, by day and origin, for days in [start, end]."""
    query = sa.select(_count).where(_count.c.day >= start, _count.c.day <= end)
    found: dict[int, dict[tuple[date, str], int]] = defaultdict(dict)
    for row in tx.execute(query):
        found[row.article_id][row.day, row.origin] = row.reads
    return dict(found)


def get_discards(tx: Transaction, start: date, end: date, article_id: int) -> dict[str, int]:
    """How many hits of an article were not counted, by reason."""
    query = (
        sa.select(_discard.c.reason, sa.func.sum(_discard.c.hits))
        .where(_discard.c.day >= start, _discard.c.day <= end)
        .where(_discard.c.article_id == article_id)
        .group_by(_discard.c.reason)
        .order_by(_discard.c.reason)
    )
    return {row[0]: int(row[1]) for row in tx.execute(query)}


def get_discards_of(
    tx: Transaction, start: date, end: date, articles: Collection[int]
) -> dict[int, dict[str, int]]:
    """How many hits of each of `articles` were not counted, by reason."""
    query = (
        sa.select(_discard.c.article_id, _discard.c.reason, sa.func.sum(_discard.c.hits))
        .where(_discard.c.day >= start, _discard.c.day <= end)
        .group_by(_discard.c.article_id, _discard.c.reason)
        .order_by(_discard.c.article_id, _discard.c.reason)
    )
    wanted = frozenset(articles)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for article_id, reason, hits in tx.execute(query):
        if article_id in wanted:
            found[article_id][reason] = int(hits)
    return dict(found)
