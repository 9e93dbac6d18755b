"""Builds the subscription feeds: the newest articles of each, where anything of them has changed.

In: the desk, places of articles. Out: documents for the press. An article that stands in several
of the feeds is loaded and written once, and let go after the last of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from dispatch import ports
from dispatch.model.article import Article, RelatedArticle
from dispatch.model.feed import Feed, FeedContext, FeedFormat, FeedHistory
from dispatch.render import feeds as feed_documents
from dispatch.render import output
from dispatch.render.feed_pieces import Pieces
from dispatch.rules import addresses
from dispatch.store import articles, feed_bases, feed_places, related
from dispatch.store.database import Database, Transaction
from dispatch.store.feed_places import Place
from dispatch.syndicate import archives, basis
from dispatch.syndicate.desk import Desk
from dispatch.syndicate.press import Press

#: How long a withdrawn article is announced by a tombstone (RFC 6721).
TOMBSTONE_DAYS: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """What a feed has to show now."""

    feed: Feed
    context: FeedContext
    shown: tuple[Place, ...]
    gone: tuple[Place, ...]

    @property
    def basis(self) -> str:
        return basis.of_document(self.feed, self.context, (*self.shown, *self.gone), len(self.gone))

    @property
    def paths(self) -> dict[FeedFormat, str]:
        return {one: addresses.feed_path(self.feed.key, one) for one in FeedFormat}


def build(
    db: Database, desk: Desk, press: Press, progress: ports.Progress | None
) -> tuple[str, ...]:
    """Hand every feed to the press that shows something new; returns those that had to be cut."""
    with db.read() as tx:
        known = feed_bases.get_bases(tx)
        since = desk.notices_since - timedelta(days=TOMBSTONE_DAYS)
        gone = feed_places.list_withdrawn(tx, since, desk.notices_since)
        bare = [_look(tx, desk, feed, gone) for feed in desk.feeds]
        windows = _add_related(tx, desk, bare)
    stale = [one for one in windows if _is_stale(desk, one, known)]
    shelf = _Shelf(db, stale)
    trimmed = []
    for done, window in enumerate(stale, 1):
        if _hand_over(window, shelf, press):
            trimmed.append(window.feed.key)
        if progress:
            progress(done, len(stale), "feeds")
    return tuple(trimmed)


def _look(
    tx: Transaction, desk: Desk, feed: Feed, withdrawn: Iterable[tuple[str, str, Place]]
) -> _Window:
    entries = desk.settings.entries
    shown = feed_places.list_newest(
        tx,
        language=feed.language,
        section=feed.section,
        limit=entries,
        withdrawn_since=desk.notices_since if desk.settings.retraction_days else None,
    )
    gone = [
        place
        for language, section, place in withdrawn
        if feed.language in (None, language)
        and section == (feed.section or feed_places.ALL_SECTIONS)
    ]
    newest = archives.find_newest(tx, desk, feed)
    return _Window(
        feed=feed,
        context=desk.context(feed, FeedHistory(previous=newest)),
        shown=tuple(shown),
        gone=tuple(reversed(gone))[:entries],
    )


def _add_related(tx: Transaction, desk: Desk, windows: Sequence[_Window]) -> list[_Window]:
    """What to read beside the articles: asked once, so that each is the same in all its feeds."""
    shown = {one.article_id for window in windows for one in window.shown if not one.withdrawn_at}
    found = related.list_earlier(tx, shown, desk.settings.read_also)
    return [_beside(window, found) for window in windows]


def _beside(window: _Window, found: Mapping[int, Sequence[RelatedArticle]]) -> _Window:
    ids = [one.article_id for one in window.shown]
    own = {article_id: found[article_id] for article_id in ids if article_id in found}
    return replace(window, context=replace(window.context, read_also=own))


def _is_stale(desk: Desk, window: _Window, known: dict[str, str]) -> bool:
    if desk.everything or known.get(window.feed.key) != window.basis:
        return True
    return not all(output.stands(desk.folder, path) for path in window.paths.values())


def _hand_over(window: _Window, shelf: _Shelf, press: Press) -> bool:
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

    def __init__(self, db: Database, windows: Iterable[_Window]) -> None:
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

    def put_back(self, window: _Window) -> None:
        used = [place.article_id for place in (*window.shown, *window.gone)]
        self._uses.subtract(used)
        for article_id in used:
            if not self._uses[article_id]:
                self.pieces.forget(article_id)
                self._articles.pop(article_id, None)
