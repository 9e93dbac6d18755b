"""`issue` and `articles`: what an editor decides by hand about one issue or one article.

Never: sends anything. What is decided here is acted upon by `compose` and `deliver`.
"""

from __future__ import annotations

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen
from dispatch.model.newsletter import IssueAction


@click.group("issue", cls=options.Group)
def issue() -> None:
    """Decide about one issue by hand."""


@issue.command(
    "release",
    cls=options.Command,
    examples=("dispatch issue release weekly 2026-W48",),
)
@click.argument("newsletter")
@click.argument("period")
@options.dry_run
@pass_door
def release(door: Door, newsletter: str, period: str, dry_run: bool) -> None:
    """Let the issue of NEWSLETTER for PERIOD go out that is held.

    An issue is held when it has too few new articles and its newsletter says `thin = "hold"`. One
    that nobody releases is skipped when the next one is made, and its articles are in that one.
    """
    from dispatch.edit import Word

    word = Word(action=IssueAction.RELEASED)
    with door.site(dry_run=dry_run) as site:
        released = site.issues.move(newsletter, period, word, dry_run=dry_run)

    def show(screen: Screen) -> None:
        would = "would be" if dry_run else "is"
        screen.line(f"issue {period} of {newsletter} {would} released")
        if not dry_run:
            screen.hint("`dispatch deliver` sends it, or `dispatch run` within its minute")

    door.report({"issue": released, "is_dry_run": dry_run}, show)


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
