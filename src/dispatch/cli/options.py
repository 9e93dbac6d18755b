"""The options that commands share, and the two classes that give them to every command.

In: nothing. Out: click options; `--config`, `--json`, `-v` and `-q` may stand before or after the
name of a command, and mean the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from dispatch.cli import exits
from dispatch.cli.door import Door


def _set(name: str) -> Any:
    """A callback that keeps the option's value, if one was given, at the Door."""

    def keep(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.ensure_object(Door), name, value)

    return keep


def _shared(*, with_variable: bool) -> list[click.Option]:
    """`--config` and its kin. The variable counts once, at the top: an option wins over it."""
    return [
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path),
            envvar="DISPATCH_CONFIG" if with_variable else None,
            expose_value=False,
            callback=_set("config"),
            help="The site's configuration. [default: config.toml; variable: DISPATCH_CONFIG]",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_set("as_json"),
            help="Answer with one JSON document on stdout, and nothing else there.",
        ),
        click.Option(
            ["-v", "--verbose"],
            count=True,
            expose_value=False,
            callback=_set("verbosity"),
            help="Tell more of what is done, on stderr; twice for every detail.",
        ),
        click.Option(
            ["-q", "--quiet"],
            is_flag=True,
            expose_value=False,
            callback=_set("is_quiet"),
            help="Tell nothing but errors.",
        ),
    ]


class Command(click.Command):
    """A command that takes the shared options too, and shows `examples` below its help."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.params.extend(_shared(with_variable=False))

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence, whole: the list of commands may take a second line for it."""
        del limit
        return inspect.cleandoc(self.help or "").partition("\n\n")[0].replace("\n", " ")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, each as it is typed."""
        del ctx
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class Group(click.Group):
    """Commands about one thing, below its name: `dispatch feeds lint`.

    With `default` the name alone is that command: `dispatch appeals` is `dispatch appeals report`.
    """

    command_class = Command

    def __init__(self, *args: Any, default: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without a command of its own, whatever stands there is for the default one."""
        is_bare = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, [self.default, *args] if self.default and is_bare else args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they were added."""
        del ctx
        return list(self.commands)

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence, whole."""
        del limit
        return inspect.cleandoc(self.help or "").partition("\n\n")[0].replace("\n", " ")


def every_command(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """(its whole name, the command) of all commands, those in groups too."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every_command(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


class Root(click.Group):
    """All commands; whatever leaves one of them is told by `exits`."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_shared(with_variable=True))

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Looks for `--json` before anything is parsed: a wrong command line is told in it too."""
        extra.setdefault("obj", Door(as_json="--json" in args))
        with exits.told(as_json=extra["obj"].as_json):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """The command, with its failures told."""
        with exits.told(as_json=ctx.ensure_object(Door).as_json):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a working day, not of the alphabet."""
        del ctx
        return list(self.commands)


dry_run = click.option(
    "--dry-run", is_flag=True, help="Do everything but keep it: nothing is changed or sent."
)
