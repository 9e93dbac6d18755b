"""The ledger: who is owed an issue, who works on it, and what came of it (design: invariant 3).

Order of writing: the row before anything is sent, the attempt before the message is handed over,
the outcome after. So a crash at any moment leaves either a debt or a named doubt, never a gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.delivery import (
    Balance,
    Delivery,
    DeliveryState,
    Outcome,
    OutcomeStatus,
)
from dispatch.model.newsletter import IssueState
from dispatch.model.subscriber import SubscriptionState
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_delivery = schema.delivery
_attempt = schema.attempt
_issue = schema.issue
_subscriber = schema.subscriber
_subscription = schema.subscription
_suppression = schema.suppression

_UNANSWERED = "no answer: the process that sent it ended before it was recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery under our lease, with the facts that `consent.may_deliver` asks for."""

    delivery: Delivery
    subscription: SubscriptionState | None
    is_suppressed: bool


def claim(
    tx: Transaction,
    issue_id: int,
    *,
    worker: str,
    after: int,
    limit: int,
    now: datetime,
    lease_until: datetime,
) -> list[Claimed]:
    """Take up to `limit` owed deliveries behind subscriber `after` under a lease.

    The cursor keeps a claim's cost at the batch, not at the audience; a caller who gets nothing
    starts again at 0 for what was deferred meanwhile.
    """
    due = (
        sa.select(_delivery.c.subscriber_id)
        .where(_delivery.c.issue_id == issue_id, _delivery.c.subscriber_id > after)
        .where(_is_due(now))
        .order_by(_delivery.c.subscriber_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = [row[0] for row in tx.execute(due)]
    if not ids:
        return []
    tx.execute(
        sa.update(_delivery)
        .where(_delivery.c.issue_id == issue_id, _delivery.c.subscriber_id.in_(ids))
        .values(
            state=DeliveryState.CLAIMED.value,
            attempts=_delivery.c.attempts + 1,
            worker=worker,
            lease_until=lease_until,
            next_attempt_at=None,
        )
    )
    return _load_claimed(tx, issue_id, ids)


def begin_attempt(
    tx: Transaction, delivery: Delivery, *, worker: str, now: datetime, lease_until: datetime
) -> bool:
    """Record, before the message is handed over, that it is about to be.

    The fence: returns False if the lease is no longer ours, if a thread of our name has begun
    this very try, or if somebody held or stopped the issue meanwhile; then nothing may be sent.
    """
    is_sending = sa.exists().where(
        _issue.c.id == delivery.issue_id, _issue.c.state == IssueState.SENDING.value
    )
    ours = sa.update(_delivery).where(_is_held(delivery, worker), is_sending)
    held = ours.values(lease_until=lease_until)
    if tx.execute(held).rowcount != 1:
        return False
    row = {
        "issue_id": delivery.issue_id,
        "subscriber_id": delivery.subscriber_id,
        "number": delivery.attempts,
        "started_at": now,
    }
    return upsert.insert_missing(tx, _attempt, [row]) == 1


def finish_attempt(
    tx: Transaction,
    delivery: Delivery,
    outcome: Outcome,
    *,
    now: datetime,
    next_attempt_at: datetime | None,
) -> None:
    """Record what came of an attempt. A late answer settles what the reaper called uncertain.

    With `next_attempt_at` the delivery is owed again from then on; a deferred one without it is
    given up: failed.
    """
    state = _state_after(outcome, next_attempt_at)
    settled_at = None if state is DeliveryState.DEFERRED else now
    tx.execute(
        sa.update(_attempt)
        .where(
            _attempt.c.issue_id == delivery.issue_id,
            _attempt.c.subscriber_id == delivery.subscriber_id,
            _attempt.c.number == delivery.attempts,
        )
        .values(
            finished_at=now,
            outcome=outcome.status.value,
            code=outcome.code,
            enhanced=outcome.enhanced,
            text=outcome.text[:500],
        )
    )
    open_states = [DeliveryState.CLAIMED.value, DeliveryState.UNCERTAIN.value]
    if outcome.status is not OutcomeStatus.UNCERTAIN:
        open_states.append(DeliveryState.PLANNED.value)  # owed again meanwhile: now it is known
    tx.execute(
        sa.update(_delivery)
        .where(_is_row(delivery), _delivery.c.attempts == delivery.attempts)
        .where(_delivery.c.state.in_(open_states))
        .values(
            state=state.value,
            settled_at=settled_at,
            next_attempt_at=next_attempt_at,
            lease_until=None,
            worker="",
            reason=f"{outcome.code or ''} {outcome.text}".strip()[:500],
        )
    )


def skip(tx: Transaction, delivery: Delivery, reason: str, *, worker: str, now: datetime) -> None:
    """Settle a delivery that may not leave, with its reason."""
    tx.execute(
        sa.update(_delivery)
        .where(_is_held(delivery, worker), ~_has_open_attempt())
        .values(
            state=DeliveryState.SKIPPED.value,
            reason=reason,
            settled_at=now,
            lease_until=None,
            attempts=_delivery.c.attempts - 1,
            worker="",
        )
    )


def release(tx: Transaction, issue_id: int, worker: str) -> int:
    """Give back what a worker claimed and did not begin; returns how many."""
    mine = sa.and_(
        _delivery.c.issue_id == issue_id,
        _delivery.c.worker == worker,
        _delivery.c.state == DeliveryState.CLAIMED.value,
    )
    return tx.execute(_to_planned(sa.and_(mine, ~_has_open_attempt()))).rowcount


def reap(tx: Transaction, now: datetime, *, resend: bool) -> tuple[int, int]:
    """Sort out what crashed workers left behind; returns (owed again, uncertain).

    An expired claim without an attempt was never handed over: it is owed again. One with an open
    attempt is undecidable, for SMTP has no idempotency key: it becomes uncertain, or owed again if
    `resend` (an idempotent transport, or the operator's policy).
    """
    expired = sa.and_(
        _delivery.c.state == DeliveryState.CLAIMED.value, _delivery.c.lease_until < now
    )
    owed = tx.execute(_to_planned(sa.and_(expired, ~_has_open_attempt()))).rowcount
    doubtful = sa.and_(expired, _has_open_attempt())
    if resend:
        again = tx.execute(_to_planned(doubtful, keep_attempts=True)).rowcount
        if again:
            _close_attempts(tx, now)
        return owed + again, 0
    change = sa.update(_delivery).where(doubtful)
    uncertain = change.values(
        state=DeliveryState.UNCERTAIN.value,
        settled_at=now,
        lease_until=None,
        worker="",
        reason=_UNANSWERED,
    )
    found = tx.execute(uncertain).rowcount
    if found:  # it reads all attempts, which nobody should pay for when nothing crashed
        _close_attempts(tx, now)
    return owed, found


def resend_uncertain(tx: Transaction, issue_id: int) -> int:
    """An operator's decision: owe the uncertain deliveries of an issue again."""
    doubtful = sa.and_(
        _delivery.c.issue_id == issue_id, _delivery.c.state == DeliveryState.UNCERTAIN.value
    )
    return tx.execute(_to_planned(doubtful, keep_attempts=True)).rowcount


def balance(tx: Transaction, issue_id: int) -> Balance:
    """The count of an issue's deliveries by state."""
    query = (
        sa.select(_delivery.c.state, sa.func.count())
        .where(_delivery.c.issue_id == issue_id)
        .group_by(_delivery.c.state)
    )
    return Balance(counts={DeliveryState(row[0]): row[1] for row in tx.execute(query)})


def _state_after(outcome: Outcome, next_attempt_at: datetime | None) -> DeliveryState:
    if next_attempt_at is not None:
        return DeliveryState.DEFERRED
    is_given_up = outcome.status is OutcomeStatus.DEFERRED
    return DeliveryState.FAILED if is_given_up else DeliveryState(outcome.status.value)


def _is_due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(
        _delivery.c.state == DeliveryState.PLANNED.value,
        sa.and_(
            _delivery.c.state == DeliveryState.DEFERRED.value, _delivery.c.next_attempt_at <= now
        ),
    )


def _is_row(delivery: Delivery) -> sa.ColumnElement[bool]:
    return sa.and_(
        _delivery.c.issue_id == delivery.issue_id,
        _delivery.c.subscriber_id == delivery.subscriber_id,
    )


def _is_held(delivery: Delivery, worker: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        _is_row(delivery),
        _delivery.c.state == DeliveryState.CLAIMED.value,
        _delivery.c.worker == worker,
        _delivery.c.attempts == delivery.attempts,
    )


def _has_open_attempt() -> sa.Exists:
    return (
        sa.exists()
        .where(_attempt.c.issue_id == _delivery.c.issue_id)
        .where(_attempt.c.subscriber_id == _delivery.c.subscriber_id)
        .where(_attempt.c.number == _delivery.c.attempts)
        .where(_attempt.c.finished_at.is_(None))
    )


def _close_attempts(tx: Transaction, now: datetime) -> None:
    """Call the attempts uncertain that nobody holds any more; a late answer may still correct it.

    So that an open attempt always means that somebody is at it.
    """
    let_go = (
        sa.exists()
        .where(_delivery.c.issue_id == _attempt.c.issue_id)
        .where(_delivery.c.subscriber_id == _attempt.c.subscriber_id)
        .where(_delivery.c.attempts == _attempt.c.number)
        .where(_delivery.c.state != DeliveryState.CLAIMED.value)
    )
    tx.execute(
        sa.update(_attempt)
        .where(_attempt.c.finished_at.is_(None), let_go)
        .values(finished_at=now, outcome=OutcomeStatus.UNCERTAIN.value, text=_UNANSWERED)
    )


def _to_planned(which: sa.ColumnElement[bool], *, keep_attempts: bool = False) -> sa.Update:
    """Owed again; a claim that never became an attempt is not counted as a try."""
    change = sa.update(_delivery).where(
        which, _delivery.c.state.in_([DeliveryState.CLAIMED.value, DeliveryState.UNCERTAIN.value])
    )
    values: dict[str, Any] = {
        "state": DeliveryState.PLANNED.value,
        "worker": "",
        "lease_until": None,
        "settled_at": None,
        "reason": "",
    }
    if not keep_attempts:
        values["attempts"] = _delivery.c.attempts - 1
    return change.values(**values)


def _load_claimed(tx: Transaction, issue_id: int, ids: list[int]) -> list[Claimed]:
    query = (
        sa.select(
            _delivery,
            _issue.c.newsletter,
            _subscriber.c.address,
            _subscription.c.state.label("subscription_state"),
            _suppression.c.reason.label("suppressed"),
        )
        .join_from(_delivery, _issue, _issue.c.id == _delivery.c.issue_id)
        .outerjoin(_subscriber, _subscriber.c.id == _delivery.c.subscriber_id)
        .outerjoin(
            _subscription,
            sa.and_(
                _subscription.c.subscriber_id == _delivery.c.subscriber_id,
                _subscription.c.newsletter == _issue.c.newsletter,
            ),
        )
        .outerjoin(_suppression, _suppression.c.address_hash == _subscriber.c.address_hash)
        .where(_delivery.c.issue_id == issue_id, _delivery.c.subscriber_id.in_(ids))
        .order_by(_delivery.c.subscriber_id)
    )
    return [_claimed_of(row) for row in tx.execute(query)]


def _claimed_of(row: sa.Row[Any]) -> Claimed:
    state = row.subscription_state
    return Claimed(
        delivery=Delivery(
            issue_id=row.issue_id,
            subscriber_id=row.subscriber_id,
            variant_id=row.variant_id,
            address=row.address or "",
            newsletter=row.newsletter,
            planned_at=row.planned_at,
            attempts=row.attempts,
        ),
        subscription=SubscriptionState(state) if state and row.address else None,
        is_suppressed=row.suppressed is not None,
    )
