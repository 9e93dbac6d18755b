"""Entries that are kept but are no articles.

In: a transaction, held entries. Out: the same, whole. Never: an entry lost between two states; what
is released is taken by `collect` in the transaction that removes it here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.article import Author, Enclosure, Entry, Image, TranslationLink
from dispatch.model.source import HeldEntry, HoldReason
from dispatch.rules import recognition
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.quarantine

_MOMENTS = ("published_at", "updated_at")


def put_entries(tx: Transaction, entries: Sequence[HeldEntry]) -> None:
    """Keep entries, or their newer words; when one was first held stays."""
    for one in entries:
        row = {
            "source": one.source,
            "name": one.name,
            "names": [list(name) for name in one.names],
            "reason": one.reason.value,
            "why": one.why,
            "entry": _as_json(one.entry),
            "language": one.language,
            "held_at": one.held_at,
            "until_at": one.until_at,
        }
        upsert.put(tx, _table, row)


def find_names(tx: Transaction, source: str) -> dict[tuple[str, str], recognition.Held]:
    """What quarantine holds of a source, by every name of each entry."""
    query = sa.select(
        _table.c.name, _table.c.names, _table.c.reason, _table.c.held_at, _table.c.until_at
    ).where(_table.c.source == source)
    found: dict[tuple[str, str], recognition.Held] = {}
    for row in tx.execute(query):
        held = recognition.Held(
            name=row.name,
            reason=HoldReason(row.reason),
            held_at=row.held_at,
            until_at=row.until_at,
        )
        found.update((tuple(name), held) for name in row.names)
    return found


def list_entries(
    tx: Transaction, source: str, reasons: Collection[HoldReason] = tuple(HoldReason)
) -> list[HeldEntry]:
    """What is held of a source for one of `reasons`, oldest first."""
    query = (
        sa.select(_table)
        .where(_table.c.source == source, _table.c.reason.in_([one.value for one in reasons]))
        .order_by(_table.c.held_at, _table.c.name)
    )
    return [_held(row) for row in tx.execute(query)]


def count(tx: Transaction, source: str | None = None) -> dict[str, dict[HoldReason, int]]:
    """How many entries are held of each source (or of `source` alone), by reason."""
    query = sa.select(_table.c.source, _table.c.reason, sa.func.count()).group_by(
        _table.c.source, _table.c.reason
    )
    if source is not None:
        query = query.where(_table.c.source == source)
    found: dict[str, dict[HoldReason, int]] = {}
    for source, reason, number in tx.execute(query):
        found.setdefault(source, {})[HoldReason(reason)] = number
    return found


def next_hours(tx: Transaction) -> dict[str, datetime]:
    """When the next embargo of each source ends."""
    query = (
        sa.select(_table.c.source, _table.c.until_at)
        .where(_table.c.reason == HoldReason.EMBARGO.value)
        .order_by(_table.c.until_at.desc())
    )
    return {row.source: row.until_at for row in tx.execute(query)}


def list_over(tx: Transaction, now: datetime) -> set[str]:
    """The sources of which an embargo has ended."""
    query = sa.select(_table.c.source).where(
        _table.c.reason == HoldReason.EMBARGO.value, _table.c.until_at <= now
    )
    return {row.source for row in tx.execute(query.distinct())}


def put_reason(
    tx: Transaction, source: str, names: Collection[str], reason: HoldReason, why: str
) -> None:
    """Hold entries for another reason."""
    for name in names:
        one = sa.and_(_table.c.source == source, _table.c.name == name)
        tx.execute(sa.update(_table).where(one).values(reason=reason.value, why=why))


def remove(tx: Transaction, source: str, names: Collection[str]) -> None:
    """Let entries go: they became articles."""
    for name in names:
        one = sa.and_(_table.c.source == source, _table.c.name == name)
        tx.execute(sa.delete(_table).where(one))


def _held(row: sa.Row[Any]) -> HeldEntry:
    return HeldEntry(
        source=row.source,
        name=row.name,
        names=tuple((kind, key) for kind, key in row.names),
        reason=HoldReason(row.reason),
        why=row.why,
        entry=_from_json(row.entry),
        language=row.language,
        held_at=row.held_at,
        until_at=row.until_at,
    )


def _as_json(entry: Entry) -> dict[str, Any]:
    data = asdict(replace(entry, section_aliases={}))  # a view of a mapping cannot be copied
    data["section_aliases"] = {label: list(names) for label, names in entry.section_aliases.items()}
    for name in _MOMENTS:
        data[name] = data[name].isoformat() if data[name] else None
    data["plain"] = sorted(entry.plain)
    return data


def _from_json(data: Mapping[str, Any]) -> Entry:
    moments = {name: _moment(data[name]) for name in _MOMENTS}
    nested = {
        "authors": tuple(Author(**one) for one in data["authors"]),
        "translations": tuple(TranslationLink(**one) for one in data["translations"]),
        "image": Image(**data["image"]) if data["image"] else None,
        "enclosures": tuple(Enclosure(**one) for one in data.get("enclosures", ())),
        "sections": tuple(data["sections"]),
        "plain": frozenset(data["plain"]),
        "section_aliases": {
            label: tuple(names) for label, names in data["section_aliases"].items()
        },
    }
    return Entry(**{**data, **moments, **nested})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
