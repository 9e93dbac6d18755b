"""`deliver`, `subscribe`, `unsubscribe` and `suppress`: messages, and who gets them.

Never: shows an address. Whoever typed it knows it; whoever reads the log need not.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen
from dispatch.model.subscriber import SuppressionReason

if TYPE_CHECKING:
    from dispatch.app import App
    from dispatch.deliver import DeliverReport, IssueReport
    from dispatch.subscribe import SubscribeReport, Wish
    from dispatch.suppress import SuppressReport

#: In the order of the sum that must come out: eligible = the last four, once nothing is owed.
COLUMNS = ("eligible", "owed", "sent", "skipped", "failed", "uncertain")

_ISSUE = ("NEWSLETTER", "PERIOD")


@click.command(
    "deliver",
    cls=options.Command,
    examples=(
        "dispatch deliver",
        "dispatch deliver --dry-run",
        "dispatch deliver --resend-uncertain weekly 2026-W48",
        "dispatch deliver --stop weekly 2026-W48",
    ),
)
@click.option(
    "--resend-uncertain",
    nargs=2,
    metavar=" ".join(_ISSUE),
    help="Only owe the uncertain messages of that issue again, rather twice than never.",
)
@click.option(
    "--stop",
    nargs=2,
    metavar=" ".join(_ISSUE),
    help="Only stop that issue for good: what has not left stays.",
)
@options.dry_run
@pass_door
def deliver(
    door: Door,
    resend_uncertain: tuple[str, str] | None,
    stop: tuple[str, str] | None,
    dry_run: bool,
) -> None:
    """Send what is owed: every issue that is composed and not yet sent to everyone.

    May be given at any time, and twice at once: nobody gets an issue twice for that. Stopped with
    Ctrl-C or SIGTERM it finishes the message in hand, and the next `deliver` goes on from there.

    A message that was handed over and never answered for is uncertain: the server may have it.
    Nobody can know, so you decide: see `dispatch why NEWSLETTER PERIOD`.
    """
    if resend_uncertain and stop:
        message = "--resend-uncertain and --stop cannot be given together"
        raise click.UsageError(message)
    if resend_uncertain:
        _resend(door, *resend_uncertain, dry_run=dry_run)
    elif stop:
        _stop(door, *stop, dry_run=dry_run)
    else:
        _deliver(door, dry_run=dry_run)


def _deliver(door: Door, *, dry_run: bool) -> None:
    screen = door.screen
    with (
        door.site(dry_run=dry_run, may_stop=True) as site,
        screen.progress() as progress,
    ):
        report = site.issues.deliver(dry_run=dry_run, progress=progress)
    door.report(report, lambda on: _show_delivered(on, report), has_failures=report.has_failures)


def _resend(door: Door, newsletter: str, period: str, *, dry_run: bool) -> None:
    with door.site(dry_run=dry_run) as site:
        count = site.issues.resend_uncertain(newsletter, period, dry_run=dry_run)

    def show(screen: Screen) -> None:
        would = "would be" if dry_run else "are"
        screen.line(f"{count} messages of {newsletter} {period} {would} owed again")
        if count and not dry_run:
            screen.hint("`dispatch deliver` sends them, or `dispatch run` within its minute")

    door.report({"owed_again": count, "is_dry_run": dry_run}, show)


def _stop(door: Door, newsletter: str, period: str, *, dry_run: bool) -> None:
    from dispatch.edit import Word
    from dispatch.model.newsletter import IssueAction

    word = Word(action=IssueAction.STOPPED)
    with door.site(dry_run=dry_run) as site:
        issue = site.editors.move(newsletter, period, word, dry_run=dry_run)

    def show(screen: Screen) -> None:
        would = "would be" if dry_run else "is"
        screen.line(f"issue {period} of {newsletter} {would} stopped; nothing more of it leaves")

    door.report({"issue": issue, "is_dry_run": dry_run}, show)


@click.command(
    "subscribe",
    cls=options.Command,
    examples=(
        "dispatch subscribe ann@example.org --language ru --section economy",
        "dispatch subscribe bob@example.org --languages en,ru",
        "dispatch subscribe --csv readers.csv --dry-run",
    ),
)
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--newsletter", help="What they subscribe to. [default: the first newsletter]")
@click.option(
    "--languages",
    "--language",
    "languages",
    help='What they read, the preferred one first: "en,ru". [default: the newsletter\'s first]',
)
@click.option("--section", "sections", multiple=True, help="Only this section; may be given again.")
@click.option("--pending", is_flag=True, help="They have not confirmed yet: they get no issue.")
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path),
    help="Take many from a file: address,languages,newsletter,sections,state (several by ';').",
)
@options.dry_run
@pass_door
def subscribe(
    door: Door,
    addresses: tuple[str, ...],
    newsletter: str | None,
    languages: str | None,
    sections: tuple[str, ...],
    pending: bool,
    table: Path | None,
    dry_run: bool,
) -> None:
    """Take in subscribers who have said yes: ADDRESS by ADDRESS, or from a CSV file.

    All of a file is taken or nothing: a bad row is named with its line. One who unsubscribed stays
    so, whatever a list says, and a suppressed address is refused.
    """
    _refuse_both(addresses, table, "--csv")
    row = {"newsletter": newsletter, "languages": languages, "sections": ";".join(sections)}
    if table and (any(row.values()) or pending):
        message = "with --csv, the file says newsletter, language, sections and state"
        raise click.UsageError(message)
    row["state"] = "pending" if pending else None
    screen = door.screen
    with door.site(dry_run=dry_run) as site, screen.progress() as progress:
        wishes = _wishes(site, addresses, row, table)
        report = site.readers.subscribe(wishes, dry_run=dry_run, progress=progress)
    door.report(report, lambda on: _show_subscribed(on, report))


def _wishes(
    site: App, addresses: tuple[str, ...], row: dict[str, str | None], table: Path | None
) -> list[Wish]:
    if table:
        return site.readers.read_wishes(table)
    return [site.readers.read_wish({**row, "address": address}) for address in addresses]


@click.command(
    "unsubscribe",
    cls=options.Command,
    examples=("dispatch unsubscribe ann@example.org --newsletter weekly",),
)
@click.argument("address")
@click.option("--newsletter", help="Only this one. [default: all that the reader gets]")
@options.dry_run
@pass_door
def unsubscribe(door: Door, address: str, newsletter: str | None, dry_run: bool) -> None:
    """End the subscriptions of ADDRESS, for a reader who asked you instead of following the link.

    It holds at once, also for an issue that is being sent. To never mail an address again, whatever
    lists say later, use `suppress`.
    """
    with door.site(dry_run=dry_run) as site:
        ended = site.readers.unsubscribe_address(address, newsletter, dry_run=dry_run)

    def show(screen: Screen) -> None:
        names = ", ".join(one.newsletter for one in ended)
        would = "would be ended" if dry_run else "ended"
        screen.line(f"{would}: {names}" if names else "there was nothing to end")

    door.report({"ended": ended, "is_dry_run": dry_run}, show)


@click.command(
    "suppress",
    cls=options.Command,
    examples=(
        'dispatch suppress ann@example.org --reason request --note "by letter"',
        "dispatch suppress --file bounced.txt --reason hard-bounce",
        "dispatch suppress ann@example.org --lift",
    ),
)
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--file", type=click.Path(path_type=Path), help="Addresses, one a line.")
@click.option(
    "--reason",
    type=click.Choice([one.value for one in SuppressionReason]),
    default=SuppressionReason.OPERATOR.value,
    show_default=True,
    help="Kept with the order.",
)
@click.option("--note", default="", help="A word to those who come after you; kept with the order.")
@click.option("--lift", is_flag=True, help="Allow these addresses again.")
@options.dry_run
@pass_door
def suppress(
    door: Door,
    addresses: tuple[str, ...],
    file: Path | None,
    reason: str,
    note: str,
    lift: bool,
    dry_run: bool,
) -> None:
    """Never mail ADDRESS again, whatever lists, forms and resends say.

    The order outlives the subscriber: it keeps a keyed hash, not the address. Lifted, an address
    still needs a confirmed subscription before it gets anything.
    """
    _refuse_both(addresses, file, "--file")
    with door.site(dry_run=dry_run) as site:
        wanted = site.readers.read_addresses(file) if file else addresses
        if lift:
            report = site.readers.lift_suppression(wanted, dry_run=dry_run)
        else:
            chosen = SuppressionReason(reason)
            report = site.readers.suppress(wanted, chosen, note=note, dry_run=dry_run)
    door.report(report, lambda on: _show_suppressed(on, report, is_lifted=lift))


def _refuse_both(addresses: tuple[str, ...], file: Path | None, name: str) -> None:
    if bool(addresses) == bool(file):
        message = f"give either addresses or {name}"
        raise click.UsageError(message)


def counts(report: IssueReport) -> tuple[int, ...]:
    """The balance of an issue in the order of COLUMNS."""
    by_state = {state.value: count for state, count in report.balance.counts.items()}
    settled = (by_state.get(name, 0) for name in COLUMNS[2:])
    return (report.balance.eligible, report.balance.owed, *settled)


def _show_delivered(screen: Screen, report: DeliverReport) -> None:
    if not report.issues:
        screen.line("nothing is owed")
        return
    screen.table(
        ("issue", "state", *COLUMNS),
        [(f"{one.newsletter} {one.period}", one.state, *counts(one)) for one in report.issues],
    )
    for one in report.issues:
        _show_issue(screen, one, is_dry_run=report.is_dry_run)
    if report.is_dry_run:
        screen.hint("this was a dry run: nothing was planned or sent")


def _show_issue(screen: Screen, report: IssueReport, *, is_dry_run: bool) -> None:
    name = f"{report.newsletter} {report.period}"
    _, owed, _, _, failed, uncertain = counts(report)
    if report.failure:
        screen.bad(f"{name}: {report.failure}")
    if report.without_variant:
        screen.line(
            f"{name}: {report.without_variant} subscribers get nothing: they chose after it was "
            "composed, or had all of it before"
        )
    if owed and not is_dry_run:
        screen.hint(f"{name}: {owed} are still owed; `dispatch deliver` tries again what is due")
    if failed:
        screen.hint(f"{name}: {failed} failed for good; `dispatch why ADDRESS` says why of one")
    if uncertain:
        screen.hint(
            f"{name}: {uncertain} are uncertain: handed over and never answered for. Rather twice "
            f"than never? dispatch deliver --resend-uncertain {name}"
        )


def _show_subscribed(screen: Screen, report: SubscribeReport) -> None:
    would = "would be " if report.is_dry_run else ""
    screen.line(
        f"{would}added {report.added}, changed {report.changed}, as before "
        f"{report.unchanged}, refused because suppressed {report.suppressed}"
    )
    if report.suppressed:
        screen.hint("`dispatch why ADDRESS` says since when; `suppress --lift` allows it again")
    if report.is_dry_run:
        screen.hint("this was a dry run: nothing was kept")


def _show_suppressed(screen: Screen, report: SuppressReport, *, is_lifted: bool) -> None:
    would = "would be " if report.is_dry_run else ""
    if is_lifted:
        screen.line(f"{would}lifted {report.lifted}")
    else:
        screen.line(f"{would}suppressed {report.added}, known before {report.known}")
    if report.is_dry_run:
        screen.hint("this was a dry run: nothing was kept")
