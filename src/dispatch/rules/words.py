"""Takes the words from a text, without the endings of Russian and English inflection.

In: a text, as readers see it or as they ask for it. Out: stems, each once, in order. Never: a
dictionary or a language: a word tells by its letters which endings it may have.

Light on purpose: it folds forms of one word («договоров», «договоры»; "treaties", "treaty") and
keeps words apart that only begin alike. Both sides of a search go through it, so that it only has
to be the same, not right.
"""

from __future__ import annotations

import functools
import re
from typing import Final

#: What of a text is looked at, in words: a headline and a standfirst have fewer.
MOST_WORDS: Final = 200

_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_PARTS: Final = re.compile("-")
#: Shorter than this, nothing is left of a word without its ending.
_SHORTEST: Final = 3

_RUSSIAN_NAMES: Final = (
    "иями ями ами ого его ому ему ыми ими иях ией ием иям ях ах ов ев ей ой ый ий ая яя ое "
    "ее ые ие ую юю ом ем ам ям ия ию ии ье ьи ью ья ешь ишь ете ите ют ут ят ат ет ит ла ли ло "
    "лся лась лись ться ть а е и й о у ы ь э ю я л"
)
_ENGLISH: Final = (("ies", "y"), ("sses", "ss"), ("'s", ""), ("’s", ""), ("es", ""), ("s", ""))
_VERBAL: Final = ("ingly", "edly", "ing", "ed", "ly")
_RUSSIAN: Final = tuple(sorted(_RUSSIAN_NAMES.split(), key=len, reverse=True))


def stems(text: str) -> tuple[str, ...]:
    """The stems of the words of `text`."""
    folded = text.casefold().replace("ё", "е")
    words = _WORD.findall(folded)[:MOST_WORDS]
    parts = [part for word in words for part in {word, *_PARTS.split(word)}]
    return tuple(dict.fromkeys(_stem(part) for part in sorted(set(parts), key=parts.index)))


#: Headlines of a newsroom share their words.
@functools.lru_cache(maxsize=16_384)
def _stem(word: str) -> str:
    if re.search("[а-я]", word):
        return _without(word, _RUSSIAN)
    for ending, instead in _ENGLISH:
        if word.endswith(ending) and not word.endswith("ss"):
            word = _cut(word, ending, instead)
            break
    bare = _without(word, _VERBAL)
    return bare.removesuffix("e") if len(bare) > _SHORTEST else bare


def _without(word: str, endings: tuple[str, ...]) -> str:
    """`word` without the longest of `endings` that leaves enough of it."""
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending)
    return word


def _cut(word: str, ending: str, instead: str) -> str:
    is_long = len(word) - len(ending) + len(instead) >= _SHORTEST
    return word.removesuffix(ending) + instead if is_long else word
