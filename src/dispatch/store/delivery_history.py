"""What became of deliveries, for those who ask why: per subscriber, per try, per state.

Never changes the ledger; that is for `deliveries`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from dispatch.model.delivery import Attempt, DeliveryState, OutcomeStatus
from dispatch.store import schema
from dispatch.store.database import Transaction

_delivery = schema.delivery
_attempt = schema.attempt
_issue = schema.issue
_variant = schema.variant


def list_history(tx: Transaction, subscriber_id: int, limit: int = 50) -> list[Mapping[str, Any]]:
    """What was owed to one subscriber, newest first, with state and reason (`dispatch why`)."""
    query = (
        sa.select(
            _delivery.c.issue_id,
            _issue.c.newsletter,
            _issue.c.period,
            _delivery.c.state,
            _delivery.c.reason,
            _delivery.c.attempts,
            _delivery.c.planned_at,
            _delivery.c.settled_at,
            _variant.c.language,
        )
        .join_from(_delivery, _issue, _issue.c.id == _delivery.c.issue_id)
        .join(_variant, _variant.c.id == _delivery.c.variant_id)
        .where(_delivery.c.subscriber_id == subscriber_id)
        .order_by(_delivery.c.planned_at.desc())
        .limit(limit)
    )
    return [row._asdict() for row in tx.execute(query)]


def list_attempts(tx: Transaction, issue_id: int, subscriber_id: int) -> list[Attempt]:
    """Every try of one delivery, in order."""
    query = sa.select(_attempt).where(
        _attempt.c.issue_id == issue_id, _attempt.c.subscriber_id == subscriber_id
    )
    return [
        Attempt(
            issue_id=row.issue_id,
            subscriber_id=row.subscriber_id,
            number=row.number,
            started_at=row.started_at,
            finished_at=row.finished_at,
            outcome=OutcomeStatus(row.outcome) if row.outcome else None,
            code=row.code,
            text=row.text,
        )
        for row in tx.execute(query.order_by(_attempt.c.number))
    ]


def list_subscribers_in(tx: Transaction, issue_id: int, state: DeliveryState) -> list[int]:
    """The ids of the subscribers whose delivery stands in `state`."""
    query = sa.select(_delivery.c.subscriber_id).where(
        _delivery.c.issue_id == issue_id, _delivery.c.state == state.value
    )
    return [row[0] for row in tx.execute(query.order_by(_delivery.c.subscriber_id))]
