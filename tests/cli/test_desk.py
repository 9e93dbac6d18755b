"""The editor's commands: hold, release, approve, stop, test, correct an issue; lead a link."""

from __future__ import annotations

import pytest
from operators import Operator


@pytest.fixture
def issue(operator: Operator) -> str:
    """The period of an issue that waits to be sent to one reader."""
    operator.types("collect", "--force")
    operator.types("subscribe", "ann@example.org")
    period: str = operator.reads("compose", "weekly")["period"]
    return period


def test_an_issue_is_held_and_released_and_its_history_says_by_whom(
    operator: Operator, issue: str
) -> None:
    held = operator.reads("issue", "hold", "weekly", issue, "--by", "Anna", "--note", "a name")
    assert held["issue"]["state"] == "held"
    operator.types("deliver")
    assert operator.mails() == []
    operator.types("issue", "release", "weekly", issue, "--by", "Boris")
    operator.types("deliver")
    assert len(operator.mails()) == 1
    lines = operator.reads("issue", "history", "weekly", issue)["history"]
    assert [(one["action"], one["by"], one["note"]) for one in lines] == [
        ("held", "Anna", "a name"),
        ("released", "Boris", ""),
    ]
    assert "Anna" in operator.types("issue", "history", "weekly", issue).stdout


@pytest.mark.parametrize("action", ["hold", "stop"])
def test_a_dry_word_is_only_told(operator: Operator, issue: str, action: str) -> None:
    assert "would be" in operator.types("issue", action, "weekly", issue, "--dry-run").stdout
    operator.types("deliver")
    assert len(operator.mails()) == 1


def test_a_group_lists_what_it_has(operator: Operator) -> None:
    assert "mark-updated" in operator.types("articles", "--help").stdout
    assert "Decide about one issue by hand." in operator.types("--help").stdout


@pytest.mark.parametrize("action", ["release", "approve"])
def test_what_is_not_held_is_refused_in_words(operator: Operator, issue: str, action: str) -> None:
    said = operator.types("issue", action, "weekly", issue, code=1)
    assert "is composed" in said.stderr


def test_a_test_goes_to_who_is_named_and_nobody_else(operator: Operator, issue: str) -> None:
    sent = operator.reads("issue", "test", "weekly", "desk@example.org", "--period", issue)["sent"]
    assert [one["outcome"]["status"] for one in sent] == ["sent"]
    assert len(operator.mails()) == 1
    assert "desk@example.org" not in operator.types("issue", "history", "weekly", issue).stdout


def test_a_correction_of_nothing_says_so(operator: Operator, issue: str) -> None:
    assert "none" in operator.types("issue", "correct", "weekly", issue).stdout


def test_a_link_is_led_away_and_back(operator: Operator, issue: str) -> None:
    assert issue
    led = operator.reads("articles", "lead", "1", "https://news.example/x", "--by", "Anna")
    assert led["url"] == "https://news.example/x"
    back = operator.reads("articles", "lead", "1", "--back")
    assert back["url"] != "https://news.example/x"
    operator.types("articles", "lead", "1", code=2)
    operator.types("articles", "lead", "1", "ftp://x", code=1)
    operator.types("articles", "lead", "999", "https://news.example/x", code=1)
