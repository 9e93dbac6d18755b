"""fundraise: donations and donors -> what appeals have brought, and whom to leave alone.

In: files of the donation side, or its word of one gift. Out: frozen reports. Never: a link between
a donation and a reader: results are known by what the appeal's link said (`?appeal=winter.a`),
donors by a keyed hash.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from dispatch import errors
from dispatch.model.publication import Appeal
from dispatch.rules import appeals, mailbox, proportions
from dispatch.rules.proportions import Estimate
from dispatch.store import fund
from dispatch.store.database import Database
from dispatch.store.fund import Donation

#: The columns of a file of donations; the first three must be there.
COLUMNS = ("id", "date", "amount", "appeal", "issue")
#: The fields of a gift that is told by itself; the first ones must be there.
NEEDED_FIELDS = 4
FIELDS = ("id", "date", "amount", "currency", "appeal", "issue", "address", "address_hash")
#: No identifier or name of the donation side is longer, and no single gift is larger.
MAX_CHARACTERS = 200
MAX_CENTS = 100_000_000_000
#: The largest file that is read, in lines.
MAX_LINES = 1_000_000

_WHO = "address: an e-mail address, or address_hash: 40 characters 0-9 and a-f; not both"
_HASH = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmReport:
    """How one arm of an appeal did. Rates are donations for each mail that showed it.

    `difference` is against the first arm; None for that one itself.
    """

    name: str
    shown: int
    donations: int
    cents: int
    rate: Estimate
    difference: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealReport:
    """How one appeal did. `held_out` mails did not show it, to be compared with."""

    key: str
    raised_cents: int
    goal: int | None
    currency: str
    held_out: int
    arms: tuple[ArmReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A donation, and the keyed hash of who gave ("" where nobody says): stored apart."""

    donation: Donation
    donor: str = ""


def report(db: Database, configured: Sequence[Appeal]) -> tuple[AppealReport, ...]:
    """All appeals of the configuration, in its order."""
    with db.read() as tx:
        shown, given = fund.count_shown(tx), fund.count_donations(tx)
        raised = fund.get_raised(tx)
    by_key: dict[str, dict[str, Appeal]] = {}
    for one in configured:
        by_key.setdefault(one.key, {}).setdefault(one.name, one)
    return tuple(
        AppealReport(
            key=key,
            raised_cents=raised.get(key, 0),
            goal=next(iter(arms.values())).goal,
            currency=next(iter(arms.values())).currency,
            held_out=shown.get(f"{key}.{appeals.HOLDOUT}", 0),
            arms=_compare(list(arms), shown, given),
        )
        for key, arms in by_key.items()
    )


def read_donations(path: Path) -> list[Donation]:
    """The donations of a CSV file; raises InputError naming file and line."""
    found = []
    for line, row in _rows(path, COLUMNS, COLUMNS[:3]):
        one = _donation(row)
        if isinstance(one, str):
            raise errors.InputError(f"{path}:{line}: no donation was taken: {one}")
        found.append(one)
    return found


def _donation(row: Mapping[str, str]) -> Donation | str:
    """One row as a donation, or what is wrong with it."""
    try:
        cents = Decimal(row["amount"]) * 100
        day = date.fromisoformat(row["date"])
    except (ValueError, ArithmeticError):
        return "date: a day as 2026-11-24; amount: a number with a point"
    if not cents.is_finite() or not 0 < cents <= MAX_CENTS or cents % 1:
        return f"amount: above 0, {MAX_CENTS // 100} at most, with at most two decimals"
    if not row["id"]:
        return "id: is empty"
    for name in ("id", "appeal", "issue"):
        text = row.get(name, "")
        if len(text) > MAX_CHARACTERS or not text.isprintable():
            return f"{name}: {MAX_CHARACTERS} characters at most, all of them visible"
    return Donation(
        id=row["id"],
        donated_on=day,
        cents=int(cents),
        appeal=row.get("appeal", ""),
        issue=row.get("issue", ""),
    )


def read_gift(
    document: Mapping[str, object], configured: Sequence[Appeal], *, secret: str, today: date
) -> Gift | str:
    """What the donation side says of one donation, or what is wrong with it.

    Never with an address in it. A day of tomorrow is that of a place east of us; one later would
    spare a donor for years.
    """
    row = {name: value for name, value in document.items() if isinstance(value, str)}
    if unknown := [name for name in document if name not in FIELDS]:
        return f"{unknown[0][:MAX_CHARACTERS]!r}: is no field; there are {', '.join(FIELDS)}"
    wanted = [name for name in FIELDS if name in document or name in FIELDS[:NEEDED_FIELDS]]
    if missing := [name for name in wanted if name not in row]:
        return f"{missing[0]}: must be given, as text or number"
    donation = _donation(row)
    if isinstance(donation, str):
        return donation
    if donation.donated_on > today + timedelta(days=1):
        return "date: is in the future"
    if wrong_currency := _wrong_currency(row["currency"], donation.appeal, configured):
        return wrong_currency
    donor = _donor(row, secret)
    return Gift(donation=donation, donor=donor) if donor is not None else _WHO


def _wrong_currency(said: str, name: str, configured: Sequence[Appeal]) -> str:
    """An appeal counts in one currency: what is given in another must be changed before."""
    key = name.partition(".")[0]
    known = {one.currency for one in configured if key in ("", one.key)}
    if said in known or not known:
        return ""
    return f"currency: the appeal counts in {', '.join(sorted(known))}"


def _donor(row: Mapping[str, str], secret: str) -> str | None:
    """The keyed hash of who gave, "" where nobody is named; None for what names nobody."""
    if "address_hash" in row:
        is_good = "address" not in row and _HASH.fullmatch(row["address_hash"])
        return row["address_hash"] if is_good else None
    if "address" not in row:
        return ""
    address = mailbox.read_address(row["address"])
    return mailbox.address_hash(address, secret) if address else None


def read_donors(path: Path) -> Mapping[str, date]:
    """Keyed hash -> last day, of a CSV file `hash,date`; raises InputError naming file and line."""
    found: dict[str, date] = {}
    for line, row in _rows(path, ("hash", "date"), ("hash", "date")):
        try:
            day = date.fromisoformat(row["date"])
        except ValueError as error:
            raise errors.InputError(f"{path}:{line}: no donor was taken: {error}") from error
        if not _HASH.fullmatch(row["hash"]):
            message = f"{path}:{line}: no donor was taken: a hash has 40 characters 0-9 and a-f"
            raise errors.InputError(message)
        found[row["hash"]] = max(day, found.get(row["hash"], day))
    return found


def take_donations(db: Database, found: Sequence[Donation], *, dry_run: bool) -> int:
    """Keep donations, each id once; returns how many were new."""
    with db.write(dry_run=dry_run) as tx:
        return fund.add_donations(tx, found)


def take_gift(db: Database, gift: Gift) -> bool:
    """Keep a donation once, and leave its donor alone; returns whether it was new."""
    with db.write() as tx:
        is_new = fund.add_donations(tx, [gift.donation]) == 1
        if gift.donor:
            fund.add_donors(tx, {gift.donor: gift.donation.donated_on})
    return is_new


def take_donors(db: Database, found: Mapping[str, date], *, dry_run: bool) -> int:
    """Leave donors alone from their day on; returns how many are news."""
    with db.write(dry_run=dry_run) as tx:
        return fund.add_donors(tx, found)


def _compare(
    names: Sequence[str], shown: Mapping[str, int], given: Mapping[str, tuple[int, int]]
) -> tuple[ArmReport, ...]:
    first = names[0]
    counts = {name: (given.get(name, (0, 0))[0], shown.get(name, 0)) for name in names}
    return tuple(
        ArmReport(
            name=name,
            shown=counts[name][1],
            donations=counts[name][0],
            cents=given.get(name, (0, 0))[1],
            rate=proportions.wilson(*counts[name]),
            difference=None
            if name == first
            else proportions.difference(*counts[name], *counts[first]),
        )
        for name in names
    )


def _rows(
    path: Path, known: Sequence[str], needed: Sequence[str]
) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            names = list(reader.fieldnames or ())
            limited = itertools.islice(reader, MAX_LINES + 1)
            rows = [(reader.line_num, row) for row in limited]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path}: cannot be read as CSV in UTF-8: {error}"
        raise errors.InputError(message) from error
    if len(rows) > MAX_LINES:
        raise errors.InputError(f"{path}: more than {MAX_LINES} lines; part it")
    if not set(needed) <= set(names) <= set(known):
        message = (
            f"{path}:1: the columns are {', '.join(known)} ({', '.join(needed)} must be there); "
            f"there are {', '.join(map(str, names)) or 'none'}"
        )
        raise errors.InputError(message)
    return [(line, {key: (row[key] or "").strip() for key in names}) for line, row in rows]
