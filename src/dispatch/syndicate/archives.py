"""Builds the history of feeds (RFC 5005): documents that are made once and stay.

In: the months of which anything has changed. Out: documents for the press. Never: a look at a month
that nothing has marked; an archive of twenty years costs a new article nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from dispatch.model.feed import Feed, FeedFormat, FeedHistory
from dispatch.render import feeds as feed_documents
from dispatch.render import output
from dispatch.rules import addresses
from dispatch.rules import archives as archive_rules
from dispatch.store import articles, feed_archives, feed_bases, feed_places
from dispatch.store.database import Database, Transaction
from dispatch.store.feed_archives import ArchivedMonth
from dispatch.store.feed_places import Place
from dispatch.syndicate import basis
from dispatch.syndicate.desk import Desk
from dispatch.syndicate.layout import Layout
from dispatch.syndicate.press import Press

#: Under which name the basis of all documents is kept, beside those of feeds.
_EVERYTHING: Final = "archive/"
#: Under which name it is kept how far the patrol has come.
_PATROL: Final = "patrol/"
#: So many months are looked at in a build, one after the other and round again.
PATROL_MONTHS: Final = 8
_START: Final = ("", "", 0)
#: A notice that has run out is looked for so long: builds may have rested meanwhile.
_LATE_NOTICES: Final = timedelta(days=30)


def find_newest(tx: Transaction, desk: Desk, feed: Feed) -> str | None:
    """The key of the newest document in the history of `feed`."""
    if not (desk.settings.archives and archive_rules.has_archive(feed)):
        return None
    row = feed_archives.find_newest(tx, *_place(feed))
    return _last_of(feed, row)


def build(db: Database, desk: Desk, press: Press) -> None:
    """Hand every document to the press of which anything has changed."""
    if not desk.settings.archives:
        return
    feeds = {_place(feed): feed for feed in desk.feeds if archive_rules.has_archive(feed)}
    everything = basis.digest([desk.archive_context(one, FeedHistory()) for one in feeds.values()])
    with db.write() as tx:
        _mark(tx, desk, everything)
        _mark_lost(tx, desk, feeds)
        for row in _ours(tx, feeds):
            _cut(tx, desk, feeds, row)
        marked = _ours(tx, feeds)
    for row in marked:
        _rebuild(db, desk, feeds, row, press)
    with db.write() as tx:
        feed_bases.put_basis(tx, _EVERYTHING, everything)


def _place(feed: Feed) -> tuple[str, str]:
    return feed.language or "", feed.section or feed_places.ALL_SECTIONS


def _ours(tx: Transaction, feeds: dict[tuple[str, str], Feed]) -> list[ArchivedMonth]:
    marked = feed_archives.list_marked(tx)
    return [row for row in marked if (row.language, row.section) in feeds]


def _mark(tx: Transaction, desk: Desk, everything: str) -> None:
    """What changes by time or by decree; what changes by articles is marked by them."""
    feed_archives.close_months(tx, archive_rules.month_of(desk.now))
    if desk.everything or feed_bases.get_bases(tx).get(_EVERYTHING) != everything:
        feed_archives.mark_all(tx)
    if desk.settings.retraction_days:
        feed_places.mark_withdrawn(tx, desk.notices_since - _LATE_NOTICES, desk.notices_since)


def _mark_lost(tx: Transaction, desk: Desk, feeds: dict[tuple[str, str], Feed]) -> None:
    """What a disk or a hand has taken away: nothing in the store says so.

    A whole history is missed at once, a single file within some builds: to look at all of them each
    time would make every build as long as the archive.
    """
    for place, feed in feeds.items():
        if not (desk.folder / feed.key / addresses.ARCHIVE).is_dir():
            feed_archives.mark_feed(tx, *place)
    language, section, month = json.loads(feed_bases.find_basis(tx, _PATROL) or "null") or _START
    rows = feed_archives.list_after(tx, (language, section, month), PATROL_MONTHS)
    for row in rows:
        ours = feeds.get((row.language, row.section))
        if ours is not None and not _stands(desk, ours, row):
            feed_archives.mark(tx, row)
    is_round = len(rows) < PATROL_MONTHS
    last = _START if is_round else (rows[-1].language, rows[-1].section, rows[-1].month)
    feed_bases.put_basis(tx, _PATROL, json.dumps(last))


def _stands(desk: Desk, feed: Feed, row: ArchivedMonth) -> bool:
    names = archive_rules.names([(row.month, row.documents)])
    keys = (addresses.archive_key(feed.key, name) for name in names)
    paths = (addresses.feed_path(key, one) for key in keys for one in FeedFormat)
    return all(output.stands(desk.folder, path) for path in paths)


def _cut(
    tx: Transaction, desk: Desk, feeds: dict[tuple[str, str], Feed], row: ArchivedMonth
) -> None:
    """Say how many documents a month has, before any of them says so in a link."""
    documents = len(_parts(tx, desk, feeds[row.language, row.section], row))
    if documents != row.documents:
        feed_archives.put_documents(tx, row, documents)
        feed_archives.mark_neighbours(tx, row)


def _parts(tx: Transaction, desk: Desk, feed: Feed, row: ArchivedMonth) -> tuple[range, ...]:
    start, end = archive_rules.bounds(row.month)
    count = feed_places.count_between(
        tx, language=feed.language, section=feed.section, start=start, end=end
    )
    return archive_rules.cut(count, desk.settings.entries, is_over=row.is_over)


def _rebuild(
    db: Database, desk: Desk, feeds: dict[tuple[str, str], Feed], row: ArchivedMonth, press: Press
) -> None:
    """Hand the documents of one month over that are not what they were built from."""
    feed = feeds[row.language, row.section]
    with db.read() as tx:
        documents = _documents(tx, desk, feed, row)
    bases = tuple(one.basis for one in documents)
    sheet = press.begin(lambda tx: feed_archives.settle(tx, row, bases))
    for part, one in enumerate(documents):
        is_known = part < len(row.bases) and row.bases[part] == one.basis
        if desk.everything or not (is_known and one.stands(desk.folder)):
            press.add(sheet, _render(db, one))
    press.end(sheet)
    for part in range(len(documents), len(row.bases)):
        key = addresses.archive_key(feed.key, archive_rules.name(row.month, part))
        press.remove([addresses.feed_path(key, one) for one in FeedFormat])


def _documents(tx: Transaction, desk: Desk, feed: Feed, row: ArchivedMonth) -> list[Layout]:
    """The documents of a month, oldest first, each with its neighbours."""
    start, end = archive_rules.bounds(row.month)
    places = feed_places.list_between(
        tx, language=feed.language, section=feed.section, start=start, end=end
    )
    cut = archive_rules.cut(len(places), desk.settings.entries, is_over=row.is_over)
    own = [
        addresses.archive_key(feed.key, name)
        for name in archive_rules.names([(row.month, len(cut))])
    ]
    before = _last_of(feed, feed_archives.find_before(tx, row))
    after = _first_of(feed, feed_archives.find_after(tx, row))
    chain = [before, *own, after]
    return [
        _document(
            desk,
            feed,
            own[part],
            FeedHistory(current=feed.key, previous=chain[part], following=chain[part + 2]),
            [places[number] for number in reversed(span)],
        )
        for part, span in enumerate(cut)
    ]


def _document(
    desk: Desk, feed: Feed, key: str, history: FeedHistory, places: Sequence[Place]
) -> Layout:
    """Every article stands in it, or a tombstone in its place (RFC 6721)."""
    return Layout(
        feed=replace(feed, key=key),
        context=desk.archive_context(feed, history),
        shown=tuple(one for one in places if one.withdrawn_at is None or desk.is_told(one)),
        gone=tuple(one for one in places if one.withdrawn_at and not desk.is_told(one)),
    )


def _render(db: Database, document: Layout) -> dict[str, bytes]:
    ids = [place.article_id for place in (*document.shown, *document.gone)]
    with db.read() as tx:
        found = articles.get_articles(tx, ids)
    bodies = feed_documents.render_formats(
        document.feed,
        [found[place.article_id] for place in document.shown],
        document.context,
        [found[place.article_id] for place in document.gone],
    )
    return {document.paths[one]: body for one, body in bodies.items()}


def _last_of(feed: Feed, row: ArchivedMonth | None) -> str | None:
    if row is None:
        return None
    return addresses.archive_key(feed.key, archive_rules.name(row.month, row.documents - 1))


def _first_of(feed: Feed, row: ArchivedMonth | None) -> str | None:
    return addresses.archive_key(feed.key, archive_rules.name(row.month, 0)) if row else None
