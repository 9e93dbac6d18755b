"""Planning shows appeals, in one statement, to those to whom the rules show them one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch.model.newsletter import IssueState
from dispatch.model.publication import Appeal
from dispatch.model.subscriber import Subscription, SubscriptionState
from dispatch.rules import appeals, audience
from dispatch.store import fund, issues, planning, schema, subscribers
from dispatch.store.database import Database, Transaction

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
CHOICE = "en"


@dataclass(frozen=True)
class Person:
    """One reader: by what they draw, how many issues they had, how long ago they gave."""

    number: int
    had: int
    gave_days_ago: int | None

    @property
    def address_hash(self) -> str:
        return f"{self.number:040x}"


PEOPLE = st.lists(
    st.builds(
        Person,
        number=st.integers(min_value=0, max_value=2**64),
        had=st.integers(min_value=0, max_value=7),
        gave_days_ago=st.none() | st.sampled_from([0, 1, 2, 19, 20, 21]),
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda person: person.number,
)


@st.composite
def asked(draw: st.DrawFn) -> list[Appeal]:
    """The arms of one appeal: they share its limits, and split its readers."""
    limits: dict[str, Any] = {
        "holdout_percent": draw(st.sampled_from([0, 1, 20, 50])),
        "skip_first": draw(st.integers(min_value=0, max_value=3)),
        "every": draw(st.integers(min_value=1, max_value=4)),
        "donor_days": draw(st.sampled_from([0, 1, 20])),
    }
    key = draw(st.sampled_from(["winter", "spring", "support"]))
    shares = draw(st.lists(st.integers(min_value=1, max_value=3), min_size=1, max_size=3))
    return [
        Appeal(
            key=key,
            arm=arm,
            share=share,
            language="en",
            title="Keep us free",
            text="Please help.",
            button="Give",
            url="https://news.example/support",
            **limits,
        )
        for arm, share in zip("abc", shares, strict=False)
    ]


def shown_by_rule(person: Person, arms: Sequence[Appeal]) -> str:
    """The arm or holdout of one reader; "" for one who is spared."""
    gave = person.gave_days_ago
    if gave is not None and gave < arms[0].donor_days:
        return ""
    if not appeals.is_due(arms[0], person.had):
        return ""
    bucket = appeals.bucket(appeals.draw(person.address_hash), arms[0].key)
    (fits,) = (one for one in appeals.ranges(arms) if one.first <= bucket < one.last)
    return fits.name


def add_issue(tx: Transaction, arms: Sequence[Appeal]) -> int:
    """An issue whose one choice has a variant for each arm, and one without an appeal."""
    issues.register_newsletters(tx, ["digest"], FRIDAY)
    issue_id = issues.add_issue(
        tx,
        newsletter="digest",
        period="2026-W48",
        state=IssueState.SENDING,
        window_start=FRIDAY - timedelta(weeks=1),
        window_end=FRIDAY,
        now=FRIDAY,
    )
    assert issue_id is not None
    names = ["", *(one.name for one in arms)]
    drafts = [
        issues.VariantDraft(
            key=audience.variant_key(CHOICE, name),
            choice=CHOICE,
            appeal=name,
            language="en",
            sections=(),
            subject="Friday",
            preheader="",
            html="<p>",
            text="text",
        )
        for name in names
    ]
    issues.add_variants(tx, issue_id, drafts)
    ranges = [
        fund.ChoiceRange(choice=CHOICE, appeal=arms[0], range=one) for one in appeals.ranges(arms)
    ]
    fund.add_ranges(tx, issue_id, ranges, FRIDAY.date())
    return issue_id


def add_person(tx: Transaction, person: Person) -> int:
    """A reader with their past, part of which they had under another choice."""
    subscriber = subscribers.add_subscriber(
        tx,
        f"reader{person.number}@example.org",
        address_hash=person.address_hash,
        languages=("en",),
        now=FRIDAY,
    )
    wish = Subscription(
        subscriber_id=subscriber.id, newsletter="digest", state=SubscriptionState.CONFIRMED
    )
    subscribers.put_subscription(tx, wish, ("en",))
    early = person.had // 2
    long_ago = FRIDAY - timedelta(days=4000)  # beyond what makes a cohort
    for choice, count in (("ru", early), (CHOICE, person.had - early)):
        row = {"subscriber_id": subscriber.id, "newsletter": "digest", "choice": choice}
        more = {"issues": count, "last_issue_id": 0, "last_at": long_ago}
        tx.execute(sa.insert(schema.seen).values(**row, **more))
    if person.gave_days_ago is not None:
        day = FRIDAY.date() - timedelta(days=person.gave_days_ago)
        fund.add_donors(tx, {person.address_hash: day})
    return subscriber.id


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(people=PEOPLE, arms=asked())
def test_whoever_gave_drew_or_had_enough_is_treated_as_the_slow_rule_says(
    db: Database, people: list[Person], arms: list[Appeal]
) -> None:
    with db.write(dry_run=True) as tx:
        issue_id = add_issue(tx, arms)
        expected = {add_person(tx, person): shown_by_rule(person, arms) for person in people}
        assert planning.plan(tx, issue_id, FRIDAY) == len(people)
        query = sa.select(
            schema.delivery.c.subscriber_id, schema.delivery.c.appeal, schema.variant.c.appeal
        ).join(schema.variant, schema.variant.c.id == schema.delivery.c.variant_id)
        planned = {row[0]: (row[1], row[2]) for row in tx.execute(query)}
    held = f"{arms[0].key}.{appeals.HOLDOUT}"
    assert {one: said for one, (said, _) in planned.items()} == expected
    assert all(had == ("" if said == held else said) for said, had in planned.values())
