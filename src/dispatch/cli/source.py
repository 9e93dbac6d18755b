"""`sources` and `source release`: how sources stand, and what is done with what waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from dispatch.cli import discovering, options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.collect import SourceReport
    from dispatch.collect.status import SourceStatus
    from dispatch.model.source import HeldEntry

#: How many held entries are listed; `--json` lists them all.
LISTED = 30


@click.command(
    "sources",
    cls=options.Command,
    examples=("dispatch sources", "dispatch sources --json"),
)
@pass_door
def sources(door: Door) -> None:
    """Show how every source stands: when it was read, when it is asked again, what is the matter.

    The usual gap is the one that nine of ten gaps between new articles are not longer than. After
    three of them without anything new a source counts as silent. Alarms stand until their cause is
    gone; you are told of each once, and once more when it is over.
    """
    with door.site(dry_run=True) as site:
        statuses = site.intake.list_statuses()
        now = site.clock.now()
    door.report(statuses, lambda on: _show(on, statuses, now))


@click.group("source", cls=options.Group)
def source() -> None:
    """Look after one source."""


source.add_command(discovering.add)
source.add_command(discovering.test)


@source.command(
    "release",
    examples=(
        "dispatch source release site-en",
        "dispatch source release site-en --list",
        "dispatch source release site-en --discard",
    ),
)
@click.argument("name")
@click.option("--list", "only_list", is_flag=True, help="Show what waits, and decide nothing.")
@click.option(
    "--discard", is_flag=True, help="Refuse the entries instead, for as long as they come."
)
@options.dry_run
@pass_door
def release(door: Door, name: str, only_list: bool, discard: bool, dry_run: bool) -> None:
    """Take the entries of source NAME that wait in quarantine.

    They wait because too much was new at once, because they look like articles that lost their
    identifiers, or because they left their source before the hour for which they were dated. What
    is dated more than two days before it was held is taken as archive: it is in no issue. Entries
    that are dated ahead wait for their hour, whatever you say.
    """
    with door.site(dry_run=dry_run or only_list) as site:
        held = site.intake.list_held(name)
        if only_list:
            door.report(held, lambda on: _list(on, held))
            return
        report = site.intake.release(name, discard=discard, dry_run=dry_run)
    door.report(report, lambda on: _show_released(on, report, discard=discard, dry_run=dry_run))


def _show(screen: Screen, statuses: list[SourceStatus], now: datetime) -> None:
    from dispatch.collect import status

    screen.table(
        ("source", "kind", "state", "last read", "next", "usual gap", "failures", "held"),
        [
            (
                one.source,
                one.kind,
                status.word_for(one, now),
                _moment(one.state.last_success_at),
                _moment(one.state.next_poll_at),
                _gap(one.usual_gap_seconds),
                one.state.failures or "",
                ", ".join(f"{number} {reason}" for reason, number in one.held.items()),
            )
            for one in statuses
        ],
    )
    for one in statuses:
        for alarm in one.alarms:
            since = _moment(alarm.since)
            screen.bad(f"{one.source}: {alarm.kind.value} since {since}: {alarm.detail}")
        if one.state.last_error:
            screen.line(f"{one.source}: {one.state.last_error}", colour="yellow")
    if not statuses:
        screen.hint("no source is configured; give one a table [[sources]] in config.toml")


def _list(screen: Screen, held: list[HeldEntry]) -> None:
    screen.table(
        ("held since", "reason", "dated", "title", "why"),
        [
            (
                _moment(one.held_at),
                one.reason.value,
                _moment(one.entry.published_at),
                one.entry.title,
                one.why,
            )
            for one in held[:LISTED]
        ],
    )
    if len(held) > LISTED:
        screen.line(f"and {len(held) - LISTED} more")
    if not held:
        screen.line("nothing waits")


def _show_released(screen: Screen, report: SourceReport, *, discard: bool, dry_run: bool) -> None:
    if discard:
        screen.line(f"{report.source}: {report.refused} entries are refused from now on")
    else:
        screen.line(
            f"{report.source}: {report.new} new, {report.changed} changed, "
            f"{report.unchanged} unchanged"
        )
    if dry_run:
        screen.hint("this was a dry run: nothing was kept")


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else ""


def _gap(seconds: int | None) -> str:
    if seconds is None:
        return ""
    gap = timedelta(seconds=seconds)
    return f"{gap / timedelta(days=1):.1f} d" if gap.days else f"{gap / timedelta(hours=1):.1f} h"
