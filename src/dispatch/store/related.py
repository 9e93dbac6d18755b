"""Which articles belong beside one another, as it was found when they came in or changed.

In: a transaction, relations. Out: relations, and for an article the ones to read beside it. Never:
a judgement; `rules.related` has that.
"""

from __future__ import annotations

import dataclasses
import html
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.article import Article, RelatedArticle
from dispatch.rules import related
from dispatch.rules.related import Outline, Relation
from dispatch.store import articles, schema
from dispatch.store.database import Transaction

#: How many relations of an article are kept. An issue leaves out what earlier ones carried, so it
#: needs more than the three that a page shows.
KEPT = 24
#: How many of the newest articles of a language may stand beside a new one.
CANDIDATE_LIMIT = 1000

_CHUNK = 400
_TAG = re.compile(r"<[^>]*>")

_article = schema.article
_related = schema.related
_due = schema.related_due
_section = schema.article_section


def list_pending(tx: Transaction, limit: int) -> list[tuple[int, str, datetime]]:
    """(id, language, when it changed) of articles whose company is to be found, newest first."""
    query = (
        sa.select(_article.c.id, _article.c.language, _due.c.changed_at)
        .join_from(_due, _article, _article.c.id == _due.c.article_id)
        .order_by(_due.c.article_id.desc())
        .limit(limit)
    )
    return [(row.id, row.language, row.changed_at) for row in tx.execute(query)]


def list_candidates(tx: Transaction, language: str, since: datetime) -> list[Outline]:
    """The newest articles of a language that entered since: what may stand beside others."""
    query = (
        sa.select(_article)
        .where(
            _article.c.language == language,
            _article.c.entered_at >= since,
            _article.c.withdrawn_at.is_(None),
        )
        .order_by(_article.c.entered_at.desc(), _article.c.id.desc())
        .limit(CANDIDATE_LIMIT)
    )
    return _outlines(tx, list(tx.execute(query)))


def get_outlines(tx: Transaction, ids: Sequence[int]) -> list[Outline]:
    """What counts for likeness, of the articles called `ids`."""
    found: list[Outline] = []
    for start in range(0, len(ids), _CHUNK):
        chosen = _article.c.id.in_(ids[start : start + _CHUNK])
        found += _outlines(tx, list(tx.execute(sa.select(_article).where(chosen))))
    return found


def put_relations(
    tx: Transaction, article_id: int, changed_at: datetime, found: Sequence[Relation]
) -> None:
    """What was found for one article, in place of what was known, and the other way round too.

    `changed_at` is which change of it that was found for.
    """
    own = sa.or_(_related.c.article_id == article_id, _related.c.other_id == article_id)
    tx.execute(sa.delete(_related).where(own))
    rows = [_row(one.article_id, one.other_id, one) for one in found]
    rows += [_row(one.other_id, one.article_id, one) for one in found]
    if rows:
        tx.execute(sa.insert(_related), rows)
    _trim(tx, [one.other_id for one in found])
    # One that changed meanwhile stays due.
    done = sa.and_(_due.c.article_id == article_id, _due.c.changed_at == changed_at)
    tx.execute(sa.delete(_due).where(done))


def get_relations(tx: Transaction, ids: Collection[int]) -> list[Relation]:
    """What is known of the articles called `ids`."""
    wanted, found = sorted(ids), []
    for start in range(0, len(wanted), _CHUNK):
        chosen = _related.c.article_id.in_(wanted[start : start + _CHUNK])
        query = (
            sa.select(_related).where(chosen).order_by(_related.c.article_id, _related.c.other_id)
        )
        found += [_relation_of(row) for row in tx.execute(query)]
    return found


def read_also(tx: Transaction, ids: Collection[int], count: int) -> dict[int, tuple[Article, ...]]:
    """For each article called in `ids` at most `count` others, best first; none has no entry."""
    by_article: dict[int, list[Relation]] = defaultdict(list)
    for one in get_relations(tx, ids):
        by_article[one.article_id].append(one)
    others = {one.other_id for found in by_article.values() for one in found}
    known = articles.get_articles(tx, others | set(by_article))
    chosen = {
        number: related.read_also([known[number]], found, list(known.values()), count)
        for number, found in by_article.items()
        if number in known
    }
    return {number: tuple(one for one, _ in found) for number, found in chosen.items() if found}


def list_earlier(
    tx: Transaction, ids: Collection[int], count: int
) -> dict[int, tuple[RelatedArticle, ...]]:
    """For each article called in `ids` at most `count` earlier ones as links, best first.

    For feeds: what a new article is like stays as readers have it, so the next poll has the news
    alone. No text is loaded.
    """
    wanted = sorted(ids) if count else []
    chosen: dict[int, tuple[RelatedArticle, ...]] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        relations = defaultdict(list)
        for one in get_relations(tx, chunk):
            relations[one.article_id].append(one)
        others = sa.select(_related.c.other_id).where(_related.c.article_id.in_(chunk))
        pool = _list_offered(tx, _article.c.id.in_(others))
        for own in _list_offered(tx, _article.c.id.in_(list(relations))).values():
            earlier = [one for one in relations[own.id] if _is_earlier(pool.get(one.other_id), own)]
            best = related.choose([own.group_id], earlier, pool, count)
            if best:
                chosen[own.id] = tuple(one for one, _ in best)
    return chosen


def _is_earlier(one: RelatedArticle | None, other: RelatedArticle) -> bool:
    return one is not None and (one.published_at, one.id) < (other.published_at, other.id)


def _list_offered(tx: Transaction, chosen: sa.ColumnElement[bool]) -> dict[int, RelatedArticle]:
    """Those of the `chosen` articles that may be shown."""
    columns = [_article.c[one.name] for one in dataclasses.fields(RelatedArticle)]
    query = sa.select(*columns).where(chosen, _article.c.withdrawn_at.is_(None))
    return {row["id"]: RelatedArticle(**row) for row in tx.execute(query).mappings()}


def _trim(tx: Transaction, ids: Sequence[int]) -> None:
    """Let go of what is beyond the best of those who were given one more."""
    counted = (
        sa.select(_related.c.article_id)
        .where(_related.c.article_id.in_(ids))
        .group_by(_related.c.article_id)
        .having(sa.func.count() > KEPT)
    )
    full = [row.article_id for row in tx.execute(counted)]
    query = (
        sa.select(_related, _article.c.published_at)
        .join_from(_related, _article, _article.c.id == _related.c.other_id)
        .where(_related.c.article_id.in_(full))
    )
    found: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for row in tx.execute(query):
        place = -related.score(_relation_of(row), row.published_at)
        found[row.article_id].append((place, row.other_id))
    for article_id, places in found.items():
        beyond = [other for _, other in sorted(places)[KEPT:]]
        if beyond:
            mine = _related.c.article_id == article_id
            tx.execute(sa.delete(_related).where(mine, _related.c.other_id.in_(beyond)))


def _row(article_id: int, other_id: int, one: Relation) -> Mapping[str, Any]:
    return {
        "article_id": article_id,
        "other_id": other_id,
        "sections": one.sections,
        "same_author": one.same_author,
        "text": one.text,
    }


def _relation_of(row: sa.Row[Any]) -> Relation:
    return Relation(
        article_id=row.article_id,
        other_id=row.other_id,
        sections=row.sections,
        same_author=row.same_author,
        text=row.text,
    )


def _outlines(tx: Transaction, rows: Iterable[sa.Row[Any]]) -> list[Outline]:
    every = list(rows)
    sections = articles.get_sections(tx, [row.id for row in every])
    return [
        Outline(
            id=row.id,
            group_id=row.group_id,
            title=row.title,
            standfirst=row.standfirst,
            # Sanitised on the way in, so what stands between < and > is a tag.
            text=html.unescape(_TAG.sub(" ", row.html[: related.TEXT_LIMIT * 3])),
            authors=tuple(one["name"] for one in row.authors),
            sections=sections[row.id],
            published_at=row.published_at,
        )
        for row in every
    ]
