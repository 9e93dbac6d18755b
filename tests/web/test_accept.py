"""What a client would rather have, from headers that may be anything."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.web import accept

KNOWN = ("en", "ru", "pt-BR")


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("br", "br"),
        ("gzip, br;q=0.9", "gzip"),
        ("gzip;q=0", None),
        ("gzip; q=0.000", None),
        ("gzip;q=0.001", "gzip"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("*;q=0", None),
        ("gzip;q=0, br;q=0, *", None),
        ("identity", None),
        ("gzip;q=0.5, identity", None),
        ("gzip, identity;q=0.5", "gzip"),
        ("identity;q=0", None),
        ("gzip;q=nonsense", None),
        ("gzip;q=-1", None),
        ("gzip;q=²", None),
        ("deflate;q=1;gzip", None),
    ],
)
def test_the_encoding_is_the_one_most_wanted_and_of_equals_the_smallest(
    asked: str, chosen: str | None
) -> None:
    assert accept.choose_encoding(asked, ("br", "gzip")) == chosen


def test_what_comes_in_one_encoding_alone_is_sent_as_it_is() -> None:
    assert accept.choose_encoding("gzip, br", ()) is None


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
    assert accept.choose_encoding(value, ("br", "gzip")) in ("br", "gzip", None)
    assert accept.choose_language(value, KNOWN) in (None, *KNOWN)
