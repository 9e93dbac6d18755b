"""Alarm: something about a source that the operator should know, told once and cleared once.

An alarm is a row that stands until its cause is gone, never a line in a log that scrolls away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AlarmKind(StrEnum):
    """What is the matter with a source."""

    SILENT = "silent"  #: nothing new for three times its usual gap
    EMPTY = "empty"  #: its document held entries and now holds none
    SAME_TITLES = "same-titles"  #: every entry has the same title: its software is broken
    FAILING = "failing"  #: it could not be read for a day
    RETIRED = "retired"  #: its server says 410, gone for good: it is not asked any more
    FLOOD = "flood"  #: it shows too much as new at once; the entries wait in quarantine
    REBUILT = "rebuilt"  #: its identifiers changed at once; its articles were recognised
    REPAIRS = "repairs"  #: more lost identifiers than are mended unseen; they wait in quarantine
    SHARED_IDS = "shared-ids"  #: it gives one identifier to several entries; addresses count now
    OVERFLOW = "overflow"  #: more was published between two visits than its document holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm. It stands while `cleared_at` is None; `told_at` is when the operator was told.

    `cleared_told_at` is when the operator was told that it is over: both by mail. `posted_at` and
    `cleared_posted_at` are the same of the webhook.
    """

    subject: str
    kind: AlarmKind
    detail: str
    since: datetime
    last_seen_at: datetime
    told_at: datetime | None = None
    cleared_at: datetime | None = None
    cleared_told_at: datetime | None = None
    posted_at: datetime | None = None
    cleared_posted_at: datetime | None = None
