"""Whether an entry that nothing names is an article that lost its names.

In: an entry, its text, the articles of its source of about the same date. Out: the one that it is,
with the reason, or None. Never: one sign alone. A title is shared by every "Week in review"; title,
date, and authors or text together are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from dispatch.model.article import Entry
from dispatch.rules.identity import Known

#: How far the dates of one article may lie apart.
NEAR = timedelta(hours=48)

#: From which share of equal characters two titles are one.
TITLE_LIKENESS = 0.9

#: From which share of common word sequences two texts are one, and below which they are not.
TEXT_LIKENESS = 0.9
TEXT_CONTRADICTION = 0.5

_SHINGLE = 5
_SHORTEST_TEXT = 20
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that an entry may turn out to be. `authors` are case-folded names."""

    known: Known
    published_at: datetime
    authors: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """The article that an entry is, and by what signs."""

    known: Known
    why: str


def find_likeness(
    entry: Entry, text: str, date: datetime | None, candidates: Iterable[Candidate]
) -> Likeness | None:
    """The candidate that `entry` is: title, date within two days, and authors or text agree."""
    if date is None:
        return None
    near = (one for one in candidates if abs(one.published_at - date) <= NEAR)
    for one in sorted(near, key=lambda one: abs(one.published_at - date)):
        if is_same_title(entry.title, one.known.title) and (sign := _second_sign(entry, text, one)):
            hours = round(abs(one.published_at - date) / timedelta(hours=1))
            return Likeness(known=one.known, why=f"same title, {hours} h apart, {sign}")
    return None


def is_same_title(one: str, other: str) -> bool:
    """Whether two titles are the same but for typography and a few letters."""
    first, second = _words(one), _words(other)
    if not first or not second:
        return False
    if first == second:
        return True
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    bound = matcher.real_quick_ratio()
    return bound >= TITLE_LIKENESS and matcher.ratio() >= TITLE_LIKENESS


def text_likeness(one: str, other: str) -> float | None:
    """The share of word sequences that two texts have in common; None where one is too short."""
    first, second = _shingles(one), _shingles(other)
    if first is None or second is None:
        return None
    return len(first & second) / len(first | second)


def authors_of(entry: Entry) -> frozenset[str]:
    """The names of an entry's authors, to be compared."""
    return frozenset(author.name.casefold() for author in entry.authors)


def _second_sign(entry: Entry, text: str, one: Candidate) -> str:
    """What agrees beside the title, or "". Texts or standfirsts that differ are proof against."""
    share = text_likeness(text, one.text)
    if share is not None and share >= TEXT_LIKENESS:
        return f"{share:.0%} of the text in common"
    if share is not None and share < TEXT_CONTRADICTION:
        return ""
    if share is None and _words(entry.standfirst) != _words(one.known.standfirst):
        return ""
    authors = authors_of(entry)
    return "same authors" if authors and authors == one.authors else ""


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.replace("\u00ad", "").casefold()))


def _shingles(text: str) -> set[tuple[str, ...]] | None:
    words = _WORD.findall(text.replace("\u00ad", "").casefold())
    if len(words) < _SHORTEST_TEXT:
        return None
    return {tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}
