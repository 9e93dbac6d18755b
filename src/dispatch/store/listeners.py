"""The hub's rows: who listens to which feed, what they have, and who has still to be told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dispatch.model.listener import Listener, ListenerWish, Ping, WishedListener
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_table = schema.listener
_ping = schema.hub_ping
_version = schema.feed_version

_COLUMNS = [
    _table.c[name]
    for name in (
        *("id", "topic", "path", "callback", "secret", "lease_ends_at", "wish", "wished_secret"),
        *("wished_lease_seconds", "attempts", "pushed_digest"),
    )
]


def count(tx: Transaction, host: str | None = None) -> int:
    """How many listeners there are, or how many at one host."""
    query = sa.select(sa.func.count()).select_from(_table)
    return tx.execute(query if host is None else query.where(_table.c.host == host)).scalar_one()


def is_known(tx: Transaction, topic: str, callback: str) -> bool:
    """Whether there is a row for this listener."""
    query = sa.select(_table.c.id).where(_table.c.topic == topic, _table.c.callback == callback)
    return tx.execute(query).first() is not None


def put_wish(tx: Transaction, wished: WishedListener, now: datetime) -> None:
    """Keep what somebody asked for, until the listener confirms; a later wish wins."""
    row = {"topic": wished.topic, "callback": wished.callback}
    blank = {"path": wished.path, "host": wished.host, "secret": "", "attempts": 0}
    times = {"pushed_digest": "", "next_push_at": now, "asked_at": now}
    upsert.insert_missing(tx, _table, [row | blank | times])
    tx.execute(
        sa.update(_table)
        .where(_table.c.topic == wished.topic, _table.c.callback == wished.callback)
        .values(
            wish=wished.wish.value,
            wished_secret=wished.secret,
            wished_lease_seconds=wished.lease_seconds,
            verifications=0,
            next_verification_at=now,
        )
    )


def list_unverified(tx: Transaction, now: datetime, limit: int) -> list[Listener]:
    """Those that have something to confirm, longest waiting first."""
    query = (
        sa.select(*_COLUMNS[:-2], _table.c.verifications.label("attempts"), _COLUMNS[-1])
        .where(_table.c.wish.is_not(None), _table.c.next_verification_at <= now)
        .order_by(_table.c.next_verification_at, _table.c.id)
        .limit(limit)
    )
    return [_listener(row) for row in tx.execute(query)]


def confirm(tx: Transaction, one: Listener, now: datetime) -> None:
    """The listener said yes: its wish holds now. It can fetch the feed as it stands itself."""
    if one.wish is ListenerWish.UNSUBSCRIBE:
        remove(tx, one.id)
        return
    digest = sa.select(_version.c.digest).where(_version.c.path == one.path).scalar_subquery()
    tx.execute(
        sa.update(_table)
        .where(_table.c.id == one.id)
        .values(
            lease_ends_at=now + timedelta(seconds=one.wished_lease_seconds),
            secret=one.wished_secret,
            wish=None,
            attempts=0,
            next_push_at=now,
            pushed_digest=sa.func.coalesce(digest, ""),
        )
    )


def postpone_verification(tx: Transaction, one: Listener, until: datetime) -> None:
    """The listener could not be asked; `until` says when to try again."""
    tx.execute(
        sa.update(_table)
        .where(_table.c.id == one.id)
        .values(verifications=one.attempts + 1, next_verification_at=until)
    )


def forget_wish(tx: Transaction, one: Listener) -> None:
    """The listener said no, or nothing: what holds stays, what never held goes."""
    if one.lease_ends_at is None:
        remove(tx, one.id)
    else:
        tx.execute(sa.update(_table).where(_table.c.id == one.id).values(wish=None))


def list_to_push(tx: Transaction, now: datetime, limit: int) -> list[Listener]:
    """Those that listen to a feed whose bytes they have not got, longest waiting first."""
    query = (
        sa.select(*_COLUMNS)
        .join(_version, _version.c.path == _table.c.path)
        .where(
            _table.c.lease_ends_at > now,
            _table.c.next_push_at <= now,
            _table.c.pushed_digest != _version.c.digest,
        )
        .order_by(_table.c.next_push_at, _table.c.id)
        .limit(limit)
    )
    return [_listener(row) for row in tx.execute(query)]


def record_push(tx: Transaction, one: Listener, digest: str) -> None:
    """The listener has the bytes called `digest`."""
    tx.execute(
        sa.update(_table).where(_table.c.id == one.id).values(pushed_digest=digest, attempts=0)
    )


def postpone_push(tx: Transaction, one: Listener, until: datetime) -> None:
    """The listener did not take it; `until` says when to try again."""
    values = {"attempts": one.attempts + 1, "next_push_at": until}
    tx.execute(sa.update(_table).where(_table.c.id == one.id).values(**values))


def list_all(tx: Transaction) -> list[Listener]:
    """Every listener, by topic."""
    query = sa.select(*_COLUMNS).order_by(_table.c.topic, _table.c.id)
    return [_listener(row) for row in tx.execute(query)]


def remove(tx: Transaction, listener_id: int) -> None:
    """Forget a listener."""
    tx.execute(sa.delete(_table).where(_table.c.id == listener_id))


def remove_expired(tx: Transaction, now: datetime) -> int:
    """Forget those whose lease ended and who wish nothing; returns how many."""
    is_over = (_table.c.lease_ends_at <= now) & _table.c.wish.is_(None)
    return tx.execute(sa.delete(_table).where(is_over)).rowcount


def list_pings(
    tx: Transaction, hubs: Sequence[str], paths: Sequence[str], now: datetime, limit: int
) -> list[Ping]:
    """What public hubs have still to be told of `paths`, each once a version."""
    found: list[Ping] = []
    for hub in hubs:
        query = (
            sa.select(_version.c.path, _version.c.digest, _ping.c.attempts)
            .outerjoin(_ping, (_ping.c.path == _version.c.path) & (_ping.c.hub == hub))
            .where(
                _version.c.path.in_(paths),
                sa.or_(_ping.c.digest.is_(None), _ping.c.digest != _version.c.digest),
                sa.or_(_ping.c.next_attempt_at.is_(None), _ping.c.next_attempt_at <= now),
            )
            .order_by(_version.c.path)
            .limit(limit)
        )
        found += [
            Ping(hub=hub, path=row.path, digest=row.digest, attempts=row.attempts or 0)
            for row in tx.execute(query)
        ]
    return found


def record_ping(tx: Transaction, ping: Ping, *, retry_at: datetime | None) -> None:
    """A hub was told of a version, or is to be told again at `retry_at`."""
    row = {"hub": ping.hub, "path": ping.path, "next_attempt_at": retry_at}
    if retry_at is None:
        upsert.put(tx, _ping, row | {"digest": ping.digest, "attempts": 0})
    else:
        upsert.insert_missing(tx, _ping, [row | {"digest": "", "attempts": 0}])
        upsert.put(tx, _ping, row | {"digest": "", "attempts": ping.attempts + 1})


def _listener(row: Any) -> Listener:
    fields = row._asdict()
    wish = fields["wish"]
    return Listener(**{**fields, "wish": ListenerWish(wish) if wish else None})
