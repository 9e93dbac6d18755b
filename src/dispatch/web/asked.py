"""Reads what a request for a feed says, once and quickly: feeds are asked for all day long.

In: an ASGI scope. Out: the few headers that decide the answer. Never: the body, the query string,
or a header that is not in the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_WANTED = frozenset(
    {
        b"a-im",
        b"accept-encoding",
        b"if-modified-since",
        b"if-none-match",
        b"sec-fetch-dest",
        b"user-agent",
        b"x-forwarded-for",
    }
)
#: A proxy on this machine is ours; whoever else names an address in a header may lie.
_OWN = frozenset({"127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for a feed. `address` is whoever asks, as far as it can be trusted."""

    if_none_match: str | None
    if_modified_since: str | None
    accept_encoding: str
    a_im: str
    agent: str
    address: str
    is_person: bool

    @property
    def is_conditional(self) -> bool:
        """Whether the client says what it has."""
        return self.if_none_match is not None or self.if_modified_since is not None


def read(scope: Mapping[str, Any]) -> Asked:
    """What the request of `scope` says; a header in several lines is one (RFC 9110, 5.3)."""
    found = _headers(scope["headers"])
    peer = scope.get("client")
    address = peer[0] if peer else ""
    forwarded = found.get(b"x-forwarded-for", "")
    if forwarded and address in _OWN:
        address = forwarded.rpartition(",")[2].strip()
    return Asked(
        if_none_match=found.get(b"if-none-match"),
        if_modified_since=found.get(b"if-modified-since"),
        accept_encoding=found.get(b"accept-encoding", ""),
        a_im=found.get(b"a-im", ""),
        agent=found.get(b"user-agent", ""),
        address=address,
        is_person=found.get(b"sec-fetch-dest") == "document",
    )


def _headers(lines: Iterable[tuple[bytes, bytes]]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for name, value in lines:
        if name in _WANTED:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    return found
