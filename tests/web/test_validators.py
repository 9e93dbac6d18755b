"""When a client's copy is the current one: the table of RFC 9110, section 13."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.web import validators

MODIFIED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NOW = MODIFIED + timedelta(hours=1)
SAME = "Tue, 24 Nov 2026 09:30:00 GMT"


def is_current(
    tags: str | None, since: str | None = None, *, modified_at: datetime | None = MODIFIED
) -> bool:
    return validators.is_current(
        if_none_match=tags,
        if_modified_since=since,
        digest="abc",
        modified_at=modified_at,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("tags", "current"),
    [
        ('"abc"', True),
        ('"abc-gzip"', True),
        ('W/"abc"', True),
        ('W/"abc-gzip"', True),
        ("*", True),
        (' "old" , "abc" ', True),
        ('"a,b", "abc"', True),
        ('"old","older"', False),
        ('"ABC"', False),
        ('"abc-gzip-gzip"', False),
        ("abc", False),
        ('"abc', False),
        ("", False),
        ('"x*"', False),
    ],
)
def test_an_entity_tag_is_compared_weakly_and_whatever_its_encoding(
    tags: str, current: bool
) -> None:
    assert is_current(tags) is current


@pytest.mark.parametrize(
    ("since", "current"),
    [
        (SAME, True),
        ("Tuesday, 24-Nov-26 09:30:00 GMT", True),
        ("Tue Nov 24 09:30:00 2026", True),
        ("Tue, 24 Nov 2026 09:30:01 GMT", True),
        ("Tue, 24 Nov 2026 09:29:59 GMT", False),
        ("Tue, 24 Nov 2026 12:30:00 +0300", True),
        ("Tue, 24 Nov 2099 09:30:00 GMT", False),
        ("yesterday", False),
        ("", False),
        ("0", False),
        ("Tue, 24 Nov 99999 09:30:00 GMT", False),
    ],
)
def test_a_date_of_the_past_is_compared_and_any_other_ignored(since: str, current: bool) -> None:
    assert is_current(None, since) is current


def test_a_date_of_ours_that_is_a_moment_ahead_is_ours() -> None:
    """Each of many builds within a second takes a second of its own."""
    ahead = NOW + timedelta(seconds=9)
    assert is_current(None, "Tue, 24 Nov 2026 10:30:09 GMT", modified_at=ahead) is True
    assert is_current(None, "Tue, 24 Nov 2026 10:30:08 GMT", modified_at=ahead) is False
    assert is_current(None, "Tue, 24 Nov 2026 10:30:10 GMT", modified_at=ahead) is False


def test_the_tag_decides_alone_where_both_are_given() -> None:
    assert is_current('"old"', SAME) is False
    assert is_current('"abc"', "Tue, 24 Nov 2020 09:30:00 GMT") is True


def test_without_conditions_or_without_a_date_of_ours_the_bytes_are_sent() -> None:
    assert is_current(None) is False
    assert is_current(None, SAME, modified_at=None) is False


def test_each_encoding_has_a_strong_tag_of_its_own() -> None:
    assert validators.entity_tag("abc") == '"abc"'
    assert validators.entity_tag("abc", "gzip") == '"abc-gzip"'
    assert validators.entity_tag("abc", "br") == '"abc-br"'


def test_an_endless_list_of_tags_is_read_to_a_limit() -> None:
    assert is_current('"old", ' * 100_000 + '"abc"') is False


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_in_a_condition_is_an_error(tags: str, since: str) -> None:
    is_current(tags, since)
    is_current(None, since)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2030, 1, 1)))  # noqa: DTZ001
def test_our_own_last_modified_always_comes_back_as_current(moment: datetime) -> None:
    modified_at = moment.replace(tzinfo=UTC)
    assert validators.is_current(
        if_none_match=None,
        if_modified_since=format_datetime(modified_at, usegmt=True),
        digest="abc",
        modified_at=modified_at,
        now=datetime(2031, 1, 1, tzinfo=UTC),
    )
