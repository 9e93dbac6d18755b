"""Read also: which other articles belong beside the ones that are shown.

In: the articles shown, the pool to choose from, how many, the moment. Out: articles, or for each
the facts that speak for it. Never: one that is shown, a translation of one that is shown or chosen,
one that was withdrawn; fills a place with something unrelated.

Likeness is added up from shared sections, a shared author, and the four-letter pieces of words that
titles and standfirsts share. Pieces, because in Russian the end of a word changes with its case;
rare ones weigh more, so no list of stop words is needed in any language.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from dispatch.model.article import Article

SECTION_WEIGHT = 0.3
AUTHOR_WEIGHT = 0.2
TEXT_WEIGHT = 1.0
#: An older article must be more alike to be shown.
HALF_LIFE_DAYS = 120.0
#: Below it two articles have no more in common than any two of a newsroom.
LEAST_LIKENESS = 0.1

_PIECE = 4
_WORD = re.compile(r"[^\W\d_]{4,}|\d{4,}")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Why `article_id` belongs beside `shown_id`, of all that are shown the most alike.

    `sections` and `text` are shares between 0 and 1; `score` is the likeness after ageing.
    """

    article_id: int
    shown_id: int
    sections: float
    same_author: bool
    text: float
    age_days: float

    @property
    def likeness(self) -> float:
        """How alike the two are, whatever their age."""
        return (
            SECTION_WEIGHT * self.sections
            + AUTHOR_WEIGHT * self.same_author
            + TEXT_WEIGHT * self.text
        )

    @property
    def score(self) -> float:
        """The likeness, halved for every HALF_LIFE_DAYS of age."""
        return float(self.likeness * 0.5 ** (self.age_days / HALF_LIFE_DAYS))


def read_also(
    article_set: Sequence[Article], pool: Sequence[Article], count: int, now: datetime
) -> tuple[Article, ...]:
    """At most `count` of `pool` that belong beside `article_set`, best first.

    The caller gives a pool in the reader's language. Ties: the newer article, then the smaller id.
    """
    articles = {article.id: article for article in pool}
    taken = {article.group_id for article in article_set}
    chosen: list[Article] = []
    for relation in relations(article_set, pool, now):
        article = articles[relation.article_id]
        if len(chosen) < count and article.group_id not in taken:
            taken.add(article.group_id)
            chosen.append(article)
    return tuple(chosen)


def relations(
    article_set: Sequence[Article], pool: Sequence[Article], now: datetime
) -> tuple[Relation, ...]:
    """What speaks for each article of `pool` that is related at all, best first."""
    shown = sorted(article_set, key=lambda article: article.id)
    groups = {article.group_id for article in shown}
    candidates = {
        article.id: article
        for article in pool
        if article.group_id not in groups and article.withdrawn_at is None
    }
    weights = _weights([*shown, *candidates.values()])
    best = [_closest(article, shown, weights, now) for article in candidates.values() if shown]
    related = [relation for relation in best if relation.likeness >= LEAST_LIKENESS]
    return tuple(sorted(related, key=lambda relation: _order(relation, candidates)))


def _order(relation: Relation, articles: Mapping[int, Article]) -> tuple[float, float, int]:
    article = articles[relation.article_id]
    return -relation.score, -article.published_at.timestamp(), article.id


def _closest(
    article: Article, shown: Sequence[Article], weights: Mapping[str, float], now: datetime
) -> Relation:
    found = (_relate(article, other, weights, now) for other in shown)
    return max(found, key=lambda relation: relation.likeness)


def _relate(
    article: Article, other: Article, weights: Mapping[str, float], now: datetime
) -> Relation:
    return Relation(
        article_id=article.id,
        shown_id=other.id,
        sections=_share(article.sections, other.sections),
        same_author=not _authors(article).isdisjoint(_authors(other)),
        text=_overlap(_pieces_of(article), _pieces_of(other), weights),
        age_days=max(0.0, (now - article.published_at) / _DAY),
    )


def _share(ours: Collection[str], theirs: Collection[str]) -> float:
    """What two sets have in common, of all that they have (Jaccard)."""
    union = {*ours, *theirs}
    return len({*ours} & {*theirs}) / len(union) if union else 0.0


def _authors(article: Article) -> set[str]:
    return {author.name.casefold() for author in article.authors}


def _overlap(ours: frozenset[str], theirs: frozenset[str], weights: Mapping[str, float]) -> float:
    """The weight of the shared pieces against that of all (the cosine of two weighted sets)."""
    both = math.fsum(weights[piece] for piece in ours & theirs)
    size = math.sqrt(_size(ours, weights) * _size(theirs, weights))
    return both / size if size else 0.0


def _size(pieces: frozenset[str], weights: Mapping[str, float]) -> float:
    return math.fsum(weights[piece] for piece in pieces)


def _weights(articles: Sequence[Article]) -> dict[str, float]:
    """How much a piece says: the rarer among these articles, the more."""
    articles_with = Counter(piece for article in articles for piece in _pieces_of(article))
    total = len(articles)
    return {piece: math.log(1 + total / number) ** 2 for piece, number in articles_with.items()}


def _pieces_of(article: Article) -> frozenset[str]:
    """Without the authors' names, which a standfirst often repeats: they count by themselves."""
    names = " ".join(author.name for author in article.authors)
    return _pieces(f"{article.title} {article.standfirst}") - _pieces(names)


@lru_cache(maxsize=4096)
def _pieces(text: str) -> frozenset[str]:
    """The four-letter pieces of the longer words; short words say nothing of the subject."""
    words = _WORD.findall(text.casefold().replace("ё", "е"))
    return frozenset(
        word[start : start + _PIECE] for word in words for start in range(len(word) - _PIECE + 1)
    )
