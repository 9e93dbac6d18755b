"""A signature over a body and its moment: what opens the door, and all that does not."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import signatures
from dispatch.rules.signatures import Refusal

SECRET = "a secret of at least thirty-two characters"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def check(header: str, body: bytes = b"{}", *, late: float = 0) -> Refusal | None:
    now = NOW + timedelta(seconds=late)
    return signatures.check(header, body, SECRET, now=now, tolerance_seconds=300)


def test_the_signature_is_plain_hmac_that_any_program_can_make() -> None:
    digest = hmac.new(SECRET.encode(), b"1795521600.{}", hashlib.sha256).hexdigest()
    assert signatures.sign(b"{}", SECRET, NOW) == f"t=1795521600,v1={digest}"
    assert check(f" v1={digest} , t=1795521600") is None


@given(st.binary(max_size=200))
def test_every_body_is_believed_as_it_was_signed_and_no_other(body: bytes) -> None:
    header = signatures.sign(body, SECRET, NOW)
    assert check(header, body) is None
    assert check(header, body + b" ") is Refusal.WRONG
    assert check(signatures.sign(body, "another secret", NOW), body) is Refusal.WRONG


@pytest.mark.parametrize(
    ("late", "refusal"),
    [(-301, Refusal.STALE), (-300, None), (0, None), (300, None), (301, Refusal.STALE)],
)
def test_what_was_signed_too_long_ago_or_ahead_is_stale(late: float, refusal: Refusal) -> None:
    assert check(signatures.sign(b"{}", SECRET, NOW), late=late) is refusal


def test_the_time_cannot_be_changed_afterwards() -> None:
    header = signatures.sign(b"{}", SECRET, NOW).replace("t=1795521600", "t=1795521601")
    assert check(header) is Refusal.WRONG


def test_two_signatures_may_stand_there_while_a_secret_is_changed() -> None:
    new = signatures.sign(b"{}", "the secret after this one, not known here", NOW)
    ours = signatures.sign(b"{}", SECRET, NOW).partition(",")[2]
    assert check(f"{new},{ours}") is None
    assert check(f"{ours},{new}") is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=00",
        "t=1795521600",
        "t=,v1=00",
        "t=-1,v1=00",
        "t=1e9,v1=00",
        "t=١٢٣,v1=00",
        "t=1795521600,t=1795521600,v1=00",
        f"t={'9' * 400},v1=00",
        "t=1795521600," + "v1=00," * 20,
        "Basic dXNlcg==",
    ],
)
def test_a_header_in_another_form_is_none(header: str) -> None:
    assert check(header) is Refusal.MISSING


def test_a_signature_in_other_letters_is_wrong_and_no_error() -> None:
    assert check("t=1795521600,v1=подпись") is Refusal.WRONG
