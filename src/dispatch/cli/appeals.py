"""`appeals`: what donation requests were shown, what they brought, and whom they spare.

Never: shows an address, or keeps one.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.fundraise import AppealReport, ArmReport


@click.group("appeals", cls=options.Group, default="report")
def appeals() -> None:
    """See what donation requests bring, and tell what was given."""


@appeals.command(
    "report", cls=options.Command, examples=("dispatch appeals", "dispatch appeals --json")
)
@pass_door
def report(door: Door) -> None:
    """Show how often each wording was mailed, and what it brought.

    Rates are donations for a thousand mails, with the bounds within which they lie 95 times of a
    hundred. A difference from the first wording whose bounds hold 0 means nothing yet.
    """
    with door.site() as site:
        found = site.appeals.report()
    door.report({"appeals": found}, lambda on: _show(on, found))


@appeals.command(
    "donations", cls=options.Command, examples=("dispatch appeals donations given.csv",)
)
@click.argument("file", type=click.Path(path_type=Path))
@options.dry_run
@pass_door
def donations(door: Door, file: Path, dry_run: bool) -> None:
    """Take in donations from a CSV FILE: id,date,amount,appeal,issue.

    `appeal` and `issue` are what the link in the mail said (`?appeal=winter.a&issue=...`). Each id
    counts once, however often the file comes.
    """
    with door.site(dry_run=dry_run) as site:
        count = site.appeals.take_donations(file, dry_run=dry_run)
    would = "would be taken in" if dry_run else "taken in"
    answer = {"new": count, "is_dry_run": dry_run}
    door.report(answer, lambda on: on.line(f"{count} new donations {would}"))


@appeals.command("donors", cls=options.Command, examples=("dispatch appeals donors donors.csv",))
@click.argument("file", type=click.Path(path_type=Path))
@options.dry_run
@pass_door
def donors(door: Door, file: Path, dry_run: bool) -> None:
    """Leave the donors of a CSV FILE alone: hash,date.

    The hash is that of `dispatch appeals hash`; an appeal spares them for its `donor_days`.
    """
    with door.site(dry_run=dry_run) as site:
        count = site.appeals.take_donors(file, dry_run=dry_run)
    would = "would be left alone" if dry_run else "are left alone"
    answer = {"new": count, "is_dry_run": dry_run}
    door.report(answer, lambda on: on.line(f"{count} more donors {would}"))


@appeals.command("hash", cls=options.Command, examples=("dispatch appeals hash ann@example.org",))
@click.argument("address")
@pass_door
def hash_address(door: Door, address: str) -> None:
    """Show the keyed hash by which ADDRESS is known as a donor."""
    with door.site() as site:
        hashed = site.appeals.hash_address(address)
    door.report({"hash": hashed}, lambda on: on.line(hashed))


@appeals.command("raised", cls=options.Command, examples=("dispatch appeals raised winter 12500",))
@click.argument("key")
@click.argument("amount")
@options.dry_run
@pass_door
def raised(door: Door, key: str, amount: str, dry_run: bool) -> None:
    """Say that the appeal KEY has brought AMOUNT by now.

    Donations that are taken in later are added to it. The next issue shows it.
    """
    try:
        cents = int(Decimal(amount) * 100)
    except (InvalidOperation, OverflowError, ValueError):
        cents = -1
    if cents < 0:
        message = f"{amount!r} is not an amount"
        raise click.UsageError(message)
    with door.site(dry_run=dry_run) as site:
        site.appeals.set_raised(key, cents, dry_run=dry_run)
    answer = {"key": key, "cents": cents, "is_dry_run": dry_run}
    door.report(answer, lambda on: on.line(f"appeal {key}: {amount} raised"))


def _show(screen: Screen, found: tuple[AppealReport, ...]) -> None:
    if not found:
        screen.line("there is no appeal in the configuration")
    for one in found:
        goal = f" of {one.goal}" if one.goal else ""
        screen.line(
            f"{one.key}: {one.raised_cents / 100:.2f}{goal} {one.currency} raised, "
            f"held out in {one.held_out} mails"
        )
        screen.table(
            ("wording", "shown", "donations", "sum", "per 1000", "difference"),
            [_row(arm) for arm in one.arms],
        )


def _row(arm: ArmReport) -> tuple[str | int, ...]:
    rate = arm.rate
    told = f"{rate.value * 1000:.2f} ({rate.low * 1000:.2f} to {rate.high * 1000:.2f})"
    away = arm.difference
    other = (
        f"{away.value * 1000:+.2f} ({away.low * 1000:+.2f} to {away.high * 1000:+.2f})"
        if away
        else ""
    )
    return (arm.name, arm.shown, arm.donations, f"{arm.cents / 100:.2f}", told, other)
