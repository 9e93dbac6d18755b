"""syndicate: Article -> Feed, as files below `feeds/`.

In: the publication, the newest articles of each feed. Out: a report of the files that moved. What
did not change is not written, what is written appears whole, and a feed that cannot be written
leaves its last good bytes standing and stops no other.

A document is built only if its basis has changed: the ids and revisions of what it shows, its
context, the program. So cost follows what is new, and neither the feeds nor the archive.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dispatch import ports
from dispatch.model.feed import FeedFormat, FeedSettings
from dispatch.model.publication import Appeal, Publication
from dispatch.render import output
from dispatch.rules import addresses
from dispatch.rules import feeds as feed_rules
from dispatch.store import feed_places
from dispatch.store.database import Database
from dispatch.syndicate import archives, subscription
from dispatch.syndicate.desk import Desk
from dispatch.syndicate.press import Press

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyndicateReport:
    """What one build did. `failures` name the files that still hold their last good bytes.

    `trimmed` names the feeds of this build that show fewer entries than they may, for they would
    weigh too much.
    """

    written: tuple[str, ...]
    unchanged: int
    failures: tuple[str, ...] = ()
    trimmed: tuple[str, ...] = ()
    is_dry_run: bool = False


def syndicate(
    db: Database,
    publication: Publication,
    settings: FeedSettings,
    wanted_appeals: Sequence[Appeal],
    folder: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    everything: bool = False,
    progress: ports.Progress | None = None,
) -> SyndicateReport:
    """Build every feed in every format and publish those whose bytes moved.

    `everything` looks at each document anew, as after a restore of the folder from a backup.
    """
    desk = Desk(
        publication=publication,
        settings=settings,
        appeals=tuple(wanted_appeals),
        feeds=feed_rules.make_feeds(publication),
        folder=folder,
        now=now,
        everything=everything,
    )
    alone = contextlib.nullcontext() if dry_run else output.exclusively(folder)
    with alone, Press(db, folder, now, dry_run=dry_run) as press:
        with db.write() as tx:  # a note to ourselves, in a dry run too: no reader sees it
            feed_places.follow(tx, with_authors=bool(settings.author_articles))
        archives.build(db, desk, press)
        trimmed = subscription.build(db, desk, press, progress)
    return replace(_report(desk, press), trimmed=trimmed, is_dry_run=dry_run)


def _report(desk: Desk, press: Press) -> SyndicateReport:
    paths = len(desk.feeds) * len(FeedFormat)
    moved = [path for path in press.written if not addresses.is_archive(path)]
    unchanged = max(0, paths - len(moved) - len(press.failures))
    log.info(
        "feeds: %d written, %d unchanged, %d failed",
        len(press.written),
        unchanged,
        len(press.failures),
    )
    return SyndicateReport(
        written=tuple(press.written),
        unchanged=unchanged,
        failures=tuple(press.failures),
    )
