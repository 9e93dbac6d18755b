"""SourceState and Harvest: what is remembered about a source, and what one visit brought.

Both are plain data: the store keeps the first, a kind of `sources` returns the second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.model.article import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What is remembered about one source between two visits.

    `url` is set once a source has moved for good and then replaces the configured one. `etag` and
    `last_modified` are the validators of the last visit whose entries were stored, byte for byte.
    `failures` counts the failed visits in a row, `last_error` says why the last of them failed.
    `cursor` is the kind's own: how far it has read, in a form that it alone understands.
    `strange_labels` name no section, and the operator has been told of them.
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
    `ttl_seconds` is how long the source asks to be left alone. `language` is the source's own.
    `cursor` replaces the remembered one, None leaves it. `is_live` says that the source tells of
    articles as they appear, so that even its first visit brings news and no back catalogue.
    """

    entries: tuple[Entry, ...] = ()
    not_modified: bool = False
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    failure: str = ""
    retry_after_seconds: int | None = None
    ttl_seconds: int | None = None
    warnings: tuple[str, ...] = ()
    language: str | None = None
    cursor: str | None = None
    is_live: bool = False
