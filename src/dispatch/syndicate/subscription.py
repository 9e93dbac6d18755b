"""Builds the subscription feeds: the newest articles of each, where anything of them has changed.

In: the desk, places of articles. Out: documents for the press. An article that stands in several
of the feeds is loaded and written once, and let go after the last of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from dispatch import ports
from dispatch.model.article import Article, RelatedArticle
from dispatch.model.feed import Feed, FeedHistory
from dispatch.render import feeds as feed_documents
from dispatch.render.feed_pieces import Pieces
from dispatch.store import articles, feed_bases, feed_places, related
from dispatch.store.database import Database, Transaction
from dispatch.store.feed_places import Place
from dispatch.syndicate import archives
from dispatch.syndicate.desk import Desk
from dispatch.syndicate.layout import Layout
from dispatch.syndicate.press import Press

#: How long a withdrawn article is announced by a tombstone (RFC 6721).
TOMBSTONE_DAYS: Final = 30


def build(
    db: Database, desk: Desk, press: Press, progress: ports.Progress | None
) -> tuple[str, ...]:
    """Hand every feed to the press that shows something new; returns those that had to be cut."""
    with db.read() as tx:
        gone = list_gone(tx, desk)
        windows = add_related(tx, desk, [look(tx, desk, feed, gone) for feed in desk.feeds])
    return publish(db, desk, windows, press, progress)


def publish(
    db: Database,
    desk: Desk,
    windows: Sequence[Layout],
    press: Press,
    progress: ports.Progress | None = None,
) -> tuple[str, ...]:
    """The same for feeds of articles of which it is known what they have to show."""
    with db.read() as tx:
        known = feed_bases.get_bases(tx)
    stale = [one for one in windows if desk.everything or not one.is_fresh(known, desk.folder)]
    shelf = _Shelf(db, stale)
    trimmed = []
    for done, window in enumerate(stale, 1):
        if _hand_over(window, shelf, press):
            trimmed.append(window.feed.key)
        if progress:
            progress(done, len(stale), "feeds")
    return tuple(trimmed)


def list_gone(tx: Transaction, desk: Desk) -> list[tuple[str, str, Place]]:
    """(language, place, article) of all that tombstones are to stand for."""
    since = desk.notices_since - timedelta(days=TOMBSTONE_DAYS)
    return feed_places.list_withdrawn(tx, since, desk.notices_since)


def look(
    tx: Transaction,
    desk: Desk,
    feed: Feed,
    withdrawn: Iterable[tuple[str, str, Place]],
    section: str | None = None,
) -> Layout:
    """What a feed of articles has to show: of its section, or of another place (an author's)."""
    entries, section = desk.settings.entries, section or feed.section
    shown = feed_places.list_newest(
        tx,
        language=feed.language,
        section=section,
        limit=entries,
        withdrawn_since=desk.notices_since if desk.settings.retraction_days else None,
    )
    gone = [
        place
        for language, of_section, place in withdrawn
        if feed.language in (None, language) and of_section == (section or feed_places.ALL_SECTIONS)
    ]
    newest = archives.find_newest(tx, desk, feed)
    return Layout(
        feed=feed,
        context=desk.context(feed, FeedHistory(previous=newest)),
        shown=tuple(shown),
        gone=tuple(reversed(gone))[:entries],
    )


def add_related(tx: Transaction, desk: Desk, windows: Sequence[Layout]) -> list[Layout]:
    """What to read beside the articles: asked once, so that each is the same in all its feeds."""
    shown = {one.article_id for window in windows for one in window.shown if not one.withdrawn_at}
    found = related.list_earlier(tx, shown, desk.settings.read_also)
    return [_beside(window, found) for window in windows]


def _beside(window: Layout, found: Mapping[int, Sequence[RelatedArticle]]) -> Layout:
    ids = [one.article_id for one in window.shown]
    own = {article_id: found[article_id] for article_id in ids if article_id in found}
    return replace(window, context=replace(window.context, read_also=own))


def _hand_over(window: Layout, shelf: _Shelf, press: Press) -> bool:
    """Build one feed; says whether it would have weighed too much with all of its entries."""
    shown, gone = shelf.take(window.shown), shelf.take(window.gone)
    kept = feed_documents.fitting(shown, window.context, shelf.pieces)
    bodies = feed_documents.render_formats(
        window.feed, kept, window.context, gone, pieces=shelf.pieces
    )
    shelf.put_back(window)
    paths = window.paths
    key, new_basis = window.feed.key, window.basis
    press.publish(
        {paths[one]: body for one, body in bodies.items()},
        lambda tx: feed_bases.put_basis(tx, key, new_basis),
    )
    return len(kept) < len(shown)


class _Shelf:
    """Articles of this build, as long as a feed to come will show them."""

    def __init__(self, db: Database, windows: Iterable[Layout]) -> None:
        self.pieces = Pieces()
        self._db = db
        self._articles: dict[int, Article] = {}
        self._uses = Counter(
            place.article_id for one in windows for place in (*one.shown, *one.gone)
        )

    def take(self, places: Iterable[Place]) -> list[Article]:
        ids = [place.article_id for place in places]
        with self._db.read() as tx:
            self._articles |= articles.get_articles(tx, set(ids) - self._articles.keys())
        return [self._articles[one] for one in ids]

    def put_back(self, window: Layout) -> None:
        used = [place.article_id for place in (*window.shown, *window.gone)]
        self._uses.subtract(used)
        for article_id in used:
            if not self._uses[article_id]:
                self.pieces.forget(article_id)
                self._articles.pop(article_id, None)
