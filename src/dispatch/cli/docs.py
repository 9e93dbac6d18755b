"""`docs nginx`: prints what other programs need to be told, made from the site's configuration."""

from __future__ import annotations

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door


@click.group("docs", cls=options.Group)
def docs() -> None:
    """Print configuration for other programs, made from this site's."""


@docs.command(
    "nginx",
    cls=options.Command,
    examples=(
        "dispatch docs nginx",
        "dispatch docs nginx --part http",
        "dispatch docs nginx --part server --brotli",
    ),
)
@click.option(
    "--part",
    type=click.Choice(("all", "http", "server", "feeds")),
    default="all",
    show_default=True,
    help="The maps of the http block, the locations of the server block, or those of feeds alone.",
)
@click.option("--brotli", is_flag=True, help="nginx has the module brotli_static.")
@pass_door
def nginx(door: Door, part: str, brotli: bool) -> None:
    """Print the nginx configuration that serves the feeds as the built-in server does.

    Print it again after a change of sections, languages, old addresses or retired feeds.
    """
    from dispatch.web import nginx as writer

    with door.site(dry_run=True) as site:
        parts = {
            "http": lambda: writer.http_part(site),
            "server": lambda: writer.server_part(site, with_brotli=brotli),
            "feeds": lambda: writer.feeds_part(site, with_brotli=brotli),
        }
        wanted = ("http", "server") if part == "all" else (part,)
        texts = {name: parts[name]() for name in wanted}
    door.report(texts, lambda _: click.echo("\n".join(_titled(texts))))


def _titled(texts: dict[str, str]) -> list[str]:
    if len(texts) == 1:
        return list(texts.values())
    return [f"# --- in the {name} block\n{text}\n" for name, text in texts.items()]
