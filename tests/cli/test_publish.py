"""collect, syndicate, compose, preview."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from operators import Operator

from dispatch.store import articles

Tables = Callable[[], dict[str, int]]


def test_collect_tells_what_came_in(operator: Operator) -> None:
    said = operator.types("collect").stdout

    heading, row, feeds = said.splitlines()
    assert heading.split() == [
        "source",
        "new",
        "changed",
        "unchanged",
        "withdrawn",
        "refused",
        "held",
    ]
    assert row.split() == ["articles", "1", "0", "0", "0", "0", "0"]
    assert feeds == "feeds: 11 written, 0 unchanged"
    assert (operator.folder / "feeds" / "en" / "rss.xml").exists()


def test_collect_tells_a_program_the_same(operator: Operator) -> None:
    found = operator.reads("collect")

    assert [(one["source"], one["new"]) for one in found["articles"]["sources"]] == [
        ("articles", 1)
    ]
    assert len(found["feeds"]["written"]) == 11


def test_a_source_is_left_alone_until_it_is_due_or_named_or_forced(operator: Operator) -> None:
    operator.types("collect")

    assert "no source is due" in operator.types("collect").stdout
    assert len(operator.reads("collect", "articles")["articles"]["sources"]) == 1
    assert len(operator.reads("collect", "--force")["articles"]["sources"]) == 1


def test_a_source_that_fails_ends_with_3_and_is_named(operator: Operator) -> None:
    private = '[[sources]]\nname = "inside"\nkind = "feed"\nurl = "http://127.0.0.1:9/"\n\n[feeds]'
    operator.changes_config("[feeds]", private)

    said = operator.types("collect", code=3).stdout
    found = operator.reads("collect", "--force", code=3)["articles"]["sources"]

    assert "FAILED" in said
    assert "inside: " in said
    assert {one["source"]: bool(one["failure"]) for one in found} == {
        "articles": False,
        "inside": True,
    }


def test_a_flood_is_taken_by_the_command_that_its_hold_names(operator: Operator) -> None:
    operator.types("collect")
    for number in range(60):
        operator.publishes(f"Flood {number}")
    held = operator.types("collect", "articles").stdout
    command = held.partition("Take them with: dispatch ")[2].splitlines()[0]

    operator.types(*command.split())

    with operator.open_app().db.read() as tx:
        assert articles.count_articles(tx) == {"en": 61}


def test_an_unknown_source_is_an_error_that_names_those_there_are(operator: Operator) -> None:
    result = operator.types("collect", "nobody", code=1)

    assert "'nobody'" in result.stderr
    assert "articles" in result.stderr
    assert operator.reads("collect", "nobody", code=1)["error"]["kind"] == "NotFoundError"


def test_a_title_cannot_steer_the_terminal(operator: Operator) -> None:
    operator.publishes("Evil", "text")
    path = operator.folder / "articles" / "evil.md"
    path.write_text('---\ntitle: "Evil \\e[2J title"\nsection: nowhere\n---\ntext\n', "utf-8")
    operator.publishes("Other")

    said = operator.types("collect").output + operator.types("why", "1").output

    assert "\x1b" not in said


def test_dry_runs_keep_nothing(operator: Operator, tables: Tables) -> None:
    operator.types("collect")
    operator.types("subscribe", "ann@example.org")
    operator.publishes("Second")
    rows, files = tables(), operator.files()

    operator.types("collect", "--force", "--dry-run")
    operator.types("syndicate", "--dry-run")
    said = operator.types("compose", "weekly", "--dry-run").stdout
    operator.types("deliver", "--dry-run")
    operator.types("subscribe", "bob@example.org", "--dry-run")
    operator.types("unsubscribe", "ann@example.org", "--dry-run")
    operator.types("suppress", "ann@example.org", "--dry-run")

    assert tables() == rows
    assert operator.files() == files
    assert "would have 1 variants" in said
    assert "dry run" in said


def test_a_dry_run_of_a_new_site_makes_no_key(operator: Operator) -> None:
    operator.types("compose", "weekly", "--dry-run")

    assert not (operator.folder / "var" / "secret.key").exists()


def test_syndicate_writes_what_changed_and_no_more(operator: Operator) -> None:
    operator.types("collect")

    assert operator.reads("syndicate")["unchanged"] == 11
    operator.changes_config('names = { en = "The Example" }', 'names = { en = "Another" }')
    assert operator.types("syndicate").stdout == "feeds: 11 written, 0 unchanged\n"


def test_compose_makes_one_issue_a_period(operator: Operator) -> None:
    operator.types("collect")

    first = operator.types("compose", "weekly").stdout
    again = operator.types("compose", "weekly").stdout

    period = operator.newest_period()
    assert first.splitlines()[0] == f"issue weekly {period}: composed"
    assert "Hello, readers" in first
    assert again.splitlines()[0] == f"issue weekly {period} stands already: composed"
    assert "dispatch deliver" in again


def test_compose_tells_a_program_without_the_mails_themselves(operator: Operator) -> None:
    operator.types("collect")

    made = operator.reads("compose", "weekly", "--period", operator.newest_period())

    assert made["issue"]["state"] == "composed"
    assert set(made["variants"][0]) == {"key", "subject", "html_octets"}
    assert made["placements"][0]["block"] == "latest"


def test_an_issue_without_articles_is_skipped(operator: Operator) -> None:
    assert "carried over" in operator.types("compose", "weekly").stdout


@pytest.mark.parametrize(
    ("period", "told"),
    [("2026-11-27", "an ISO week, such as"), ("2026-W60", "no period"), ("2999-W01", "not due")],
)
def test_a_period_that_cannot_be_made_is_refused(
    operator: Operator, period: str, told: str
) -> None:
    assert told in operator.types("compose", "weekly", "--period", period, code=1).stderr


@pytest.mark.parametrize("command", ["compose", "preview"])
def test_an_unknown_newsletter_is_an_error(operator: Operator, command: str) -> None:
    told = operator.types(command, "monthly", code=1).stderr

    assert "'monthly'" in told
    assert "weekly" in told


def test_preview_writes_html_and_text_and_keeps_nothing(
    operator: Operator, tables: Tables, tmp_path: Path
) -> None:
    operator.types("collect")
    rows = tables()

    written = operator.reads("preview", "weekly", "--out", str(tmp_path / "look"))["written"]

    assert {Path(one).suffix for one in written} == {".html", ".txt"}
    assert all("Hello, readers" in Path(one).read_text("utf-8") for one in written)
    assert tables() == rows


def test_preview_that_cannot_write_says_so(operator: Operator, tmp_path: Path) -> None:
    operator.types("collect")
    (tmp_path / "file").write_text("", "utf-8")

    told = operator.types("preview", "weekly", "--out", str(tmp_path / "file" / "x"), code=1)

    assert "cannot be written" in told.stderr
