"""Says whether a message that another program posts to us is that program's, and fresh.

In: a header, the body's bytes, a shared secret, the time. Out: a refusal or none. Never: a look
into a body that is not signed, or a comparison that tells by its time how much was right.

The header is `t=1764331200,v1=HEX`: seconds since 1970, and HMAC-SHA256 (RFC 2104) under the secret
over the seconds, a dot, and the body. The time is signed too, so that what was overheard is worth
nothing after a few minutes. Several `v1` may stand there while a secret is changed.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from enum import StrEnum
from typing import Final

HEADER: Final = "Dispatch-Signature"
#: A header with more parts than this is nobody's.
MAX_PARTS: Final = 8


class Refusal(StrEnum):
    """Why a message is not taken."""

    MISSING = "missing"  #: no signature, or none in this form
    WRONG = "wrong"  #: signed with another secret, or changed on its way
    STALE = "stale"  #: rightly signed, but too long ago (or a clock is wrong)


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header of a message that leaves at `at`."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(seconds, body, secret)}"


def check(
    header: str, body: bytes, secret: str, *, now: datetime, tolerance_seconds: int
) -> Refusal | None:
    """None if the message is to be believed, else why not."""
    parts = [part.strip().partition("=") for part in header.split(",")][: MAX_PARTS + 1]
    times = [value for name, _, value in parts if name == "t"]
    given = [value for name, _, value in parts if name == "v1"]
    if len(parts) > MAX_PARTS or len(times) != 1 or not given or not _is_number(times[0]):
        return Refusal.MISSING
    expected = _digest(times[0], body, secret).encode()
    if not any(hmac.compare_digest(one.encode(), expected) for one in given):
        return Refusal.WRONG
    is_fresh = abs(now.timestamp() - int(times[0])) <= tolerance_seconds
    return None if is_fresh else Refusal.STALE


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12


def _digest(seconds: str, body: bytes, secret: str) -> str:
    signed = seconds.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
