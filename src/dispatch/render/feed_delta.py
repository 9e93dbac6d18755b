"""Cuts a feed down to what is new or changed since a version that a reader has (RFC 3229).

In: a document as `render.feeds` wrote it, the marks of an older one. Out: marks, or a document with
fewer entries. Never: a document of anybody else's; ours have each entry between its own tags, and
what looks like a tag inside of a text is escaped there, so that the bytes can be cut as they are.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable

#: An entry of Atom or an item of RSS with the white space before it.
_XML_ENTRY = re.compile(rb"\s*<(entry|item)[ >].*?</\1>", re.DOTALL)
#: Where a missing entry means that it belongs there no more, a part would be a lie (RFC 5005).
_COMPLETE = re.compile(rb"<(\w+:)?complete[ />]")


def list_marks(body: bytes) -> tuple[str, ...]:
    """A mark for each entry, in order: another mark is another entry, or the same one changed."""
    if _is_json(body):
        return tuple(_mark(_as_bytes(item)) for item in json.loads(body)["items"])
    return tuple(_mark(found[0].strip()) for found in _XML_ENTRY.finditer(body))


def cut(body: bytes, known: Collection[str]) -> bytes | None:
    """`body` without the entries that `known` marks; None where only the whole of it will do.

    That is where nothing or everything would be left, and for a feed that is complete by itself.
    """
    marks = list_marks(body)
    left = sum(mark not in known for mark in marks)
    if left in (0, len(marks)) or _COMPLETE.search(body):
        return None
    return (_cut_json if _is_json(body) else _cut_xml)(body, lambda raw: _mark(raw) not in known)


def _cut_xml(body: bytes, is_new: Callable[[bytes], bool]) -> bytes:
    return _XML_ENTRY.sub(lambda found: found[0] if is_new(found[0].strip()) else b"", body)


def _cut_json(body: bytes, is_new: Callable[[bytes], bool]) -> bytes:
    document = json.loads(body)
    items: Iterable[object] = document["items"]
    document["items"] = [item for item in items if is_new(_as_bytes(item))]
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _is_json(body: bytes) -> bool:
    return body.startswith(b"{")


def _as_bytes(item: object) -> bytes:
    return json.dumps(item, ensure_ascii=False, sort_keys=True).encode()


def _mark(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]
