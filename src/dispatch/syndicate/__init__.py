"""syndicate: Article -> Feed, as files below `feeds/`.

In: the publication, the newest articles of each feed. Out: a report of the files that moved. What
did not change is not written, what is written appears whole, and a feed that cannot be written
leaves its last good bytes standing and stops no other.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dispatch import errors, ports
from dispatch.model.article import Article
from dispatch.model.feed import Feed, FeedContext, FeedFormat, FeedSettings, FeedVersion
from dispatch.model.publication import Appeal, Publication
from dispatch.render import feed_delta, output
from dispatch.render import feeds as feed_documents
from dispatch.render.feed_pieces import Pieces
from dispatch.rules import addresses, appeals
from dispatch.rules import feeds as feed_rules
from dispatch.store import articles, feed_history, feed_versions
from dispatch.store.database import Database, Transaction

#: How long a withdrawn article is announced by a tombstone (RFC 6721).
TOMBSTONE_DAYS = 30

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyndicateReport:
    """What one build did. `failures` name the files that still hold their last good bytes.

    `trimmed` names the feeds that show fewer entries than they may, for they would weigh too much.
    """

    written: tuple[str, ...]
    unchanged: int
    failures: tuple[str, ...] = ()
    trimmed: tuple[str, ...] = ()
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """The bytes that belong at a path."""

    path: str
    body: bytes


def syndicate(
    db: Database,
    publication: Publication,
    settings: FeedSettings,
    wanted_appeals: Sequence[Appeal],
    folder: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: ports.Progress | None = None,
) -> SyndicateReport:
    """Build every feed in every format and publish those whose bytes moved."""
    every = feed_rules.make_feeds(publication)
    with db.read() as tx:
        versions = feed_versions.get_versions(tx)
    written: list[str] = []
    failures: list[str] = []
    trimmed: list[str] = []
    for done, feed in enumerate(every, 1):
        context = _context(publication, settings, wanted_appeals, feed, every, now)
        documents, is_trimmed = _build(db, feed, context, now)
        trimmed += [feed.key] if is_trimmed else []
        for document in documents:
            try:
                if _publish(db, folder, document, versions, now, dry_run):
                    written.append(document.path)
            except errors.OutputError as error:
                log.error("feed not written: %s", error)  # noqa: TRY400  # no fault of ours
                failures.append(str(error))
        if progress:
            progress(done, len(every), "feeds")
    unchanged = len(every) * len(FeedFormat) - len(written) - len(failures)
    log.info("feeds: %d written, %d unchanged, %d failed", len(written), unchanged, len(failures))
    return SyndicateReport(
        written=tuple(written),
        unchanged=unchanged,
        failures=tuple(failures),
        trimmed=tuple(trimmed),
        is_dry_run=dry_run,
    )


def _context(
    publication: Publication,
    settings: FeedSettings,
    wanted_appeals: Sequence[Appeal],
    feed: Feed,
    every: Sequence[Feed],
    now: datetime,
) -> FeedContext:
    languages = tuple(publication.languages)
    language = feed.language or languages[0]
    page = addresses.feeds_page_url(publication, language)
    today = now.astimezone(publication.time_zone).date()
    return FeedContext(
        publication=publication,
        settings=feed_rules.settings_of(feed, settings),
        born_at=feed_rules.born_at(publication),
        alternates=feed_rules.make_alternates(feed, every),
        appeals=appeals.choose_each(wanted_appeals, languages, today),
        feeds_page_url=page,
        subscribe_url=f"{page}#email",
        hub_url=next(iter(addresses.list_hubs(publication, settings)), None),
    )


def _build(
    db: Database, feed: Feed, context: FeedContext, now: datetime
) -> tuple[list[_Document], bool]:
    """One feed in every format, from the newest entries alone: cost follows the feed.

    Says too whether it had to leave some out.
    """
    with db.read() as tx:
        shown = articles.list_newest(
            tx, language=feed.language, section=feed.section, limit=context.settings.entries
        )
        gone = _withdrawn(tx, feed, context, now)
    pieces = Pieces()
    kept = feed_documents.fitting(shown, context, pieces)
    bodies = feed_documents.render_formats(feed, kept, context, gone, pieces)
    documents = [
        _Document(path=addresses.feed_path(feed.key, one), body=body)
        for one, body in bodies.items()
    ]
    return documents, len(kept) < len(shown)


def _withdrawn(
    tx: Transaction, feed: Feed, context: FeedContext, now: datetime
) -> Sequence[Article]:
    since = now - timedelta(days=TOMBSTONE_DAYS)
    gone = articles.list_withdrawn(tx, language=feed.language, section=feed.section, since=since)
    return feed_rules.select_withdrawn(feed, gone, context.settings.entries)


def _publish(
    db: Database,
    folder: Path,
    document: _Document,
    versions: dict[str, FeedVersion],
    now: datetime,
    dry_run: bool,
) -> bool:
    """Write what moved. The version is kept first: a modification time never comes twice."""
    previous = versions.get(document.path)
    if dry_run:
        return previous is None or previous.digest != output.digest(document.body)
    version = output.publish_file(folder, document.path, document.body, previous, now)
    if version is None:
        return False
    with db.write() as tx:
        feed_versions.put_version(tx, version)
        feed_history.add(tx, version, feed_delta.list_marks(document.body))
    return True
