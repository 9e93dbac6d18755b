"""Builds the feeds of authors, newsletters, top reads and partners, and the lists of all feeds.

In: the publication, what readers were sent, who wrote what. Out: a report of the files that moved.
Never: an empty feed; one appears with its first
entry, and stays. Each is built only if something that it shows has changed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from dispatch.model.article import Article
from dispatch.model.feed import Feed, FeedHistory, FeedKind, FeedSettings
from dispatch.model.newsletter import Issue, IssueState, Newsletter
from dispatch.model.publication import Appeal, Publication
from dispatch.model.ranking import FrozenRanking
from dispatch.render import catalogue, issue_body, opml, output
from dispatch.render import feeds as feed_documents
from dispatch.render.feed_pieces import Pieces
from dispatch.rules import addresses, feed_kinds
from dispatch.rules import feeds as feed_rules
from dispatch.store import articles, authors, feed_bases, feed_places, issues, rankings
from dispatch.store.database import Database, Transaction
from dispatch.syndicate import dropping, subscription
from dispatch.syndicate.desk import Desk
from dispatch.syndicate.layout import Layout
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

    def desk(self, folder: Path, now: datetime, *, everything: bool) -> Desk:
        """What one build of them goes by; they have no twins in other languages."""
        return Desk(
            publication=self.publication,
            settings=self.settings,
            appeals=self.appeals,
            feeds=(),
            folder=folder,
            now=now,
            everything=everything,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersReport:
    """What was written, and how many files were as they should be."""

    written: tuple[str, ...]
    unchanged: int
    failures: tuple[str, ...]
    trimmed: tuple[str, ...] = ()


def list_feeds(tx: Transaction, stand: Newsstand) -> list[Feed]:
    """Every feed of these kinds that has something to show."""
    publication, settings = stand.publication, stand.settings
    found: list[Feed] = []
    if settings.author_articles:
        known = authors.list_authors(tx, list(publication.languages), settings.author_articles)
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
    desk = stand.desk(folder, now, everything=everything)
    alone = contextlib.nullcontext() if dry_run else output.exclusively(folder)
    with alone, Press(db, folder, now, dry_run=dry_run) as press:
        with db.write() as tx:  # a note to ourselves, as in `syndicate`
            feed_places.follow(tx, with_authors=bool(stand.settings.author_articles))
        with db.read() as tx:
            others = list_feeds(tx, stand)
            of_articles, of_issues = _lay_out(tx, stand, desk, others)
            known = feed_bases.get_bases(tx)
        trimmed = subscription.publish(db, desk, of_articles, press)
        for one in of_issues:
            if desk.everything or not one.layout.is_fresh(known, folder):
                _publish_issues(db, one, press)
        lists = _lists(stand.publication, others)
        press.publish(lists, lambda _: None)
        if not dry_run:
            every = (*feed_rules.make_feeds(stand.publication), *others)
            dropping.follow(db, folder, {feed.key for feed in every}, now)
    count = sum(len(feed.formats) for feed in others) + len(lists)
    return OthersReport(
        written=tuple(press.written),
        unchanged=count - len(press.written) - len(press.failures),
        failures=tuple(press.failures),
        trimmed=trimmed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfIssues:
    """A feed whose entries are no articles: what it is to show, and how they are made of it."""

    layout: Layout
    make: Callable[[Transaction], Sequence[Article]]


def _lay_out(
    tx: Transaction, stand: Newsstand, desk: Desk, feeds: Sequence[Feed]
) -> tuple[list[Layout], list[_OfIssues]]:
    """What each feed has to show; that takes a few small questions, and no text."""
    gone = subscription.list_gone(tx, desk)
    authored: list[Layout] = []
    partners: list[Layout] = []
    issued: list[_OfIssues] = []
    for feed in feeds:
        if feed.kind is FeedKind.AUTHOR:
            place = feed_places.of_author(feed.about)
            authored.append(subscription.look(tx, desk, feed, gone, place))
        elif feed.kind is FeedKind.PARTNER:
            partners.append(_for_partner(tx, stand, desk, feed))
        elif feed.kind is FeedKind.NEWSLETTER:
            issued.append(_of_newsletter(tx, stand, desk, feed))
        else:
            issued.append(_of_top_reads(tx, stand, desk, feed))
    return [*subscription.add_related(tx, desk, authored), *partners], issued


def _publish_issues(db: Database, one: _OfIssues, press: Press) -> None:
    feed, context, pieces = one.layout.feed, one.layout.context, Pieces()
    with db.read() as tx:
        shown = one.make(tx)
    kept = feed_documents.fitting(shown, context, pieces)
    bodies = feed_documents.render_formats(feed, kept, context, pieces=pieces)
    paths, key, basis = one.layout.paths, feed.key, one.layout.basis
    press.publish(
        {paths[one]: body for one, body in bodies.items()},
        lambda tx: feed_bases.put_basis(tx, key, basis),
    )


def _lists(publication: Publication, others: Sequence[Feed]) -> dict[str, bytes]:
    every = (*feed_rules.make_feeds(publication), *others)
    return {
        addresses.opml_path(language): opml.render(publication, every, language)
        for language in (None, *publication.languages)
    }


def _has_issues(tx: Transaction, feed: Feed) -> bool:
    return bool(_issues_of(tx, feed, 1))


def _issues_of(tx: Transaction, feed: Feed, limit: int) -> list[Issue]:
    return issues.list_public(tx, feed.about, feed.language or "", states=PUBLIC, limit=limit)


def _of_newsletter(tx: Transaction, stand: Newsstand, desk: Desk, feed: Feed) -> _OfIssues:
    shown = _issues_of(tx, feed, MOST_ISSUES)

    def make(tx: Transaction) -> list[Article]:
        found = ((one, issues.find_variant(tx, one.id, feed.language or "")) for one in shown)
        return [
            feed_kinds.issue_as_article(
                stand.publication,
                one,
                variant.language,
                variant.subject,
                issue_body.make_body(variant.html),
                variant.preheader,
            )
            for one, variant in found
            if variant is not None
        ]

    # An issue that stands says something else only after a correction.
    said = tuple((one.id, one.period, one.revision) for one in shown)
    return _OfIssues(layout=_layout_of_issues(desk, feed, said), make=make)


def _of_top_reads(tx: Transaction, stand: Newsstand, desk: Desk, feed: Feed) -> _OfIssues:
    language = feed.language or ""
    shown = rankings.list_rankings(tx, language, limit=MOST_ISSUES)

    def make(tx: Transaction) -> list[Article]:
        return [_ranking(tx, stand, number, one) for number, one in enumerate(shown)]

    said = tuple(
        (one.newsletter, one.period, one.frozen_at, tuple(one.article_id for one in one.places))
        for one in shown
    )
    ids = dict.fromkeys(place.article_id for one in shown for place in one.places)
    layout = _layout_of_issues(desk, feed, said)
    places = tuple(feed_places.list_of(tx, list(ids)))
    return _OfIssues(layout=replace(layout, shown=places), make=make)


def _ranking(tx: Transaction, stand: Newsstand, number: int, ranking: FrozenRanking) -> Article:
    language = ranking.language
    found = articles.get_articles(tx, [place.article_id for place in ranking.places])
    listed = [found[place.article_id] for place in ranking.places if place.article_id in found]
    day = ranking.frozen_at.astimezone(stand.publication.time_zone).date()
    words = catalogue.text(language, "Most read this week")
    title = f"{words} – {catalogue.format_date(day, language)}"
    body = issue_body.make_ranking(listed)
    return feed_kinds.ranking_as_article(stand.publication, number, ranking, title, body)


def _layout_of_issues(desk: Desk, feed: Feed, said: tuple[object, ...]) -> Layout:
    context = replace(desk.context(feed, FeedHistory()), appeals={})
    return Layout(feed=feed, context=context, others=said)


def _for_partner(tx: Transaction, stand: Newsstand, desk: Desk, feed: Feed) -> Layout:
    """Whole articles of some sections and days; an appeal or a link to others is no partner's."""
    profile = next(one for one in stand.settings.profiles if one.name == feed.about)
    rules = feed_kinds.PARTNERS[profile.kind]
    places = feed_places.list_newest_of(
        tx,
        language=feed.language or "",
        sections=profile.sections,
        limit=rules.entries or stand.settings.entries,
        since=desk.now - timedelta(days=rules.days) if rules.days else None,
    )
    context = desk.context(feed, FeedHistory())
    plain = replace(context.settings, appeal=False, read_also=0, full_text=True)
    context = replace(context, settings=plain, partner=rules, appeals={})
    return Layout(feed=feed, context=context, shown=tuple(places))
