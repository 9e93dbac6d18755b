"""How what leaves a command becomes words and a code."""

from __future__ import annotations

import json

import click
import pytest

from dispatch import errors
from dispatch.cli import exits


def code_of(error: BaseException, *, as_json: bool = False) -> int:
    with pytest.raises(click.exceptions.Exit) as raised, exits.told(as_json=as_json):
        raise error
    return raised.value.exit_code


def test_an_error_on_purpose_is_a_sentence_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(errors.InputError("readers.csv:3: bad")) == exits.ERROR

    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "dispatch: readers.csv:3: bad\n")


def test_to_a_program_an_error_is_a_document_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(errors.StoreError("newer"), as_json=True) == exits.ERROR

    told = capsys.readouterr()
    assert json.loads(told.out) == {"error": {"kind": "StoreError", "message": "newer"}}
    assert told.err == ""


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_has_its_code(
    error: BaseException, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(error) == exits.INTERRUPTED
    assert capsys.readouterr().err == "interrupted\n"


def test_a_wrong_command_line_is_left_to_click_but_told_to_a_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(click.UsageError), exits.told(as_json=False):
        raise click.UsageError("no")

    assert code_of(click.UsageError("no"), as_json=True) == exits.USAGE
    assert json.loads(capsys.readouterr().out)["error"]["message"] == "no"


def test_a_fault_of_ours_is_never_swallowed() -> None:
    with pytest.raises(ZeroDivisionError), exits.told(as_json=True):
        raise ZeroDivisionError
