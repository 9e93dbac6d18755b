"""Which articles say the same in several languages.

In: articles with their languages, and the claims that link them. Out: a group for each, and the
claims that cannot be true. Never: two articles of one language in a group; whom readers would be
sent to would hang on chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

#: When the page of an article that names no translation is looked at again: one is often published
#: hours or days after it.
LOOKS_AGAIN = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=72),
)


def next_look_at(looks: int, now: datetime) -> datetime | None:
    """The next look at a page after so many that found no translation; None after the last."""
    return now + LOOKS_AGAIN[looks] if looks < len(LOOKS_AGAIN) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An article as far as its group is concerned. `host` is the site that its address is on."""

    article_id: int
    language: str
    source: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The group of each article, called by its lowest number, and pairs that conflict."""

    groups: Mapping[int, int]
    conflicts: tuple[tuple[int, int], ...]


def group(members: Mapping[int, Member], claims: Iterable[tuple[int, int]]) -> Grouping:
    """Groups from `claims` ("the first calls the second its translation").

    A claim counts if the other side returns it, or if both are of one source or one site: a
    stranger's word alone joins nothing. Returned claims come first, then the oldest articles, so
    that the outcome does not depend on who came when.
    """
    said = {(one, other) for one, other in claims if one in members and other in members}
    edges = sorted(
        {(min(pair), max(pair)) for pair in said if _counts(pair, said, members)},
        key=lambda pair: (not _is_mutual(pair, said), pair),
    )
    group_of = {number: number for number in members}
    inside = {number: {number} for number in members}
    conflicts = []
    for one, other in edges:
        first, second = sorted((group_of[one], group_of[other]))
        if first == second:
            continue
        joined = inside[first] | inside[second]
        if len({members[number].language for number in joined}) < len(joined):
            conflicts.append((one, other))
            continue
        inside[first] = joined
        group_of.update(dict.fromkeys(inside.pop(second), first))
    return Grouping(groups=group_of, conflicts=tuple(conflicts))


def _counts(
    pair: tuple[int, int], said: set[tuple[int, int]], members: Mapping[int, Member]
) -> bool:
    one, other = members[pair[0]], members[pair[1]]
    is_one_house = one.source == other.source or one.host == other.host
    return one.article_id != other.article_id and (is_one_house or _is_mutual(pair, said))


def _is_mutual(pair: tuple[int, int], said: set[tuple[int, int]]) -> bool:
    return pair in said and (pair[1], pair[0]) in said
