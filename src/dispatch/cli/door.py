"""What every command has in hand: the operator's wishes, the screen, and the site once it is asked.

In: the options that all commands share. Out: an open App, and reports shown in one of two ways.
Never: a site opened for a command that does not need one.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dispatch.cli import exits, logs, stopping
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.app import App


@dataclass(slots=True)
class Door:
    """The options that all commands share, and what they lead to."""

    config: Path = Path("config.toml")
    as_json: bool = False
    verbosity: int = 0
    is_quiet: bool = False

    @property
    def screen(self) -> Screen:
        """Where people read; with `--json` nothing but the document is shown."""
        return Screen(is_quiet=self.is_quiet or self.as_json)

    @contextmanager
    def site(
        self, *, dry_run: bool = False, is_server: bool = False, may_stop: bool = False
    ) -> Iterator[App]:
        """The site, open; with `may_stop` a signal asks its long work to come to a safe end."""
        logs.begin(verbosity=self.verbosity, is_quiet=self.is_quiet, is_server=is_server)
        opened = _load_app().open(self.config, os.environ, create_secret=not dry_run)
        try:
            if may_stop:
                with stopping.on_signals(opened.stop):
                    yield opened
            else:
                yield opened
        finally:
            opened.close()

    def report(
        self, data: Any, show: Callable[[Screen], None], *, has_failures: bool = False
    ) -> None:
        """Show a report the way that was asked for, and end with the code that says how it went."""
        if self.as_json:
            self._print_json(data)
        else:
            show(self.screen)
        if has_failures:
            raise click.exceptions.Exit(exits.SOME_FAILED)

    def _print_json(self, data: Any) -> None:
        from dispatch.app import reports

        encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
        is_unicode = encoding.replace("-", "").startswith("utf")
        click.echo(json.dumps(reports.as_data(data), indent=2, ensure_ascii=not is_unicode))


def _load_app() -> type[App]:
    """Late: `--help` must not wait for the database and the parsers.

    What stands for as long as the program is no garbage: to look through it again and again takes
    a fifth of the start, and at the end of the program as much once more.
    """
    gc.disable()
    try:
        from dispatch.app import App

        return App
    finally:
        gc.freeze()
        gc.enable()


#: Hands a command its Door as the first argument.
pass_door = click.make_pass_decorator(Door)
