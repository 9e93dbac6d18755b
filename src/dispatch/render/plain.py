"""Lays out the text part of a message: lines of at most 78 characters, addresses whole.

In: a sentence. Out: its lines. It never cuts a URL and never ends a line in a blank.
"""

from __future__ import annotations

import textwrap
from typing import Final

#: RFC 5322, section 2.1.1 recommends it, and quoting adds two characters.
LINE_CHARACTERS: Final = 78


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """`text` in lines, each behind `indent`, the first behind `first` where that is given."""
    lines = textwrap.wrap(
        _with_short_words(text, LINE_CHARACTERS - len(indent)),
        LINE_CHARACTERS,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def underlined(text: str, stroke: str) -> str:
    """A heading with a line of `stroke` below it, as long as its longest line."""
    lines = wrapped(text)
    return f"{lines}\n{stroke * max(map(len, lines.split(chr(10))))}"


def _with_short_words(text: str, width: int) -> str:
    return " ".join(share for word in text.split() for share in _shares(word, width))


def _shares(word: str, width: int) -> list[str]:
    """`word` cut where no line could hold it; an address stays whole, or nobody could follow it."""
    if "://" in word or len(word) <= width:
        return [word]
    return [word[start : start + width] for start in range(0, len(word), width)]
