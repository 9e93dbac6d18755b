"""Articles in the store: identity, translation groups, and the listings that feeds and issues need.

In: a transaction and model values. Out: `Article`s, complete with sections and translations.
Never: a decision; whether an entry is new is for `rules.identity`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dispatch.model.article import Article, Author, Entry, Image, Translation
from dispatch.rules import canonical, identity
from dispatch.store import authors, schema, upsert
from dispatch.store.database import Transaction

#: How many values one IN (...) may hold; far below both databases' limit on parameters.
_CHUNK = 400

#: The digits of a number that every database can compare with an id.
_LONGEST_NUMBER = 18

#: How far an update may be moved to have a second of its own; beyond it shares one.
_MOST_SECONDS = 60

_article = schema.article
_section = schema.article_section
_alias = schema.article_alias
_claim = schema.translation_claim


def find_known(
    tx: Transaction, keys: Collection[identity.Key]
) -> dict[identity.Key, identity.Known]:
    """What is remembered of the articles that any of `keys` names."""
    names = sorted({key for _, key in keys})
    known: dict[identity.Key, identity.Known] = {}
    for start in range(0, len(names), _CHUNK):
        query = (
            sa.select(_alias.c.kind, _alias.c.key, _article)
            .join_from(_alias, _article)
            .where(_alias.c.key.in_(names[start : start + _CHUNK]))
        )
        for row in tx.execute(query):
            known[row.kind, row.key] = identity.Known(
                article_id=row.id,
                source=row.source,
                content_hash=row.content_hash,
                title=row.title,
                standfirst=row.standfirst,
                is_withdrawn=row.withdrawn_at is not None,
            )
    return known


def add_article(
    tx: Transaction,
    entry: Entry,
    *,
    source: str,
    language: str,
    sections: Sequence[str],
    content_hash: str,
    entered_at: datetime,
    now: datetime,
    tag_authority: str,
) -> int:
    """Mint an article from `entry`; returns its id.

    Its uid is a tag: URI (RFC 4151) over its number, so that no slug, host or scheme is in it.
    """
    published_at = identity.published_at(entry, now)
    row = _content(entry, language) | {
        "uid": f"pending:{source}:{entry.source_id}:{entry.url}",
        "group_id": 0,
        "source": source,
        "content_hash": content_hash,
        "published_at": published_at,
        "updated_at": _free_second(tx, published_at),
        "entered_at": entered_at,
        "first_seen_at": now,
        "changed_at": now,
    }
    article_id = int(tx.execute(sa.insert(_article).returning(_article.c.id), row).scalar_one())
    uid = f"tag:{tag_authority}:article:{article_id}"
    minted = sa.update(_article).where(_article.c.id == article_id)
    tx.execute(minted.values(uid=uid, group_id=article_id))
    put_sections(tx, article_id, source, sections)
    authors.put_authors(tx, article_id, (author.name for author in entry.authors))
    return article_id


def update_article(
    tx: Transaction,
    article_id: int,
    entry: Entry,
    *,
    source: str,
    language: str,
    sections: Sequence[str],
    content_hash: str,
    is_significant: bool,
    now: datetime,
) -> None:
    """Give an article its source's new content; its uid and its published date never move."""
    row = _content(entry, language) | {
        "content_hash": content_hash,
        "changed_at": now,
        "withdrawn_at": None,
    }
    if is_significant:
        row["updated_at"] = _free_second(tx, now)
    tx.execute(sa.update(_article).where(_article.c.id == article_id).values(**row))
    put_sections(tx, article_id, source, sections)
    authors.put_authors(tx, article_id, (author.name for author in entry.authors))


def withdraw_article(tx: Transaction, article_id: int, now: datetime) -> None:
    """Take an article out of feeds and issues; its aliases stay: it cannot come back as new."""
    change = sa.update(_article).where(_article.c.id == article_id)
    tx.execute(change.values(withdrawn_at=now, changed_at=now))


def mark_updated(tx: Transaction, article_id: int, now: datetime) -> None:
    """An editor's word that readers who had the article may get it again."""
    change = sa.update(_article).where(_article.c.id == article_id)
    tx.execute(change.values(marked_updated_at=now))


def put_sections(
    tx: Transaction, article_id: int, source: str, sections: Sequence[str], *, first: int = 0
) -> None:
    """What one source says of an article's sections, in place of what it said before.

    `first` is the place of the first of them: a source that does not own the article comes after.
    """
    mine = sa.and_(_section.c.article_id == article_id, _section.c.source == source)
    tx.execute(sa.delete(_section).where(mine))
    rows = [
        {"article_id": article_id, "section": section, "source": source, "position": position}
        for position, section in enumerate(sections, first)
    ]
    if rows:
        tx.execute(sa.insert(_section), rows)


def add_aliases(tx: Transaction, article_id: int, keys: Iterable[identity.Key]) -> None:
    """Remember more names of an article; a name that is taken stays with its article."""
    rows = [{"kind": kind, "key": key, "article_id": article_id} for kind, key in keys]
    upsert.insert_missing(tx, _alias, rows)


def claim_translations(tx: Transaction, article_id: int, keys: Iterable[str]) -> bool:
    """Record which addresses an article calls its translations, and join the groups that match.

    `keys` are match keys of URLs. Works whichever of the two articles comes first. Returns whether
    a group grew.
    """
    rows = [{"article_id": article_id, "key": key} for key in keys]
    upsert.insert_missing(tx, _claim, rows)
    mine = sa.select(_alias.c.key).where(_alias.c.article_id == article_id, _alias.c.kind == "url")
    to_others = (
        sa.select(_alias.c.article_id)
        .join(_claim, sa.and_(_claim.c.key == _alias.c.key, _alias.c.kind == "url"))
        .where(_claim.c.article_id == article_id)
    )
    to_me = sa.select(_claim.c.article_id).where(_claim.c.key.in_(mine))
    others = {row[0] for row in tx.execute(sa.union(to_others, to_me))} - {article_id}
    joined = [_join_groups(tx, article_id, other) for other in sorted(others)]
    return any(joined)


def get_articles(tx: Transaction, ids: Collection[int]) -> dict[int, Article]:
    """The articles called `ids`, by id."""
    wanted = sorted(ids)
    found: dict[int, Article] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = sa.select(_article).where(_article.c.id.in_(wanted[start : start + _CHUNK]))
        found |= {article.id: article for article in _load(tx, query)}
    return found


def list_newest(
    tx: Transaction, *, language: str | None, section: str | None, limit: int
) -> list[Article]:
    """The newest published articles of a feed, newest first; cost follows `limit`."""
    query = sa.select(_article).where(_article.c.withdrawn_at.is_(None))
    if language is not None:
        query = query.where(_article.c.language == language)
    if section is not None:
        chosen = sa.select(_section.c.article_id).where(_section.c.section == section)
        query = query.where(_article.c.id.in_(chosen))
    newest = query.order_by(_article.c.published_at.desc(), _article.c.id.desc())
    return _load(tx, newest.limit(limit))


def list_withdrawn(
    tx: Transaction, *, language: str | None, section: str | None, since: datetime
) -> list[Article]:
    """Articles of a feed that were withdrawn at or after `since`: its tombstones."""
    query = sa.select(_article).where(_article.c.withdrawn_at >= since)
    if language is not None:
        query = query.where(_article.c.language == language)
    if section is not None:
        chosen = sa.select(_section.c.article_id).where(_section.c.section == section)
        query = query.where(_article.c.id.in_(chosen))
    return _load(tx, query.order_by(_article.c.withdrawn_at, _article.c.id))


def list_entered(tx: Transaction, start: datetime, end: datetime) -> list[Article]:
    """Articles that entered in the half-open window [start, end), newest published first."""
    query = sa.select(_article).where(
        sa.or_(_article.c.entered_at >= start, _article.c.marked_updated_at >= start),
        _article.c.entered_at < end,
        _article.c.withdrawn_at.is_(None),
    )
    return _load(tx, query.order_by(_article.c.published_at.desc(), _article.c.id.desc()))


def find_article(tx: Transaction, name: str) -> Article | None:
    """The article that an operator names by id, uid or any URL it was ever known under."""
    keys = [name, canonical.match_key(name)]
    by_alias = sa.select(_alias.c.article_id).where(_alias.c.key.in_(keys))
    condition = sa.or_(_article.c.uid == name, _article.c.url == name, _article.c.id.in_(by_alias))
    if name.isdecimal() and len(name) <= _LONGEST_NUMBER:
        condition = _article.c.id == int(name)
    return next(iter(_load(tx, sa.select(_article).where(condition).limit(1))), None)


def url_keys(tx: Transaction) -> dict[str, int]:
    """The article behind every URL (as a match key) that any was ever known under."""
    query = sa.select(_alias.c.key, _alias.c.article_id).where(_alias.c.kind == "url")
    return {row.key: row.article_id for row in tx.execute(query)}


def count_articles(tx: Transaction) -> dict[str, int]:
    """How many articles stand in each language."""
    query = sa.select(_article.c.language, sa.func.count()).where(_article.c.withdrawn_at.is_(None))
    return {row[0]: row[1] for row in tx.execute(query.group_by(_article.c.language))}


def _content(entry: Entry, language: str) -> dict[str, Any]:
    return {
        "url": entry.url,
        "language": language,
        "title": entry.title,
        "standfirst": entry.standfirst,
        "html": entry.html,
        "authors": [asdict(author) for author in entry.authors],
        "image": asdict(entry.image) if entry.image else None,
    }


def _free_second(tx: Transaction, moment: datetime) -> datetime:
    """`moment`, or the first second after it in which no other article was updated.

    Validators warn of two entries of one second (DuplicateUpdated); a source that gives dates
    without a time would have all of a day's articles in its midnight.
    """
    first = moment.replace(microsecond=0)
    seconds = [first + timedelta(seconds=step) for step in range(_MOST_SECONDS)]
    until = first + timedelta(seconds=_MOST_SECONDS)
    window = sa.and_(_article.c.updated_at >= first, _article.c.updated_at < until)
    found = tx.execute(sa.select(_article.c.updated_at).where(window))
    taken = {row.updated_at.replace(microsecond=0) for row in found}
    free = next((second for second in seconds if second not in taken), first)
    return moment if free == first else free


def _join_groups(tx: Transaction, one: int, other: int) -> bool:
    """Make one group of two, unless two articles of one language would meet in it."""
    query = sa.select(_article.c.id, _article.c.group_id).where(_article.c.id.in_([one, other]))
    groups = {row.id: row.group_id for row in tx.execute(query)}
    first, second = sorted((groups[one], groups[other]))
    if first == second:
        return False
    members = sa.select(_article.c.language).where(_article.c.group_id.in_([first, second]))
    languages = [row[0] for row in tx.execute(members)]
    if len(set(languages)) < len(languages):
        return False
    tx.execute(sa.update(_article).where(_article.c.group_id == second).values(group_id=first))
    return True


def _load(tx: Transaction, query: sa.Select[Any]) -> list[Article]:
    rows = list(tx.execute(query))
    sections = _sections_of(tx, [row.id for row in rows])
    translations = _translations_of(tx, rows)
    return [_article_of(row, sections[row.id], translations[row.id]) for row in rows]


def _sections_of(tx: Transaction, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    for start in range(0, len(ids), _CHUNK):
        query = sa.select(_section).where(_section.c.article_id.in_(ids[start : start + _CHUNK]))
        for row in tx.execute(query.order_by(_section.c.article_id, _section.c.position)):
            found[row.article_id].append(row.section)
    return defaultdict(tuple, {key: tuple(dict.fromkeys(names)) for key, names in found.items()})


def _translations_of(
    tx: Transaction, rows: Sequence[sa.Row[Any]]
) -> Mapping[int, tuple[Translation, ...]]:
    groups = sorted({row.group_id for row in rows})
    members: dict[int, list[Translation]] = defaultdict(list)
    for start in range(0, len(groups), _CHUNK):
        query = sa.select(_article).where(
            _article.c.group_id.in_(groups[start : start + _CHUNK]),
            _article.c.withdrawn_at.is_(None),
        )
        for row in tx.execute(query.order_by(_article.c.language)):
            translation = Translation(
                article_id=row.id, language=row.language, url=row.url, title=row.title
            )
            members[row.group_id].append(translation)
    return {
        row.id: tuple(other for other in members[row.group_id] if other.article_id != row.id)
        for row in rows
    }


def _article_of(
    row: sa.Row[Any], sections: tuple[str, ...], translations: tuple[Translation, ...]
) -> Article:
    return Article(
        id=row.id,
        uid=row.uid,
        url=row.url,
        language=row.language,
        title=row.title,
        source=row.source,
        standfirst=row.standfirst,
        html=row.html,
        authors=tuple(Author(**author) for author in row.authors),
        sections=sections,
        image=Image(**row.image) if row.image else None,
        translations=translations,
        group_id=row.group_id,
        published_at=row.published_at,
        updated_at=row.updated_at,
        entered_at=row.entered_at,
        first_seen_at=row.first_seen_at,
        withdrawn_at=row.withdrawn_at,
        marked_updated_at=row.marked_updated_at,
    )
