"""docs/reference/commands.md says what the program says."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from dispatch.cli import exits, options, reference, root

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
COMMANDS = sorted(options.every_command(root.commands))


def test_the_page_is_what_the_program_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.markdown(), (
        "run: python -m dispatch.cli.reference > docs/reference/commands.md"
    )


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_every_command_has_its_heading_and_a_line_for_each_option(
    name: str, command: click.Command
) -> None:
    page = reference.markdown()
    part = page.split(f"## `dispatch {name}`\n")[1].split("\n## ")[0]
    shared = page.split("## `dispatch")[0]

    for param in command.params:
        if isinstance(param, click.Option):
            assert param.opts[-1] in part + shared
            assert param.help
            assert param.help.rstrip("]")[-1] in ".;'0123456789" or "[default" in param.help


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_every_example_is_a_command_line_that_is_understood(
    name: str, command: click.Command
) -> None:
    assert isinstance(command, options.Command)
    assert command.examples
    used = []
    for example in command.examples:
        words = shlex.split(example.rpartition("&& ")[2])
        assert words[0] == "dispatch"
        used.append(understood(root.commands, words[1:]))
    assert name in used


def understood(group: click.Group, words: list[str]) -> str:
    """The whole name of the command that `words` call; raises where click would."""
    with group.make_context(group.name, words, resilient_parsing=False) as ctx:
        name, found, rest = group.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
        assert found is not None
        if isinstance(found, click.Group):
            return f"{name} {understood(found, rest)}"
        found.make_context(found.name, rest, parent=ctx).close()
        return str(name)


def test_every_exit_code_has_its_line() -> None:
    page = reference.markdown()

    for code, meaning in exits.MEANINGS.items():
        assert f"| {code} | {meaning} |" in page
