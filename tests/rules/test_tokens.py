"""Tokens come back as they were made, for their purpose alone, and nobody else makes one."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import tokens
from dispatch.rules.tokens import Purpose, Token

SIGNER = tokens.Signer("a secret")
TOKENS = st.builds(
    Token, st.sampled_from(Purpose), st.integers(0, 2**40 - 1), st.integers(0, 2**32 - 1)
)


@given(TOKENS)
def test_a_token_says_what_was_put_in_whatever_its_letter_case(token: Token) -> None:
    text = SIGNER.make(token)
    assert SIGNER.read(text, token.purpose) == token
    assert SIGNER.read(text.upper(), token.purpose) == token
    assert SIGNER.make(token) == text


@given(TOKENS)
def test_every_token_has_one_length_and_needs_no_escape_anywhere(token: Token) -> None:
    text = SIGNER.make(token)
    assert len(text) == tokens.LENGTH
    assert set(text) <= set(string.ascii_lowercase + string.digits)


@given(TOKENS, st.sampled_from(Purpose))
def test_a_token_is_good_for_one_purpose(token: Token, purpose: Purpose) -> None:
    read = SIGNER.read(SIGNER.make(token), purpose)
    assert read == (token if purpose is token.purpose else None)


@given(
    TOKENS, st.integers(0, tokens.LENGTH - 1), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567")
)
def test_one_changed_letter_spoils_a_token(token: Token, place: int, letter: str) -> None:
    text = SIGNER.make(token)
    forged = text[:place] + letter + text[place + 1 :]
    assert (SIGNER.read(forged, token.purpose) is None) == (forged != text)


@given(TOKENS)
def test_another_secret_makes_other_tokens(token: Token) -> None:
    assert tokens.Signer("another").read(SIGNER.make(token), token.purpose) is None


@given(st.text(max_size=40), st.sampled_from(Purpose))
def test_garbage_is_nobodys_token(text: str, purpose: Purpose) -> None:
    assert SIGNER.read(text, purpose) is None


@pytest.mark.parametrize("text", ["", "a" * 31, "a" * 32, "a" * 40, "=" * 32, "ы" * 32, "\ud800"])
def test_the_edges_of_garbage_are_refused_too(text: str) -> None:
    assert SIGNER.read(text, Purpose.UNSUBSCRIBE) is None


@pytest.mark.parametrize(("subscriber_id", "scope"), [(2**40, 0), (0, 2**32), (-1, 0)])
def test_numbers_that_do_not_fit_are_refused_not_cut(subscriber_id: int, scope: int) -> None:
    with pytest.raises(OverflowError):
        SIGNER.make(Token(Purpose.DELIVERY, subscriber_id, scope))


def test_the_numbers_of_purposes_are_on_paper_for_ever() -> None:
    assert {purpose.name: purpose.value for purpose in Purpose}.items() >= {
        "UNSUBSCRIBE": 1,
        "DELIVERY": 2,
        "CONFIRM": 3,
    }.items()
