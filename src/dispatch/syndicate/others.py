"""Builds the feeds of authors, newsletters, top reads and partners, and the lists of all feeds.

In: the publication, what readers were sent, who wrote what. Out: a report of the files that moved.
Never: an empty feed; one appears with its first
entry, and stays. The feed of an author is built only if an article of it has changed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from dispatch.model.article import Article
from dispatch.model.feed import (
    Feed,
    FeedContext,
    FeedKind,
    FeedSettings,
    PartnerProfile,
)
from dispatch.model.newsletter import Issue, IssueState, Newsletter
from dispatch.model.publication import Appeal, Publication
from dispatch.render import catalogue, issue_body, opml, output
from dispatch.render import feeds as feed_documents
from dispatch.render.feed_pieces import Pieces
from dispatch.rules import addresses, appeals, feed_kinds
from dispatch.rules import feeds as feed_rules
from dispatch.store import (
    articles,
    authors,
    feed_bases,
    feed_places,
    issues,
    rankings,
    related,
)
from dispatch.store.database import Database, Transaction
from dispatch.syndicate import basis
from dispatch.syndicate.press import Press

#: Issues that readers were sent.
PUBLIC = (IssueState.SENDING, IssueState.FINISHED)
#: How many issues or rankings a feed of them holds.
MOST_ISSUES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsstand:
    """All that these feeds are made of, beside the store."""

    publication: Publication
    settings: FeedSettings
    newsletters: tuple[Newsletter, ...]
    appeals: tuple[Appeal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersReport:
    """What was written, and how many files were as they should be."""

    written: tuple[str, ...]
    unchanged: int
    failures: tuple[str, ...]


def list_feeds(tx: Transaction, stand: Newsstand) -> list[Feed]:
    """Every feed of these kinds that has something to show."""
    publication, settings = stand.publication, stand.settings
    found: list[Feed] = []
    if settings.author_articles:
        known = authors.list_authors(tx, settings.author_articles)
        found += feed_kinds.make_author_feeds(publication, known)
    if settings.newsletters:
        every = feed_kinds.make_newsletter_feeds(publication, stand.newsletters)
        found += [one for one in every if _has_issues(tx, one)]
    if settings.top_reads:
        words = {
            language: catalogue.text(language, "Top reads")
            for language in publication.languages
            if rankings.list_rankings(tx, language, limit=1)
        }
        found += feed_kinds.make_top_reads_feeds(publication, words)
    return found + feed_kinds.make_partner_feeds(publication, settings.profiles)


def build(
    db: Database,
    stand: Newsstand,
    folder: Path,
    *,
    now: datetime,
    dry_run: bool = False,
    everything: bool = False,
) -> OthersReport:
    """Build these feeds in their formats, and the lists of all feeds, and publish what moved."""
    alone = contextlib.nullcontext() if dry_run else output.exclusively(folder)
    count = 0
    with alone, Press(db, folder, now, dry_run=dry_run) as press:
        with db.write() as tx:  # a note to ourselves, as in `syndicate`
            feed_places.follow(tx)
        with db.read() as tx:
            others = list_feeds(tx, stand)
            known = {} if everything else feed_bases.get_bases(tx)
            for feed in others:
                count += len(feed.formats)
                _build_feed(tx, _Window.of(tx, stand, feed, now), known, folder, press)
            lists = _lists(stand.publication, others)
            press.publish(lists, lambda _: None)
    unchanged = count + len(lists) - len(press.written) - len(press.failures)
    return OthersReport(
        written=tuple(press.written), unchanged=unchanged, failures=tuple(press.failures)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """A feed, and what it was made of. `basis` is "" where that takes as long as to build it."""

    stand: Newsstand
    feed: Feed
    context: FeedContext
    now: datetime
    basis: str

    @classmethod
    def of(cls, tx: Transaction, stand: Newsstand, feed: Feed, now: datetime) -> Self:
        context = _context(stand, feed, now)
        basis_now = ""
        if feed.kind is FeedKind.AUTHOR:  # there may be hundreds of these
            ids = _ids_of_author(tx, stand, feed)
            places = feed_places.list_of(tx, ids)
            found = related.list_earlier(tx, ids, context.settings.read_also)
            context = replace(context, read_also=found)
            basis_now = basis.of_document(feed, context, places)
        return cls(stand=stand, feed=feed, context=context, now=now, basis=basis_now)

    def is_fresh(self, known: Mapping[str, str], folder: Path) -> bool:
        """Whether what stands was made of the same."""
        if not self.basis or known.get(self.feed.key) != self.basis:
            return False
        paths = [addresses.feed_path(self.feed.key, one) for one in self.feed.formats]
        return all(output.stands(folder, path) for path in paths)


def _build_feed(
    tx: Transaction, window: _Window, known: Mapping[str, str], folder: Path, press: Press
) -> None:
    if window.is_fresh(known, folder):
        return
    feed, context, pieces = window.feed, window.context, Pieces()
    shown = _SHOWN[feed.kind](tx, window.stand, feed, window.now)
    kept = feed_documents.fitting(shown, context, pieces)
    bodies = {
        addresses.feed_path(feed.key, one): feed_documents.render_feed(
            feed, one, kept, context, (), pieces
        )
        for one in feed.formats
    }
    press.publish(bodies, lambda tx: feed_bases.put_basis(tx, feed.key, window.basis))


def _lists(publication: Publication, others: Sequence[Feed]) -> dict[str, bytes]:
    every = (*feed_rules.make_feeds(publication), *others)
    return {
        addresses.opml_path(language): opml.render(publication, every, language)
        for language in (None, *publication.languages)
    }


def _context(stand: Newsstand, feed: Feed, now: datetime) -> FeedContext:
    publication = stand.publication
    language = feed.language or next(iter(publication.languages))
    page = addresses.feeds_page_url(publication, language)
    today = now.astimezone(publication.time_zone).date()
    context = FeedContext(
        publication=publication,
        settings=feed_rules.settings_of(feed, stand.settings),
        born_at=feed_rules.born_at(publication),
        appeals=appeals.choose_each(stand.appeals, tuple(publication.languages), today),
        feeds_page_url=page,
        subscribe_url=f"{page}#email",
    )
    if feed.kind is FeedKind.PARTNER:
        rules = feed_kinds.PARTNERS[_profile(stand, feed).kind]
        plain = replace(context.settings, appeal=False, read_also=0, full_text=True)
        return replace(context, settings=plain, partner=rules, appeals={})
    if feed.kind in (FeedKind.NEWSLETTER, FeedKind.TOP_READS):
        return replace(context, appeals={})
    return context


def _has_issues(tx: Transaction, feed: Feed) -> bool:
    return bool(_issues_of(tx, feed, 1))


def _issues_of(tx: Transaction, feed: Feed, limit: int) -> list[Issue]:
    return issues.list_public(tx, feed.about, feed.language or "", states=PUBLIC, limit=limit)


def _by_author(tx: Transaction, stand: Newsstand, feed: Feed, _now: datetime) -> list[Article]:
    wanted = _ids_of_author(tx, stand, feed)
    found = articles.get_articles(tx, wanted)
    return [found[number] for number in wanted]


def _ids_of_author(tx: Transaction, stand: Newsstand, feed: Feed) -> list[int]:
    return authors.ids_of_newest(tx, feed.language or "", feed.about, stand.settings.entries)


def _of_newsletter(tx: Transaction, stand: Newsstand, feed: Feed, _now: datetime) -> list[Article]:
    shown = []
    for issue in _issues_of(tx, feed, MOST_ISSUES):
        variant = issues.find_variant(tx, issue.id, feed.language or "")
        if variant is not None:
            entry = feed_kinds.issue_as_article(
                stand.publication,
                issue,
                variant.language,
                variant.subject,
                issue_body.make_body(variant.html),
                variant.preheader,
            )
            shown.append(entry)
    return shown


def _top_reads(tx: Transaction, stand: Newsstand, feed: Feed, _now: datetime) -> list[Article]:
    language = feed.language or ""
    shown = []
    for number, ranking in enumerate(rankings.list_rankings(tx, language, limit=MOST_ISSUES)):
        found = articles.get_articles(tx, [place.article_id for place in ranking.places])
        listed = [found[place.article_id] for place in ranking.places if place.article_id in found]
        day = ranking.frozen_at.astimezone(stand.publication.time_zone).date()
        words = catalogue.text(language, "Most read this week")
        title = f"{words} – {catalogue.format_date(day, language)}"
        body = issue_body.make_ranking(listed)
        shown.append(feed_kinds.ranking_as_article(stand.publication, number, ranking, title, body))
    return shown


def _for_partner(tx: Transaction, stand: Newsstand, feed: Feed, now: datetime) -> list[Article]:
    profile = _profile(stand, feed)
    limit = feed_kinds.PARTNERS[profile.kind].entries or stand.settings.entries
    newest = articles.list_newest(tx, language=feed.language, section=None, limit=limit)
    return feed_kinds.select_for_partner(profile, newest, now)


def _profile(stand: Newsstand, feed: Feed) -> PartnerProfile:
    return next(one for one in stand.settings.profiles if one.name == feed.about)


_SHOWN: Mapping[FeedKind, Callable[[Transaction, Newsstand, Feed, datetime], Sequence[Article]]] = {
    FeedKind.AUTHOR: _by_author,
    FeedKind.NEWSLETTER: _of_newsletter,
    FeedKind.TOP_READS: _top_reads,
    FeedKind.PARTNER: _for_partner,
}
