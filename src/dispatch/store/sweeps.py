"""Passes over all articles, a part at a time: how far each has come.

In: a transaction, the name of a pass, its version. Out: where it goes on. Never: the work itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A pass for one `version`; it has done all articles up to `last_id`, or (None) all."""

    name: str
    version: int
    last_id: int | None


def get_sweep(tx: Transaction, name: str, version: int) -> Sweep:
    """The pass for `version`; at its beginning if another one was made last."""
    row = tx.execute(sa.select(_table).where(_table.c.name == name)).one_or_none()
    if row is None or row.version < version:
        return Sweep(name=name, version=version, last_id=0)
    return Sweep(name=name, version=row.version, last_id=row.last_id)


def put_sweep(tx: Transaction, sweep: Sweep) -> None:
    """Remember how far it has come; belongs in the transaction that did the work."""
    row = {"name": sweep.name, "version": sweep.version, "last_id": sweep.last_id}
    upsert.put(tx, _table, row)
