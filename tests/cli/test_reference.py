"""docs/reference/commands.md says what the program says."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from dispatch.cli import exits, options, reference, root

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"
COMMANDS = sorted(root.commands.commands.items())


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
        with root.commands.make_context("dispatch", words[1:], resilient_parsing=False) as ctx:
            _, found, rest = root.commands.resolve_command(ctx, [*ctx._protected_args, *ctx.args])
            assert found is not None
            found.make_context(found.name, rest, parent=ctx).close()
            used.append(found.name)
    assert name in used


def test_every_exit_code_has_its_line() -> None:
    page = reference.markdown()

    for code, meaning in exits.MEANINGS.items():
        assert f"| {code} | {meaning} |" in page
