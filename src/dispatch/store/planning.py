"""Plans an issue: who gets which variant, for all readers in one statement.

In: an issue's variants, the readers' choices, what they were sent before. Out: rows of the ledger,
and the record of what this issue lets its readers have seen. Never: a reader in Python, or a look
at suppressions: those are asked for at the last moment, by the one predicate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dispatch.model.delivery import DeliveryState
from dispatch.model.newsletter import OncePolicy
from dispatch.model.subscriber import SubscriptionState
from dispatch.rules import appeals, seen
from dispatch.store import pasts, schema, upsert
from dispatch.store.database import Transaction

_delivery = schema.delivery
_donor = schema.donor
_issue = schema.issue
_past = schema.issue_past
_range = schema.appeal_range
_seen = schema.seen
_subscriber = schema.subscriber
_subscription = schema.subscription
_variant = schema.variant


def plan(tx: Transaction, issue_id: int, now: datetime) -> int:
    """Freeze the audience: one row for every confirmed reader whose variant exists.

    Idempotent, and one statement whatever the audience. Returns how many rows are new.
    """
    columns = ["issue_id", "subscriber_id", "variant_id", "state", "attempts", "planned_at"]
    count = upsert.insert_missing_from(
        tx, _delivery, [*columns, "worker", "reason", "appeal"], _audience(tx, issue_id, now)
    )
    _remember(tx, issue_id, now)
    return count


def count_without_variant(tx: Transaction, issue_id: int) -> int:
    """Confirmed readers for whom the issue has no variant.

    Their choice came after it was composed, or it has nothing that they have not had.
    """
    query = (
        sa.select(sa.func.count())
        .select_from(_subscription)
        .join(_issue, _issue.c.newsletter == _subscription.c.newsletter)
        .where(_issue.c.id == issue_id)
        .where(_subscription.c.state == SubscriptionState.CONFIRMED.value)
        .where(~_is_planned(issue_id))
    )
    return int(tx.execute(query).scalar_one())


def add_pasts(tx: Transaction, issue_id: int, found: Sequence[seen.Past]) -> None:
    """Keep what each stream means to each choice in this issue."""
    rows = [
        {
            "issue_id": issue_id,
            "choice": one.choice,
            "newsletter": one.stream[0],
            "past_choice": one.stream[1],
            "bit": one.bit,
        }
        for one in found
    ]
    if rows:
        tx.execute(sa.insert(_past), rows)


def _audience(tx: Transaction, issue_id: int, now: datetime) -> sa.Select[Any]:
    """Each confirmed reader with the variant of their choice, cohort and appeal.

    A cohort that has no page of its own gets that of REST. One whose past holds a stream that was
    not there when the issue was composed gets none: nobody knows what would come twice.
    """
    cohort = _cohorts(tx, issue_id).subquery("cohort")
    rest = _variant.alias("rest")
    own = sa.func.coalesce(cohort.c.cohort, 0)
    fitting = sa.func.coalesce(_variant.c.id, rest.c.id)
    return (
        sa.select(
            sa.literal(issue_id),
            _subscription.c.subscriber_id,
            fitting,
            sa.literal(DeliveryState.PLANNED.value),
            sa.literal(0),
            sa.literal(now, schema.Moment),
            sa.literal(""),
            sa.literal(""),
            sa.func.coalesce(_range.c.appeal, ""),
        )
        .join_from(_subscription, _issue, _issue.c.newsletter == _subscription.c.newsletter)
        .join(_subscriber, _subscriber.c.id == _subscription.c.subscriber_id)
        .outerjoin(_range, _is_shown(issue_id))
        .outerjoin(cohort, cohort.c.subscriber_id == _subscription.c.subscriber_id)
        .outerjoin(_variant, _fits(_variant, issue_id, own))
        .outerjoin(rest, _fits(rest, issue_id, sa.literal(seen.REST)))
        .where(_issue.c.id == issue_id)
        .where(_subscription.c.state == SubscriptionState.CONFIRMED.value)
        .where(fitting.is_not(None), sa.func.coalesce(cohort.c.unknown, 0) == 0)
        .where(~_is_planned(issue_id))
    )


def _fits(variant: Any, issue_id: int, cohort: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    shown = sa.func.coalesce(_range.c.appeal, "")
    return sa.and_(
        variant.c.issue_id == issue_id,
        variant.c.choice == _subscription.c.choice,
        variant.c.cohort == cohort,
        variant.c.appeal == sa.case((_range.c.is_holdout, ""), else_=shown),
    )


def _is_shown(issue_id: int) -> sa.ColumnElement[bool]:
    """The one range of buckets that a reader's draw falls into, unless the appeal spares them.

    The arithmetic is that of `rules.appeals.bucket` and `is_due`.
    """
    stirred = (_subscriber.c.draw * _range.c.factor + _range.c.summand) % appeals.PRIME
    had = (
        sa.select(sa.func.coalesce(sa.func.sum(_seen.c.issues), 0))
        .where(_seen.c.subscriber_id == _subscription.c.subscriber_id)
        .where(_seen.c.newsletter == _subscription.c.newsletter)
        .scalar_subquery()
    )
    over = sa.cast(had, sa.BigInteger) - _range.c.skip_first
    gave = (
        sa.exists()
        .where(_donor.c.address_hash == _subscriber.c.address_hash)
        .where(_donor.c.donated_on > _range.c.donors_since)
    )
    return sa.and_(
        _range.c.issue_id == issue_id,
        _range.c.choice == _subscription.c.choice,
        stirred % appeals.BUCKETS >= _range.c.first,
        stirred % appeals.BUCKETS < _range.c.last,
        over >= 0,
        over % _range.c.every == 0,
        ~gave,
    )


def _cohorts(tx: Transaction, issue_id: int) -> sa.Select[Any]:
    """(subscriber, cohort, how many streams of their past this issue does not know)."""
    issue = tx.execute(
        sa.select(_issue.c.newsletter, _issue.c.once, _issue.c.window_end).where(
            _issue.c.id == issue_id
        )
    ).one()
    since = issue.window_end - timedelta(days=seen.HORIZON_DAYS)
    past = pasts.foreign_streams(issue.newsletter, OncePolicy(issue.once), since).subquery("past")
    bit = sa.cast(sa.func.sum(sa.distinct(sa.func.coalesce(_past.c.bit, 0))), sa.BigInteger)
    return (
        sa.select(
            past.c.subscriber_id,
            bit.label("cohort"),
            sa.func.sum(sa.case((_past.c.bit.is_(None), 1), else_=0)).label("unknown"),
        )
        .outerjoin_from(
            past,
            _past,
            sa.and_(
                _past.c.issue_id == issue_id,
                _past.c.choice == past.c.choice,
                _past.c.newsletter == past.c.newsletter,
                _past.c.past_choice == past.c.past_choice,
            ),
        )
        .group_by(past.c.subscriber_id)
    )


def _remember(tx: Transaction, issue_id: int, now: datetime) -> None:
    """Count this issue once for each of its readers, under the choice that it was made for."""
    rows = (
        sa.select(
            _delivery.c.subscriber_id,
            _issue.c.newsletter,
            _variant.c.choice,
            sa.literal(1),
            sa.literal(issue_id),
            sa.literal(now, schema.Moment),
        )
        .join_from(_delivery, _issue, _issue.c.id == _delivery.c.issue_id)
        .join(_variant, _variant.c.id == _delivery.c.variant_id)
        .join(schema.subscriber, schema.subscriber.c.id == _delivery.c.subscriber_id)
        .where(_delivery.c.issue_id == issue_id)
    )
    columns = ["subscriber_id", "newsletter", "choice", "issues", "last_issue_id", "last_at"]
    upsert.count_from(tx, _seen, columns, rows, counter="issues", version="last_issue_id")


def _is_planned(issue_id: int) -> sa.Exists:
    return (
        sa.exists()
        .where(_delivery.c.issue_id == issue_id)
        .where(_delivery.c.subscriber_id == _subscription.c.subscriber_id)
    )
