"""What a client would rather have, from headers that may be anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.web import accept

KNOWN = ("en", "ru", "pt-BR")


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ("", False),
        ("gzip", True),
        ("GZip", True),
        ("x-gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0.001", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("gzip;q=0.5, identity", False),
        ("gzip, identity;q=0.5", True),
        ("identity;q=0", False),
        ("gzip;q=nonsense", False),
        ("gzip;q=-1", False),
        ("gzip;q=²", False),
        ("deflate;q=1;gzip", False),
    ],
)
def test_gzip_is_sent_to_those_who_want_it(asked: str, taken: bool) -> None:
    assert accept.takes_gzip(asked) is taken


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("", None),
        ("ru", "ru"),
        ("RU-ru", "ru"),
        ("de, ru;q=0.8, en;q=0.3", "ru"),
        ("en;q=0.3, ru;q=0.8", "ru"),
        ("en;q=0.5, ru;q=0.5", "en"),
        ("de-CH, de", None),
        ("pt", "pt-BR"),
        ("pt-BR", "pt-BR"),
        ("pt-PT, ru;q=0.5", "ru"),
        ("*", "en"),
        ("en;q=0, *;q=0.5", "ru"),
        ("ru;q=0", None),
        (";;;,,,=", None),
    ],
)
def test_the_language_is_the_best_that_we_have(asked: str, chosen: str | None) -> None:
    assert accept.choose_language(asked, KNOWN) == chosen


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_nothing_in_a_header_is_an_error(value: str) -> None:
    assert accept.takes_gzip(value) in (True, False)
    assert accept.choose_language(value, KNOWN) in (None, *KNOWN)
