"""issue release, articles mark-updated."""

from __future__ import annotations

from operators import Operator


def hold(operator: Operator) -> str:
    """A newsletter that holds thin issues, and one that is held."""
    config = operator.folder / "config.toml"
    text = config.read_text(encoding="utf-8")
    key = 'name = "weekly"'
    more = f'{key}\nminimum_articles = 99\nthin = "hold"'
    config.write_text(text.replace(key, more), encoding="utf-8")
    operator.types("collect")
    operator.types("compose", "weekly")
    return operator.newest_period()


def test_a_held_issue_is_not_delivered_before_it_is_released(operator: Operator) -> None:
    period = hold(operator)
    assert operator.types("deliver").stdout == "nothing is owed\n"
    would = operator.types("issue", "release", "weekly", period, "--dry-run").stdout
    assert "would be released" in would
    assert operator.types("deliver").stdout == "nothing is owed\n"
    assert "is released" in operator.types("issue", "release", "weekly", period).stdout
    assert period in operator.types("deliver").stdout
    again = operator.types("issue", "release", "weekly", period, code=1)
    assert "cannot be released" in again.stderr


def test_an_article_is_marked_by_number_or_address(operator: Operator) -> None:
    operator.types("collect")
    marked = operator.reads("articles", "mark-updated", "1")
    assert marked["article"] == 1
    assert not marked["is_dry_run"]
    assert "there is no article" in operator.types("articles", "mark-updated", "9", code=1).stderr


def test_a_group_lists_what_it_has(operator: Operator) -> None:
    assert "mark-updated" in operator.types("articles", "--help").stdout
    assert "Decide about one issue by hand." in operator.types("--help").stdout
