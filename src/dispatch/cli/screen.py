"""Shows a report to a person: lines, tables, hints, and bars for long work.

In: text, much of it written by strangers. Out: stdout for reports, stderr for bars. Never: a
control character of somebody else's, which could redraw the operator's terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import click

from dispatch import ports

#: Wide enough that a table in a file or a pipe keeps one line a row.
_ENDLESS = 10_000


class Screen:
    """Where a report appears; a quiet one shows nothing."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet

    def line(self, text: str = "", *, colour: str | None = None) -> None:
        """One line."""
        if not self.is_quiet:
            click.secho(printable(text), fg=colour)

    def bad(self, text: str) -> None:
        """A line about what went wrong."""
        self.line(text, colour="red")

    def hint(self, text: str) -> None:
        """What the operator may do next."""
        self.line(f"-> {text}", colour="cyan")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Aligned columns; numbers to the right. Nothing at all without rows."""
        cells = [list(row) for row in rows]
        if cells and not self.is_quiet:
            _print_table(columns, cells)

    def facts(self, pairs: Iterable[tuple[str, object]]) -> None:
        """Names with what is known under them; those with nothing are left out."""
        known = [(name, str(value)) for name, value in pairs if value not in ("", None, (), [])]
        width = max((len(name) for name, _ in known), default=0)
        for name, value in known:
            self.line(f"  {name:<{width}}  {value}")

    @contextmanager
    def progress(self) -> Iterator[ports.Progress | None]:
        """A bar on a terminal's stderr; None where nobody is looking."""
        if self.is_quiet or not sys.stderr.isatty():
            yield None
            return
        from rich import console, progress

        columns = (
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            progress.TimeRemainingColumn(),
        )
        err = console.Console(stderr=True)
        with progress.Progress(*columns, console=err, transient=True) as bars:
            tasks: dict[str, progress.TaskID] = {}

            def draw(done: int, total: int, what: str) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(printable(what))
                bars.update(tasks[what], completed=done, total=total)

            yield draw


def printable(text: str) -> str:
    """`text` with every control character but the line break made visible."""
    return "".join(one if one.isprintable() or one == "\n" else ascii(one)[1:-1] for one in text)


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich import console, table, text

    out = console.Console(file=sys.stdout, highlight=False, emoji=False, markup=False)
    if not out.is_terminal:
        out = console.Console(file=sys.stdout, width=_ENDLESS, color_system=None)
    grid = table.Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for number, name in enumerate(columns):
        is_number = all(isinstance(row[number], int | float) for row in rows)
        grid.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(text.Text(printable(str(cell))) for cell in row))
    with out.capture() as captured:
        out.print(grid)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())
