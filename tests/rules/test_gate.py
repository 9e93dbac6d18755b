"""The rules of the gate that need no look at the world."""

from __future__ import annotations

import pytest

from dispatch.model.gate import Effect, GateSettings, Objection
from dispatch.rules import gate, scripts

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("rules/scripts",)


def objection(effect: Effect) -> Objection:
    return Objection(rule="links", effect=effect, text="x")


def test_the_strongest_objection_decides() -> None:
    found = [objection(Effect.WARN), objection(Effect.BLOCK), objection(Effect.HOLD)]
    assert gate.verdict(found) is Effect.BLOCK
    assert gate.verdict(found[:1]) is Effect.WARN
    assert gate.verdict([]) is Effect.OFF


def test_the_operator_wins_over_the_default() -> None:
    settings = GateSettings(effects={"links": Effect.WARN})
    assert gate.effect_of(settings, "links") is Effect.WARN
    assert gate.effect_of(settings, "size") is Effect.BLOCK


@pytest.mark.parametrize(
    ("count", "before", "is_unusual"),
    [
        (0, [], True),
        (0, [8], True),
        (30, [], False),
        (30, [10, 9, 11], True),
        (29, [10, 9, 11], False),
        (3, [1], False),
        (30, [10, 40, 10, 10], True),
    ],
)
def test_an_issue_unlike_others_is_unusual(count: int, before: list[int], is_unusual: bool) -> None:
    assert bool(list(gate.check_count(count, before))) == is_unusual


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.example.org", "example.org"),
        ("example.org", "example.org"),
        ("a.b.example.co.uk", "example.co.uk"),
        ("example.co.uk", "example.co.uk"),
        ("mail.novaya.msk.ru", "novaya.msk.ru"),
        ("localhost", "localhost"),
        ("Weekly.Example.ORG.", "example.org"),
    ],
)
def test_an_organisation_is_known_by_its_domain(host: str, domain: str) -> None:
    assert gate.organisation(host) == domain


def test_sender_list_and_links_are_of_one_organisation() -> None:
    fine = list(gate.check_sender("d@news.example.org", "weekly.example.org", "example.org"))
    assert fine == []
    (text,) = gate.check_sender("d@mail.example", "w.mail.example", "news.example.org")
    assert text == "from_address is of mail.example, public_url of example.org"


@pytest.mark.parametrize(
    ("language", "text", "is_right"),
    [
        ("en", "The port that nobody closed", True),
        ("en", "Порт, который никто не закрывал", False),
        ("ru", "Порт, который никто не закрывал", True),
        ("ru", "The port that nobody closed", False),
        ("ru", "Что думает Apple о новом iPhone", True),
        ("ru", "NATO, WTO", True),  # too short to judge
        ("he", "הנמל שאיש לא סגר", True),
        ("he", "Порт, который никто не закрывал", False),
        ("sr", "Лука коју нико није затворио", True),  # written in two scripts: not judged
        ("ru-RU", "The port that nobody closed", False),
    ],
)
def test_letters_tell_languages_apart(language: str, text: str, is_right: bool) -> None:
    assert scripts.fits(language, text) == is_right
