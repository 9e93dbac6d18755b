from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest

from dispatch.config import cadence_text, problems

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "weekday", "at"),
    [
        ("Fridays 09:00", 4, (9, 0)),
        ("friday 9:00", 4, (9, 0)),
        ("Fri 23:59", 4, (23, 59)),
        ("mondays 00:00", 0, (0, 0)),
        ("Sunday  18:30", 6, (18, 30)),
        ("daily 07:30", None, (7, 30)),
    ],
)
def test_a_cadence_is_a_day_and_a_time(text: str, weekday: int | None, at: tuple[int, int]) -> None:
    cadence = cadence_text.parse_cadence(text, LONDON)

    assert (cadence.weekday, cadence.at) == (weekday, datetime.time(*at))
    assert cadence.time_zone == LONDON


def test_a_zone_of_its_own_wins() -> None:
    cadence = cadence_text.parse_cadence("Fridays 09:00 Europe/Moscow", LONDON)

    assert cadence.time_zone == ZoneInfo("Europe/Moscow")


def test_every_weekday_is_known_by_its_name_and_plural() -> None:
    for number, name in enumerate(cadence_text.WEEKDAYS):
        for word in (name, f"{name}s", name[:3]):
            assert cadence_text.parse_cadence(f"{word} 12:00", LONDON).weekday == number


@pytest.mark.parametrize("text", ["5 09:00", "0 9 * * 5", "*/5 * * * *", "1-5 09:00"])
def test_numbers_for_days_are_refused_in_so_many_words(text: str) -> None:
    with pytest.raises(problems.RefusedError, match="number, which means different days"):
        cadence_text.parse_cadence(text, LONDON)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "not a day and a time"),
        ("Fridays", "not a day and a time"),
        ("Fridays at 09:00 Europe/London", "not a day and a time"),
        ("T 09:00", '"T" is not a weekday'),
        ("Fridays 25:00", '"25:00" is not a time of day'),
        ("Fridays 9am", '"9am" is not a time of day'),
        ("Fridays 09:60", '"09:60" is not a time of day'),
        ("Fridays 09:00 London", 'no time zone is called "London"'),
        ("Fridays 09:00 Europe", 'no time zone is called "Europe"'),
        ("Fridays 09:00 ../etc/passwd", "no time zone is called"),
    ],
)
def test_the_wrong_word_is_named(text: str, sentence: str) -> None:
    with pytest.raises(problems.RefusedError, match=sentence):
        cadence_text.parse_cadence(text, LONDON)


@pytest.mark.parametrize(("text", "near"), [("Firday 09:00", "Friday"), ("dayly 09:00", "daily")])
def test_the_nearest_day_is_named(text: str, near: str) -> None:
    with pytest.raises(problems.RefusedError) as raised:
        cadence_text.parse_cadence(text, LONDON)

    assert raised.value.nearest == (near,)


def test_a_city_alone_finds_its_zone() -> None:
    with pytest.raises(problems.RefusedError) as raised:
        cadence_text.parse_cadence("Fridays 09:00 Tbilisi", LONDON)

    assert "Asia/Tbilisi" in raised.value.nearest
