"""`feeds adopt` and `feeds links`: the way from an old site's feeds to ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch.cli import exits, options
from dispatch.cli.door import Door, pass_door

if TYPE_CHECKING:
    from dispatch.adopt import AdoptReport
    from dispatch.cli.screen import Screen

#: How many entries that are no article here are named.
MOST_NAMED = 10


@click.command(
    "links",
    cls=options.Command,
    examples=(
        "dispatch feeds links --language en",
        "dispatch feeds links --language ru --section economy",
    ),
)
@click.option("--language", help="The language of the page. [default: every language]")
@click.option("--section", help="The section that the page is about. [default: none]")
@pass_door
def links(door: Door, language: str | None, section: str | None) -> None:
    """Print the links by which programs find the feeds of a page of your site.

    Put them into the head of each page: those of its own language and section. The server has the
    same lines at feeds/links/LANGUAGE and feeds/links/LANGUAGE/SECTION, for sites that include
    them.
    """
    with door.site() as site:
        found = site.feeds.list_links(language, section)

    def show(screen: Screen) -> None:
        for of_language, lines in found.items():
            if language is None:
                screen.line(f"<!-- {of_language} -->")
            screen.line(lines.rstrip("\n"))

    door.report(found, show)


@click.command(
    "adopt",
    cls=options.Command,
    examples=(
        "dispatch feeds adopt https://meridian.example/feed/ --dry-run",
        "dispatch feeds adopt old-feed.xml",
    ),
)
@click.argument("place", metavar="URL|FILE")
@click.option(
    "--allow-host",
    multiple=True,
    help="A host that may lie in a private network; anything private is refused otherwise.",
)
@options.dry_run
@pass_door
def adopt(door: Door, place: str, allow_host: tuple[str, ...], dry_run: bool) -> None:
    """Take over the identifiers of an existing feed, so that no reader shows its articles again.

    Collect first. Each entry is matched with an article by its address or its id, and the article
    carries the old identifier from then on, byte for byte, in every feed. All of it or nothing: two
    claims to one article or one identifier are told, and nothing is changed. Do this before you
    send readers to the new feeds: who has read an article under its new identifier will see it
    again.
    """
    with door.site(dry_run=dry_run) as site:
        path = Path(place)
        if path.is_file():
            report = site.feeds.adopt_file(path, dry_run=dry_run)
        else:
            report = site.feeds.adopt_url(place, allow_hosts=allow_host, dry_run=dry_run)
    door.report(report, lambda screen: _show_adopted(screen, report))
    if report.conflicts:
        raise click.exceptions.Exit(exits.ERROR)


def _show_adopted(screen: Screen, report: AdoptReport) -> None:
    screen.line(
        f"{report.entries} entries: {len(report.adopted)} adopted, "
        f"{report.already} had it already, {len(report.unmatched)} are no article here"
    )
    for name in report.unmatched[:MOST_NAMED]:
        screen.line(f"  no article: {name}")
    if len(report.unmatched) > MOST_NAMED:
        screen.line(f"  and {len(report.unmatched) - MOST_NAMED} more")
    for conflict in report.conflicts:
        screen.bad(conflict)
    if report.conflicts:
        screen.hint("nothing was changed")
    elif report.is_dry_run:
        screen.hint("this was a dry run: nothing was kept")
