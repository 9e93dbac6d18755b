"""`collect`, `syndicate`, `compose` and `preview`: from articles to feeds and issues."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.app.intake import CollectResult
    from dispatch.compose import ComposeReport
    from dispatch.syndicate import SyndicateReport


@click.command(
    "collect",
    cls=options.Command,
    examples=(
        "dispatch collect",
        "dispatch collect site-en --dry-run",
        "dispatch collect --accept-flood site-en",
    ),
)
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--force", is_flag=True, help="Ask every source now, whether it is due or not.")
@click.option(
    "--accept-flood",
    is_flag=True,
    help="Take what the flood brake held back: many entries of a known source, all new at once.",
)
@options.dry_run
@pass_door
def collect(
    door: Door, sources: tuple[str, ...], force: bool, accept_flood: bool, dry_run: bool
) -> None:
    """Take in new and changed articles, count reads, and rebuild the feeds that change.

    Without a SOURCE, those that are due are asked; a SOURCE that you name is asked at once. A
    source that cannot be read stops no other one.
    """
    screen = door.screen
    with door.site(dry_run=dry_run) as site, screen.progress() as progress:
        result = site.intake.collect(
            sources,
            force=force or accept_flood,
            accept_flood=accept_flood,
            dry_run=dry_run,
            progress=progress,
        )
    door.report(result, lambda on: _show_collected(on, result), has_failures=result.has_failures)


@click.command(
    "syndicate",
    cls=options.Command,
    examples=("dispatch syndicate", "dispatch syndicate --all"),
)
@click.option("--all", "everything", is_flag=True, help="Look at every document of the past too.")
@options.dry_run
@pass_door
def syndicate(door: Door, everything: bool, dry_run: bool) -> None:
    """Build the feeds of which something has changed, and write those that look different.

    `collect` does this by itself, also where only the configuration or the day has changed; give it
    not to wait, and with --all after the folder of feeds was restored from a backup. A feed that
    does not change keeps its bytes, so that readers are not asked to fetch it again.
    """
    screen = door.screen
    with door.site(dry_run=dry_run) as site, screen.progress() as progress:
        report = site.feeds.syndicate(dry_run=dry_run, everything=everything, progress=progress)
    door.report(report, lambda on: _show_feeds(on, report), has_failures=bool(report.failures))


@click.command(
    "compose",
    cls=options.Command,
    examples=(
        "dispatch compose weekly",
        "dispatch compose weekly --period 2026-W48 --dry-run",
    ),
)
@click.argument("newsletter")
@click.option(
    "--period", help="2026-W48 of a weekly newsletter, 2026-11-24 of a daily one. [default: newest]"
)
@options.dry_run
@pass_door
def compose(door: Door, newsletter: str, period: str | None, dry_run: bool) -> None:
    """Make the issue of NEWSLETTER that is due, with its ranking, and freeze it.

    A period has one issue: asked again, this tells of the one that stands. With too few new
    articles it is skipped, and they wait for the next. Nothing is sent before `deliver`, or by
    `run`, whichever comes first.
    """
    from dispatch.app import reports

    screen = door.screen
    with door.site(dry_run=dry_run) as site, screen.progress() as progress:
        wanted = site.issues.read_period(newsletter, period) if period else None
        report = site.issues.compose(newsletter, period=wanted, dry_run=dry_run, progress=progress)
        data = reports.composed_data(report)
    door.report(data, lambda on: _show_composed(on, report))


@click.command(
    "preview",
    cls=options.Command,
    examples=(
        "dispatch preview weekly",
        "dispatch preview weekly --out /tmp/issue",
        "dispatch preview weekly --watch",
    ),
)
@click.argument("newsletter")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("preview"),
    show_default=True,
    help="The folder for the files; made if it is not there.",
)
@click.option("--period", help="Show the issue under this period's name. [default: the next]")
@click.option(
    "--watch",
    is_flag=True,
    help="Show it in the browser, and anew when a template or note changes.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="With --watch: the port on this machine. [default: a free one]",
)
@pass_door
def preview(
    door: Door, newsletter: str, out: Path, period: str | None, watch: bool, port: int
) -> None:
    """Write the next issue of NEWSLETTER as it would be now, as HTML and text.

    There is a pair of files for each variant: language, and choice of sections. Nothing is kept or
    sent. Open the files in a browser; or give --watch, and open the address that it says: every
    variant side by side, on a phone and at a desk, in light and in dark and as text, made anew
    whenever a template, a stylesheet, the configuration or a note is saved. A mistake is shown with
    its file and line.
    """
    if watch:
        _watch(door, newsletter, port)
        return
    with door.site(dry_run=True) as site:
        wanted = site.issues.read_period(newsletter, period, ahead=True) if period else None
        written = site.issues.preview(newsletter, out, period=wanted)

    def show(screen: Screen) -> None:
        for path in written:
            screen.line(str(path))
        if not written:
            screen.hint("there is nothing to show yet: no articles for this issue")

    door.report({"written": written}, show)


def _watch(door: Door, newsletter: str, port: int) -> None:
    from dispatch import app
    from dispatch.app.watching import Watcher
    from dispatch.web import preview as pages

    with door.site(dry_run=True) as site:
        site.office.newsletter(newsletter)  # an unknown one is told now, not in the browser
    watcher = Watcher(
        lambda: app.App.open(door.config, os.environ, create_secret=False),
        door.config.absolute(),
        newsletter,
    )
    pages.watch(watcher, port, lambda url: door.screen.line(f"look at {url} (Ctrl-C ends it)"))


def _show_collected(screen: Screen, result: CollectResult) -> None:
    reports = result.articles.sources
    screen.table(
        ("source", "new", "changed", "unchanged", "withdrawn", "refused", "held", ""),
        [
            (
                one.source,
                one.new,
                one.changed,
                one.unchanged,
                one.withdrawn,
                one.refused,
                one.held,
                "FAILED" if one.failure else "not modified" if one.not_modified else "",
            )
            for one in reports
        ],
    )
    for one in reports:
        if one.failure:
            screen.bad(f"{one.source}: {one.failure}")
        for warning in one.warnings:
            screen.line(f"{one.source}: {warning}", colour="yellow")
    _show_reads(screen, result)
    if result.feeds:
        _show_feeds(screen, result.feeds)
    if not reports:
        screen.hint("no source is due yet; `dispatch collect --force` asks them all now")
    elif result.articles.is_dry_run:
        screen.hint("this was a dry run: nothing was kept")


def _show_reads(screen: Screen, result: CollectResult) -> None:
    for one in result.reads.origins if result.reads else ():
        reasons = ", ".join(f"{count} {reason}" for reason, count in one.discards.items())
        left_out = f"; not counted: {reasons}" if reasons else ""
        screen.line(f"reads from {one.origin}: {one.reads} in {one.lines} lines{left_out}")
        for problem in one.problems:
            screen.bad(f"reads from {one.origin}: {problem}")


def _show_feeds(screen: Screen, report: SyndicateReport) -> None:
    would = "would be written" if report.is_dry_run else "written"
    failed = f", {len(report.failures)} failed" if report.failures else ""
    screen.line(f"feeds: {len(report.written)} {would}, {report.unchanged} unchanged{failed}")
    for key in report.trimmed:
        screen.line(
            f"{key}: fewer entries than it may have: it would weigh too much", colour="yellow"
        )
    for failure in report.failures:
        screen.bad(failure)


def _show_composed(screen: Screen, report: ComposeReport) -> None:
    name = f"{report.newsletter} {report.period}"
    if report.issue is None:
        screen.line(f"issue {name} would have {len(report.variants)} variants")
    elif not report.is_new:
        screen.line(f"issue {name} stands already: {report.issue.state}")
    else:
        screen.line(f"issue {name}: {report.issue.state}")
    screen.table(
        ("variant", "articles", "kB", "subject"),
        [
            (
                one.key,
                sum(place.variant_key == one.key for place in report.placements),
                round(len(one.html.encode()) / 1000, 1),
                one.subject,
            )
            for one in report.variants
        ],
    )
    _hint_composed(screen, report)


def _hint_composed(screen: Screen, report: ComposeReport) -> None:
    state = report.issue.state.value if report.issue else ""
    if report.is_dry_run:
        screen.hint("this was a dry run: nothing was kept")
    elif state == "skipped":
        screen.hint("too few new articles; they are carried over to the next issue")
    elif state in ("composed", "sending"):
        screen.hint("send it with: dispatch deliver")
    if report.issue and not report.is_dry_run:
        screen.hint(f"see what it holds: dispatch why {report.newsletter} {report.period}")
