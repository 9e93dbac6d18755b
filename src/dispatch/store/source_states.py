"""What is remembered of each source between polls: validators, failures, when to come back."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from dispatch.model.source import SourceState
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.source_state


def get_state(tx: Transaction, name: str) -> SourceState:
    """The state of source `name`; a blank one if it was never polled."""
    row = tx.execute(sa.select(_table).where(_table.c.name == name)).one_or_none()
    if row is None:
        return SourceState(name=name)
    values = row._asdict()
    return SourceState(**{**values, "strange_labels": tuple(values["strange_labels"])})


def put_state(tx: Transaction, state: SourceState) -> None:
    """Remember `state`; call it in the transaction that keeps the entries, never before."""
    upsert.put(tx, _table, asdict(state))
