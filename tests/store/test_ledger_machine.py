"""The ledger under any order of planning, sending, crashing, reaping and deciding."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dispatch.model.delivery import Delivery, DeliveryState, Outcome, OutcomeStatus
from dispatch.model.newsletter import IssueState
from dispatch.model.subscriber import Subscription, SubscriptionState
from dispatch.store import database, deliveries, issues, planning, schema, subscribers

START = datetime(2026, 11, 27, 9, tzinfo=UTC)
LEASE = timedelta(minutes=15)
WORKERS = st.sampled_from(["one", "two"])
OUTCOMES = st.sampled_from(OutcomeStatus)


@dataclass(frozen=True)
class Held:
    """What a worker believes that it holds, rightly or not."""

    worker: str
    delivery: Delivery


class Ledger(RuleBasedStateMachine):
    """Two workers, one issue; a crash is a worker that forgets what it held.

    A worker that only slept still believes in its claims, so that late answers come too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.db = database.open_database(f"sqlite:///{self.folder}/ledger.db")
        with self.db.engine.connect() as connection:  # speed; a crash of the disk is not the test
            schema.metadata.create_all(connection)
            connection.commit()
        self.now = START
        self.readers = 0
        self.planned: set[int] = set()
        self.claims: list[Held] = []
        self.begun: list[Held] = []
        self.handed_over: set[tuple[int, int]] = set()
        self.settled_sent: set[int] = set()
        self.issue_id = 0

    def teardown(self) -> None:
        self.db.close()
        shutil.rmtree(self.folder)

    @initialize()
    def compose(self) -> None:
        with self.db.write() as tx:
            issues.register_newsletters(tx, ["digest"], START)
            issue_id = issues.add_issue(
                tx,
                newsletter="digest",
                period="2026-W48",
                state=IssueState.SENDING,
                window_start=START - timedelta(weeks=1),
                window_end=START,
                now=START,
            )
            assert issue_id is not None
            self.issue_id = issue_id
            draft = issues.VariantDraft(
                key="en",
                choice="en",
                language="en",
                sections=(),
                subject="Friday",
                preheader="",
                html="",
                text="",
            )
            issues.add_variants(tx, issue_id, [draft])
        self._plan(2)

    @precondition(lambda self: self.readers < 4)
    @rule()
    def somebody_joins_and_the_plan_is_made_again(self) -> None:
        self._plan(1)

    @rule(
        worker=WORKERS,
        limit=st.integers(1, 2),
        after=st.sampled_from([0, 0, 0, 1]),
        begins=st.booleans(),
    )
    def claim(self, worker: str, limit: int, after: int, begins: bool) -> None:
        with self.db.write() as tx:
            claimed = deliveries.claim(
                tx,
                self.issue_id,
                worker=worker,
                after=after,
                limit=limit,
                now=self.now,
                lease_until=self.now + LEASE,
            )
        self.claims += [Held(worker, one.delivery) for one in claimed]
        if begins:
            for _ in claimed:
                self._begin(self.claims.pop())

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self._begin(self._take(data, self.claims))

    def _begin(self, held: Held) -> None:
        delivery = held.delivery
        with self.db.write() as tx:
            if deliveries.begin_attempt(
                tx, delivery, worker=held.worker, now=self.now, lease_until=self.now + LEASE
            ):
                assert delivery.subscriber_id not in self.settled_sent
                self.begun.append(held)
                self.handed_over.add((delivery.subscriber_id, delivery.attempts))

    @precondition(lambda self: self.begun)
    @rule(data=st.data(), status=OUTCOMES, is_given_up=st.booleans())
    def finish(self, data: st.DataObject, status: OutcomeStatus, is_given_up: bool) -> None:
        delivery = self._take(data, self.begun).delivery
        retry = None if is_given_up else self.now + timedelta(minutes=5)
        outcome = Outcome(status=status, text="answer")
        with self.db.write() as tx:
            deliveries.finish_attempt(
                tx,
                delivery,
                outcome,
                now=self.now,
                next_attempt_at=retry if status is OutcomeStatus.DEFERRED else None,
            )

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def skip(self, data: st.DataObject) -> None:
        held = self._take(data, self.claims)
        with self.db.write() as tx:
            deliveries.skip(tx, held.delivery, "unsubscribed", worker=held.worker, now=self.now)

    @rule(worker=WORKERS)
    def release(self, worker: str) -> None:
        """An orderly end: what was begun has been answered for, the rest is given back."""
        if any(held.worker == worker for held in self.begun):
            return
        self.claims = [held for held in self.claims if held.worker != worker]
        with self.db.write() as tx:
            deliveries.release(tx, self.issue_id, worker)

    @rule(worker=WORKERS)
    def crash(self, worker: str) -> None:
        self.claims = [held for held in self.claims if held.worker != worker]
        self.begun = [held for held in self.begun if held.worker != worker]

    @rule(minutes=st.sampled_from([6, 20]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(resend=st.booleans(), minutes=st.sampled_from([0, 20]))
    def reap(self, resend: bool, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        with self.db.write() as tx:
            _, uncertain = deliveries.reap(tx, self.now, resend=resend)
            assert not (resend and uncertain)
            assert deliveries.reap(tx, self.now, resend=resend) == (0, 0)

    @rule()
    def resend_uncertain(self) -> None:
        with self.db.write() as tx:
            before = deliveries.balance(tx, self.issue_id).counts
            owed = deliveries.resend_uncertain(tx, self.issue_id)
        assert owed == before.get(DeliveryState.UNCERTAIN, 0)

    @invariant()
    def nobody_is_lost(self) -> None:
        rows = self._rows()
        assert set(rows) == self.planned
        with self.db.read() as tx:
            balance = deliveries.balance(tx, self.issue_id)
        settled = sum(row.settled_at is not None for row in rows.values())
        assert balance.eligible == len(self.planned) == settled + balance.owed

    @invariant()
    def what_was_sent_stays_sent(self) -> None:
        sent = {key for key, row in self._rows().items() if row.state == DeliveryState.SENT}
        assert self.settled_sent <= sent
        self.settled_sent = sent

    @invariant()
    def every_message_that_was_handed_over_has_its_attempt(self) -> None:
        recorded = {(row.subscriber_id, row.number) for row in self._attempts()}
        assert recorded == self.handed_over

    @invariant()
    def at_most_one_attempt_is_open_and_only_under_a_claim(self) -> None:
        opened = [row.subscriber_id for row in self._attempts() if row.finished_at is None]
        rows = self._rows()
        assert len(opened) == len(set(opened))
        assert {rows[one].state for one in opened} <= {DeliveryState.CLAIMED.value}

    @invariant()
    def a_row_carries_what_its_state_needs_and_no_more(self) -> None:
        for row in self._rows().values():
            is_claimed = row.state == DeliveryState.CLAIMED
            assert (row.lease_until is not None) == is_claimed == bool(row.worker)
            is_deferred = row.state == DeliveryState.DEFERRED
            assert (row.next_attempt_at is not None) == is_deferred
            assert row.attempts >= 0

    def _plan(self, count: int) -> None:
        with self.db.write() as tx:
            for _ in range(count):
                self.readers += 1
                reader = subscribers.add_subscriber(
                    tx,
                    f"reader{self.readers}@example.org",
                    address_hash=str(self.readers),
                    languages=("en",),
                    now=START,
                )
                wish = Subscription(
                    subscriber_id=reader.id, newsletter="digest", state=SubscriptionState.CONFIRMED
                )
                subscribers.put_subscription(tx, wish, ("en",))
                self.planned.add(reader.id)
            assert planning.plan(tx, self.issue_id, self.now) == count
            assert planning.plan(tx, self.issue_id, self.now) == 0

    def _take(self, data: st.DataObject, among: list[Held]) -> Held:
        return among.pop(data.draw(st.integers(0, len(among) - 1)))

    def _rows(self) -> dict[int, Any]:
        with self.db.read() as tx:
            return {row.subscriber_id: row for row in tx.execute(sa.select(schema.delivery))}

    def _attempts(self) -> list[Any]:
        with self.db.read() as tx:
            found = list(tx.execute(sa.select(schema.attempt)))
        numbers = [(row.subscriber_id, row.number) for row in found]
        assert all(one != other for one, other in itertools.pairwise(sorted(numbers)))
        return found


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
