"""explain: why an article stands where it stands, and why a reader got or did not get a mail.

In: a name that an operator types. Out: facts from the store, as plain data. Never changes a thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dispatch import errors
from dispatch.model.article import Article
from dispatch.model.delivery import Balance, DeliveryState
from dispatch.model.gate import GateCheck
from dispatch.model.newsletter import Issue
from dispatch.model.publication import Publication
from dispatch.model.subscriber import Subscriber, Subscription, Suppression
from dispatch.rules import canonical, feeds, mailbox
from dispatch.store import (
    articles,
    deliveries,
    delivery_history,
    gate_checks,
    issues,
    reads,
    recognitions,
    subscribers,
)
from dispatch.store.database import Database, Transaction
from dispatch.store.issues import Placement
from dispatch.store.recognitions import Recognition

#: How many days of reads are shown.
READ_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFacts:
    """All that decided the fate of one article. `feeds` are the keys of the feeds it belongs to.

    `recognitions` are the decisions by which it came in and was known again, oldest first.
    """

    article: Article
    recognitions: tuple[Recognition, ...]
    feeds: tuple[str, ...]
    reads: Mapping[date, int]
    discards: Mapping[str, int]
    placements: tuple[tuple[Issue, Placement], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderFacts:
    """All that decided what one reader got. `deliveries` are newest first."""

    subscriber: Subscriber | None
    suppression: Suppression | None
    subscriptions: tuple[Subscription, ...]
    deliveries: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFacts:
    """All that made one issue, and how its deliveries stand.

    `uncertain` names subscribers, `titles` the articles of the placements, `gate` what it found.
    """

    issue: Issue
    placements: tuple[Placement, ...]
    variants: tuple[str, ...]
    balance: Balance
    uncertain: tuple[int, ...]
    titles: Mapping[int, str]
    gate: GateCheck | None = None


def explain_article(
    db: Database, publication: Publication, name: str, *, today: date
) -> ArticleFacts:
    """The facts of the article called `name`: an id, a uid, or a URL; raises NotFoundError."""
    with db.read() as tx:
        article = get_article(tx, name)
        start = today - timedelta(days=READ_DAYS)
        counted = reads.get_reads(tx, start, today, [article.id])
        return ArticleFacts(
            article=article,
            recognitions=tuple(recognitions.list_of(tx, article.id)),
            feeds=tuple(
                one.key for one in feeds.make_feeds(publication) if feeds.shows(one, article)
            ),
            reads=dict(sorted(counted.get(article.id, {}).items())),
            discards=reads.get_discards(tx, start, today, article.id),
            placements=tuple(issues.list_placements_of(tx, article.id)),
        )


def get_article(tx: Transaction, name: str) -> Article:
    """The article called `name`: an id, a uid, or a URL; raises NotFoundError."""
    found = articles.find_article(tx, name) or articles.find_article(tx, canonical.match_key(name))
    if found is None:
        message = f"there is no article {name!r} (give its number, uid or address)"
        raise errors.NotFoundError(message)
    return found


def explain_reader(db: Database, address: str, *, secret: str) -> ReaderFacts:
    """The facts of one address; raises NotFoundError if it was never known here."""
    with db.read() as tx:
        subscriber = subscribers.find_subscriber(tx, address)
        suppression = subscribers.find_suppression(tx, mailbox.address_hash(address, secret))
        if subscriber is None and suppression is None:
            message = "nobody with that address is known here"
            raise errors.NotFoundError(message)
        known = subscriber.id if subscriber else 0
        return ReaderFacts(
            subscriber=subscriber,
            suppression=suppression,
            subscriptions=tuple(subscribers.list_subscriptions(tx, known)),
            deliveries=tuple(delivery_history.list_history(tx, known)),
        )


def explain_issue(db: Database, newsletter: str, period: str) -> IssueFacts:
    """The facts of one issue; raises NotFoundError."""
    with db.read() as tx:
        issue = issues.find_issue(tx, newsletter, period)
        if issue is None:
            message = f"there is no issue {period} of {newsletter!r}"
            raise errors.NotFoundError(message)
        placements = issues.list_placements(tx, issue.id)
        shown = articles.get_articles(tx, {one.article_id for one in placements})
        return IssueFacts(
            issue=issue,
            placements=tuple(placements),
            variants=tuple(
                f"{one.language}: {one.subject}" for one in issues.list_variants(tx, issue.id)
            ),
            balance=deliveries.balance(tx, issue.id),
            uncertain=tuple(
                delivery_history.list_subscribers_in(tx, issue.id, DeliveryState.UNCERTAIN)
            ),
            gate=gate_checks.find_check(tx, issue.id),
            titles={article_id: article.title for article_id, article in shown.items()},
        )
