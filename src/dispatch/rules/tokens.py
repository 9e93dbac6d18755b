"""Signed tokens: a few numbers that a reader may hand back to us, and nobody can forge.

Purpose-bound, idempotent and multi-use (design: invariant 5): a token says who it is about and
what it is for, and is checked without a look into the store. Always 32 characters of lower-case
base32, so that a message can be laid out before the reader is known, and mail systems that fold
letter case cannot break it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from enum import IntEnum

#: Every token has this many characters.
LENGTH = 32

_MAC_BYTES = 10  # 80 bits, the least that RFC 2104, section 5 allows; guesses are online only


class Purpose(IntEnum):
    """What a token may be used for. The numbers are on paper for ever: never reuse one."""

    UNSUBSCRIBE = 1  #: subscriber, newsletter
    DELIVERY = 2  #: subscriber, issue: Message-ID and return path
    CONFIRM = 3  #: subscriber, newsletter
    OWN_FEED = 8  #: subscriber, the number of the address: a higher one makes it worthless


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. `scope` is a newsletter's or an issue's number, as its purpose tells."""

    purpose: Purpose
    subscriber_id: int
    scope: int


class Signer:
    """Makes and checks tokens under one secret."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"dispatch tokens " + secret.encode()).digest()

    def make(self, token: Token) -> str:
        """The token as text; raises OverflowError beyond 2**40 subscribers or 2**32 scopes."""
        body = bytes([token.purpose])
        body += token.subscriber_id.to_bytes(5, "big") + token.scope.to_bytes(4, "big")
        return base64.b32encode(body + self._mac(body)).decode("ascii").lower()

    def read(self, text: str, purpose: Purpose) -> Token | None:
        """What `text` says, or None if it was not made by us for `purpose`."""
        try:
            raw = base64.b32decode(text.upper())
        except (binascii.Error, ValueError):
            return None
        body, mac = raw[:10], raw[10:]
        if len(raw) != 20 or not hmac.compare_digest(mac, self._mac(body)) or body[0] != purpose:
            return None
        numbers = int.from_bytes(body[1:6], "big"), int.from_bytes(body[6:10], "big")
        return Token(purpose, *numbers)

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()[:_MAC_BYTES]
