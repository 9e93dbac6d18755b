"""What every command has in common."""

from __future__ import annotations

import json

import pytest
from operators import Operator

import dispatch


@pytest.mark.parametrize(
    "words",
    [("--config", "config.toml", "check"), ("check", "--config", "config.toml")],
    ids=["before the command", "behind it"],
)
def test_an_option_wins_over_the_variable(operator: Operator, words: tuple[str, ...]) -> None:
    operator.types(*words, environ={"DISPATCH_CONFIG": "none.toml"})


def test_the_variable_names_the_configuration(operator: Operator) -> None:
    said = operator.types("check", environ={"DISPATCH_CONFIG": "none.toml"}, code=1)

    assert "none.toml" in said.stderr


@pytest.mark.parametrize("words", [("--json", "check"), ("check", "--json")])
def test_json_may_stand_before_or_behind_the_command(
    operator: Operator, words: tuple[str, ...]
) -> None:
    assert json.loads(operator.types(*words).stdout)["problems"] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("check", "--nonsense"),
        ("compose",),
        ("--nonsense",),
        ("subscribe",),
        ("subscribe", "ann@example.org", "--csv", "readers.csv"),
        ("subscribe", "--csv", "readers.csv", "--pending"),
        ("suppress",),
        ("suppress", "ann@example.org", "--reason", "whim"),
        ("deliver", "--stop", "weekly"),
        ("deliver", "--stop", "weekly", "2026-W48", "--resend-uncertain", "weekly", "2026-W48"),
        ("runs", "--limit", "0"),
    ],
)
def test_a_wrong_command_line_changes_nothing_and_ends_with_2(
    operator: Operator, words: tuple[str, ...]
) -> None:
    before = operator.files()

    result = operator.types(*words, code=2)
    document = json.loads(operator.types("--json", *words, code=2).stdout)

    assert result.stdout == ""
    assert "Error: " in result.stderr
    assert document["error"]["kind"] == "UsageError"
    assert operator.files() == before


def test_quiet_says_nothing_but_errors(operator: Operator) -> None:
    assert operator.types("-q", "collect").output == ""
    assert "no source" in operator.types("collect", "nobody", "-q", code=1).stderr


def test_verbose_logs_events_a_line_each_to_stderr(operator: Operator) -> None:
    result = operator.types("-v", "collect", "--json")

    events = [line for line in result.stderr.splitlines() if " source articles: " in line]
    assert len(events) == 1
    assert " INFO dispatch.collect" in events[0]
    assert "1 new, 0 changed, 0 unchanged, 0 withdrawn, 0 refused" in events[0]
    assert json.loads(result.stdout)


def test_the_version_is_told(operator: Operator) -> None:
    assert dispatch.__version__ in operator.types("--version").stdout
