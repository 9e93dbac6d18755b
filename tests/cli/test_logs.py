"""The log: one event a line, on stderr, as much of it as was asked for."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest

from dispatch.cli import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The loggers stand after a test as they stood before it."""
    top = logging.getLogger()
    handlers, level = list(top.handlers), top.level
    yield
    top.handlers = handlers
    top.setLevel(level)


def log_all() -> None:
    log = logging.getLogger("dispatch.test")
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        log.log(level, "event")


@pytest.mark.parametrize(
    ("options", "levels"),
    [
        ({}, ["WARNING", "ERROR"]),
        ({"verbosity": 1}, ["INFO", "WARNING", "ERROR"]),
        ({"verbosity": 9}, ["DEBUG", "INFO", "WARNING", "ERROR"]),
        ({"is_server": True}, ["INFO", "WARNING", "ERROR"]),
        ({"is_server": True, "verbosity": 1}, ["DEBUG", "INFO", "WARNING", "ERROR"]),
        ({"is_quiet": True, "is_server": True}, ["ERROR"]),
    ],
)
def test_as_much_is_told_as_was_asked_for(
    options: dict[str, int], levels: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = {"verbosity": 0, "is_quiet": False, "is_server": False, **options}
    logs.begin(
        verbosity=wanted["verbosity"],
        is_quiet=bool(wanted["is_quiet"]),
        is_server=bool(wanted["is_server"]),
    )

    log_all()

    told = capsys.readouterr()
    assert told.out == ""
    assert [line.split()[1] for line in told.err.splitlines()] == levels


def test_an_event_is_one_line_with_time_level_and_logger(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.begin(verbosity=0, is_quiet=False, is_server=False)
    logs.begin(verbosity=0, is_quiet=False, is_server=False)

    logging.getLogger("dispatch.test").warning("source %s failed", "a\nb")

    (line,) = capsys.readouterr().err.splitlines()
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(stamp + r" WARNING dispatch\.test: source a\\nb failed", line)
