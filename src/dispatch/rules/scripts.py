"""Tells whether a text is written in the letters of a language.

In: a BCP 47 tag and a text. Out: yes or no, and yes where nothing can be said. It knows letters,
not words: English told from Russian, not from French. Never: a guess about a language that it
does not list.
"""

from __future__ import annotations

import unicodedata
from collections import Counter

_LETTERS = {
    "CYRILLIC": "ru uk be bg mk kk ky mn tg",
    "HEBREW": "he yi",
    "ARABIC": "ar fa ur ps",
    "GREEK": "el",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "LATIN": "en fr de es it pt nl pl cs sk sl hr ro hu sv da nb nn fi et lv lt tr sq ca is ga",
}
_SCRIPT_OF = {tag: script for script, tags in _LETTERS.items() for tag in tags.split()}

#: Names and quotations may be in other letters; a headline of two words is not judged.
_FEWEST_LETTERS = 12
_SMALLEST_SHARE = 0.3


def fits(language: str, text: str, fewest_letters: int = _FEWEST_LETTERS) -> bool:
    """Whether at least three of ten letters of `text` are those that `language` is written in.

    A text of fewer than `fewest_letters` says nothing.
    """
    expected = _SCRIPT_OF.get(language.split("-", maxsplit=1)[0].lower())
    counts = Counter(_script(letter) for letter in text if letter.isalpha())
    total = counts.total()
    if expected is None or total < fewest_letters:
        return True
    return counts[expected] / total >= _SMALLEST_SHARE


def _script(letter: str) -> str:
    """The first word of a letter's name: "CYRILLIC SMALL LETTER A"."""
    return unicodedata.name(letter, "").partition(" ")[0]
