"""How a command ends: what it failed of, told once, and the exit code.

In: whatever left a command as an exception. Out: a sentence (or, with `--json`, a document) and an
exit code. Never: a traceback for what an operator can mend, or silence about what only we can.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from dispatch import errors

#: Everything went well.
FINE = 0
#: The command could not be carried out.
ERROR = 1
#: The command line is wrong (click's own code).
USAGE = 2
#: It was carried out, but not all of it went well.
SOME_FAILED = 3
#: Stopped from the keyboard: 128 + SIGINT, as shells say it.
INTERRUPTED = 130
#: Whoever read our output has gone: 128 + SIGPIPE.
PIPE_CLOSED = 141

#: What each code means, for the reference.
MEANINGS = {
    FINE: "Everything went well.",
    ERROR: "The command could not be carried out; the reason stands on stderr. Nothing was done by "
    "half: what had been done before stands, and the command may simply be given again.",
    USAGE: "The command line is wrong: an unknown option, a missing argument. Nothing was done.",
    SOME_FAILED: "The command was carried out, and some of it failed: a source could not be read, "
    "a delivery failed or is uncertain, `check` found a problem. The output names each.",
    INTERRUPTED: "Interrupted from the keyboard.",
    PIPE_CLOSED: "Whoever read the output closed it, as `head` does.",
}


@contextmanager
def told(*, as_json: bool) -> Iterator[None]:
    """Turn what leaves the block into words and an exit code (as `click.exceptions.Exit`)."""
    try:
        yield
        sys.stdout.flush()
    except errors.DispatchError as error:
        _tell(type(error).__name__, str(error), as_json=as_json)
        raise click.exceptions.Exit(ERROR) from error
    except click.UsageError as error:
        if not as_json:
            raise
        _tell("UsageError", error.format_message(), as_json=True)
        raise click.exceptions.Exit(USAGE) from error
    except (KeyboardInterrupt, click.Abort) as error:
        click.echo("interrupted", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from error
    except BrokenPipeError as error:
        _forget_stdout()
        raise click.exceptions.Exit(PIPE_CLOSED) from error


def _tell(kind: str, message: str, *, as_json: bool) -> None:
    if as_json:
        document = {"error": {"kind": kind, "message": message}}
        click.echo(json.dumps(document, indent=2))
    else:
        click.echo(f"dispatch: {message}", err=True)


def _forget_stdout() -> None:
    """Else the interpreter flushes into the closed pipe once more when it ends, and complains."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
