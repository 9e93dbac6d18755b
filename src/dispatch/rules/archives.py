"""Decides how the history of a feed is parted into archive documents (RFC 5005, section 4).

In: how many articles a month has, the size of the feed, whether the month is over. Out: documents,
by name. Never: the store or the clock.

A document covers a calendar month (UTC) of `published_at`, which never moves, or a part of one of
at most `ENTRIES`, from the oldest on. A withdrawn article keeps its place as a tombstone, so that
nothing moves from one document to another. The running month is archived only as far as the feed
no longer shows it, in steps: most new articles rewrite no archive.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from dispatch.model.feed import Feed, FeedKind

#: The most articles of one document: whole texts of so many stay below a megabyte.
ENTRIES: Final = 100

#: How many of the newest articles a feed shows whatever they weigh: only so many may be left to it.
LEFT_TO_FEED: Final = 10

#: A month as one number: 202611.
Month = int


def has_archive(feed: Feed) -> bool:
    """Whether `feed` has a history of its own: the feeds of a language, whole or by section.

    Whoever reads all languages finds everything in theirs; what is computed for a person or a week
    has no past to walk through.
    """
    return feed.kind is FeedKind.ARTICLES and feed.language is not None


def month_of(moment: datetime) -> Month:
    """The month of a moment, in UTC."""
    day = moment.astimezone(UTC)
    return day.year * 100 + day.month


def bounds(month: Month) -> tuple[datetime, datetime]:
    """The half-open window of a month."""
    year, number = divmod(month, 100)
    start = datetime(year, number, 1, tzinfo=UTC)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return start, end


def is_over(month: Month, now: datetime) -> bool:
    """Whether no new article will belong to `month`, but for late ones."""
    return bounds(month)[1] <= now


def cut(count: int, entries: int, *, is_over: bool) -> tuple[range, ...]:
    """The documents of a month with `count` articles: which of them, counted from the oldest.

    `entries` is the size of the feed: what is not cut is less than that, so it is shown there.
    """
    left = min(entries, LEFT_TO_FEED)
    covered = count if is_over else _steps(count - left, max(1, left // 2))
    return tuple(
        range(start, min(start + ENTRIES, covered)) for start in range(0, covered, ENTRIES)
    )


def name(month: Month, part: int) -> str:
    """The name of a document, the same for ever: "2026-10", and "2026-10-2" for a second part."""
    year, number = divmod(month, 100)
    first = f"{year:04}-{number:02}"
    return first if part == 0 else f"{first}-{part + 1}"


def names(documents: Sequence[tuple[Month, int]]) -> tuple[str, ...]:
    """The names of all documents, oldest first; `documents` counts them by month."""
    return tuple(name(month, part) for month, count in documents for part in range(count))


def _steps(missing: int, step: int) -> int:
    return max(0, math.ceil(missing / step) * step)
