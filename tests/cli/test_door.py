"""The door: a site is opened when it is asked for, and reports are shown in one of two ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from operators import Operator

from dispatch import errors
from dispatch.cli import exits
from dispatch.cli.door import Door

DATA = {"name": "Меридиан", "at": datetime(2026, 11, 27, 9, tzinfo=UTC), "where": Path("a/b")}


def test_a_report_for_people_is_shown_and_for_programs_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Door().report(DATA, lambda screen: screen.line("for people"))
    assert capsys.readouterr().out == "for people\n"

    Door(as_json=True).report(DATA, lambda screen: screen.line("for people"))
    assert json.loads(capsys.readouterr().out) == {
        "name": "Меридиан",
        "at": "2026-11-27T09:00:00+00:00",
        "where": "a/b",
    }


@pytest.mark.parametrize("as_json", [True, False])
def test_failures_are_shown_before_they_end_the_command(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(click.exceptions.Exit) as raised:
        Door(as_json=as_json).report({}, lambda screen: screen.line("bad"), has_failures=True)

    assert raised.value.exit_code == exits.SOME_FAILED
    assert capsys.readouterr().out


def test_a_site_is_closed_whatever_happens(operator: Operator) -> None:
    del operator
    site = Door().site()
    opened = site.__enter__()
    pool = opened.db.engine.pool

    error = ZeroDivisionError()
    assert not site.__exit__(type(error), error, None), "the error goes on its way"

    assert opened.db.engine.pool is not pool, "the engine was disposed of"


def test_a_missing_site_is_an_error(tmp_path: Path) -> None:
    door = Door(config=tmp_path / "none.toml")

    with pytest.raises(errors.ConfigError, match=r"none\.toml"), door.site():
        pass
