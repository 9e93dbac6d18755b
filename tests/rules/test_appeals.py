from __future__ import annotations

from dataclasses import replace
from datetime import date

from dispatch.model.publication import Appeal
from dispatch.rules import appeals

TODAY = date(2026, 11, 24)

APPEAL = Appeal(
    key="support",
    language="en",
    title="Support us",
    text="Please help.",
    button="Help",
    url="https://news.example/support",
)


def test_an_appeal_speaks_the_readers_language_or_not_at_all() -> None:
    russian = replace(APPEAL, language="ru", title="Поддержите нас")
    assert appeals.choose([APPEAL, russian], "ru", TODAY) == russian
    assert appeals.choose([APPEAL], "ru", TODAY) is None


def test_an_appeal_runs_from_its_first_day_to_its_last() -> None:
    running = replace(APPEAL, starts_on=TODAY, ends_on=TODAY)
    assert appeals.choose([running], "en", TODAY) == running
    assert appeals.choose([running], "en", date(2026, 11, 23)) is None
    assert appeals.choose([running], "en", date(2026, 11, 25)) is None


def test_the_heaviest_is_shown_and_the_first_by_key_of_equals() -> None:
    heavy = replace(APPEAL, key="z", weight=2)
    other = replace(APPEAL, key="a")
    assert appeals.choose([APPEAL, other, heavy], "en", TODAY) == heavy
    assert appeals.choose([APPEAL, other], "en", TODAY) == other


def test_every_language_that_has_one_gets_one() -> None:
    assert appeals.choose_each([APPEAL], ["en", "ru"], TODAY) == {"en": APPEAL}
