"""How often a newsletter comes, in the readers' words."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import pytest

from dispatch.model.newsletter import Cadence
from dispatch.render import cadences, catalogue


def said(weekday: int | None, language: str, zone: str = "Europe/London") -> str:
    cadence = Cadence(weekday=weekday, at=time(9, 5), time_zone=ZoneInfo(zone))
    return cadences.describe(cadence, language)


@pytest.mark.parametrize(
    ("weekday", "language", "words"),
    [
        (4, "en", "Every Friday at 09:05 (London)"),
        (None, "en", "Every day at 09:05 (London)"),
        (1, "ru", "По вторникам в 09:05 (Лондон)"),
        (None, "ru", "Ежедневно в 09:05 (Лондон)"),
        (5, "he", "בכל שבת בשעה 09:05 (לונדון)"),
    ],
)
def test_a_cadence_is_a_sentence(weekday: int | None, language: str, words: str) -> None:
    assert said(weekday, language) == words


def test_a_zone_without_a_city_has_its_own_name() -> None:
    assert said(0, "en", "UTC") == "Every Monday at 09:05 (UTC)"


@pytest.mark.parametrize("language", catalogue.languages())
def test_each_day_has_its_own_words(language: str) -> None:
    assert len({said(day, language) for day in (None, *range(7))}) == 8
