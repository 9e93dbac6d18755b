"""Subscribers, subscriptions and suppressions in the store.

Never: a letter of an address in a log or an error; rows are named by id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.subscriber import (
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)
from dispatch.rules import appeals, audience, mailbox
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_subscriber = schema.subscriber
_subscription = schema.subscription
_suppression = schema.suppression


def find_subscriber(tx: Transaction, address: str) -> Subscriber | None:
    """The subscriber with `address`, whatever its letter case."""
    key = mailbox.address_key(address)
    row = tx.execute(sa.select(_subscriber).where(_subscriber.c.address_key == key)).one_or_none()
    return _subscriber_of(row) if row else None


def find_subscriber_by_id(tx: Transaction, subscriber_id: int) -> Subscriber | None:
    """The subscriber called `subscriber_id`."""
    row = tx.execute(sa.select(_subscriber).where(_subscriber.c.id == subscriber_id)).one_or_none()
    return _subscriber_of(row) if row else None


def add_subscriber(
    tx: Transaction, address: str, *, address_hash: str, languages: Sequence[str], now: datetime
) -> Subscriber:
    """The subscriber with `address`, made if need be; an existing one keeps its languages."""
    row = {
        "address": address,
        "address_key": mailbox.address_key(address),
        "address_hash": address_hash,
        "languages": list(languages),
        "draw": appeals.draw(address_hash),
        "created_at": now,
    }
    upsert.insert_missing(tx, _subscriber, [row])
    found = find_subscriber(tx, address)
    assert found is not None  # noqa: S101  # we are in the transaction that has just put it there
    return found


def set_languages(tx: Transaction, subscriber_id: int, languages: Sequence[str]) -> None:
    """Change the languages of a subscriber, and with them the choice of every subscription."""
    change = sa.update(_subscriber).where(_subscriber.c.id == subscriber_id)
    tx.execute(change.values(languages=list(languages)))
    for subscription in list_subscriptions(tx, subscriber_id):
        put_subscription(tx, subscription, languages)


def find_subscription(tx: Transaction, subscriber_id: int, newsletter: str) -> Subscription | None:
    """What the subscriber wishes of `newsletter`."""
    query = sa.select(_subscription).where(
        _subscription.c.subscriber_id == subscriber_id, _subscription.c.newsletter == newsletter
    )
    row = tx.execute(query).one_or_none()
    return _subscription_of(row) if row else None


def list_subscriptions(tx: Transaction, subscriber_id: int) -> list[Subscription]:
    """All wishes of a subscriber, by newsletter."""
    query = sa.select(_subscription).where(_subscription.c.subscriber_id == subscriber_id)
    return [_subscription_of(row) for row in tx.execute(query.order_by(_subscription.c.newsletter))]


def put_subscription(tx: Transaction, subscription: Subscription, languages: Sequence[str]) -> None:
    """Remember `subscription`; `languages` are its subscriber's, and part of the choice."""
    row = asdict(subscription) | {
        "state": subscription.state.value,
        "sections": list(subscription.sections),
        "choice": audience.choice_key(languages, subscription.sections),
    }
    upsert.put(tx, _subscription, row)


def list_choices(tx: Transaction, newsletter: str) -> list[str]:
    """What the confirmed readers of `newsletter` have chosen."""
    query = sa.select(_subscription.c.choice).where(
        _subscription.c.newsletter == newsletter,
        _subscription.c.state == SubscriptionState.CONFIRMED.value,
    )
    return [row[0] for row in tx.execute(query.distinct().order_by(_subscription.c.choice))]


def count_subscriptions(tx: Transaction, newsletter: str) -> dict[SubscriptionState, int]:
    """How many subscriptions to `newsletter` stand in each state."""
    query = sa.select(_subscription.c.state, sa.func.count()).where(
        _subscription.c.newsletter == newsletter
    )
    found = tx.execute(query.group_by(_subscription.c.state))
    return {SubscriptionState(row[0]): row[1] for row in found}


def list_subscribers(tx: Transaction) -> Iterator[tuple[Subscriber, Subscription]]:
    """Every subscriber with every subscription, by subscriber id (for export)."""
    query = (
        sa.select(
            _subscriber.c.address, _subscriber.c.languages, _subscriber.c.created_at, _subscription
        )
        .join_from(_subscriber, _subscription)
        .order_by(_subscriber.c.id, _subscription.c.newsletter)
    )
    for row in tx.execute(query):
        subscriber = Subscriber(
            id=row.subscriber_id,
            address=row.address,
            languages=tuple(row.languages),
            created_at=row.created_at,
        )
        yield subscriber, _subscription_of(row)


def find_suppression(tx: Transaction, address_hash: str) -> Suppression | None:
    """The standing order against an address."""
    query = sa.select(_suppression).where(_suppression.c.address_hash == address_hash)
    row = tx.execute(query).one_or_none()
    return _suppression_of(row) if row else None


def add_suppressions(tx: Transaction, suppressions: Sequence[Suppression]) -> int:
    """Add standing orders; one that stands already keeps its reason. Returns how many were new."""
    rows = [asdict(one) | {"reason": one.reason.value} for one in suppressions]
    return upsert.insert_missing(tx, _suppression, rows)


def remove_suppression(tx: Transaction, address_hash: str) -> bool:
    """Lift a standing order; returns whether there was one."""
    gone = sa.delete(_suppression).where(_suppression.c.address_hash == address_hash)
    return tx.execute(gone).rowcount == 1


def count_suppressions(tx: Transaction) -> dict[SuppressionReason, int]:
    """How many addresses are suppressed, by reason."""
    query = sa.select(_suppression.c.reason, sa.func.count()).group_by(_suppression.c.reason)
    return {SuppressionReason(row[0]): row[1] for row in tx.execute(query)}


def _subscriber_of(row: sa.Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=row.address,
        languages=tuple(row.languages),
        created_at=row.created_at,
    )


def _subscription_of(row: sa.Row[Any]) -> Subscription:
    return Subscription(
        subscriber_id=row.subscriber_id,
        newsletter=row.newsletter,
        state=SubscriptionState(row.state),
        sections=tuple(row.sections),
        confirmed_at=row.confirmed_at,
        unsubscribed_at=row.unsubscribed_at,
    )


def _suppression_of(row: sa.Row[Any]) -> Suppression:
    return Suppression(
        address_hash=row.address_hash,
        reason=SuppressionReason(row.reason),
        since=row.since,
        note=row.note,
    )
