"""Sends the program's log to stderr: one event a line, time, level, logger, event.

In: how much the operator wants to know. Out: lines on whatever stderr is at the moment (a progress
bar puts itself in between). Never: an event over several lines, but for a traceback.
"""

from __future__ import annotations

import logging
import time

import click

#: Libraries that tell every step they take; what matters of it we tell ourselves.
CHATTY = ("apscheduler", "alembic", "httpx2", "httpcore2", "asyncio", "uvicorn")

_LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)


class _Lines(logging.Formatter):
    """UTC times, and line breaks of strangers made visible."""

    converter = staticmethod(time.gmtime)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)


class _Stderr(logging.Handler):
    """Asks for stderr anew with each event."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            click.echo(self.format(record), err=True)
        except Exception:  # noqa: BLE001  # logging's own way: a log must not stop the work
            self.handleError(record)


def begin(*, verbosity: int, is_quiet: bool, is_server: bool) -> None:
    """Log warnings and worse; a server also what it does; -v one step more, -q errors alone."""
    step = 0 if is_quiet else min(1 + is_server + verbosity, len(_LEVELS) - 1)
    handler = _Stderr()
    handler.setFormatter(
        _Lines("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    )
    top = logging.getLogger()
    top.handlers = [one for one in top.handlers if not isinstance(one, _Stderr)] + [handler]
    top.setLevel(_LEVELS[step])
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR if verbosity < 2 else logging.INFO)
