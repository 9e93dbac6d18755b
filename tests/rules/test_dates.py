from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.rules import dates

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
TEN = "2026-11-24T10:00:00+00:00"
NINE = "2026-11-24T09:00:00+00:00"
SEVEN = "2026-11-24T07:00:00+00:00"


def read(raw: str) -> str | None:
    moment = dates.read_date(raw, MOSCOW, NOW)
    return moment.isoformat() if moment else None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Tue, 24 Nov 2026 10:00:00 MSK", SEVEN),
        ("Tue, 24 Nov 2026 10:00:00 CET", NINE),
        ("Tue, 24 Nov 2026 10:00:00 BST", NINE),
        ("Tue, 24 Nov 2026 10:00:00", SEVEN),
        ("Вт, 24 ноя 2026 10:00:00 +0300", SEVEN),
        ("24 ноября 2026", "2026-11-23T21:00:00+00:00"),
        ("Di, 24 Nov 2026 10:00:00 +0100", NINE),
        ("05.11.2026 10:00", "2026-11-05T07:00:00+00:00"),
        ("1795514400", TEN),
        ("1795514400000", TEN),
        ("Tue, 24 Nov 2026 10:00:00 +03:00", SEVEN),
        ("2026-11-24T24:00:00Z", "2026-11-25T00:00:00+00:00"),
    ],
)
def test_dates_that_other_parsers_get_wrong_are_read(raw: str, expected: str) -> None:
    assert read(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "0000-00-00 00:00:00",
        "Wed, 30 Nov -0001 00:00:00 +0000",
        "T00:00:00-05:00",
        "2026-02-29",
        "31.04.2026",
        "11/05/2026",
        "Tue, 24 Nov 2026 25:00:00 GMT",
        "Tue, 24 Foo 2026 10:00:00 GMT",
        "2026-13-01",
        "1994-12-31",
        "Tue, 24 Nov 1970 10:00:00 GMT",
        "2029-01-01",
        "13:99, 24.11.2026",
        "13:00 pm",
        "now",
        "yesterday",
        "",
        "x" * 10_000,
    ],
)
def test_what_names_no_certain_day_is_no_date_and_never_now(raw: str) -> None:
    assert read(raw) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Tue, 24 Nov 2026 10:00:00 +0000", TEN),
        ("Tue,24 Nov 2026 10:00:00 GMT", TEN),
        ("24 Nov 26 10:00 UT", TEN),
        ("Tuesday, 24-Nov-26 10:00:00 GMT", TEN),
        ("Tue, 24 Nov 2026 05:00:00 EST", TEN),
        ("Tue, 24 Nov 2026 10:00:00 +0300 (MSK)", SEVEN),
        ("Tue, 24 Nov 2026 10:00:00 GMT+3", SEVEN),
        ("Tue, 24 Nov 2026 10:00:00 +9900", TEN),
        ("Tue, 24 Nov 2026 10:00:00 Nowhere", SEVEN),
        ("2026-11-24T10:00:00Z", TEN),
        ("2026-11-24t10:00:00.123456z", TEN),
        ("2026-11-24T10:00+03:00", SEVEN),
        ("2026-11-24T10:00:00−03:00", "2026-11-24T13:00:00+00:00"),
        ("2026-11-24T10:00:00+03:00[Europe/Moscow]", SEVEN),
        ("2026-11-24 10:00:00 Europe/Berlin", NINE),
        ("2026-11-24 10:00:00", SEVEN),
        ("2026-11-24", "2026-11-23T21:00:00+00:00"),
        ("20261124T100000Z", TEN),
        ("2026/11/24 10:00", SEVEN),
        ("Tue Nov 24 10:00:00 2026", SEVEN),
        ("Tue Nov 24 10:00:00 UTC 2026", TEN),
        ("November 24, 2026 10:00 AM", SEVEN),
        ("Nov 24, 2026, 5:00 a.m. EST", TEN),
        ("24/11/2026 10:00", SEVEN),
        ("11/24/2026 10:00", SEVEN),
        ("24 ноября 2026 г. в 10:00", SEVEN),
        ("вторник, 24 ноября 2026, 10:00", SEVEN),
        ("10:00, 24.11.2026", SEVEN),
        ("24 листопада 2026, 10:00", SEVEN),
        ("24. November 2026, 10:00 Uhr", SEVEN),
        ("Dienstag, 24. November 2026 10:00 MEZ", NINE),
        ("12 März 2026 10:00 GMT", "2026-03-12T10:00:00+00:00"),
        ("mardi 24 novembre 2026 à 10h00", SEVEN),
        ("1er août 2026", "2026-07-31T21:00:00+00:00"),
        ("24 Nov 2026 10:00:60 GMT", "2026-11-24T10:00:59+00:00"),
    ],
)
def test_publishers_formats_are_read(raw: str, expected: str) -> None:
    assert read(raw) == expected


@settings(max_examples=300)
@given(
    st.one_of(
        st.text(max_size=60),
        st.text(alphabet="0123456789:-+.,/ TZагdnov()½²", max_size=40),
    )
)
def test_no_text_makes_the_reader_raise(raw: str) -> None:
    moment = dates.read_date(raw, MOSCOW, NOW)
    assert moment is None or (moment.tzinfo is UTC and 1994 <= moment.year <= 2027)


@settings(max_examples=100)
@given(st.datetimes(min_value=datetime(1996, 1, 1), max_value=datetime(2026, 12, 31)))  # noqa: DTZ001
def test_what_the_standards_write_is_read_back(moment: datetime) -> None:
    aware = moment.replace(microsecond=0, tzinfo=UTC)
    assert dates.read_date(aware.isoformat(), MOSCOW, NOW) == aware
    rfc822 = aware.strftime("%a, %d %b %Y %H:%M:%S +0000")
    assert dates.read_date(rfc822, MOSCOW, NOW) == aware


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Dienstag, 24. November 2026 - 10:00 Uhr", SEVEN),
        ("martes, 24 de noviembre de 2026 10:00", SEVEN),
        ("terça-feira, 24 de novembro de 2026 10:00", SEVEN),
        ("martedì 24 novembre 2026 10:00", SEVEN),
        ("wt., 24 lis 2026 10:00:00 +0100", NINE),
        ("24 Kasım 2026 10:00", SEVEN),
        ("2026年11月24日 10:00", SEVEN),
        ("24-11-2026 10:00", SEVEN),
        ("05-06-2026 10:00", None),
    ],
)
def test_dates_of_further_languages_are_read(raw: str, expected: str | None) -> None:
    assert read(raw) == expected
