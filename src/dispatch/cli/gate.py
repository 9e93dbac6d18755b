"""`gate`: what stands between an issue and its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.model.gate import GateCheck


@click.command(
    "gate",
    cls=options.Command,
    examples=("dispatch gate weekly", "dispatch gate weekly 2026-W48 --dry-run"),
)
@click.argument("newsletter")
@click.argument("period", required=False)
@options.dry_run
@pass_door
def gate(door: Door, newsletter: str, period: str | None, dry_run: bool) -> None:
    """Hold the issue of NEWSLETTER for PERIOD, or the newest, against the rules of the gate.

    Every issue is looked at before it leaves; this looks now. Each rule blocks, holds or warns, as
    `[gate]` says. A blocked issue goes free when nothing blocks it any more; one that is held needs
    a word. What was found is kept: `dispatch why NEWSLETTER PERIOD` shows it.
    """
    with door.site(dry_run=dry_run) as site:
        name = period or site.issues.newest_period(newsletter)
        check = site.issues.inspect(newsletter, name, dry_run=dry_run)
    is_shut = check.verdict.value in ("block", "hold")
    door.report(check, lambda on: show(on, check), has_failures=is_shut)


def show(screen: Screen, check: GateCheck) -> None:
    """What the gate has against an issue."""
    if not check.objections:
        screen.line("the gate has nothing against it")
        return
    screen.table(
        ("effect", "rule", "variant", "objection"),
        [(one.effect.value, one.rule, one.variant, one.text) for one in check.objections],
    )
