"""`run`, `serve` and `runs`: the site at work, and what its clock has done."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import click

from dispatch.cli import options, stopping
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.model.run import Run

log = logging.getLogger(__name__)


@click.command(
    "run",
    cls=options.Command,
    examples=(
        "dispatch run",
        "dispatch --config /etc/dispatch/config.toml run --no-web",
    ),
)
@click.option("--no-web", is_flag=True, help="Only the clock; another server shows the pages.")
@pass_door
def run(door: Door, no_web: bool) -> None:
    """Set the site to work: collect, compose and deliver on time, and serve feeds and pages.

    One process does all. It may be stopped at any time (Ctrl-C, SIGTERM) and even killed: the next
    start makes what was missed, by each newsletter's policy. A second one on another machine, on
    the same PostgreSQL, does nothing twice.
    """
    with door.site(is_server=True, may_stop=True) as site:
        from dispatch import scheduler

        clock = scheduler.Scheduler(site)
        try:
            if no_web:
                clock.start()
                log.info("at work, without a web server")
                stopping.wait(site.stop)
            else:
                from dispatch import web

                web.serve(site, on_ready=clock.start)
        finally:
            clock.stop()
        log.info("stopped")
    door.report({"stopped": True}, lambda _: None)


@click.command(
    "serve",
    cls=options.Command,
    examples=("dispatch serve",),
)
@pass_door
def serve(door: Door) -> None:
    """Serve feeds, issues and the readers' pages, without the clock.

    For a machine that stands beside the one with `dispatch run --no-web`.
    """
    with door.site(is_server=True, may_stop=True) as site:
        from dispatch import web

        web.serve(site)
    door.report({"stopped": True}, lambda _: None)


@click.command(
    "runs",
    cls=options.Command,
    examples=(
        "dispatch runs",
        "dispatch runs --job issue:weekly",
    ),
)
@click.option(
    "--job", help="Only of this job: collect, reads, deliver, websub, or issue:NEWSLETTER."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    help="How many, newest first.",
)
@pass_door
def runs(door: Door, job: str | None, limit: int) -> None:
    """Show what the clock did: each run with its period, its state, and why it failed."""
    with door.site() as site:
        found = site.list_runs(job, limit)
    door.report({"runs": found}, lambda screen: _show_runs(screen, found))


def _show_runs(screen: Screen, found: list[Run]) -> None:
    if not found:
        screen.line("the clock has done nothing here yet")
        screen.hint("`dispatch run` sets it going")
        return
    screen.table(
        ("started", "job", "period", "state", "try", ""),
        [
            (
                f"{one.started_at:%Y-%m-%d %H:%M:%S}",
                one.job,
                one.period,
                f"{one.state.value}{', late' if one.late and one.attempt else ''}",
                one.attempt,
                one.error.strip().rpartition("\n")[2],
            )
            for one in found
        ],
    )
