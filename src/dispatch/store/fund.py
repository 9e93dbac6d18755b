"""Appeals, donors and donations in the store.

Never: a way from a donation to a reader. Donors are keyed hashes with a date; donations are amounts
with the name of an appeal. The two tables share nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from dispatch.model.delivery import DeliveryState
from dispatch.model.publication import Appeal
from dispatch.rules import appeals
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_delivery = schema.delivery
_donation = schema.donation
_donor = schema.donor
_quiet = schema.quiet_issue
_total = schema.appeal_total

#: A reader has an issue if it was handed over; of an uncertain one nobody knows better.
_HAD = (DeliveryState.SENT.value, DeliveryState.UNCERTAIN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRange:
    """Which part of the readers of a choice is shown an arm of `appeal` in an issue."""

    choice: str
    appeal: Appeal
    range: appeals.Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Donation:
    """What was given, and which appeal ("winter.a") and issue brought it, as far as known."""

    id: str
    donated_on: date
    cents: int
    appeal: str = ""
    issue: str = ""


def add_ranges(tx: Transaction, issue_id: int, found: Sequence[ChoiceRange], day: date) -> None:
    """Freeze who is shown what in an issue of `day`."""
    rows = []
    for one in found:
        factor, summand = appeals.stir(one.appeal.key)
        rows.append(
            {
                "issue_id": issue_id,
                "choice": one.choice,
                "appeal": one.range.name,
                "first": one.range.first,
                "last": one.range.last,
                "is_holdout": one.range.is_holdout,
                "factor": factor,
                "summand": summand,
                "skip_first": one.appeal.skip_first,
                "every": one.appeal.every,
                "donors_since": _donors_since(one.appeal, day),
            }
        )
    if rows:
        tx.execute(sa.insert(schema.appeal_range), rows)


def is_quiet(tx: Transaction, newsletter: str, period: str) -> bool:
    """Whether an editor said that an issue carries no appeal."""
    query = sa.select(_quiet).where(_quiet.c.newsletter == newsletter, _quiet.c.period == period)
    return tx.execute(query).first() is not None


def set_quiet(tx: Transaction, newsletter: str, period: str, *, quiet: bool) -> None:
    """Let an issue carry no appeal, or let it again."""
    if quiet:
        upsert.insert_missing(tx, _quiet, [{"newsletter": newsletter, "period": period}])
        return
    gone = sa.delete(_quiet).where(_quiet.c.newsletter == newsletter, _quiet.c.period == period)
    tx.execute(gone)


def get_raised(tx: Transaction) -> dict[str, int]:
    """Appeal key -> what it has brought, in hundredths."""
    return {row.key: row.cents for row in tx.execute(sa.select(_total))}


def set_raised(tx: Transaction, key: str, cents: int) -> None:
    """Say what an appeal has brought by now; donations that come later are added."""
    upsert.put(tx, _total, {"key": key, "cents": cents})


def add_donors(tx: Transaction, gave: Mapping[str, date]) -> int:
    """Remember when each keyed hash gave last; returns how many were not known to have by then."""
    fresh = 0
    for address_hash, day in gave.items():
        query = sa.select(_donor.c.donated_on).where(_donor.c.address_hash == address_hash)
        known = tx.execute(query).scalar_one_or_none()
        if known is None or known < day:
            upsert.put(tx, _donor, {"address_hash": address_hash, "donated_on": day})
            fresh += 1
    return fresh


def add_donations(tx: Transaction, found: Sequence[Donation]) -> int:
    """Keep donations, each id once, and add them to their appeals; returns how many were new."""
    fresh = 0
    for one in found:
        row = {
            "id": one.id,
            "donated_on": one.donated_on,
            "cents": one.cents,
            "appeal": one.appeal,
            "issue": one.issue,
        }
        if upsert.insert_missing(tx, _donation, [row]):
            fresh += 1
            key = one.appeal.partition(".")[0]
            if key:
                upsert.add_to(tx, _total, {"key": key, "cents": one.cents}, "cents")
    return fresh


def count_shown(tx: Transaction) -> dict[str, int]:
    """Name of an arm or holdout -> in how many mails that were handed over it was so."""
    query = (
        sa.select(_delivery.c.appeal, sa.func.count())
        .where(_delivery.c.appeal != "", _delivery.c.state.in_(_HAD))
        .group_by(_delivery.c.appeal)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def count_donations(tx: Transaction) -> dict[str, tuple[int, int]]:
    """Name of an arm -> (donations, their sum in hundredths)."""
    query = sa.select(
        _donation.c.appeal, sa.func.count(), sa.cast(sa.func.sum(_donation.c.cents), sa.BigInteger)
    ).group_by(_donation.c.appeal)
    return {row[0]: (row[1], int(row[2])) for row in tx.execute(query)}


def _donors_since(appeal: Appeal, day: date) -> date:
    """Who gave after this day is left alone; the far future where nobody is."""
    return day - timedelta(days=appeal.donor_days) if appeal.donor_days else date.max
