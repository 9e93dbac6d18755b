"""Desk, Window and Choice: what composing takes, and for whom a page is filled.

Never: anything that only one block or one article needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from dispatch import fetch
from dispatch.model.article import Entry
from dispatch.model.newsletter import Box, Newsletter
from dispatch.model.publication import Appeal, Publication
from dispatch.rules import cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that composing takes and that is the same for every issue.

    `notes` is the folder of editors' notes, one plain text file for an issue and language:
    `weekly/2026-W48.en.txt`, whose first line is the title if it begins with "# ". With a
    `fetcher` the newsletter's boxes are asked; without one their last good answers stand.
    """

    publication: Publication
    appeals: Sequence[Appeal]
    templates: Path
    notes: Path
    fetcher: fetch.Fetcher | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which articles an issue is over: those that entered in [start, end)."""

    period: cadence.Period
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One issue to be made: its newsletter, its window, its boxes, and the desk that makes it."""

    desk: Desk
    newsletter: Newsletter
    window: Window
    boxes: Mapping[Box, Sequence[Entry]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The issue's date on the newsroom's calendar."""
        return self.local_date(self.window.end)

    def local_date(self, moment: datetime) -> date:
        """The date of `moment` in the newsroom's time zone."""
        return moment.astimezone(self.desk.publication.time_zone).date()
