"""Cuts tags down that hold more attributes than any page has.

In: the text of a page. Out: the same, but for those tags, of which the name is left. Never: takes
longer than a pass. The parser compares each attribute with all before it: one tag of 100,000 would
keep it busy for a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: As many attributes a tag may have; widgets that carry their data in them have some dozens.
MAX_ATTRIBUTES: Final = 400
#: A shorter tag cannot have more.
_SHORT: Final = 2 * MAX_ATTRIBUTES

#: The beginning of a comment, or a tag up to its end; `>` within quotation marks is none.
_TAG: Final = re.compile(r"""<!--|<([a-zA-Z][^\s/>"'<]*+)(?:[^>"']++|"[^"]*+"|'[^']*+')*+>?""")
_QUOTED: Final = re.compile(r""""[^"]*+"|'[^']*+'""")
_BETWEEN: Final = re.compile(r"[\s/=]+")
#: What stands in these is no markup.
_RAW: Final = frozenset({"script", "style"})


def without_crowds(text: str) -> str:
    """`text` with every crowded tag replaced by its name alone."""
    pieces: list[str] = []
    kept = 0
    for start, end, name in _crowds(text):
        pieces += (text[kept:start], f"<{name}>")
        kept = end
    return "".join((*pieces, text[kept:])) if pieces else text


def _crowds(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each crowded tag begins and ends, and its name."""
    at = 0
    while found := _TAG.search(text, at):
        at, name = found.end(), found[1]
        if name is None:
            at = _after(text, "-->", at)
            continue
        if at - found.start() > _SHORT and _count(found[0]) > MAX_ATTRIBUTES:
            yield found.start(), at, name
        if name.lower() in _RAW:
            at = _after(text, "</", at)


def _after(text: str, end: str, at: int) -> int:
    found = text.find(end, at)
    return len(text) if found < 0 else found + len(end)


def _count(tag: str) -> int:
    """How many attributes a tag may have, at most: each has a name, and a value perhaps."""
    bare = _QUOTED.sub(" ", tag)
    return max(bare.count("="), len(_BETWEEN.split(bare)) - bare.count("=") - 1)
