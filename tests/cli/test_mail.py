"""deliver, subscribe, unsubscribe, suppress."""

from __future__ import annotations

from typing import Any

import pytest
from operators import Operator


def totals(operator: Operator, period: str) -> dict[str, Any]:
    balance: dict[str, Any] = operator.reads("why", "weekly", period)["balance"]
    return balance


def test_deliver_sends_what_is_owed_and_shows_the_balance(operator: Operator, issue: str) -> None:
    said = operator.types("deliver").stdout

    heading, row = said.splitlines()
    assert heading.split() == [
        *("issue", "state", "eligible", "owed", "sent", "skipped", "failed", "uncertain")
    ]
    assert row.split() == ["weekly", issue, "finished", "1", "0", "1", "0", "0", "0"]
    assert len(operator.mails()) == 1
    assert "ann@" not in said


def test_a_second_deliver_owes_nothing(operator: Operator, issue: str) -> None:
    assert operator.reads("deliver")["issues"][0]["period"] == issue
    assert operator.types("deliver").stdout == "nothing is owed\n"
    assert len(operator.mails()) == 1


def test_a_closed_way_out_ends_with_3_and_the_debt_stands(operator: Operator, issue: str) -> None:
    (operator.folder / "var" / "outbox").write_text("in the way", "utf-8")

    result = operator.types("deliver", code=3)

    assert "cannot be written" in result.stdout
    assert "still owed" in result.stdout
    assert totals(operator, issue)["owed"] == 1


def test_uncertain_messages_are_told_and_owed_again_on_the_operators_word(
    operator: Operator, doubtful: str
) -> None:
    assert operator.reads("deliver", "--resend-uncertain", "weekly", doubtful, "--dry-run") == {
        "owed_again": 1,
        "is_dry_run": True,
    }
    assert totals(operator, doubtful)["counts"] == {"uncertain": 1}
    assert "uncertain: subscribers 1" in operator.types("why", "weekly", doubtful).stdout

    said = operator.types("deliver", "--resend-uncertain", "weekly", doubtful).stdout

    assert said.startswith(f"1 messages of weekly {doubtful} are owed again")
    assert totals(operator, doubtful)["owed"] == 1
    operator.types("deliver")
    assert totals(operator, doubtful)["counts"] == {"sent": 1}


def test_a_stopped_issue_sends_nothing(operator: Operator, issue: str) -> None:
    operator.types("deliver", "--stop", "weekly", issue, "--dry-run")
    stopped = operator.reads("deliver", "--stop", "weekly", issue)

    assert stopped["issue"]["state"] == "stopped"
    operator.types("deliver")
    assert operator.mails() == []
    assert (
        "it cannot be stopped"
        in operator.types("deliver", "--stop", "weekly", issue, code=1).stderr
    )


@pytest.mark.parametrize("order", ["--stop", "--resend-uncertain"])
def test_an_order_about_an_unknown_issue_is_an_error(operator: Operator, order: str) -> None:
    assert (
        "no issue 2020-W01" in operator.types("deliver", order, "weekly", "2020-W01", code=1).stderr
    )


def test_subscribers_are_taken_in_one_by_one(operator: Operator) -> None:
    assert operator.reads("subscribe", "ann@example.org", "bob@example.org")["added"] == 2
    said = operator.types("subscribe", "ann@example.org", "--section", "news").stdout
    assert said.startswith("added 0, changed 1, as before 0")


def test_a_pending_subscriber_gets_no_issue(operator: Operator) -> None:
    operator.types("collect")
    operator.types("subscribe", "ann@example.org", "--pending")
    operator.types("compose", "weekly")
    operator.types("deliver")

    assert operator.mails() == []
    assert operator.reads("why", "ann@example.org")["subscriptions"][0]["state"] == "pending"


def test_a_list_is_taken_whole_or_not_at_all(operator: Operator) -> None:
    table = operator.folder / "readers.csv"
    table.write_text("address,language\nann@example.org,en\nno address,en\n", "utf-8")

    told = operator.types("subscribe", "--csv", "readers.csv", code=1)

    assert "readers.csv:3" in told.stderr
    assert "ann@" not in told.output
    table.write_text("address,language\nann@example.org,en\nbob@example.org,en\n", "utf-8")
    assert operator.reads("subscribe", "--csv", "readers.csv")["added"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nobody",), "not an e-mail address"),
        (("ann@example.org", "--newsletter", "monthly"), "no such newsletter"),
        (("ann@example.org", "--language", "xx"), "the publication has no"),
        (("ann@example.org", "--section", "sport"), "no such section"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_refused(
    operator: Operator, words: tuple[str, ...], told: str
) -> None:
    assert told in operator.types("subscribe", *words, code=1).stderr


def test_unsubscribe_ends_what_stands_and_a_list_does_not_bring_it_back(operator: Operator) -> None:
    operator.types("subscribe", "ann@example.org")

    assert operator.types("unsubscribe", "Ann@Example.org").stdout == "ended: weekly\n"
    assert operator.reads("unsubscribe", "ann@example.org")["ended"] == []
    operator.types("subscribe", "ann@example.org")
    assert operator.reads("why", "ann@example.org")["subscriptions"][0]["state"] == "unsubscribed"


def test_unsubscribe_knows_whom_it_does_not_know(operator: Operator) -> None:
    assert "nobody" in operator.types("unsubscribe", "ann@example.org", code=1).stderr
    told = operator.types("unsubscribe", "ann@example.org", "--newsletter", "monthly", code=1)
    assert "'monthly'" in told.stderr


def test_suppression_wins_until_it_is_lifted(operator: Operator) -> None:
    words = ("ann@example.org", "--reason", "request", "--note", "by letter")
    assert operator.types("suppress", *words).stdout == "suppressed 1, known before 0\n"

    assert operator.reads("subscribe", "ann@example.org")["suppressed"] == 1
    assert "request (by letter)" in operator.types("why", "ann@example.org").stdout
    assert operator.types("suppress", "ann@example.org", "--lift").stdout == "lifted 1\n"
    assert operator.reads("subscribe", "ann@example.org")["added"] == 1


def test_a_file_of_addresses_is_suppressed_whole_or_not_at_all(operator: Operator) -> None:
    path = operator.folder / "bounced.txt"
    path.write_text("# bounced\nann@example.org\nnobody\n", "utf-8")
    assert "bounced.txt:3" in operator.types("suppress", "--file", "bounced.txt", code=1).stderr

    path.write_text("ann@example.org\nbob@example.org\n", "utf-8")
    assert operator.reads("suppress", "--file", "bounced.txt")["added"] == 2
