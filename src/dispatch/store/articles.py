"""Articles in the store: identity, translation groups, and the listings that feeds and issues need.

In: a transaction and model values. Out: `Article`s, complete with sections and translations.
Never: a decision; whether an entry is new is for `rules.identity`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from dispatch.model.article import Article, Author, Enclosure, Entry, Image, Translation
from dispatch.rules import canonical, identity, likeness
from dispatch.store import authors, schema, search, upsert
from dispatch.store.database import Transaction

#: How many values one IN (...) may hold; far below both databases' limit on parameters.
_CHUNK = 400

#: The digits of a number that every database can compare with an id.
_LONGEST_NUMBER = 18

#: How far an update may be moved to have a second of its own; beyond it shares one.
_MOST_SECONDS = 60

#: How many of such windows one statement asks for.
_WINDOWS = 50

#: How many articles of about the same date are compared with an entry that nothing names.
_MOST_CANDIDATES = 500

_article = schema.article
_section = schema.article_section
_due = schema.related_due
#: What others show of a translation: its text is not loaded for that.
_OFFERED = (
    _article.c.id,
    _article.c.group_id,
    _article.c.language,
    _article.c.url,
    _article.c.title,
)
_alias = schema.article_alias
#: The kinds of aliases that a person may type.
_NAMES = (identity.Step.URL.value, "uid", identity.Step.ID.value, identity.Step.PATH.value)


#: Made once: to put together and to compile so many conditions costs more than to run them.
_IN_WINDOWS = sa.select(_article.c.updated_at).where(
    sa.or_(
        *(
            sa.and_(
                _article.c.updated_at >= sa.bindparam(f"begin{place}"),
                _article.c.updated_at < sa.bindparam(f"end{place}"),
            )
            for place in range(_WINDOWS)
        )
    )
)


def find_known(
    tx: Transaction, keys: Collection[identity.Key]
) -> dict[identity.Key, identity.Known]:
    """What is remembered of the articles that any of `keys` names."""
    by_kind: dict[str, set[str]] = defaultdict(set)
    for kind, key in keys:
        by_kind[kind].add(key)
    known: dict[identity.Key, identity.Known] = {}
    for kind, some in by_kind.items():
        names = sorted(some)
        for start in range(0, len(names), _CHUNK):
            named = _alias.c.key.in_(names[start : start + _CHUNK])
            # With its kind a name is the primary key; without, every alias would be looked at.
            query = (
                sa.select(_alias.c.key, _article)
                .join_from(_alias, _article)
                .where(_alias.c.kind == kind, named)
            )
            known |= {(kind, row.key): _known_of(row) for row in tx.execute(query)}
    return known


def list_candidates(
    tx: Transaction, source: str, start: datetime, end: datetime
) -> list[tuple[likeness.Candidate, str]]:
    """(article of `source` dated within [start, end] without its text, its HTML)."""
    query = (
        sa.select(_article)
        .where(_article.c.source == source, _article.c.published_at.between(start, end))
        .order_by(_article.c.published_at.desc(), _article.c.id)
        .limit(_MOST_CANDIDATES)
    )
    return [
        (
            likeness.Candidate(
                known=_known_of(row),
                published_at=row.published_at,
                authors=frozenset(author["name"].casefold() for author in row.authors),
                text="",
            ),
            row.html,
        )
        for row in tx.execute(query)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an article is minted from."""

    entry: Entry
    language: str
    sections: tuple[str, ...]
    content_hash: str
    entered_at: datetime


def add_articles(
    tx: Transaction, drafts: Sequence[Draft], *, source: str, now: datetime, tag_authority: str
) -> list[int]:
    """Mint articles, in their order; returns their ids.

    A uid is a tag: URI (RFC 4151) over the number, so that no slug, host or scheme is in it.
    """
    if not drafts:
        return []
    ids = _new_ids(tx, len(drafts))
    rows = [_row_of(draft, source, now) for draft in drafts]
    seconds = _free_seconds(tx, [row["published_at"] for row in rows])
    for row, number, second in zip(rows, ids, seconds, strict=True):
        row |= {
            "id": number,
            "uid": f"tag:{tag_authority}:article:{number}",
            "group_id": number,
            "updated_at": second,
        }
    upsert.insert_all(tx, _article, rows)
    numbered = dict(zip(ids, drafts, strict=True))
    _add_sections(tx, source, {one: draft.sections for one, draft in numbered.items()})
    authors.add_authors(tx, {one: draft.entry.authors for one, draft in numbered.items()})
    search.add_words(tx, {one: draft.entry for one, draft in zip(ids, drafts, strict=True)})
    _seek_company(tx, ids, now)
    return ids


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
    """Mint one article from `entry`; returns its id."""
    draft = Draft(
        entry=entry,
        language=language,
        sections=tuple(sections),
        content_hash=content_hash,
        entered_at=entered_at,
    )
    (one,) = add_articles(tx, [draft], source=source, now=now, tag_authority=tag_authority)
    return one


def _new_ids(tx: Transaction, count: int) -> list[int]:
    """Numbers for `count` articles; known beforehand, they need no statement for each article."""
    if tx.dialect.name == "sqlite":  # a writer has the database for itself
        last = tx.execute(sa.select(sa.func.max(_article.c.id))).scalar_one() or 0
        return list(range(last + 1, last + 1 + count))
    sequence = sa.func.nextval(sa.func.pg_get_serial_sequence("article", "id"))
    query = sa.select(sequence).select_from(sa.func.generate_series(1, count))
    return [int(row[0]) for row in tx.execute(query)]


def _row_of(draft: Draft, source: str, now: datetime) -> dict[str, Any]:
    published_at = identity.published_at(draft.entry, now)
    return _content(draft.entry, draft.language) | {
        "source": source,
        "content_hash": draft.content_hash,
        "published_at": published_at,
        "entered_at": draft.entered_at,
        "first_seen_at": now,
        "changed_at": now,
        "source_updated_at": draft.entry.updated_at,
    }


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
    silent_changes: int = 0,
) -> None:
    """Give an article its source's new content; its uid and its published date never move."""
    row = _content(entry, language) | {
        "content_hash": content_hash,
        "changed_at": now,
        "withdrawn_at": None,
        "source_updated_at": entry.updated_at,
        "silent_changes": silent_changes,
    }
    if is_significant:
        row["updated_at"] = _free_seconds(tx, [now])[0]
    tx.execute(sa.update(_article).where(_article.c.id == article_id).values(**row))
    put_sections(tx, article_id, source, sections)
    authors.put_authors(tx, article_id, (author.name for author in entry.authors))
    search.put_words(tx, article_id, entry)
    _seek_company(tx, [article_id], now)


def withdraw_article(tx: Transaction, article_id: int, now: datetime) -> None:
    """Take an article out of feeds and issues; its aliases stay: it cannot come back as new."""
    change = sa.update(_article).where(_article.c.id == article_id)
    tx.execute(change.values(withdrawn_at=now, changed_at=now))
    tx.execute(sa.delete(_due).where(_due.c.article_id == article_id))


def restore_article(tx: Transaction, article_id: int, now: datetime) -> None:
    """Publish again what was withdrawn, as it was; it enters no issue for it."""
    change = sa.update(_article).where(_article.c.id == article_id)
    tx.execute(change.values(withdrawn_at=None, changed_at=now))
    _seek_company(tx, [article_id], now)


def _seek_company(tx: Transaction, ids: Sequence[int], now: datetime) -> None:
    """What belongs beside these articles is to be found, for they are new or have changed."""
    upsert.put_all(tx, _due, [{"article_id": one, "changed_at": now} for one in ids])


def list_bodies(tx: Transaction, after: int, limit: int) -> list[tuple[int, str, str]]:
    """Number, address and text of the articles with numbers above `after`, by number."""
    query = sa.select(_article.c.id, _article.c.url, _article.c.html)
    rows = tx.execute(query.where(_article.c.id > after).order_by(_article.c.id).limit(limit))
    return [(row.id, row.url, row.html) for row in rows]


def put_body(tx: Transaction, article_id: int, html: str, now: datetime) -> None:
    """Give an article the same text in other markup: no change that its readers are told of."""
    change = sa.update(_article).where(_article.c.id == article_id)
    tx.execute(change.values(html=html, changed_at=now))


def mark_updated(tx: Transaction, article_id: int, now: datetime) -> None:
    """An editor's word that readers who had the article may get it again."""
    change = sa.update(_article).where(_article.c.id == article_id)
    tx.execute(change.values(marked_updated_at=now))


def uids_in_use(tx: Transaction, uids: Collection[str]) -> dict[str, int]:
    """The articles that have any of these identifiers."""
    names = sorted(set(uids))
    found: dict[str, int] = {}
    for start in range(0, len(names), _CHUNK):
        query = sa.select(_article.c.uid, _article.c.id).where(
            _article.c.uid.in_(names[start : start + _CHUNK])
        )
        found |= {row.uid: row.id for row in tx.execute(query)}
    return found


def set_uids(tx: Transaction, uids: Mapping[int, str], now: datetime) -> None:
    """Give articles identifiers that were theirs elsewhere; the ones they had stay their aliases.

    In two steps, for two articles may change theirs with one another.
    """
    for article_id, article in get_articles(tx, uids).items():
        add_aliases(tx, {article_id: [("uid", article.uid)]})
    held = get_articles(tx, uids)
    add_aliases(tx, {article_id: [("uid", held[article_id].uid)] for article_id in held})
    mine = sa.update(_article)
    for article_id in uids:
        row = mine.where(_article.c.id == article_id)
        tx.execute(row.values(uid=f"moving:{article_id}", changed_at=now))
    for article_id, uid in uids.items():
        tx.execute(mine.where(_article.c.id == article_id).values(uid=uid))


def put_sections(
    tx: Transaction, article_id: int, source: str, sections: Sequence[str], *, first: int = 0
) -> None:
    """What one source says of an article's sections, in place of what it said before.

    `first` is the place of the first of them: a source that does not own the article comes after.
    """
    mine = sa.and_(_section.c.article_id == article_id, _section.c.source == source)
    tx.execute(sa.delete(_section).where(mine))
    _add_sections(tx, source, {article_id: tuple(sections)}, first=first)


def _add_sections(
    tx: Transaction, source: str, said: Mapping[int, tuple[str, ...]], *, first: int = 0
) -> None:
    rows = [
        {"article_id": article_id, "section": section, "source": source, "position": position}
        for article_id, sections in said.items()
        for position, section in enumerate(sections, first)
    ]
    upsert.insert_all(tx, _section, rows)


def add_aliases(tx: Transaction, names: Mapping[int, Iterable[identity.Key]]) -> None:
    """Remember more names of articles; a name that is taken stays with its article."""
    rows = [
        {"kind": kind, "key": key, "article_id": article_id}
        for article_id, keys in names.items()
        for kind, key in keys
    ]
    upsert.insert_all_missing(tx, _alias, rows)


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
    by_alias = sa.select(_alias.c.article_id).where(
        _alias.c.kind.in_(_NAMES), _alias.c.key.in_(keys)
    )
    # One after another, for together they would be looked for in every article.
    conditions = [_article.c.uid == name, _article.c.id.in_(by_alias), _article.c.url == name]
    if name.isdecimal() and len(name) <= _LONGEST_NUMBER:
        conditions = [_article.c.id == int(name)]
    for condition in conditions:
        for found in _load(tx, sa.select(_article).where(condition).limit(1)):
            return found
    return None


def find_by_keys(tx: Transaction, keys: Sequence[str]) -> int | None:
    """The article behind the first of `keys` (match keys of URLs) that one was ever known under."""
    found = ids_at(tx, keys)
    return next((found[key] for key in keys if key in found), None)


def ids_at(tx: Transaction, keys: Collection[str]) -> dict[str, int]:
    """The articles behind those of `keys` (match keys of URLs) that one was ever known under."""
    names = sorted(keys)
    found: dict[str, int] = {}
    for start in range(0, len(names), _CHUNK):
        query = sa.select(_alias.c.key, _alias.c.article_id).where(
            _alias.c.kind == "url", _alias.c.key.in_(names[start : start + _CHUNK])
        )
        found |= {row.key: row.article_id for row in tx.execute(query)}
    return found


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
        "authors": [{"name": author.name, "url": author.url} for author in entry.authors],
        "image": asdict(entry.image) if entry.image else None,
        "enclosures": [asdict(one) for one in entry.enclosures],
    }


def _free_seconds(tx: Transaction, moments: Sequence[datetime]) -> list[datetime]:
    """Each moment, or the first second after it in which no other article was updated.

    Validators warn of two entries of one second (DuplicateUpdated); a source that gives dates
    without a time would have all of a day's articles in its midnight.
    """
    firsts = [moment.replace(microsecond=0) for moment in moments]
    taken = _taken_seconds(tx, sorted(set(firsts)))
    found = []
    for moment, first in zip(moments, firsts, strict=True):
        seconds = (first + timedelta(seconds=step) for step in range(_MOST_SECONDS))
        free = next((second for second in seconds if second not in taken), first)
        taken.add(free)
        found.append(moment if free == first else free)
    return found


def _taken_seconds(tx: Transaction, firsts: Sequence[datetime]) -> set[datetime]:
    """The seconds from each of `firsts` on in which an article was updated."""
    taken: set[datetime] = set()
    for start in range(0, len(firsts), _WINDOWS):
        moments = firsts[start : start + _WINDOWS]
        places = range(_WINDOWS)
        begins = [moments[min(place, len(moments) - 1)] for place in places]  # the last fills up
        bounds = {f"begin{place}": begin for place, begin in enumerate(begins)} | {
            f"end{place}": begin + timedelta(seconds=_MOST_SECONDS)
            for place, begin in enumerate(begins)
        }
        found = tx.execute(_IN_WINDOWS, bounds)
        taken |= {row.updated_at.replace(microsecond=0) for row in found}
    return taken


def _known_of(row: sa.Row[Any]) -> identity.Known:
    return identity.Known(
        article_id=row.id,
        source=row.source,
        content_hash=row.content_hash,
        title=row.title,
        standfirst=row.standfirst,
        is_withdrawn=row.withdrawn_at is not None,
        source_updated_at=row.source_updated_at,
        silent_changes=row.silent_changes,
    )


def _load(tx: Transaction, query: sa.Select[Any]) -> list[Article]:
    rows = list(tx.execute(query))
    sections = get_sections(tx, [row.id for row in rows])
    translations = _translations_of(tx, rows)
    return [_article_of(row, sections[row.id], translations[row.id]) for row in rows]


def get_sections(tx: Transaction, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """The sections of each of the articles called `ids`, in their order."""
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
        query = sa.select(*_OFFERED).where(
            _article.c.group_id.in_(groups[start : start + _CHUNK]),
            _article.c.withdrawn_at.is_(None),
        )
        # Sorted here: asked for an order, SQLite walks the index of all articles by language.
        for row in sorted(tx.execute(query), key=lambda row: (row.language, row.id)):
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
        enclosures=tuple(Enclosure(**one) for one in row.enclosures),
        translations=translations,
        group_id=row.group_id,
        published_at=row.published_at,
        updated_at=row.updated_at,
        entered_at=row.entered_at,
        first_seen_at=row.first_seen_at,
        withdrawn_at=row.withdrawn_at,
        marked_updated_at=row.marked_updated_at,
    )
