"""Claims of translation, and the groups that follow from them.

In: a transaction, which addresses an article calls its translations. Out: groups in `article`.
Never: a decision; which claims count is for `rules.translations`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import sqlalchemy as sa

from dispatch.rules import canonical, translations
from dispatch.store import articles, schema, upsert
from dispatch.store.database import Transaction

_CHUNK = 400

#: How far a chain of claims is followed. Nobody publishes in more languages than that.
_LONGEST_CHAIN = 40

_article = schema.article
_alias = schema.article_alias
_claim = schema.translation_claim

_Value = TypeVar("_Value", int, str)


def put_claims(
    tx: Transaction, claims: Mapping[int, Iterable[str]], *, minted: Collection[int] = ()
) -> tuple[tuple[int, int], ...]:
    """Record which addresses articles call their translations, in place of what they said before.

    The addresses are match keys. Works whichever article comes first: those in `minted` are looked
    for in the claims of others too. Returns the pairs that cannot be joined, because two articles
    of one language would meet.
    """
    before = _claims_of(tx, sorted(claims.keys() - set(minted)))
    wanted = {(one, key) for one, keys in claims.items() for key in keys}
    _remove(tx, before - wanted)
    rows = [{"article_id": one, "key": key} for one, key in sorted(wanted - before)]
    upsert.insert_all_missing(tx, _claim, rows)
    moved = {one for one, _ in before ^ wanted} | _called_for(tx, list(minted))
    return regroup(tx, moved)


def regroup(tx: Transaction, ids: Collection[int]) -> tuple[tuple[int, int], ...]:
    """Form the groups of `ids` and of everything linked to them anew."""
    edges: set[tuple[int, int]] = set()
    seen: set[int] = set()
    fresh = set(ids) | _groupmates(tx, list(ids))
    for _ in range(_LONGEST_CHAIN):
        if not fresh:
            break
        found = _edges_of(tx, sorted(fresh))
        edges |= found
        seen |= fresh
        fresh = {number for edge in found for number in edge} - seen
    if not seen:
        return ()
    members, current = _members(tx, sorted(seen))
    grouping = translations.group(members, edges)
    changed = [
        {"number": number, "joined": joined}
        for number, joined in grouping.groups.items()
        if current[number] != joined
    ]
    if changed:
        statement = sa.update(_article).where(_article.c.id == sa.bindparam("number"))
        tx.execute(statement.values(group_id=sa.bindparam("joined")), changed)
    return grouping.conflicts


def _chunks(values: Sequence[_Value]) -> Iterable[Sequence[_Value]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _claims_of(tx: Transaction, ids: Sequence[int]) -> set[tuple[int, str]]:
    found: set[tuple[int, str]] = set()
    for chunk in _chunks(ids):
        query = sa.select(_claim.c.article_id, _claim.c.key).where(_claim.c.article_id.in_(chunk))
        found |= {(row.article_id, row.key) for row in tx.execute(query)}
    return found


def _remove(tx: Transaction, claims: Iterable[tuple[int, str]]) -> None:
    for article_id, key in claims:
        one = sa.and_(_claim.c.article_id == article_id, _claim.c.key == key)
        tx.execute(sa.delete(_claim).where(one))


def _called_for(tx: Transaction, ids: Sequence[int]) -> set[int]:
    """Those of `ids` whose address somebody claimed before they came."""
    addresses = _addresses_of(tx, ids)
    called = {key for _, key in _claims_on(tx, [key for _, key in addresses])}
    return {number for number, key in addresses if key in called}


# Questions of one table each, by what its indexes are for: as joins of two tables, SQLite
# would look at the address of every article, for it takes the kind of an alias to be rare.


def _addresses_of(tx: Transaction, ids: Sequence[int]) -> set[tuple[int, str]]:
    """(article, match key of an address of it) for the articles called `ids`."""
    found: set[tuple[int, str]] = set()
    for chunk in _chunks(ids):
        query = sa.select(_alias).where(_alias.c.article_id.in_(chunk))
        found |= {(row.article_id, row.key) for row in tx.execute(query) if row.kind == "url"}
    return found


def _claims_on(tx: Transaction, keys: Sequence[str]) -> set[tuple[int, str]]:
    """(article that says it, address of which it says it) for these addresses."""
    found: set[tuple[int, str]] = set()
    for chunk in _chunks(keys):
        query = sa.select(_claim.c.article_id, _claim.c.key).where(_claim.c.key.in_(chunk))
        found |= {(row.article_id, row.key) for row in tx.execute(query)}
    return found


def _groupmates(tx: Transaction, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for chunk in _chunks(ids):
        groups = sa.select(_article.c.group_id).where(_article.c.id.in_(chunk))
        query = sa.select(_article.c.id).where(_article.c.group_id.in_(groups))
        found |= {row.id for row in tx.execute(query)}
    return found


def _edges_of(tx: Transaction, ids: Sequence[int]) -> set[tuple[int, int]]:
    """Claims by and about `ids`: (who says it, of whom)."""
    said = _claims_of(tx, ids)
    there = articles.ids_at(tx, {key for _, key in said})
    own = {key: number for number, key in _addresses_of(tx, ids)}
    by_them = {(one, there[key]) for one, key in said if key in there}
    return by_them | {(one, own[key]) for one, key in _claims_on(tx, sorted(own))}


def _members(
    tx: Transaction, ids: Sequence[int]
) -> tuple[dict[int, translations.Member], dict[int, int]]:
    members: dict[int, translations.Member] = {}
    groups: dict[int, int] = {}
    for chunk in _chunks(ids):
        columns = (
            getattr(_article.c, name) for name in ("id", "language", "source", "url", "group_id")
        )
        for row in tx.execute(sa.select(*columns).where(_article.c.id.in_(chunk))):
            members[row.id] = translations.Member(
                article_id=row.id,
                language=row.language,
                source=row.source,
                host=canonical.host_of(row.url).removeprefix("www."),
            )
            groups[row.id] = row.group_id
    return members, groups
