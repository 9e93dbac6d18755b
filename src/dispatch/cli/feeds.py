"""`feeds lint` and `feeds readers`: how well feeds are made, and who reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dispatch.lint import CheckedFeed
    from dispatch.model.fault import Fault
    from dispatch.model.feed_poll import FeedAudience, FeedDay


#: So many faults of one name are shown of a feed; --json has all.
MOST_ALIKE = 3


@click.group("feeds", cls=options.Group)
def feeds() -> None:
    """Look after feeds, your own and others."""


@feeds.command(
    "lint",
    cls=options.Command,
    examples=(
        "dispatch feeds lint",
        "dispatch feeds lint --public",
        "dispatch feeds lint https://news.example.org/feed/ old.xml",
        "dispatch feeds lint http://127.0.0.1:8025/feeds/en/rss.xml --allow-host 127.0.0.1",
    ),
)
@click.argument("places", metavar="[URL|FILE]...", nargs=-1)
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    metavar="HOST",
    help="A host of a URL that lies in a private network; refused otherwise. Give it for each.",
)
@click.option(
    "--public",
    "is_public",
    is_flag=True,
    help="Your own main feeds as readers get them: by public_url, through all that stands before.",
)
@pass_door
def lint(
    door: Door, places: tuple[str, ...], allow_hosts: tuple[str, ...], is_public: bool
) -> None:
    """Find what is wrong with feeds: RSS, Atom, JSON Feed and lists in OPML, yours or anybody's.

    Without a URL or FILE, every published feed of the site. For a URL the server is looked at as
    well: media type, validators, 304, redirects. Each fault has the name that the W3C's validator
    has for it, its place, and what helps. The exit code is 3 if any feed has an error; warnings
    alone leave it 0.
    """
    if is_public and places:
        message = "--public is about your own feeds; leave the URLs and files out"
        raise click.UsageError(message)
    with door.site(dry_run=True) as site:
        insight = site.insight
        checked = (
            insight.lint_public(allow_hosts) if is_public else insight.lint(places, allow_hosts)
        )
    has_errors = any(one.has_errors for one in checked)
    door.report(
        {"feeds": checked}, lambda screen: _show_faults(screen, checked), has_failures=has_errors
    )


@feeds.command(
    "readers",
    cls=options.Command,
    examples=(
        "dispatch feeds readers",
        "dispatch feeds readers --log /var/log/nginx/access.log",
        "dispatch feeds readers --days 30",
    ),
)
@click.option(
    "--log",
    "logs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A log of the web server that hands out the files, beside [web] access_log. Its rotated "
    "elders are found; no line is counted twice.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 400),
    metavar="N",
    help="All feeds together on each of the last N days, in place of each feed today.",
)
@pass_door
def readers(door: Door, logs: tuple[Path, ...], days: int | None) -> None:
    """Show who polls each feed: the subscribers that services tell of, and single readers.

    Counts the last 24 hours of the built-in server, five minutes late, and of the log of the web
    server before it, if there is one. A service like Feedly fetches once for all and says for how
    many; everybody else is told apart by a hash that nobody can undo and that is gone by tomorrow.
    No address is kept.
    """
    with door.site() as site:
        taken = site.insight.tally(logs)
        audiences = () if days else site.insight.list_audiences()
        told = site.insight.list_days(days) if days else ()

    def show(screen: Screen) -> None:
        for one in taken:
            for problem in one.problems:
                screen.bad(f"{one.log}: {problem}")
        if days:
            _show_days(screen, told)
        else:
            _show_audiences(screen, audiences)

    has_failures = any(one.problems for one in taken)
    data = {"days": told} if days else {"feeds": audiences}
    door.report({**data, "logs": taken}, show, has_failures=has_failures)


def _show_faults(screen: Screen, checked: list[CheckedFeed]) -> None:
    for one in checked:
        for alike in _by_code(one.faults):
            for fault in alike[:MOST_ALIKE]:
                text = f"{one.place}: {fault.where}: {fault.code}: {fault.detail}"
                if fault.level.value == "error":
                    screen.bad(text)
                else:
                    screen.line(text, colour="yellow")
            if len(alike) > MOST_ALIKE:
                screen.line(f"  and {len(alike) - MOST_ALIKE} more of {alike[0].code}")
            if alike[0].cure:
                screen.hint(alike[0].cure)
    errors = sum(fault.level.value == "error" for one in checked for fault in one.faults)
    every = sum(len(one.faults) for one in checked)
    counts = ((len(checked), "feed"), (errors, "error"), (every - errors, "warning"))
    first, *rest = (f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
    screen.line(f"{first}: {', '.join(rest)}")


def _by_code(faults: Sequence[Fault]) -> list[list[Fault]]:
    """Faults of one name together: a mistake in a template stands in every item."""
    found: dict[tuple[str, str], list[Fault]] = {}
    for one in faults:
        found.setdefault((one.code, one.level), []).append(one)
    return list(found.values())


def _show_days(screen: Screen, days: tuple[FeedDay, ...]) -> None:
    screen.table(
        ("day", "subscribers", "readers", "polls", "304"),
        [
            (
                one.day.isoformat(),
                one.subscribers,
                one.visitors,
                one.polls,
                f"{100 * one.current // one.polls}%",
            )
            for one in days
        ],
    )


def _show_audiences(screen: Screen, audiences: tuple[FeedAudience, ...]) -> None:
    if not audiences:
        screen.line("nobody has polled a feed in the last 24 hours")
        screen.hint("where nginx hands out the files, name its log: [web] access_log, or --log")
        return
    screen.table(
        ("feed", "subscribers", "readers", "polls", "304", "too often", "no validator", "by"),
        [
            (
                one.path,
                one.subscribers,
                one.visitors,
                one.polls,
                f"{100 * one.current // one.polls}%",
                one.hammering,
                one.ignoring,
                ", ".join(one.readers[:6]),
            )
            for one in audiences
        ],
    )
