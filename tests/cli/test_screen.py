"""What a person sees: aligned, printable, and nothing when nobody is looking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.cli import screen
from dispatch.cli.screen import Screen


@given(st.text())
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    shown = screen.printable(text)

    assert all(one.isprintable() or one == "\n" for one in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Меридиан за неделю", "Меридиан за неделю"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("right\u202eleft", "right\\u202eleft"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_is_harmless_stays_as_it_is(text: str, shown: str) -> None:
    assert screen.printable(text) == shown


def test_a_table_is_aligned_and_its_rows_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300
    Screen().table(("name", "count", "title"), [("a", 1, long), ("longer", 20, "[b]y[/b]")])

    assert capsys.readouterr().out.splitlines() == [
        "name    count  title",
        f"a           1  {long}",
        "longer     20  [b]y[/b]",
    ]


def test_a_table_without_rows_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().table(("name",), [])

    assert capsys.readouterr().out == ""


def test_facts_leave_out_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().facts([("url", "here"), ("withdrawn", None), ("reads", 0)])

    assert capsys.readouterr().out == "  url    here\n  reads  0\n"


def test_a_quiet_screen_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = Screen(is_quiet=True)
    quiet.line("a")
    quiet.hint("b")
    quiet.table(("c",), [("d",)])
    with quiet.progress() as progress:
        assert progress is None

    assert capsys.readouterr().out == ""


def test_a_bar_is_drawn_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Screen().progress() as progress:
        assert progress is None, "a pipe is no terminal"

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with Screen().progress() as progress:
        assert progress is not None
        progress(1, 2, "sources")
        progress(2, 2, "sources")

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "sources" in shown.err
