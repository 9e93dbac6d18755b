"""The ledger: nobody is lost, nobody is sent to twice, and every doubt has a name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dispatch.model.delivery import Delivery, DeliveryState, Outcome, OutcomeStatus
from dispatch.model.subscriber import Subscription, SubscriptionState, Suppression
from dispatch.model.subscriber import SuppressionReason as Reason
from dispatch.rules import mailbox
from dispatch.store import deliveries, delivery_history, planning, schema, subscribers

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/delivery_history",)

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
LATER = FRIDAY + timedelta(hours=1)
SENT = Outcome(status=OutcomeStatus.SENT, code=250, enhanced="2.0.0", text="2.0.0 Ok")
GREYLISTED = Outcome(status=OutcomeStatus.DEFERRED, code=450, text="later")
LOST = Outcome(status=OutcomeStatus.UNCERTAIN, text="connection lost")

Newsroom = Any


@pytest.fixture
def issue_id(newsroom: Newsroom) -> int:
    """An issue with three readers, planned."""
    for name in ("ann", "bob", "eve"):
        newsroom.reader(name)
    made: int = newsroom.issue()
    assert newsroom.plan(made) == 3
    return made


def counts(newsroom: Newsroom, issue_id: int) -> dict[str, int]:
    with newsroom.db.read() as tx:
        balance = deliveries.balance(tx, issue_id)
    return {state.value: count for state, count in balance.counts.items()}


def finish(
    newsroom: Newsroom,
    delivery: Delivery,
    outcome: Outcome = SENT,
    *,
    next_attempt_at: datetime | None = None,
) -> None:
    with newsroom.db.write() as tx:
        deliveries.finish_attempt(tx, delivery, outcome, now=LATER, next_attempt_at=next_attempt_at)


def reap(newsroom: Newsroom, *, at: datetime = LATER, resend: bool = False) -> tuple[int, int]:
    with newsroom.db.write() as tx:
        return deliveries.reap(tx, at, resend=resend)


# --- Planning --------------------------------------------------------------------------------


def test_planning_twice_plans_once(newsroom: Newsroom, issue_id: int) -> None:
    assert newsroom.plan(issue_id) == 0
    assert counts(newsroom, issue_id) == {"planned": 3}


def test_only_confirmed_readers_with_a_variant_are_planned(newsroom: Newsroom) -> None:
    newsroom.reader("pending", state=SubscriptionState.PENDING)
    newsroom.reader("gone", state=SubscriptionState.UNSUBSCRIBED)
    newsroom.reader("hebrew", language="he")
    chosen = newsroom.reader("chosen", language="ru", sections=("world", "economy"))
    issue_id = newsroom.issue(keys=("en", "ru", "ru:economy,world"))
    assert newsroom.plan(issue_id) == 1
    (delivery,) = newsroom.claim(issue_id)
    assert (delivery.subscriber_id, delivery.address) == (chosen, "chosen@example.org")
    with newsroom.db.read() as tx:
        assert planning.count_without_variant(tx, issue_id) == 1


def test_a_reader_who_left_between_plan_and_claim_is_claimed_with_that_fact(
    newsroom: Newsroom, issue_id: int
) -> None:
    with newsroom.db.write() as tx:
        ann, bob, eve = (
            subscribers.find_subscriber(tx, f"{name}@example.org") for name in ("ann", "bob", "eve")
        )
        assert ann
        assert bob
        assert eve
        subscribers.put_subscription(
            tx,
            Subscription(
                subscriber_id=ann.id, newsletter="digest", state=SubscriptionState.UNSUBSCRIBED
            ),
            ("en",),
        )
        hashed = mailbox.address_hash("bob@example.org", "a secret for tests")
        order = Suppression(address_hash=hashed, reason=Reason.COMPLAINT, since=FRIDAY)
        subscribers.add_suppressions(tx, [order])
        tx.execute(sa.delete(schema.subscriber).where(schema.subscriber.c.id == eve.id))
        claimed = deliveries.claim(
            tx, issue_id, worker="one", after=0, limit=9, now=FRIDAY, lease_until=LATER
        )
    facts = {one.delivery.subscriber_id: (one.subscription, one.is_suppressed) for one in claimed}
    assert facts == {
        ann.id: (SubscriptionState.UNSUBSCRIBED, False),
        bob.id: (SubscriptionState.CONFIRMED, True),
        eve.id: (None, False),
    }


# --- Claiming --------------------------------------------------------------------------------


def test_two_workers_never_hold_the_same_delivery(newsroom: Newsroom, issue_id: int) -> None:
    one = newsroom.claim(issue_id, worker="one", limit=2)
    two = newsroom.claim(issue_id, worker="two", limit=2)
    assert len(one) == 2
    assert len(two) == 1
    assert not {d.subscriber_id for d in one} & {d.subscriber_id for d in two}
    assert newsroom.claim(issue_id, worker="three") == []


def test_workers_in_threads_share_an_issue_without_overlap(newsroom: Newsroom) -> None:
    readers = {newsroom.reader(f"reader{number}") for number in range(40)}
    issue_id = newsroom.issue()
    newsroom.plan(issue_id)

    def work(worker: int) -> list[int]:
        mine: list[int] = []
        while batch := newsroom.claim(issue_id, worker=f"w{worker}", limit=3):
            mine += [delivery.subscriber_id for delivery in batch]
        return mine

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, range(4)))
    everything = [subscriber for share in shares for subscriber in share]
    assert len(everything) == 40
    assert set(everything) == readers


def test_a_claim_goes_on_behind_its_cursor(newsroom: Newsroom, issue_id: int) -> None:
    first, second, third = newsroom.claim(issue_id)
    assert first.subscriber_id < second.subscriber_id < third.subscriber_id
    with newsroom.db.write() as tx:
        assert deliveries.release(tx, issue_id, "one") == 3
    rest = newsroom.claim(issue_id, after=second.subscriber_id)
    assert [delivery.subscriber_id for delivery in rest] == [third.subscriber_id]


def test_what_is_released_counts_no_try_and_what_was_begun_is_not_released(
    newsroom: Newsroom, issue_id: int
) -> None:
    begun, *_ = newsroom.claim(issue_id)
    assert newsroom.begin(begun)
    with newsroom.db.write() as tx:
        assert deliveries.release(tx, issue_id, "two") == 0
        assert deliveries.release(tx, issue_id, "one") == 2
    assert counts(newsroom, issue_id) == {"claimed": 1, "planned": 2}
    assert [delivery.attempts for delivery in newsroom.claim(issue_id)] == [1, 1]


# --- The fence -------------------------------------------------------------------------------


def test_a_worker_whose_lease_went_to_another_may_not_begin(
    newsroom: Newsroom, issue_id: int
) -> None:
    slow = newsroom.claim(issue_id, worker="slow", limit=1)[0]
    assert reap(newsroom) == (1, 0)
    quick = newsroom.claim(issue_id, worker="quick", limit=1, at=LATER)[0]
    assert quick == slow
    assert not newsroom.begin(slow, worker="slow", at=LATER)
    assert newsroom.begin(quick, worker="quick", at=LATER)
    with newsroom.db.read() as tx:
        assert len(delivery_history.list_attempts(tx, issue_id, slow.subscriber_id)) == 1


def test_a_try_is_begun_once_even_by_two_workers_of_one_name(
    newsroom: Newsroom, issue_id: int
) -> None:
    asleep = newsroom.claim(issue_id, limit=1)[0]
    reap(newsroom)
    awake = newsroom.claim(issue_id, limit=1, at=LATER)[0]
    assert awake == asleep
    assert newsroom.begin(awake, at=LATER)
    assert not newsroom.begin(asleep, at=LATER)


def test_an_attempt_extends_the_lease(newsroom: Newsroom, issue_id: int) -> None:
    delivery = newsroom.claim(issue_id, limit=1)[0]
    assert newsroom.begin(delivery, at=FRIDAY + timedelta(minutes=14))
    assert reap(newsroom, at=FRIDAY + timedelta(minutes=20)) == (0, 0)


# --- Outcomes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (SENT, DeliveryState.SENT),
        (Outcome(status=OutcomeStatus.FAILED, code=550, text="unknown"), DeliveryState.FAILED),
        (LOST, DeliveryState.UNCERTAIN),
        (GREYLISTED, DeliveryState.FAILED),  # no next attempt: given up
    ],
)
def test_an_outcome_settles_a_delivery(
    newsroom: Newsroom, issue_id: int, outcome: Outcome, state: DeliveryState
) -> None:
    delivery = newsroom.claim(issue_id, limit=1)[0]
    newsroom.begin(delivery)
    finish(newsroom, delivery, outcome)
    with newsroom.db.read() as tx:
        (attempt,) = delivery_history.list_attempts(tx, issue_id, delivery.subscriber_id)
        (row,) = delivery_history.list_history(tx, delivery.subscriber_id)
        assert delivery_history.list_subscribers_in(tx, issue_id, state) == [delivery.subscriber_id]
    assert (attempt.number, attempt.outcome, attempt.code) == (1, outcome.status, outcome.code)
    assert (attempt.started_at, attempt.finished_at) == (FRIDAY, LATER)
    assert (row["state"], row["settled_at"]) == (state.value, LATER)
    assert outcome.text in row["reason"]


def test_a_deferred_delivery_is_owed_again_when_it_is_due(
    newsroom: Newsroom, issue_id: int
) -> None:
    delivery = newsroom.claim(issue_id, limit=1)[0]
    newsroom.begin(delivery)
    finish(newsroom, delivery, GREYLISTED, next_attempt_at=LATER)
    early = newsroom.claim(issue_id, at=LATER - timedelta(seconds=1))
    assert delivery.subscriber_id not in {one.subscriber_id for one in early}
    (again,) = newsroom.claim(issue_id, at=LATER)
    assert (again.subscriber_id, again.attempts) == (delivery.subscriber_id, 2)
    assert again.planned_at == delivery.planned_at


def test_a_skipped_delivery_keeps_its_reason_and_counts_no_try(
    newsroom: Newsroom, issue_id: int
) -> None:
    delivery = newsroom.claim(issue_id, limit=1)[0]
    with newsroom.db.write() as tx:
        deliveries.skip(tx, delivery, "unsubscribed", worker="other", now=LATER)
    assert counts(newsroom, issue_id) == {"claimed": 1, "planned": 2}
    with newsroom.db.write() as tx:
        deliveries.skip(tx, delivery, "unsubscribed", worker="one", now=LATER)
    with newsroom.db.read() as tx:
        (row,) = delivery_history.list_history(tx, delivery.subscriber_id)
    assert (row["state"], row["reason"], row["attempts"]) == ("skipped", "unsubscribed", 0)


def test_the_balance_is_settled_when_nothing_is_owed(newsroom: Newsroom, issue_id: int) -> None:
    for delivery in newsroom.claim(issue_id):
        newsroom.begin(delivery)
        finish(newsroom, delivery)
    with newsroom.db.read() as tx:
        balance = deliveries.balance(tx, issue_id)
    assert (balance.eligible, balance.owed, balance.is_settled) == (3, 0, True)


# --- Crashes ---------------------------------------------------------------------------------


def test_the_reaper_owes_what_was_not_begun_and_doubts_what_was(
    newsroom: Newsroom, issue_id: int
) -> None:
    begun = newsroom.claim(issue_id, limit=2)[0]
    newsroom.begin(begun)
    assert reap(newsroom, at=FRIDAY) == (0, 0)
    assert reap(newsroom) == (1, 1)
    assert counts(newsroom, issue_id) == {"planned": 2, "uncertain": 1}
    with newsroom.db.read() as tx:
        (attempt,) = delivery_history.list_attempts(tx, issue_id, begun.subscriber_id)
    assert attempt.outcome is OutcomeStatus.UNCERTAIN
    assert reap(newsroom) == (0, 0)


def test_an_idempotent_way_out_owes_the_doubtful_again(newsroom: Newsroom, issue_id: int) -> None:
    newsroom.begin(newsroom.claim(issue_id, limit=1)[0])
    assert reap(newsroom, resend=True) == (1, 0)
    again = newsroom.claim(issue_id, limit=1, at=LATER)[0]
    assert again.attempts == 2
    assert newsroom.begin(again, at=LATER)
    with newsroom.db.read() as tx:
        tries = delivery_history.list_attempts(tx, issue_id, again.subscriber_id)
    assert [one.finished_at is None for one in tries] == [False, True]


@pytest.mark.parametrize("resend", [False, True])
def test_a_late_answer_settles_what_the_reaper_doubted(
    newsroom: Newsroom, issue_id: int, resend: bool
) -> None:
    delivery = newsroom.claim(issue_id, limit=1)[0]
    newsroom.begin(delivery)
    reap(newsroom, resend=resend)
    finish(newsroom, delivery)
    assert counts(newsroom, issue_id) == {"sent": 1, "planned": 2}
    with newsroom.db.read() as tx:
        (attempt,) = delivery_history.list_attempts(tx, issue_id, delivery.subscriber_id)
    assert attempt.outcome is OutcomeStatus.SENT


def test_a_late_answer_does_not_touch_a_newer_attempt(newsroom: Newsroom, issue_id: int) -> None:
    old = newsroom.claim(issue_id, limit=1)[0]
    newsroom.begin(old)
    reap(newsroom, resend=True)
    new = newsroom.claim(issue_id, worker="two", limit=1, at=LATER)[0]
    newsroom.begin(new, worker="two", at=LATER)
    finish(newsroom, old, LOST)
    assert counts(newsroom, issue_id) == {"claimed": 1, "planned": 2}
    finish(newsroom, new)
    assert counts(newsroom, issue_id) == {"sent": 1, "planned": 2}


def test_a_worker_that_gives_back_its_claims_does_not_clear_its_doubts(
    newsroom: Newsroom, issue_id: int
) -> None:
    newsroom.begin(newsroom.claim(issue_id, limit=1)[0])
    reap(newsroom)
    with newsroom.db.write() as tx:
        assert deliveries.release(tx, issue_id, "one") == 0
    assert counts(newsroom, issue_id) == {"planned": 2, "uncertain": 1}


def test_an_operator_may_owe_the_uncertain_again(newsroom: Newsroom, issue_id: int) -> None:
    delivery = newsroom.claim(issue_id, limit=1)[0]
    newsroom.begin(delivery)
    finish(newsroom, delivery, LOST)
    other = newsroom.issue("2026-W49", weeks=1)
    with newsroom.db.write() as tx:
        assert deliveries.resend_uncertain(tx, other) == 0
        assert deliveries.resend_uncertain(tx, issue_id) == 1
    again = newsroom.claim(issue_id, limit=1)[0]
    assert (again.subscriber_id, again.attempts) == (delivery.subscriber_id, 2)
