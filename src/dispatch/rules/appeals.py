"""Chooses the appeal that is shown today, and says how readers are split over its arms.

In: appeals as the operator keeps them, a language, a day. Out: an appeal and its arms, ranges of a
draw, links. Never: a reader; who is in which range is worked out in SQL, for all at once.

A reader's draw is fixed (it is made of the keyed hash of their address), and each appeal stirs it
anew, so that the holdout of one is no more likely to be that of the next (Carter and Wegman, 1979).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode, urlsplit, urlunsplit

from dispatch.model.contents import AppealBlock, BlockContents
from dispatch.model.publication import Appeal, AppealPlace

#: A draw is below this prime, so that a product of two fits a bigint.
PRIME = 2**31 - 1
#: A stirred draw lies in one of as many buckets.
BUCKETS = 10_000
#: The arm of those who are shown nothing so that the others can be compared with them.
HOLDOUT = "holdout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The buckets [first, last) of one arm of an appeal."""

    name: str
    first: int
    last: int
    is_holdout: bool = False


def choose(appeals: Sequence[Appeal], language: str, day: date) -> Appeal | None:
    """The appeal in `language` that runs on `day`: the heaviest, then the first by key."""
    return next(iter(arms(appeals, language, day)), None)


def arms(appeals: Sequence[Appeal], language: str, day: date) -> tuple[Appeal, ...]:
    """All arms of the appeal that `choose` chooses, in the operator's order."""
    running = [
        appeal
        for appeal in appeals
        if appeal.language == language
        and (appeal.starts_on is None or appeal.starts_on <= day)
        and (appeal.ends_on is None or day <= appeal.ends_on)
    ]
    first = min(running, key=lambda appeal: (-appeal.weight, appeal.key), default=None)
    return tuple(appeal for appeal in running if first and appeal.key == first.key)


def choose_each(
    appeals: Sequence[Appeal], languages: Sequence[str], day: date
) -> Mapping[str, Appeal]:
    """The chosen appeal of every language that has one."""
    chosen = {language: choose(appeals, language, day) for language in languages}
    return {language: appeal for language, appeal in chosen.items() if appeal}


def is_withheld(appeal: Appeal) -> bool:
    """Whether some readers of an issue are not shown an appeal that runs."""
    limits = (appeal.holdout_percent, appeal.skip_first, appeal.donor_days)
    return any(limits) or appeal.every > 1


def ranges(chosen: Sequence[Appeal]) -> tuple[Range, ...]:
    """The buckets of the holdout and of each arm, by its share of the rest; all are given out."""
    start = chosen[0].holdout_percent * BUCKETS // 100
    held = Range(name=f"{chosen[0].key}.{HOLDOUT}", first=0, last=start, is_holdout=True)
    found = [held] if start else []
    total, taken, here = sum(appeal.share for appeal in chosen), 0, start
    for appeal in chosen:
        taken += appeal.share
        end = start + (BUCKETS - start) * taken // total
        found.append(Range(name=appeal.name, first=here, last=end))
        here = end
    return tuple(found)


def stir(key: str) -> tuple[int, int]:
    """(factor, summand) with which an appeal stirs every draw."""
    digest = hashlib.sha256(f"dispatch appeal {key}".encode()).digest()
    factor, summand = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8))
    return factor % (PRIME - 1) + 1, summand % PRIME


def draw(address_hash: str) -> int:
    """A reader's draw, of the keyed hash of their address: who comes back draws the same again."""
    digest = hashlib.sha256(f"dispatch draw {address_hash}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % PRIME


def bucket(drawn: int, key: str) -> int:
    """Where a draw falls for an appeal; the same arithmetic as in SQL."""
    factor, summand = stir(key)
    return (drawn * factor + summand) % PRIME % BUCKETS


def is_due(appeal: Appeal, received: int) -> bool:
    """Whether one who has had `received` issues is shown it in the next; the same as in SQL."""
    over = received - appeal.skip_first
    return over >= 0 and over % appeal.every == 0


def with_link(appeal: Appeal, issue: str) -> Appeal:
    """`appeal` whose address says which arm and issue it came from, and nothing of the reader."""
    parts = urlsplit(appeal.url)
    said = urlencode({"appeal": appeal.name, "issue": issue})
    query = f"{parts.query}&{said}" if parts.query else said
    return replace(appeal, url=urlunsplit(parts._replace(query=query)))


def placed(
    blocks: Sequence[BlockContents], position: int, appeal: AppealBlock | None
) -> tuple[BlockContents, ...]:
    """`blocks` with an appeal among them; `position` is where the newsletter names it."""
    if appeal is None:
        return tuple(blocks)
    at = {
        AppealPlace.BLOCK: position,
        AppealPlace.TOP: 0,
        AppealPlace.MIDDLE: (len(blocks) + 1) // 2,
        AppealPlace.END: len(blocks),
    }[appeal.appeal.place]
    return (*blocks[:at], appeal, *blocks[at:])
