"""Writes the reference of the commands: what each does, its options, its examples.

In: the commands, which say all of it. Out: Markdown, `docs/reference/commands.md` (a test keeps the
two alike). Never: a sentence about a command that `--help` does not show.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

import click

from dispatch.cli import exits, options, root

_OPENING = """\
# Commands

`dispatch COMMAND --help` shows what stands here. Reports go to stdout, the log and progress bars to
stderr. With `--json` stdout holds one JSON document and nothing else; where the command could not
be carried out, that document is `{"error": {"kind": "...", "message": "..."}}`. No command shows an
e-mail address other than to who typed it.

This page is made from the program (`python -m dispatch.cli.reference`).
"""

_SHARED = """\
## Options of every command

They may stand before or after the name of the command. `--version` stands alone.
"""


def markdown() -> str:
    """The whole page."""
    parts = [_OPENING, _SHARED]
    shared = _options(root.commands.params, frozenset())
    parts.append("\n".join([*_table(shared), ""]))
    names = frozenset(name for name, _ in shared)
    every = options.every_command(root.commands)
    parts += ["\n".join(_command(name, command, names)) for name, command in every]
    parts.append("\n".join([*_exit_codes(), ""]))
    return "\n".join(parts)


def _command(name: str, command: click.Command, shared: frozenset[str]) -> Iterator[str]:
    ctx = click.Context(command, info_name=f"dispatch {name}")
    usage = " ".join(piece for piece in command.collect_usage_pieces(ctx) if piece)
    yield f"## `dispatch {name}`"
    yield ""
    yield f"`dispatch {name} {usage}`"
    yield ""
    yield inspect.cleandoc(command.help or "")
    yield ""
    own = _options(command.params, shared)
    if own:
        yield from _table(own)
        yield ""
    examples = command.examples if isinstance(command, options.Command) else ()
    yield "```console"
    yield from (f"$ {example}" for example in examples)
    yield "```"
    yield ""


def _options(params: Sequence[click.Parameter], without: frozenset[str]) -> list[tuple[str, str]]:
    """(how an option is written, its help) of those whose writing is not in `without`."""
    found = [(_written(one), _help(one)) for one in params if isinstance(one, click.Option)]
    return [pair for pair in found if pair[0] not in without and pair[1]]


def _written(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag or option.count:
        return f"`{names}`"
    value = option.metavar or ("|".join(_choices(option)) or option.type.name.upper())
    return f"`{names} {value}`"


def _choices(option: click.Option) -> Sequence[str]:
    kind = option.type
    return [str(one) for one in kind.choices] if isinstance(kind, click.Choice) else ()


def _help(option: click.Option) -> str:
    shown = (option.show_default and isinstance(option.default, (str, int))) or option.name == "out"
    default = f" [default: {option.default}]" if shown else ""
    return f"{option.help or ''}{default}"


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "| option | meaning |"
    yield "| --- | --- |"
    for name, meaning in rows:
        yield f"| {name.replace('|', chr(92) + '|')} | {meaning.replace('|', chr(92) + '|')} |"


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes"
    yield ""
    yield "| code | meaning |"
    yield "| --- | --- |"
    for code, meaning in exits.MEANINGS.items():
        yield f"| {code} | {meaning} |"


if __name__ == "__main__":
    click.echo(markdown(), nl=False)
