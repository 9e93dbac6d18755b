"""Nobody gets an article outside their languages and sections, or twice, or in two languages.

Random newsrooms, readers who change their minds, newsletters that share readers: what reaches each
reader is checked mail by mail, and planning in SQL against thinking about one reader at a time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch import compose
from dispatch.compose.desk import Desk
from dispatch.model.article import Article, Entry
from dispatch.model.newsletter import (
    Cadence,
    IssueState,
    Newsletter,
    OncePolicy,
    UntranslatedPolicy,
)
from dispatch.model.publication import Publication, Section
from dispatch.model.subscriber import Subscription, SubscriptionState
from dispatch.render import email
from dispatch.rules import audience, cadence, seen
from dispatch.store import articles, issues, planning, schema, subscribers, translations
from dispatch.store.database import Database, Transaction

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "store/pasts",
    "store/planning",
)

START = datetime(2026, 11, 27, 9, tzinfo=UTC)
LANGUAGES = ("en", "ru", "he")
SECTIONS = ("economy", "society")
ZONE = ZoneInfo("UTC")

PUBLICATION = Publication(
    names={"en": "The Meridian"},
    site="https://meridian.example/",
    public_url="https://news.meridian.example/",
    languages={"en": "English", "ru": "Русский", "he": "עברית"},
    sections=tuple(Section(key=key, names={}) for key in SECTIONS),
    time_zone=ZONE,
    contact="editors@meridian.example",
)


def newsletter(name: str, once: OncePolicy, untranslated: UntranslatedPolicy) -> Newsletter:
    titles = dict.fromkeys(LANGUAGES, name)
    return Newsletter(
        name=name,
        titles=titles,
        languages=("en", "ru") if name == "weekly" else LANGUAGES,
        cadence=Cadence(weekday=4, at=time(9), time_zone=ZONE),
        blocks=("latest", "read_also"),
        from_name=titles,
        from_address="us@meridian.example",
        reply_to=None,
        list_id=f"{name}.meridian.example",
        latest_count=4,
        once=once,
        untranslated=untranslated,
    )


@dataclass(frozen=True)
class Choice:
    newsletter: str
    languages: tuple[str, ...]
    sections: tuple[str, ...]


CHOICES = st.builds(
    Choice,
    newsletter=st.sampled_from(["weekly", "extra"]),
    languages=st.permutations(LANGUAGES).flatmap(
        lambda order: st.integers(1, 3).map(lambda count: tuple(order[:count]))
    ),
    sections=st.sampled_from([(), ("economy",), ("society",)]),
)
#: (language, sections, whether it says the same as the article before it)
ARTICLES = st.tuples(
    st.sampled_from(LANGUAGES),
    st.sampled_from([("economy",), ("society",), SECTIONS]),
    st.booleans(),
)


@dataclass(frozen=True)
class Week:
    articles: list[tuple[str, tuple[str, ...], bool]]
    wishes: list[tuple[int, Choice]]
    late: list[tuple[int, Choice]]
    marked: int | None
    order: tuple[str, ...]


WEEKS = st.lists(
    st.builds(
        Week,
        articles=st.lists(ARTICLES, max_size=4),
        wishes=st.lists(st.tuples(st.integers(0, 3), CHOICES), max_size=4),
        late=st.lists(st.tuples(st.integers(0, 3), CHOICES), max_size=2),
        marked=st.none() | st.integers(0, 5),
        order=st.permutations(["weekly", "extra"]).map(tuple),
    ),
    min_size=2,
    max_size=5,
)


@dataclass
class World:
    """One history, in a database that begins empty."""

    db: Database
    newsletters: dict[str, Newsletter]
    now: datetime = START
    #: reader -> newsletter -> [(moment, article)]
    had: dict[int, dict[str, list[tuple[datetime, Article]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def publish(self, week: Week) -> None:
        before = None
        with self.db.write() as tx:
            for number, (language, sections, is_translation) in enumerate(week.articles):
                url = f"https://meridian.example/{self.now:%j}/{number}"
                entry = Entry(source_id=url, url=url, title=url, published_at=self.now)
                found = articles.add_article(
                    tx,
                    entry,
                    source="desk",
                    language=language,
                    sections=sections,
                    content_hash=url,
                    entered_at=self.now,
                    now=self.now,
                    tag_authority="meridian.example,2026",
                )
                articles.add_aliases(tx, {found: [("url", url[8:])]})
                if is_translation and before:
                    translations.put_claims(tx, {found: [before[8:]]})
                before = url
            known = self.known(tx)
            if week.marked is not None and week.marked < len(known):
                articles.mark_updated(tx, known[week.marked].id, self.now)

    def known(self, tx: Transaction) -> list[Article]:
        return articles.list_entered(tx, START - timedelta(days=1), self.now + timedelta(days=1))

    def wish(self, reader: int, choice: Choice) -> None:
        with self.db.write() as tx:
            found = subscribers.add_subscriber(
                tx,
                f"reader{reader}@reader.example",
                address_hash=str(reader),
                languages=choice.languages,
                now=self.now,
            )
            wanted = Subscription(
                subscriber_id=found.id,
                newsletter=choice.newsletter,
                state=SubscriptionState.CONFIRMED,
                sections=choice.sections,
            )
            subscribers.put_subscription(tx, wanted, choice.languages)
            subscribers.set_languages(tx, found.id, choice.languages)

    def mail(self, name: str, late: list[tuple[int, Choice]]) -> None:
        """Compose, let some change their minds, plan, and look at what reaches each reader."""
        desk = Desk(publication=PUBLICATION, appeals=(), templates=Path("none"), notes=Path("none"))
        period = cadence.Period(self.now, f"{self.now:%Y-%m-%d}")
        made = compose.compose(self.db, desk, self.newsletters[name], period, now=self.now).issue
        assert made
        for reader, choice in late:
            self.wish(reader, choice)
        with self.db.write() as tx:
            if not issues.set_state(tx, made.id, IssueState.FINISHED, among=(IssueState.COMPOSED,)):
                return
            expected = {one: key for one in readers_of(tx, name) if (key := slow(tx, made.id, one))}
            planning.plan(tx, made.id, self.now)
            assert planned(tx, made.id) == expected
            for reader in readers_of(tx, name):
                self.look(tx, made.id, name, reader, expected.get(reader))

    def look(self, tx: Transaction, issue_id: int, name: str, reader: int, key: str | None) -> None:
        settings_ = self.newsletters[name]
        subscription = subscribers.find_subscription(tx, reader, name)
        subscriber = subscribers.find_subscriber_by_id(tx, reader)
        assert subscription
        assert subscriber
        spoken = audience.spoken_in(subscriber.languages, settings_.languages)
        places = [one for one in issues.list_placements(tx, issue_id) if one.variant_key == key]
        found = articles.get_articles(tx, {one.article_id for one in places})
        shown = [found[one.article_id] for one in places]
        assert len({one.group_id for one in shown}) == len(shown), "a piece twice in one mail"
        scope = [name] if settings_.once is OncePolicy.NEWSLETTER else list(self.had[reader])
        before = [pair for one in scope for pair in self.had[reader][one]]
        for article in shown:
            assert article.language in spoken
            wanted = subscription.sections or SECTIONS
            assert set(article.sections) & set(wanted)
            times = [at for at, other in before if other.group_id == article.group_id]
            if times:
                assert article.marked_updated_at
                assert article.marked_updated_at > max(times), "twice, and not marked since"
            better = spoken[: spoken.index(article.language)]
            if settings_.untranslated is not UntranslatedPolicy.TAG:
                assert not better
            if article.marked_updated_at is None:
                assert not [
                    one
                    for one in self.known(tx)
                    if one.group_id == article.group_id
                    and one.language in better
                    and set(one.sections) & set(wanted)
                ], "not in the preferred language"
        self.had[reader][name] += [(self.now, article) for article in shown]


def readers_of(tx: Transaction, name: str) -> list[int]:
    table = schema.subscription
    query = sa.select(table.c.subscriber_id).where(
        table.c.newsletter == name, table.c.state == SubscriptionState.CONFIRMED.value
    )
    return [row[0] for row in tx.execute(query.order_by(table.c.subscriber_id))]


def planned(tx: Transaction, issue_id: int) -> dict[int, str]:
    query = (
        sa.select(schema.delivery.c.subscriber_id, schema.variant.c.key)
        .join(schema.variant, schema.variant.c.id == schema.delivery.c.variant_id)
        .where(schema.delivery.c.issue_id == issue_id)
    )
    return {row[0]: row[1] for row in tx.execute(query)}


def slow(tx: Transaction, issue_id: int, reader: int) -> str | None:
    """The variant of one reader, thought out row by row from the ledger itself."""
    issue = issues.get_issue(tx, issue_id)
    once = tx.execute(
        sa.select(schema.issue.c.once).where(schema.issue.c.id == issue_id)
    ).scalar_one()
    own = subscribers.find_subscription(tx, reader, issue.newsletter)
    subscriber = subscribers.find_subscriber_by_id(tx, reader)
    assert own
    assert subscriber
    choice = audience.choice_key(subscriber.languages, own.sections)
    history = (
        sa.select(schema.issue.c.newsletter, schema.variant.c.choice)
        .join_from(schema.delivery, schema.issue, schema.issue.c.id == schema.delivery.c.issue_id)
        .join(schema.variant, schema.variant.c.id == schema.delivery.c.variant_id)
        .where(schema.delivery.c.subscriber_id == reader)
    )
    streams = {(row[0], row[1]) for row in tx.execute(history)}
    if once == OncePolicy.READER.value:
        streams |= {
            (one.newsletter, audience.choice_key(subscriber.languages, one.sections))
            for one in subscribers.list_subscriptions(tx, reader)
        }
    else:
        streams = {one for one in streams if one[0] == issue.newsletter}
    streams -= {(issue.newsletter, choice)}
    rows = tx.execute(
        sa.select(schema.issue_past).where(
            schema.issue_past.c.issue_id == issue_id, schema.issue_past.c.choice == choice
        )
    )
    bits = {(row.newsletter, row.past_choice): row.bit for row in rows}
    if not streams <= set(bits):
        return None
    cohort = 0
    for stream in streams:
        cohort |= bits[stream]
    keys = {one.key for one in _variants(tx, issue_id)}
    wanted = [audience.page_key(choice, one) for one in (cohort, seen.REST)]
    return next((key for key in wanted if key in keys), None)


def _variants(tx: Transaction, issue_id: int) -> list[sa.Row[tuple[str]]]:
    query = sa.select(schema.variant.c.key).where(schema.variant.c.issue_id == issue_id)
    return list(tx.execute(query))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    weeks=WEEKS,
    once=st.sampled_from(OncePolicy),
    untranslated=st.sampled_from(UntranslatedPolicy),
    cohorts=st.sampled_from([1, 16]),
    streams=st.sampled_from([2, 60]),
)
def test_whatever_readers_choose_they_get_each_piece_once_in_a_language_they_read(
    db: Database,
    weeks: list[Week],
    once: OncePolicy,
    untranslated: UntranslatedPolicy,
    cohorts: int,
    streams: int,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(email, "render_issue", lambda *_: RENDERED)
        patch.setattr(seen, "COHORTS", cohorts)
        patch.setattr(seen, "STREAMS", streams)
        with db.write() as tx:
            for table in reversed(schema.metadata.sorted_tables):
                tx.execute(sa.delete(table))
            issues.register_newsletters(tx, ["weekly", "extra"], START)
        names = ("weekly", "extra")
        world = World(db, {name: newsletter(name, once, untranslated) for name in names})
        for week in weeks:
            world.publish(week)
            for reader, choice in week.wishes:
                world.wish(reader, choice)
            world.now += timedelta(days=7)
            for name in week.order:
                world.mail(name, week.late)
                world.now += timedelta(minutes=1)


RENDERED = email.RenderedVariant(subject="s", preheader="", html="", text="")
