"""The history of an issue: who held, released, approved, stopped or corrected it."""

from __future__ import annotations

import sqlalchemy as sa

from dispatch.model.newsletter import IssueAction, IssueChange
from dispatch.store import schema
from dispatch.store.database import Transaction

_change = schema.issue_change


def add_change(tx: Transaction, change: IssueChange) -> None:
    """Write one line of history."""
    row = {
        "issue_id": change.issue_id,
        "action": change.action.value,
        "made_at": change.made_at,
        "by": change.by,
        "note": change.note,
    }
    tx.execute(sa.insert(_change).values(**row))


def list_changes(tx: Transaction, issue_id: int) -> list[IssueChange]:
    """The history of an issue, oldest first."""
    query = sa.select(_change).where(_change.c.issue_id == issue_id).order_by(_change.c.id)
    return [
        IssueChange(
            issue_id=row.issue_id,
            action=IssueAction(row.action),
            made_at=row.made_at,
            by=row.by,
            note=row.note,
        )
        for row in tx.execute(query)
    ]
