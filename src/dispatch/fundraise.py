"""fundraise: donations and donors -> what appeals have brought, and whom to leave alone.

In: files of the donation side. Out: frozen reports. Never: a link between a donation and a reader:
results are known by what the appeal's link said (`?appeal=winter.a`), donors by a keyed hash.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from dispatch import errors
from dispatch.model.publication import Appeal
from dispatch.rules import appeals, proportions
from dispatch.rules.proportions import Estimate
from dispatch.store import fund
from dispatch.store.database import Database
from dispatch.store.fund import Donation

#: The columns of a file of donations; the first three must be there.
COLUMNS = ("id", "date", "amount", "appeal", "issue")
#: The largest file that is read, in lines.
MAX_LINES = 1_000_000

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
    except (ValueError, InvalidOperation):
        return "date: a day as 2026-11-24; amount: a number with a point"
    if not cents.is_finite() or cents != cents.to_integral_value() or cents <= 0:
        return "amount: above 0, with at most two decimals"
    if not row["id"]:
        return "id: is empty"
    return Donation(
        id=row["id"],
        donated_on=day,
        cents=int(cents),
        appeal=row.get("appeal", ""),
        issue=row.get("issue", ""),
    )


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
