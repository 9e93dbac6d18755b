"""top: the ranking and the editor's word, told to a person and to a program."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from operators import Operator

from dispatch.store import reads


@pytest.fixture
def ranked(operator: Operator) -> Operator:
    """A site whose one article was read nine times, five of them by a click in a mail."""
    operator.types("collect")
    opened = operator.open_app()
    today = datetime.now(UTC).date()
    with opened.db.write() as tx:
        reads.add_reads(tx, 1, today, "site", 9)
        reads.add_reads(tx, 1, today, "mail", 5)
        reads.add_discards(tx, 1, today, "site", "bot", 4)
    opened.close()
    return operator


def test_the_list_is_shown_and_why(ranked: Operator) -> None:
    assert "Hello, readers" in ranked.types("top").stdout
    said = ranked.types("top", "en", "--why").stdout
    assert "ranked" in said
    assert "5 from mail; 9 from site; 2 mail clicks beyond their share" in said
    assert "not counted: 4 bot" in said


def test_a_program_gets_numbers(ranked: Operator) -> None:
    (ranking,) = ranked.reads("top", "en")["rankings"]
    (one,) = ranking["candidates"]
    assert (one["place"]["position"], one["place"]["reads"]) == (1, 12)
    assert one["place"]["origins"] == {"mail": 5, "site": 9}


def test_an_editor_bans_lifts_and_is_remembered(ranked: Operator) -> None:
    word = ("--by", "Ann", "--reason", "an obituary")
    ranked.types("top", "ban", "1", "--until", "2099-12-01", *word)
    assert ranked.reads("top", "en")["rankings"][0]["candidates"] == []
    assert "banned" in ranked.types("top", "en", "--why").stdout
    assert ranked.reads("top", "lift", "1", *word)["lifted"] == 1
    (ruling,) = ranked.reads("top", "history")["rulings"]
    assert (ruling["kind"], ruling["by"], ruling["until"]) == ("ban", "Ann", "2099-12-01")
    assert ruling["lifted_because"] == "an obituary"
    assert "an obituary" in ranked.types("top", "history", "1").stdout


def test_a_dry_run_keeps_nothing(ranked: Operator) -> None:
    ranked.types("top", "pin", "1", "--by", "Ann", "--reason", "why not", "--dry-run")
    assert ranked.reads("top", "history")["rulings"] == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("pin", "1"), "--by NAME and --reason TEXT"),
        (("pin", "1", "--by", "Ann", "--reason", " "), "--by NAME and --reason TEXT"),
        (("pin", "--by", "Ann", "--reason", "why"), "pin which ARTICLE?"),
        (("en", "1"), "stands behind no pin"),
    ],
)
def test_half_a_word_is_refused(operator: Operator, words: tuple[str, ...], told: str) -> None:
    assert told in operator.types("top", *words, code=2).output


def test_what_is_not_there_is_an_error(operator: Operator) -> None:
    operator.types("collect")
    assert "no language" in operator.types("top", "fr", code=1).output
    word = ("--by", "Ann", "--reason", "why")
    assert "no article" in operator.types("top", "pin", "999", *word, code=1).output
