"""Cuts a feed down to what is new or changed since a version that a reader has (RFC 3229).

In: a document as `render.feeds` wrote it, the marks of an older one. Out: marks, or a document with
fewer entries. Never: a document of anybody else's; ours have each entry between its own tags, and
what looks like a tag inside of a text is escaped there, so that the bytes can be cut as they are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import Final

#: How an entry of Atom begins and ends, an item of RSS, and one of JSON Feed (`render.jsonfeed`
#: writes each field on a line of its own, and nothing else at this depth).
_ATOM: Final = (b"<entry", b"</entry>")
_RSS: Final = (b"<item>", b"</item>")
_JSON: Final = (b"\n  {\n", b"\n  }")
#: Where a missing entry means that it belongs there no more, a part would be a lie (RFC 5005).
_COMPLETE = re.compile(rb"<(\w+:)?complete[ />]")


def list_marks(body: bytes) -> tuple[str, ...]:
    """A mark for each entry, in order: another mark is another entry, or the same one changed."""
    return tuple(_mark(body[start:end]) for start, end in _find_entries(body))


def cut(body: bytes, known: Collection[str]) -> bytes | None:
    """`body` without the entries that `known` marks; None where only the whole of it will do.

    That is where nothing or everything would be left, and for a feed that is complete by itself.
    """
    entries = _find_entries(body)
    raw = [body[start:end] for start, end in entries]
    left = [one for one in raw if _mark(one) not in known]
    if len(left) in (0, len(raw)) or _COMPLETE.search(body):
        return None
    between = body[entries[0][1] : entries[1][0]]  # one was left out: there are two at least
    return body[: entries[0][0]] + between.join(left) + body[entries[-1][1] :]


def _find_entries(body: bytes) -> list[tuple[int, int]]:
    """Where each entry begins and ends. Without a pattern: in a tenth of its time."""
    opening, closing = _tags_of(body)
    found: list[tuple[int, int]] = []
    end = 0
    while (start := body.find(opening, end)) >= 0:
        end = body.index(closing, start) + len(closing)
        found.append((start, end))
    return found


def _tags_of(body: bytes) -> tuple[bytes, bytes]:
    if body.startswith(b"{"):
        return _JSON
    return _RSS if _RSS[1] in body else _ATOM


def _mark(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]
