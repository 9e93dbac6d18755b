"""Tells visitors apart for a day without knowing who they are.

In: a network address and a User-Agent. Out: a short hash. Never: kept, written or logged; the salt
is made by chance in memory, changes every day and dies with the process, so that nobody can find
out afterwards whose address a hash was.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date


class Salt:
    """Today's salt."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._key = b""

    def name(self, day: date, *parts: str) -> bytes:
        """A name for whoever said `parts` on that day."""
        if day != self._day:
            self._day, self._key = day, secrets.token_bytes(32)
        text = "\0".join(parts)[:4096].encode("utf-8", "replace")
        return hashlib.blake2b(text, key=self._key, digest_size=12).digest()
