"""A newsroom in the store: the few rows that most of these tests start from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.model.article import Entry
from dispatch.model.delivery import Delivery
from dispatch.model.newsletter import IssueState
from dispatch.model.subscriber import Subscription, SubscriptionState
from dispatch.rules import identity, mailbox
from dispatch.store import articles, deliveries, issues, planning, subscribers
from dispatch.store.database import Database

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
LEASE = timedelta(minutes=15)
SECRET = "a secret for tests"


@dataclass(frozen=True)
class Newsroom:
    """One newsletter, "digest", and what happens to it."""

    db: Database
    now: datetime = FRIDAY

    def reader(
        self,
        name: str,
        *,
        language: str = "en",
        sections: tuple[str, ...] = (),
        state: SubscriptionState = SubscriptionState.CONFIRMED,
    ) -> int:
        """A subscriber to the digest; returns the id."""
        address = f"{name}@example.org"
        with self.db.write() as tx:
            subscriber = subscribers.add_subscriber(
                tx,
                address,
                address_hash=mailbox.address_hash(address, SECRET),
                languages=(language,),
                now=self.now,
            )
            wish = Subscription(
                subscriber_id=subscriber.id, newsletter="digest", state=state, sections=sections
            )
            subscribers.put_subscription(tx, wish, (language,))
        return subscriber.id

    def issue(
        self, period: str = "2026-W48", *, keys: tuple[str, ...] = ("en", "ru"), weeks: int = 0
    ) -> int:
        """An issue that is being sent, with a variant for each key; returns the id."""
        end = self.now + timedelta(weeks=weeks)
        with self.db.write() as tx:
            issue_id = issues.add_issue(
                tx,
                newsletter="digest",
                period=period,
                state=IssueState.SENDING,
                window_start=end - timedelta(weeks=1),
                window_end=end,
                now=self.now,
            )
            assert issue_id is not None
            issues.add_variants(tx, issue_id, [self.draft(key) for key in keys])
        return issue_id

    def draft(self, key: str) -> issues.VariantDraft:
        language, _, sections = key.partition(":")
        return issues.VariantDraft(
            key=key,
            choice=key,
            language=language,
            sections=tuple(filter(None, sections.split(","))),
            subject="Friday",
            preheader="",
            html="<p>",
            text="text",
        )

    def plan(self, issue_id: int) -> int:
        with self.db.write() as tx:
            return planning.plan(tx, issue_id, self.now)

    def claim(
        self,
        issue_id: int,
        *,
        worker: str = "one",
        after: int = 0,
        limit: int = 100,
        at: datetime = FRIDAY,
    ) -> list[Delivery]:
        with self.db.write() as tx:
            claimed = deliveries.claim(
                tx,
                issue_id,
                worker=worker,
                after=after,
                limit=limit,
                now=at,
                lease_until=at + LEASE,
            )
        return [one.delivery for one in claimed]

    def begin(self, delivery: Delivery, *, worker: str = "one", at: datetime = FRIDAY) -> bool:
        with self.db.write() as tx:
            return deliveries.begin_attempt(
                tx, delivery, worker=worker, now=at, lease_until=at + LEASE
            )

    def article(self, url: str, *, language: str = "en", title: str = "") -> int:
        """An article known by its URL; returns the id."""
        entry = Entry(source_id=url, url=url, title=title or url, published_at=self.now)
        with self.db.write() as tx:
            article_id = articles.add_article(
                tx,
                entry,
                source="site",
                language=language,
                sections=("politics",),
                content_hash="hash",
                entered_at=self.now,
                now=self.now,
                tag_authority="news.example,2026",
            )
            articles.add_aliases(tx, {article_id: identity.keys_of(entry, "site")})
        return article_id


@pytest.fixture
def newsroom(db: Database) -> Newsroom:
    """A newsroom with the newsletter "digest", on each kind of database in turn."""
    with db.write() as tx:
        issues.register_newsletters(tx, ["digest"], FRIDAY)
    return Newsroom(db)
