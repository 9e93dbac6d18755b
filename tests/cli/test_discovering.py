"""`dispatch source add` and `dispatch source test`, as an operator types them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from operators import Operator
from sites import GhostSite, LocalSite, hours_ago

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("app/scout",)

FEED = """<rss version='2.0'><channel><title>News</title><item><title>Treaties \x1b[31m</title>
<link>{site}/en/1</link><category>Horoscopes</category></item></channel></rss>"""


@pytest.fixture
def site() -> Iterator[LocalSite]:
    made = LocalSite()
    made.put("/", "<html lang=en><link rel=alternate type=application/rss+xml href=/feed>")
    made.put("/feed", FEED, kind="application/rss+xml")
    yield made
    made.close()


def test_a_source_is_shown_added_and_collected(operator: Operator, site: LocalSite) -> None:
    before = operator.files()["config.toml"]
    shown = operator.types("source", "add", site.url, "--allow-host", "127.0.0.1").stdout
    assert f"127-0-0-1: feed {site.url}feed" in shown
    assert re.search("unknown +Horoscopes", shown)
    assert "\x1b[31m" not in shown
    assert operator.files()["config.toml"].startswith(before)
    tested = operator.reads("source", "test", "127-0-0-1")
    assert [one["unknown_labels"] for one in tested["samples"]] == [["Horoscopes"]]
    collected = operator.reads("collect", "127-0-0-1")
    assert [one["new"] for one in collected["articles"]["sources"]] == [1]


def test_feeds_of_sections_are_named_and_one_is_taken_by_its_address(
    operator: Operator, site: LocalSite
) -> None:
    section = '<link rel=alternate type=application/rss+xml title="Economy" href=/economy>'
    site.put(
        "/", f"<html lang=en><link rel=alternate type=application/rss+xml href=/feed>{section}"
    )
    site.put("/economy", FEED, kind="application/rss+xml")
    dry = ("source", "add", site.url, "--allow-host", "127.0.0.1", "--dry-run")
    assert f"also named: feed {site.url}economy (Economy)" in operator.types(*dry).stdout
    others = operator.reads(*dry)["discovery"]["others"]
    assert [(one["title"], one["language"]) for one in others] == [("Economy", None)]
    chosen = (
        "source",
        "add",
        f"{site.url}economy",
        "--allow-host",
        "127.0.0.1",
        "--name",
        "economy",
    )
    assert f"economy: feed {site.url}economy" in operator.types(*chosen).stdout


def test_a_dry_run_shows_the_lines_and_changes_nothing(operator: Operator, site: LocalSite) -> None:
    before = operator.files()
    words = ("source", "add", site.url, "--allow-host", "127.0.0.1", "--name", "mine", "--dry-run")
    shown = operator.types(*words).stdout
    assert '[[sources]]\nname = "mine"\nkind = "feed"' in shown
    assert operator.files() == before
    assert operator.reads(*words)["is_dry_run"]


def test_what_is_collected_already_is_not_added_twice(operator: Operator, site: LocalSite) -> None:
    words = ("source", "add", site.url, "--allow-host", "127.0.0.1")
    operator.types(*words)
    before = operator.files()["config.toml"]
    assert "collected already, as source 127-0-0-1" in operator.types(*words, code=1).output
    assert operator.files()["config.toml"] == before


def test_where_nothing_is_found_all_that_was_tried_is_told(
    operator: Operator, site: LocalSite
) -> None:
    site.pages.clear()
    answer = operator.reads("source", "add", site.url, "--allow-host", "127.0.0.1", code=1)
    assert answer["error"]["kind"] == "NotFoundError"
    assert "404" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--language", "xx"), "'xx' is not a language of the publication"),
        (("--kind", "ghost", "--key-env", "NOWHERE"), "the environment has no NOWHERE"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_asked(
    operator: Operator, site: LocalSite, more: tuple[str, ...], said: str
) -> None:
    assert said in operator.types("source", "add", site.url, *more, code=1).output
    assert site.asked == []


def test_a_key_is_shown_in_no_form(operator: Operator) -> None:
    key = "22444f78447824223cefc48062"
    site = GhostSite(key)
    site.publish("a", "Treaties", hours_ago(2), tags=[{"name": "News", "slug": "news"}])
    told: list[str] = []

    def tell(*words: str, code: int = 0) -> str:
        told.append(operator.types(*words, "-vv", code=code, environ={"GHOST": key}).output)
        return told[-1]

    found = ("source", "add", site.url, "--kind", "ghost", "--key-env", "GHOST", "--name", "ghost")
    add = (*found, "--allow-host", "127.0.0.1")
    assert "Treaties" in tell(*add, "--dry-run")
    assert "Treaties" in tell(*add, "--json")
    assert "collected already" in tell(*add, "--json", code=1)
    assert "Treaties" in tell("source", "test", "ghost", "--json")
    tell("check", "--json")
    tell("collect", "--force", "--json")
    assert key in "".join(site.asked), "it was sent all the same"
    site.key = "another"
    assert "401" in tell("source", "test", "ghost", "--json", code=3)
    assert "401" in tell("collect", "ghost", "--force", "--json", code=3)
    assert "401" in tell("sources", "--json")
    site.close()
    assert "refused" in tell("source", "test", "ghost", code=3).lower()

    config = operator.files()["config.toml"].decode()
    assert 'key = { env = "GHOST" }' in config
    assert key not in "".join(told) + config


def test_a_source_that_is_not_there_is_named(operator: Operator) -> None:
    assert "no source is called 'x'" in operator.types("source", "test", "x", code=1).output


def test_a_source_that_fails_says_so_by_its_exit_code(operator: Operator, site: LocalSite) -> None:
    operator.types("source", "add", site.url, "--allow-host", "127.0.0.1")
    site.pages.clear()
    assert "404" in operator.types("source", "test", "127-0-0-1", code=3).output
