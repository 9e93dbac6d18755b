"""gate: what stands between an issue and its readers, told to a person and to a program."""

from __future__ import annotations

import os

from operators import Operator


def test_a_good_issue_passes_and_why_says_when(operator: Operator, issue: str) -> None:
    assert "nothing against it" in operator.types("gate", "weekly").stdout

    assert operator.reads("gate", "weekly", issue)["verdict"] == "off"
    assert "the gate looked at it on" in operator.types("why", "weekly", issue).stdout


def test_an_issue_that_may_not_leave_ends_with_code_3(operator: Operator) -> None:
    hello = operator.folder / "articles" / "hello.md"
    text = hello.read_text(encoding="utf-8")
    hello.write_text(text.replace("Hello, readers", "Порт, который никто не закрывал"))
    os.utime(hello, (0, 0))
    operator.types("collect")
    operator.types("subscribe", "ann@example.org")
    operator.types("compose", "weekly")

    said = operator.types("gate", "weekly", code=3).stdout

    assert "hold" in said
    assert "not written in its letters" in " ".join(said.split())
    operator.types("deliver")
    assert operator.mails() == []


def test_a_dry_look_keeps_nothing(operator: Operator, issue: str) -> None:
    operator.types("gate", "weekly", issue, "--dry-run")

    assert "the gate looked" not in operator.types("why", "weekly", issue).stdout


def test_a_newsletter_without_issue_is_told_so(operator: Operator) -> None:
    assert "dispatch compose" in operator.types("gate", "weekly", code=1).stderr
