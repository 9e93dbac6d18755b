"""Where articles stand in feeds and in their history, without a look at their texts.

In: a transaction. Out: ids with a revision: equal revisions mean that nothing which a feed shows of
an article has changed, be it itself or a translation of it. Cost follows what has changed and what
is asked for, never the archive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from dispatch.store import feed_bases, schema, upsert
from dispatch.store.database import Transaction

#: The place of every article of a language, whatever its sections.
ALL_SECTIONS: Final = ""
#: Before the key of an author: a place beside those of sections, if authors have feeds.
AUTHOR: Final = "@"
#: Under which name it is kept, beside the bases of feeds, that authors have places.
_AUTHORS: Final = "authors/"

_change = schema.article_change
_article = schema.article
_section = schema.article_section
_place = schema.feed_place
_archive = schema.feed_archive
_author = schema.article_author

_is_author = _place.c.section.startswith(AUTHOR, autoescape=True)
_TAKEN = sa.select(_change.c.article_id).where(_change.c.taken)


@dataclass(frozen=True, slots=True)
class Place:
    """One article of a feed, as far as a decision to build needs it."""

    article_id: int
    revision: int
    withdrawn_at: datetime | None


def of_author(key: str) -> str:
    """The place of the articles of the author called `key`."""
    return f"{AUTHOR}{key}"


def follow(tx: Transaction, *, with_authors: bool = False) -> bool:
    """Take over what has changed since the last time; returns whether anything has.

    Every month whose articles changed, or which an article left or came to, is marked. Articles
    stand with their authors too if these have feeds; otherwise nobody pays for that.
    """
    _keep_authors(tx, with_authors)
    # Taken first: whoever changes one of them meanwhile waits for us, and notes it again after us.
    if not tx.execute(sa.update(_change).values(taken=True)).rowcount:
        return False
    _widen(tx)
    _mark_months(tx)
    # Before the old places go: the highest revision may be among theirs, and must not come again.
    last = tx.execute(sa.select(sa.func.max(_place.c.revision))).scalar_one() or 0
    tx.execute(sa.delete(_place).where(_place.c.article_id.in_(_TAKEN)))
    _place_anew(tx, last + 1, with_authors)
    _mark_months(tx)
    tx.execute(sa.delete(_change).where(_change.c.taken))
    return True


def list_newest(
    tx: Transaction,
    *,
    language: str | None,
    section: str | None,
    limit: int,
    withdrawn_since: datetime | None = None,
) -> list[Place]:
    """The newest articles of a feed, newest first.

    Withdrawn ones are among them if that was after `withdrawn_since`: a notice stands for them.
    """
    shown: sa.ColumnElement[bool] = _place.c.withdrawn_at.is_(None)
    if withdrawn_since is not None:
        shown = sa.or_(shown, _place.c.withdrawn_at > withdrawn_since)
    query = _places(language, section).where(shown)
    newest = query.order_by(_place.c.published_at.desc(), _place.c.article_id.desc())
    return _load(tx, newest.limit(limit))


def list_newest_of(
    tx: Transaction,
    *,
    language: str,
    sections: Sequence[str],
    limit: int,
    since: datetime | None = None,
) -> list[Place]:
    """The newest articles of any of `sections` (none named means all), published since a moment."""
    wanted: sa.ColumnElement[bool] = _place.c.withdrawn_at.is_(None)
    if since is not None:
        wanted = sa.and_(wanted, _place.c.published_at >= since)
    found: dict[int, tuple[datetime, Place]] = {}
    for section in sections or (None,):
        query = _places(language, section).add_columns(_place.c.published_at).where(wanted)
        newest = query.order_by(_place.c.published_at.desc(), _place.c.article_id.desc())
        for *place, published_at in tx.execute(newest.limit(limit)):
            found[place[0]] = (published_at, Place(*place))
    order = sorted(found.values(), key=lambda one: (one[0], one[1].article_id), reverse=True)
    return [place for _, place in order[:limit]]


def list_of(tx: Transaction, ids: Sequence[int]) -> list[Place]:
    """The places of the articles called `ids` (of one feed, some hundred at most), in that order.

    One that `follow` has not taken over yet is left out.
    """
    rows = _load(tx, _places(None, None).where(_place.c.article_id.in_(ids)))
    found = {place.article_id: place for place in rows}
    return [found[one] for one in ids if one in found]


def list_withdrawn(
    tx: Transaction, since: datetime, until: datetime
) -> list[tuple[str, str, Place]]:
    """(language, section, article) of what was withdrawn in [since, until], in that order.

    Of all feeds at once: by feed, the database would read its whole archive to find the few.
    """
    query = sa.select(
        _place.c.language,
        _place.c.section,
        _place.c.article_id,
        _place.c.revision,
        _place.c.withdrawn_at,
    ).where(_place.c.withdrawn_at.between(since, until))
    rows = tx.execute(query.order_by(_place.c.withdrawn_at, _place.c.article_id))
    return [(row[0], row[1], Place(*row[2:])) for row in rows]


def list_between(
    tx: Transaction, *, language: str | None, section: str | None, start: datetime, end: datetime
) -> list[Place]:
    """Every article of a feed that was published in [start, end), oldest first."""
    window = sa.and_(_place.c.published_at >= start, _place.c.published_at < end)
    query = _places(language, section).where(window)
    return _load(tx, query.order_by(_place.c.published_at, _place.c.article_id))


def count_between(
    tx: Transaction, *, language: str | None, section: str | None, start: datetime, end: datetime
) -> int:
    """How many articles of a feed were published in [start, end)."""
    window = sa.and_(_place.c.published_at >= start, _place.c.published_at < end)
    query = _places(language, section).where(window).with_only_columns(sa.func.count())
    return int(tx.execute(query).scalar_one())


def mark_withdrawn(tx: Transaction, start: datetime, end: datetime) -> None:
    """Mark the months of articles that were withdrawn in [start, end]: their notices run out."""
    _mark(tx, _place.c.withdrawn_at.between(start, end))


def _places(language: str | None, section: str | None) -> sa.Select[Any]:
    query = sa.select(_place.c.article_id, _place.c.revision, _place.c.withdrawn_at)
    query = query.where(_place.c.section == (section or ALL_SECTIONS))
    return query if language is None else query.where(_place.c.language == language)


def _load(tx: Transaction, query: sa.Select[Any]) -> list[Place]:
    return [Place(*row) for row in tx.execute(query)]


def _widen(tx: Transaction) -> None:
    """What else shows something of a changed article: its translations, old and new."""
    for table, article_id in ((_place, _place.c.article_id), (_article, _article.c.id)):
        groups = sa.select(table.c.group_id).where(article_id.in_(_TAKEN))
        row = sa.select(article_id, sa.literal(1), sa.true()).where(table.c.group_id.in_(groups))
        columns = ("article_id", "changes", "taken")
        upsert.insert_missing_from(tx, _change, columns, row.distinct())


def _keep_authors(tx: Transaction, wanted: bool) -> None:
    """Give authors their places, or take them away, when the operator has changed their mind."""
    if bool(feed_bases.find_basis(tx, _AUTHORS)) == wanted:
        return
    feed_bases.put_basis(tx, _AUTHORS, "kept" if wanted else "")
    tx.execute(sa.delete(_place).where(_is_author))
    if wanted:
        facts = [one for one in _place.columns if one.name not in {"article_id", "section"}]
        every = (
            sa.select(_author.c.article_id, AUTHOR + _author.c.key, *facts)
            .join_from(_author, _place, _place.c.article_id == _author.c.article_id)
            .where(_place.c.section == ALL_SECTIONS)
        )
        names = ["article_id", "section", *(column.name for column in facts)]
        upsert.insert_missing_from(tx, _place, names, every)


def _place_anew(tx: Transaction, revision: int, with_authors: bool) -> None:
    facts = (
        _article.c.language,
        _article.c.published_at,
        _article.c.withdrawn_at,
        _month(tx),
        _article.c.group_id,
        sa.literal(revision),
    )
    columns = [column.name for column in _place.columns]
    every = sa.select(_article.c.id, sa.literal(ALL_SECTIONS), *facts)
    by_section = sa.select(_section.c.article_id, _section.c.section, *facts).join_from(
        _section, _article
    )
    by_author = sa.select(_author.c.article_id, AUTHOR + _author.c.key, *facts).join_from(
        _author, _article
    )
    for query in (every, by_section.distinct(), *([by_author] if with_authors else [])):
        upsert.insert_missing_from(tx, _place, columns, query.where(_article.c.id.in_(_TAKEN)))


def _month(tx: Transaction) -> sa.ColumnElement[int]:
    """`rules.archives.month_of`, where the rows are."""
    moment: Any = _article.c.published_at
    if tx.dialect.name != "sqlite":
        moment = sa.func.timezone("UTC", moment)
    year, month = sa.extract("year", moment), sa.extract("month", moment)
    return sa.cast(year * 100 + month, sa.Integer)


def _mark_months(tx: Transaction) -> None:
    _mark(tx, _place.c.article_id.in_(_TAKEN))


def _mark(tx: Transaction, condition: sa.ColumnElement[bool]) -> None:
    key = (_place.c.language, _place.c.section, _place.c.month)
    new = (sa.literal(1), sa.false(), sa.literal(0), sa.literal([], sa.JSON))
    changed = sa.select(*key, *new).where(condition, sa.not_(_is_author)).group_by(*key)
    upsert.add_to_from(tx, _archive, changed, "marks")
