"""The numbers of readers' own feeds: an address is good as long as its number is the present one.

In: a transaction, a subscriber. Out: a number; nobody who never asked for another one has a row.
"""

from __future__ import annotations

import sqlalchemy as sa

from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_own = schema.own_feed


def get_number(tx: Transaction, subscriber_id: int) -> int:
    """The number that the present address carries."""
    query = sa.select(_own.c.number).where(_own.c.subscriber_id == subscriber_id)
    return tx.execute(query).scalar_one_or_none() or 0


def raise_number(tx: Transaction, subscriber_id: int) -> int:
    """Make every address that was ever given out worthless; returns the new number."""
    upsert.insert_missing(tx, _own, [{"subscriber_id": subscriber_id, "number": 0}])
    change = sa.update(_own).where(_own.c.subscriber_id == subscriber_id)
    tx.execute(change.values(number=_own.c.number + 1))
    return get_number(tx, subscriber_id)
