"""Decides which readers of one choice need a page of their own, because of what they were sent.

In: what each choice was sent (translation groups with the moment), and which other choices'
issues the readers of a choice have had. Out: bits, cohorts, and what each cohort has seen.
Never: a reader. A reader's past is the set of choices under which they were ever sent issues; the
set of their bits is their cohort, so that planning can add it up in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.model.article import Article

#: (newsletter, choice): one stream of issues that somebody may have been sent.
Stream = tuple[str, str]
#: Translation group -> the end of the window of the last issue that carried it.
Sent = Mapping[int, datetime]

#: How many streams are told apart for one choice; the others share the last bit (a bigint has 63).
STREAMS = 60
#: How many cohorts of one choice get a page of their own; the others share one.
COHORTS = 16
#: How long a past counts: no article is shown that entered before (selection.RELATED_DAYS).
HORIZON_DAYS = 180
#: The cohort of all others: they are taken to have seen whatever any of them may have seen.
REST = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What a stream means to readers of one choice in one issue; bit 0 if it changes nothing."""

    choice: str
    stream: Stream
    bit: int


def join(sent: Iterable[Sent]) -> dict[int, datetime]:
    """All groups of several streams, each with its latest moment."""
    joined: dict[int, datetime] = {}
    for one in sent:
        for group, moment in one.items():
            joined[group] = max(moment, joined.get(group, moment))
    return joined


def reissued_at(article: Article, *, repeat_updated: bool) -> datetime | None:
    """When `article` became worth a second showing: an editor's mark, or its own update."""
    own = article.updated_at if repeat_updated and article.updated_at > article.entered_at else None
    moments = [moment for moment in (article.marked_updated_at, own) if moment]
    return max(moments, default=None)


def is_due(article: Article, sent: Sent, *, repeat_updated: bool) -> bool:
    """Whether readers who were `sent` these may get `article`: not yet had, or updated since."""
    if article.group_id not in sent:
        return True
    moment = reissued_at(article, repeat_updated=repeat_updated)
    return moment is not None and moment > sent[article.group_id]


def tell_apart(
    choice: str,
    streams: Sequence[Stream],
    sent: Mapping[Stream, Sent],
    own: Sent,
    candidates: Sequence[Article],
    *,
    repeat_updated: bool,
) -> tuple[Past, ...]:
    """A bit for each stream that holds a candidate back which the choice's own past does not.

    `streams` come with the most readers first.
    """
    due = [one for one in candidates if is_due(one, own, repeat_updated=repeat_updated)]
    found, bits = [], 0
    for stream in streams:
        before = sent.get(stream, {})
        matters = any(not is_due(one, before, repeat_updated=repeat_updated) for one in due)
        bit = 1 << min(bits, STREAMS - 1) if matters else 0
        bits += matters
        found.append(Past(choice=choice, stream=stream, bit=bit))
    return tuple(found)


def choose_cohorts(counted: Mapping[int, int]) -> tuple[int, ...]:
    """The cohorts that get a page: the largest, and REST if some are left over."""
    others = sorted((one for one in counted if one), key=lambda one: (-counted[one], one))
    chosen = (0, *others[:COHORTS])
    return (*chosen, REST) if len(others) > COHORTS else chosen


def seen_by(
    cohort: int, pasts: Sequence[Past], sent: Mapping[Stream, Sent], own: Sent
) -> dict[int, datetime]:
    """What a cohort has seen: its choice's own past, and that of each stream in it."""
    streams = [one.stream for one in pasts if one.bit and (cohort == REST or cohort & one.bit)]
    return join([own, *(sent.get(stream, {}) for stream in streams)])
