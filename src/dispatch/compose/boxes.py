"""Asks the feeds of a newsletter's boxes, and keeps what they said for when they are silent.

In: a newsletter, a desk with a fetcher. Out: the entries of each box, cleaned. Never: fails an
issue because somebody else's feed is broken: the last good answer stands, or the box is left out.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from dispatch.compose.desk import Desk
from dispatch.model.article import Entry
from dispatch.model.newsletter import Box, Newsletter
from dispatch.model.publication import Source
from dispatch.model.source import SourceState
from dispatch.sources import feed
from dispatch.store import box_feeds
from dispatch.store.database import Database

#: How many entries of one feed are looked at and kept.
MOST_ENTRIES = 200

log = logging.getLogger(__name__)


def ask(
    db: Database, desk: Desk, newsletter: Newsletter, now: datetime, *, keep: bool
) -> Mapping[Box, Sequence[Entry]]:
    """What every box that the newsletter's blocks show has to say; with `keep` it is remembered."""
    wanted = [box for box in newsletter.boxes if box.block in newsletter.blocks]
    return {box: _answer(db, desk, box, now, keep=keep) for box in wanted}


def _answer(db: Database, desk: Desk, box: Box, now: datetime, *, keep: bool) -> Sequence[Entry]:
    fresh = _fetch(desk, box, now)
    if fresh is None:
        with db.read() as tx:
            return box_feeds.get_entries(tx, box.url)
    if keep:
        with db.write() as tx:
            box_feeds.put_entries(tx, box.url, fresh, now)
    return fresh


def _fetch(desk: Desk, box: Box, now: datetime) -> Sequence[Entry] | None:
    if desk.fetcher is None:
        return None
    source = Source(name=box.block, kind="feed", url=box.url, allow_hosts=box.allow_hosts)
    blank = SourceState(name=box.block)
    harvest = feed.harvest(source, blank, desk.fetcher, now, desk.publication.time_zone)
    if harvest.failure:
        log.warning("box %s: %s; its last good answer stands", box.block, harvest.failure)
        return None
    return harvest.entries[:MOST_ENTRIES]
