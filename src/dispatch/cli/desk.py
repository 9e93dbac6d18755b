"""`issue` and `articles`: what an editor decides by hand about one issue or one article.

Never: sends anything. What is decided here is acted upon by `compose` and `deliver`.
"""

from __future__ import annotations

from collections.abc import Callable

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen
from dispatch.model.newsletter import IssueAction


@click.group("issue", cls=options.Group)
def issue() -> None:
    """Decide about one issue by hand."""


def _word_options(command: Callable[..., None]) -> Callable[..., None]:
    """Whose word it is, and why: both are kept with the issue."""
    note = click.option("--note", default="", help="Why; kept with the issue.")
    by = click.option("--by", default="", help="Who says so; kept with the issue.")
    return by(note(command))


def _move(
    door: Door,
    newsletter: str,
    period: str,
    action: IssueAction,
    by: str,
    note: str,
    hint: str,
    dry_run: bool,
) -> None:
    from dispatch.edit import Word

    word = Word(action=action, by=by, note=note)
    with door.site(dry_run=dry_run) as site:
        moved = site.editors.move(newsletter, period, word, dry_run=dry_run)

    def show(screen: Screen) -> None:
        would = "would be" if dry_run else "is"
        screen.line(f"issue {period} of {newsletter} {would} {action.value}: now {moved.state}")
        if not dry_run:
            screen.hint(hint)

    door.report({"issue": moved, "is_dry_run": dry_run}, show)


@issue.command(
    "hold",
    cls=options.Command,
    examples=('dispatch issue hold weekly 2026-W48 --by Anna --note "a wrong name"',),
)
@click.argument("newsletter")
@click.argument("period")
@_word_options
@options.dry_run
@pass_door
def hold(door: Door, newsletter: str, period: str, by: str, note: str, dry_run: bool) -> None:
    """Let nothing more of the issue of NEWSLETTER for PERIOD leave, until it is released.

    Also while it is being sent: every open connection sees it before its next message.
    """
    hint = f"let it go on with: dispatch issue release {newsletter} {period}"
    _move(door, newsletter, period, IssueAction.HELD, by, note, hint, dry_run)


@issue.command(
    "release",
    cls=options.Command,
    examples=("dispatch issue release weekly 2026-W48",),
)
@click.argument("newsletter")
@click.argument("period")
@_word_options
@options.dry_run
@pass_door
def release(door: Door, newsletter: str, period: str, by: str, note: str, dry_run: bool) -> None:
    """Let the issue of NEWSLETTER for PERIOD go out that is held.

    It goes on where it was; nobody gets it twice. An issue is held by hand, by the gate, or when it
    has too few new articles and its newsletter says `thin = "hold"`. One that nobody releases is
    skipped when the next one is made, and its articles are in that one.
    """
    hint = "`dispatch deliver` sends it, or `dispatch run` within its minute"
    _move(door, newsletter, period, IssueAction.RELEASED, by, note, hint, dry_run)


@issue.command(
    "approve",
    cls=options.Command,
    examples=("dispatch issue approve weekly 2026-W48 --by Anna",),
)
@click.argument("newsletter")
@click.argument("period")
@_word_options
@options.dry_run
@pass_door
def approve(door: Door, newsletter: str, period: str, by: str, note: str, dry_run: bool) -> None:
    """Say that you have read the issue of NEWSLETTER for PERIOD, and that it may go.

    With `approval = true` an issue waits for this. It leaves at its time, or at once if that has
    passed.
    """
    hint = "it leaves at its time, or at once if that has passed"
    _move(door, newsletter, period, IssueAction.APPROVED, by, note, hint, dry_run)


@issue.command(
    "stop",
    cls=options.Command,
    examples=("dispatch issue stop weekly 2026-W48 --by Anna",),
)
@click.argument("newsletter")
@click.argument("period")
@_word_options
@options.dry_run
@pass_door
def stop(door: Door, newsletter: str, period: str, by: str, note: str, dry_run: bool) -> None:
    """Stop the issue of NEWSLETTER for PERIOD for good: what has not left stays.

    Every open connection sees it before its next message. `hold` is what can be taken back.
    """
    hint = "what was handed over cannot be called back"
    _move(door, newsletter, period, IssueAction.STOPPED, by, note, hint, dry_run)


@issue.command(
    "test",
    cls=options.Command,
    examples=(
        "dispatch issue test weekly you@example.org",
        "dispatch issue test weekly you@example.org --period 2026-W48 --variant ru",
    ),
)
@click.argument("newsletter")
@click.argument("addresses", metavar="ADDRESS...", nargs=-1, required=True)
@click.option("--period", help="An issue that stands. [default: the next, as it would be now]")
@click.option("--variant", "keys", multiple=True, help="Only this one; may be given again.")
@click.option("--by", default="", help="Who sends it; kept with the issue.")
@pass_door
def test(
    door: Door,
    newsletter: str,
    addresses: tuple[str, ...],
    period: str | None,
    keys: tuple[str, ...],
    by: str,
) -> None:
    """Send an issue of NEWSLETTER to each ADDRESS of the newsroom, marked as a test.

    Every language goes, for readers of all sections, through the same way as the real one. Nobody
    is counted, and the links to unsubscribe name nobody.
    """
    with door.site() as site:
        sent = site.editors.send_proofs(newsletter, addresses, period=period, keys=keys, by=by)

    def show(screen: Screen) -> None:
        screen.table(
            ("variant", "address", "answer"),
            [(one.variant, one.number, f"{one.outcome.status} {one.outcome.text}") for one in sent],
        )

    failed = any(one.outcome.status != "sent" for one in sent)
    door.report({"sent": sent}, show, has_failures=failed)


@issue.command(
    "correct",
    cls=options.Command,
    examples=('dispatch issue correct weekly 2026-W48 --by Anna --note "a wrong name"',),
)
@click.argument("newsletter")
@click.argument("period")
@_word_options
@options.dry_run
@pass_door
def correct(door: Door, newsletter: str, period: str, by: str, note: str, dry_run: bool) -> None:
    """Make the issue of NEWSLETTER for PERIOD anew for all who have not got it yet.

    The same articles stand in the same places, as they read today; what was withdrawn is left out,
    and the note is read again. The copy on the web is corrected too. Collect the mended article
    first. Messages that have left cannot be called back; where their links lead, see `dispatch
    articles lead`.
    """
    with door.site(dry_run=dry_run) as site:
        report = site.editors.correct(newsletter, period, by=by, note=note, dry_run=dry_run)

    def show(screen: Screen) -> None:
        would = "would be" if dry_run else "were"
        changed = ", ".join(report.variants) or "none: it says what its articles say"
        screen.line(f"variants that {would} corrected: {changed}")
        if report.variants:
            screen.line(f"messages that have yet to leave with it: {report.waiting}")

    door.report(report, show)


@issue.command(
    "history",
    cls=options.Command,
    examples=("dispatch issue history weekly 2026-W48",),
)
@click.argument("newsletter")
@click.argument("period")
@pass_door
def history(door: Door, newsletter: str, period: str) -> None:
    """Show what was done by hand with the issue of NEWSLETTER for PERIOD, by whom and why."""
    with door.site(dry_run=True) as site:
        lines = site.editors.list_history(newsletter, period)

    def show(screen: Screen) -> None:
        rows = [(f"{one.made_at:%Y-%m-%d %H:%M}", one.action, one.by, one.note) for one in lines]
        screen.table(("UTC", "what", "who", "why"), rows)

    door.report({"history": lines}, show)


@issue.command(
    "quiet",
    cls=options.Command,
    examples=("dispatch issue quiet weekly 2026-W48",),
)
@click.argument("newsletter")
@click.argument("period")
@click.option("--lift", is_flag=True, help="Let it carry an appeal again.")
@options.dry_run
@pass_door
def quiet(door: Door, newsletter: str, period: str, lift: bool, dry_run: bool) -> None:
    """Let the issue of NEWSLETTER for PERIOD carry no appeal, before it is composed."""
    with door.site(dry_run=dry_run) as site:
        site.appeals.set_quiet(newsletter, period, quiet=not lift, dry_run=dry_run)
    would = "would carry" if dry_run else "carries"
    what = "an appeal" if lift else "no appeal"
    answer = {"newsletter": newsletter, "period": period, "is_quiet": not lift}
    door.report(answer, lambda on: on.line(f"issue {period} of {newsletter} {would} {what}"))


@click.group("articles", cls=options.Group)
def articles() -> None:
    """Decide about articles by hand."""


@articles.command(
    "mark-updated",
    cls=options.Command,
    examples=("dispatch articles mark-updated https://meridian.example/en/treaties/",),
)
@click.argument("article")
@options.dry_run
@pass_door
def mark_updated(door: Door, article: str, dry_run: bool) -> None:
    """Let ARTICLE come once more to readers who had it, marked as updated.

    ARTICLE is a number, a uid or an address. It is new again for the next issue of every
    newsletter; each translation is marked by itself.
    """
    with door.site(dry_run=dry_run) as site:
        marked = site.intake.mark_updated(article, dry_run=dry_run)

    def show(screen: Screen) -> None:
        would = "would be marked" if dry_run else "is marked"
        screen.line(f"article {marked.id} {would} as updated: {marked.title}")

    door.report({"article": marked.id, "title": marked.title, "is_dry_run": dry_run}, show)


@articles.command(
    "lead",
    cls=options.Command,
    examples=(
        "dispatch articles lead 4711 https://meridian.example/en/treaties-corrected/",
        "dispatch articles lead 4711 --back",
    ),
)
@click.argument("article")
@click.argument("url", required=False)
@click.option("--back", is_flag=True, help="To its own address again.")
@_word_options
@options.dry_run
@pass_door
def lead(
    door: Door,
    article: str,
    url: str | None,
    back: bool,
    by: str,
    note: str,
    dry_run: bool,
) -> None:
    """Lead the links to ARTICLE to URL, in every mail that ever went out.

    Only links of newsletters with `links = "counted"` can be led: they go over /r/.
    """
    if back == bool(url):
        message = "give either URL or --back"
        raise click.UsageError(message)
    with door.site(dry_run=dry_run) as site:
        led = site.editors.lead_link(article, url, by=by, note=note, dry_run=dry_run)

    def show(screen: Screen) -> None:
        would = "would lead" if dry_run else "lead"
        screen.line(f"links to article {led.id} {would} to {url or led.url}")

    door.report({"article": led.id, "url": url or led.url, "is_dry_run": dry_run}, show)
