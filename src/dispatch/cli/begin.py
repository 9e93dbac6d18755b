"""`init` and `check`: a new site, and whether a site has all that it needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.check import Finding


@click.command(
    "init",
    cls=options.Command,
    examples=(
        "dispatch init newsroom",
        "cd newsroom && dispatch check",
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@pass_door
def init(door: Door, folder: Path) -> None:
    """Make a new site in DIR: configuration, templates, a first article.

    Nothing leaves a new site: its messages become files in var/outbox, until you name a mail
    server in config.toml. A file that is there already is never overwritten.
    """
    from dispatch import site
    from dispatch.app import office

    made = site.make_site(folder, office.SystemClock().now())

    def show(screen: Screen) -> None:
        screen.line(f"A new site is in {folder}:")
        for path in made:
            screen.line(f"  {path}")
        screen.hint(f"change {folder / 'config.toml'} to what is true for you")
        screen.hint(f"then: cd {folder} && dispatch check && dispatch collect")

    door.report({"made": made}, show)


@click.command(
    "check",
    cls=options.Command,
    examples=(
        "dispatch check",
        "dispatch --config /etc/dispatch/config.toml check",
    ),
)
@pass_door
def check(door: Door) -> None:
    """Look at everything that a run will need, and send nothing.

    The configuration (every mistake at once, with its line), the database, the folders, the
    templates in each language, the next issue of each newsletter, the mail server and its login.
    Give it after each change of the configuration, and in what deploys it.
    """
    with door.site() as site:
        findings = site.check()
    problems = sum(bool(one.problem) for one in findings)
    data = {"problems": problems, "findings": findings}
    door.report(data, lambda screen: _show_findings(screen, findings), has_failures=bool(problems))


def _show_findings(screen: Screen, findings: tuple[Finding, ...]) -> None:
    width = max(len(one.what) for one in findings)
    for one in findings:
        if one.problem:
            screen.bad(f"BAD   {one.what:<{width}}  {one.problem}")
        elif one.what == "warning":
            screen.line(f"note  {one.what:<{width}}  {one.detail}", colour="yellow")
        else:
            screen.line(f"ok    {one.what:<{width}}  {one.detail}")
    problems = sum(bool(one.problem) for one in findings)
    if problems:
        screen.hint(f"{problems} to mend; then check again")
    else:
        screen.hint("all is well; `dispatch run` sets it to work")
