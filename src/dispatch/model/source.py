"""SourceState, Harvest and HeldEntry: what is remembered, what a visit brought, what waits.

All are plain data: the store keeps the first and the last, a kind of `sources` returns the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dispatch.model.article import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """When a document wishes not to be asked for: for so long, and at these times of UTC.

    `skip_hours` are 0 to 23, `skip_days` 0 (Monday) to 6 (RSS 2.0: ttl, skipHours, skipDays).
    """

    ttl_seconds: int | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


#: The timetable of a document that wishes for nothing.
ANY_TIME = Timetable()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is remembered about one source between two visits.

    `url` is set once a source has moved for good and then replaces the configured one. `etag` and
    `last_modified` are the validators of the last visit whose entries were stored, byte for byte.
    `failures` counts the failed visits in a row, `last_error` says why the last of them failed,
    `failing_since_at` when they began.
    `cursor` is the kind's own: how far it has read, in a form that it alone understands.
    `strange_labels` name no section, and the operator has been told of them.

    `asked_url` is the address that `etag` belongs to, `document_at` when the last whole document
    came. `move_url` was answered by permanent redirects on `move_polls` visits since
    `move_since_at`; it becomes `url` when that has lasted. `retired_at` is when a 410 came.
    `ids_are_shared` stays once the source gave one identifier to two entries. `arrivals_at` are the
    last visits that brought something new, oldest first; `entry_count` is how much the last
    document held. `timetable` is what it wished for, `read_as` a mark of all that decides what
    we make of it: with another one the same document is read again.
    """

    name: str
    url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    first_polled_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    next_poll_at: datetime | None = None
    failures: int = 0
    last_error: str = ""
    cursor: str | None = None
    strange_labels: tuple[str, ...] = ()
    failing_since_at: datetime | None = None
    asked_url: str | None = None
    document_at: datetime | None = None
    move_url: str | None = None
    move_polls: int = 0
    move_since_at: datetime | None = None
    retired_at: datetime | None = None
    ids_are_shared: bool = False
    arrivals_at: tuple[datetime, ...] = ()
    entry_count: int | None = None
    timetable: Timetable = ANY_TIME
    read_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An article that left the middle of its feed, so that its page is looked at.

    `missed_at` is the first look that did not find the page, `withdrawn_at` the second one, by
    which the article was taken back. `looks` counts those since the last of these changes.
    """

    article_id: int
    source: str
    vanished_at: datetime
    next_look_at: datetime
    missed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    looks: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    """A request of a publishing system under its Idempotency-Key, and what it was answered.

    `status` is None while it is being worked on; `name` is the article's identifier.
    """

    source: str
    key: str
    fingerprint: str
    came_at: datetime
    status: int | None = None
    name: str = ""
    answer: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What one visit to a source brought; every entry has been through `sources.markup`.

    `failure` is empty when the visit went well. `not_modified` means nothing changed since the
    validators were given. `etag` and `last_modified` are to be stored with the entries, never
    before. `moved_to` is where the source went for good (every redirect was permanent).
    `ttl_seconds` is how long the answer stays fresh, `timetable` what its document wishes for,
    `retired` says that it answered 410, `clock_ahead_seconds` by how much its clock is fast.
    `language` is the source's own. `older_url` is where the entries before these are (RFC 5005).
    `cursor` replaces the remembered one, None leaves it. `is_live` says that the source tells of
    articles as they appear, so that even its first visit brings news and no back catalogue.
    `is_window` says that the entries are the newest ones whole and in their order, so that one
    which is missing in their middle may have been taken back; `is_delta` that they are only what
    is new since the validators that were given (RFC 3229).
    """

    entries: tuple[Entry, ...] = ()
    not_modified: bool = False
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    failure: str = ""
    retry_after_seconds: int | None = None
    ttl_seconds: int | None = None
    timetable: Timetable = ANY_TIME
    clock_ahead_seconds: int = 0
    warnings: tuple[str, ...] = ()
    language: str | None = None
    cursor: str | None = None
    is_live: bool = False
    retired: bool = False
    older_url: str | None = None
    is_window: bool = False
    is_delta: bool = False


class HoldReason(StrEnum):
    """Why an entry waits in quarantine."""

    FLOOD = "flood"  #: it came in a flood: too much was new at once
    REPAIR = "repair"  #: it looks like an article that lost its identifier, one of too many
    EMBARGO = "embargo"  #: it is dated ahead and is taken when its hour has come
    VANISHED = "vanished"  #: it was dated ahead and left its source before its hour
    DISCARDED = "discarded"  #: an operator said no; it stays out


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEntry:
    """An entry that is kept but is no article. `names` are the keys of its identity.

    `until_at` is the end of an embargo; `language` is what its document said of itself.
    """

    source: str
    name: str
    names: tuple[tuple[str, str], ...]
    reason: HoldReason
    why: str
    entry: Entry
    language: str | None = None
    held_at: datetime
    until_at: datetime | None = None
