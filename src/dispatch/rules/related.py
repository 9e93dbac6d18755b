"""Read also: which articles belong beside one another.

In: outlines of articles in one language, or the relations that were found among them. Out: for an
article the others most like it, with what speaks for each; for what an issue shows, what belongs
beside it. Never: an article beside itself or beside its translation, two translations of one
piece, one that was withdrawn; fills a place with something unrelated.

Likeness is added up from shared sections, a shared author, and the stems of words that the texts
share. A stem is how a word begins: in Russian its end changes with its case, in English with its
number. Rare ones weigh more, so no list of stop words is needed in any language. Likeness does not
depend on the moment: of two alike the younger comes first whenever one looks, so relations can be
found once and kept.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from dispatch.model.article import Article

SECTION_WEIGHT = 0.3
AUTHOR_WEIGHT = 0.2
TEXT_WEIGHT = 1.0
#: A word of the headline or the standfirst counts as so many more of the text.
HEAD_WEIGHT = 2.0
#: An older article must be more alike to be shown.
HALF_LIFE_DAYS = 120.0
#: Below it two articles have no more in common than any two of a newsroom.
LEAST_LIKENESS = 0.12
#: How much of a text is looked at: a newsroom says at the beginning what a piece is about.
TEXT_LIMIT = 3000

_WORD = re.compile(r"[^\W\d_]{4,}|\d{4,}")
#: Shorter words say little of the subject and are left out; of longer ones this much is the stem.
_STEM, _LONG_STEM, _LONG_WORD = 4, 5, 7
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What of an article counts for its likeness to others; `text` is plain."""

    id: int
    group_id: int
    title: str
    standfirst: str
    text: str
    authors: tuple[str, ...]
    sections: tuple[str, ...]
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Why `other_id` belongs beside `article_id`: `sections` and `text` are shares from 0 to 1."""

    article_id: int
    other_id: int
    sections: float
    same_author: bool
    text: float

    @property
    def likeness(self) -> float:
        """How alike the two are, whatever their age."""
        return (
            SECTION_WEIGHT * self.sections
            + AUTHOR_WEIGHT * self.same_author
            + TEXT_WEIGHT * self.text
        )


class Candidate(Protocol):
    """What must be known of an article that may be offered."""

    @property
    def id(self) -> int:
        """Its number: it decides a tie."""

    @property
    def group_id(self) -> int:
        """The piece that it is one translation of."""

    @property
    def published_at(self) -> datetime:
        """The younger of two alike comes first."""


Offered = TypeVar("Offered", bound=Candidate)


class Library:
    """Articles of one language that may stand beside one another."""

    def __init__(self, outlines: Iterable[Outline]) -> None:
        self._outlines = {one.id: one for one in outlines}
        stems = {one.id: _stems_of(one) for one in self._outlines.values()}
        self._articles_with = Counter(stem for found in stems.values() for stem in found)
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, found in stems.items():
            for stem, weight in self._vector(found).items():
                self._postings[stem].append((number, weight))

    def relate(self, outline: Outline, count: int) -> tuple[Relation, ...]:
        """At most `count` others that are like `outline`, the best first. Ties: the smaller id."""
        texts: defaultdict[int, float] = defaultdict(float)
        for stem, weight in self._vector(_stems_of(outline)).items():
            for other, its_weight in self._postings.get(stem, ()):
                texts[other] += weight * its_weight
        found = (
            _relation(outline, other, texts[other.id])
            for other in self._outlines.values()
            if other.group_id != outline.group_id
        )
        alike = (one for one in found if one.likeness >= LEAST_LIKENESS)
        return tuple(heapq.nsmallest(count, alike, key=self._order))

    def _order(self, relation: Relation) -> tuple[float, int]:
        published_at = self._outlines[relation.other_id].published_at
        return -score(relation, published_at), relation.other_id

    def _vector(self, stems: Mapping[str, float]) -> dict[str, float]:
        """What stems weigh among these articles, as a vector of length 1."""
        total = 1 + len(self._outlines)
        weights = {
            stem: weight * math.log(1 + total / (1 + self._articles_with[stem]))
            for stem, weight in stems.items()
        }
        size = math.sqrt(math.fsum(weight**2 for weight in weights.values())) or 1.0
        return {stem: weight / size for stem, weight in weights.items()}


def score(relation: Relation, published_at: datetime) -> float:
    """The likeness with the other one's age in it, for comparison at any moment."""
    return math.log2(max(relation.likeness, 1e-9)) + published_at.timestamp() / (
        HALF_LIFE_DAYS * _DAY.total_seconds()
    )


def read_also(
    shown: Sequence[Article],
    relations: Iterable[Relation],
    pool: Sequence[Article],
    count: int,
) -> tuple[tuple[Article, Relation], ...]:
    """At most `count` of `pool` that belong beside what is shown, each with what speaks for it.

    `relations` are those of the articles shown. Ties: the newer article, then the smaller id.
    """
    fit = {one.id: one for one in pool if one.withdrawn_at is None}
    return choose({article.group_id for article in shown}, relations, fit, count)


def choose(
    groups: Collection[int],
    relations: Iterable[Relation],
    pool: Mapping[int, Offered],
    count: int,
) -> tuple[tuple[Offered, Relation], ...]:
    """The same, of a `pool` in which all may be shown, beside the pieces called `groups`."""
    best = _closest(relation for relation in relations if relation.other_id in pool)
    in_order = sorted(best, key=lambda one: _place(one, pool[one.other_id]))
    taken = set(groups)
    chosen: list[tuple[Offered, Relation]] = []
    for relation in in_order:
        article = pool[relation.other_id]
        if len(chosen) == count:
            break
        if article.group_id not in taken:
            taken.add(article.group_id)
            chosen.append((article, relation))
    return tuple(chosen)


def _place(relation: Relation, article: Candidate) -> tuple[float, float, int]:
    published_at = article.published_at
    return -score(relation, published_at), -published_at.timestamp(), article.id


def _closest(relations: Iterable[Relation]) -> list[Relation]:
    """For each other article its strongest relation to anything that is shown."""
    best: dict[int, Relation] = {}
    for one in sorted(relations, key=lambda one: (-one.likeness, one.article_id)):
        best.setdefault(one.other_id, one)
    return list(best.values())


def _relation(outline: Outline, other: Outline, text: float) -> Relation:
    ours = {name.casefold() for name in outline.authors}
    return Relation(
        article_id=outline.id,
        other_id=other.id,
        sections=_share(outline.sections, other.sections),
        same_author=not ours.isdisjoint(name.casefold() for name in other.authors),
        text=min(1.0, text),
    )


def _share(ours: Collection[str], theirs: Collection[str]) -> float:
    """What two sets have in common, of all that they have (Jaccard)."""
    union = {*ours, *theirs}
    return len({*ours} & {*theirs}) / len(union) if union else 0.0


def _stems_of(outline: Outline) -> dict[str, float]:
    """Without the authors' names, which a standfirst often repeats: they count by themselves."""
    head = _stems(f"{outline.title} {outline.standfirst}")
    text = _stems(outline.text[:TEXT_LIMIT])
    names = _stems(" ".join(outline.authors))
    weights = {stem: 1 + math.log(number) for stem, number in text.items()}
    for stem in head:
        weights[stem] = weights.get(stem, 0.0) + HEAD_WEIGHT
    return {stem: weights[stem] for stem in sorted(weights) if stem not in names}


def _stems(text: str) -> Counter[str]:
    words = _WORD.findall(text.casefold().replace("ё", "е"))
    return Counter(word[: _LONG_STEM if len(word) >= _LONG_WORD else _STEM] for word in words)
