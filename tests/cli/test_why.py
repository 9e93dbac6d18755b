"""why and runs: what the store knows, told to a person and to a program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from operators import Operator

from dispatch.model.run import RunState
from dispatch.rules.cadence import Period


@pytest.mark.parametrize("name", ["1", "https://www.example.org/hello"])
def test_an_article_is_explained_by_any_of_its_names(
    operator: Operator, issue: str, name: str
) -> None:
    said = operator.types("why", name).stdout

    assert said.startswith("article 1: Hello, readers\n")
    assert "en, en/news, all" in said
    assert "its own date" in said
    (row,) = [line for line in said.splitlines() if line.startswith(f"weekly {issue}")]
    assert row.split()[2:5] == ["en", "latest", "1"]


def test_an_article_is_explained_by_its_uid(operator: Operator, issue: str) -> None:
    del issue
    known = operator.reads("why", "1")

    assert operator.reads("why", known["article"]["uid"]) == known
    assert known["feeds"] == ["en", "en/news", "all"]
    assert known["placements"][0][1]["block"] == "latest"


def test_a_reader_is_explained_and_not_named(operator: Operator, issue: str) -> None:
    operator.types("deliver")

    said = operator.types("why", "ann@example.org").stdout
    known = operator.reads("why", "ann@example.org")

    assert "confirmed" in said
    assert f"weekly {issue}" in said
    assert "ann@" not in said
    assert "address" not in known["subscriber"]
    assert [one["state"] for one in known["deliveries"]] == ["sent"]


def test_an_issue_is_explained_with_its_sum(operator: Operator, issue: str) -> None:
    assert "no deliveries are planned" in operator.types("why", "weekly", issue).stdout
    operator.types("deliver")

    said = operator.types("why", "weekly", issue).stdout
    known = operator.reads("why", "weekly", issue)

    assert "1 eligible = 1 sent + 0 skipped + 0 failed + 0 uncertain" in said
    assert "Hello, readers" in said
    assert known["balance"] == {
        "counts": {"sent": 1},
        "eligible": 1,
        "owed": 0,
        "is_settled": True,
    }


@pytest.mark.parametrize(
    "words",
    [
        ("99",),
        ("9" * 30,),
        ("https://www.example.org/none",),
        ("x@y.example",),
        ("weekly", "2020-W01"),
    ],
)
def test_what_is_not_known_is_an_error(operator: Operator, words: tuple[str, ...]) -> None:
    assert operator.types("why", *words, code=1).stdout == ""
    assert operator.reads("why", *words, code=1)["error"]["kind"] == "NotFoundError"


def test_runs_shows_what_the_clock_did(operator: Operator) -> None:
    assert "nothing here yet" in operator.types("runs").stdout
    opened = operator.open_app()
    opened.runner.wake("collect")
    opened.runner.make("issue:weekly", Period(datetime(2026, 11, 27, 9, tzinfo=UTC), "2026-W48"))
    opened.close()

    said = operator.types("runs").stdout
    found = operator.reads("runs", "--job", "collect")["runs"]

    assert {line.split()[2] for line in said.splitlines()[1:]} == {"collect", "issue:weekly"}
    assert [(one["job"], one["state"]) for one in found] == [("collect", RunState.DONE.value)]
