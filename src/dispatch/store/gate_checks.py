"""What the gate found when it last looked at each issue."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from dispatch.model.gate import Effect, GateCheck, Objection
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_check = schema.gate_check


def find_check(tx: Transaction, issue_id: int) -> GateCheck | None:
    """The last look at an issue, or None if there was none yet."""
    row = tx.execute(sa.select(_check).where(_check.c.issue_id == issue_id)).one_or_none()
    if row is None:
        return None
    return GateCheck(
        issue_id=row.issue_id,
        checked_at=row.checked_at,
        verdict=Effect(row.verdict),
        objections=tuple(map(_read, row.objections)),
    )


def put_check(tx: Transaction, check: GateCheck) -> None:
    """Keep a look at an issue in place of the last one."""
    rows = [
        {"rule": one.rule, "effect": one.effect.value, "variant": one.variant, "text": one.text}
        for one in check.objections
    ]
    row = {
        "issue_id": check.issue_id,
        "checked_at": check.checked_at,
        "verdict": check.verdict.value,
        "objections": rows,
    }
    upsert.put(tx, _check, row)


def list_checked(tx: Transaction) -> set[int]:
    """The issues that the gate has looked at."""
    return set(tx.execute(sa.select(_check.c.issue_id)).scalars())


def _read(row: dict[str, Any]) -> Objection:
    return Objection(
        rule=row["rule"], effect=Effect(row["effect"]), variant=row["variant"], text=row["text"]
    )
