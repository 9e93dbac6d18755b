"""`source add` and `source test`: what could be collected at an address, and what is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.app.scout import Added
    from dispatch.discover import Candidate

#: Kinds that have an address to look at.
KINDS = ("feed", "wordpress", "ghost", "pages")


@click.command(
    "add",
    cls=options.Command,
    examples=(
        "dispatch source add https://www.example.org/ --dry-run",
        "dispatch source add https://www.example.org/ru/ --name institute --language ru",
        "dispatch source add https://www.example.org/ --kind ghost --key-env GHOST_KEY",
    ),
)
@click.argument("url")
@click.option("--name", help="What to call it. [default: made of the host]")
@click.option("--kind", type=click.Choice(KINDS), help="Look for this kind alone.")
@click.option("--language", help="The language of articles that do not say theirs.")
@click.option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    help="A host that may lie in your own network; may be given again.",
)
@click.option("--key-env", help="The variable of the environment that holds a Content API key.")
@options.dry_run
@pass_door
def add(
    door: Door,
    url: str,
    name: str | None,
    kind: str | None,
    language: str | None,
    allow_hosts: tuple[str, ...],
    key_env: str | None,
    dry_run: bool,
) -> None:
    """Find out what can be collected at URL, show it, and add it to the configuration.

    Looked for are, in this order: feeds that the page names, also on its home pages in other
    languages; WordPress; Ghost; feeds at usual addresses; sitemaps. The first kind that brings
    articles is taken, with one source for each language. What else is named (feeds of sections,
    other formats) is listed: give its own address to take it. The lines go to the end of the
    file, of which nothing else changes; if it could not be loaded with them, it is left as it was.
    """
    from dispatch.app.scout import Wish

    wish = Wish(
        url=url,
        name=name,
        kind=kind,
        language=language,
        allow_hosts=allow_hosts,
        key_variable=key_env,
    )
    with door.site(dry_run=True) as site:
        added = site.scout.add(wish, dry_run=dry_run)
    door.report(added, lambda on: _show_added(on, added))


@click.command(
    "test",
    cls=options.Command,
    examples=("dispatch source test site-en",),
)
@click.argument("name")
@pass_door
def test(door: Door, name: str) -> None:
    """Show the newest articles of source NAME as they would be collected; nothing is kept."""
    with door.site(dry_run=True) as site:
        found = site.scout.test(name)
    door.report(found, lambda on: _show(on, found), has_failures=bool(found.failure))


def _show_added(screen: Screen, added: Added) -> None:
    for one in added.chosen:
        _show(screen, one)
        screen.line()
    others = [one for one in added.discovery.candidates if one.source.kind != _kind(added)]
    for one in others:
        also = f"{one.source.kind} {one.source.url} ({one.entries} articles)"
        screen.line(f"also found: {also}; take it with --kind {one.source.kind}")
    for feed in added.discovery.others:
        title = f" ({feed.title})" if feed.title else ""
        screen.line(f"also named: feed {feed.url}{title}; take it with its own address")
    for hint in added.discovery.hints:
        screen.hint(hint)
    screen.line("would be added to the configuration:" if added.is_dry_run else "added:")
    screen.line()
    screen.line(added.lines)
    if added.is_dry_run:
        screen.hint("this was a dry run: nothing was changed")
    else:
        screen.hint("`dispatch collect` takes them in")


def _kind(added: Added) -> str:
    return added.chosen[0].source.kind


def _show(screen: Screen, one: Candidate) -> None:
    source = one.source
    place = source.url or source.path
    screen.line(f"{source.name}: {source.kind} {place} ({one.why}), {one.entries} articles")
    if one.failure:
        screen.bad(one.failure)
    for warning in one.warnings:
        screen.line(f"warning: {warning}", colour="yellow")
    for sample in one.samples:
        screen.line()
        screen.line(f"  {sample.title}")
        screen.facts(
            (
                ("at", sample.url),
                ("published", _moment(sample.published_at)),
                ("language", sample.language or "not one that is published"),
                ("sections", ", ".join(sample.sections) or "none"),
                ("unknown", ", ".join(sample.unknown_labels)),
                ("authors", ", ".join(sample.authors) or "none"),
                ("translations", ", ".join(sample.translations)),
                ("text", f"{sample.characters} characters" if sample.characters else "none"),
            )
        )


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "not said"
