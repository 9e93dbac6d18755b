"""Worker: one thread with one open session, which works off what an issue owes.

In: letters, a session, the ledger. Out: outcomes, in the ledger. The order of writing is the whole
point (design: invariant 3): the attempt before a message is handed over, the outcome after.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from dispatch import errors, ports
from dispatch.deliver.letters import Bodies, Letters, Mailroom
from dispatch.model.delivery import Delivery, Outcome, OutcomeStatus
from dispatch.model.newsletter import IssueState
from dispatch.model.settings import UncertainPolicy
from dispatch.rules import consent, replies
from dispatch.store import deliveries, issues
from dispatch.store.database import Database, Transaction
from dispatch.store.deliveries import Claimed

#: A session that could not hand over this many messages in a row ends its work for this run.
GIVE_UP_AFTER = 10


class Worker:
    """One thread with one session: claim a batch, send it, record it, until nothing is owed."""

    def __init__(
        self,
        db: Database,
        room: Mailroom,
        letters: Letters,
        session: ports.Session,
        worker: str,
        tell: Callable[[], None],
    ) -> None:
        self.db = db
        self.room = room
        self.tell = tell
        self.letters = letters
        self.session = session
        self.worker = worker
        self.bodies: Bodies = {}
        self.answered: tuple[Delivery, Outcome] | None = None
        self.unreached = 0
        self.jitter = random.Random()  # noqa: S311  # spreads retries; not a secret

    def work(self) -> str:
        """Send until nothing is owed or we are stopped; returns what closed the way out."""
        after = 0
        try:
            while not self.room.stop.is_set():
                batch, state = self._claim(after)
                if state is IssueState.HELD or (not batch and after == 0):
                    break
                after = batch[-1].delivery.subscriber_id if batch else 0
                for claimed in batch:
                    if self.room.stop.is_set():
                        break
                    self._send(claimed, state)
                    if self.unreached >= GIVE_UP_AFTER:
                        return "the transport no longer answers; the rest stays owed"
                self.tell()
        finally:
            self._record()
        return ""

    def _claim(self, after: int) -> tuple[list[Claimed], IssueState]:
        now = self.room.clock.now()
        with self.db.write() as tx:
            # Nobody corrects it meanwhile: what is claimed here is written from what is read here.
            issue = issues.get_issue(tx, self.letters.issue.id, keep=True)
            if issue.state is IssueState.HELD:
                return [], issue.state
            self.bodies = self.letters.take(tx, issue)
            batch = deliveries.claim(
                tx,
                issue.id,
                worker=self.worker,
                after=after,
                limit=self.room.settings.batch,
                now=now,
                lease_until=now + timedelta(seconds=self.room.settings.lease_seconds),
            )
        return batch, issue.state

    def _send(self, claimed: Claimed, state: IssueState) -> None:
        """One message. The last answer and the new attempt share a commit: one a message."""
        delivery = claimed.delivery
        refusal = _refusal(claimed, state)
        content, problem = (b"", "") if refusal else self._build(delivery)
        with self.db.write() as tx:
            self._record_in(tx)
            begun = not refusal and self._begin(tx, delivery)
            if not begun:
                now_state = issues.get_issue(tx, delivery.issue_id).state
                self._skip(tx, delivery, refusal or _refusal(claimed, now_state))
        self.answered = None
        if begun:
            self.answered = (delivery, self._hand_over(delivery, content, problem))

    def _begin(self, tx: Transaction, delivery: Delivery) -> bool:
        now = self.room.clock.now()
        until = now + timedelta(seconds=self.room.settings.lease_seconds)
        return deliveries.begin_attempt(
            tx, delivery, worker=self.worker, now=now, lease_until=until
        )

    def _skip(self, tx: Transaction, delivery: Delivery, refusal: consent.Refusal | None) -> None:
        """Settle what may not leave. What is merely held, or no longer ours, stays as it is."""
        if refusal and refusal is not consent.Refusal.HELD:
            now = self.room.clock.now()
            deliveries.skip(tx, delivery, refusal.value, worker=self.worker, now=now)

    def _build(self, delivery: Delivery) -> tuple[bytes, str]:
        """The message, or why there is none: one strange address must not stop the others."""
        try:
            return self.letters.write(delivery, self.bodies), ""
        except errors.InputError as error:
            return b"", str(error)

    def _hand_over(self, delivery: Delivery, content: bytes, problem: str) -> Outcome:
        if problem:
            return Outcome(status=OutcomeStatus.FAILED, text=f"cannot be written: {problem}")
        outcome = self.session.send(self.letters.envelope(delivery), content)
        unreached = outcome.status is OutcomeStatus.DEFERRED and outcome.code is None
        self.unreached = self.unreached + 1 if unreached else 0
        return outcome

    def _record(self) -> None:
        with self.db.write() as tx:
            self._record_in(tx)
        self.answered = None

    def _sends_again(self, delivery: Delivery, outcome: Outcome) -> bool:
        """Whether a doubt is answered by the same message once more, as the operator chose."""
        is_wanted = self.room.settings.uncertain is UncertainPolicy.RESEND
        return outcome.status is OutcomeStatus.UNCERTAIN and is_wanted and delivery.attempts == 1

    def _record_in(self, tx: Transaction) -> None:
        if self.answered is None:
            return
        delivery, outcome = self.answered
        now = self.room.clock.now()
        next_attempt_at = None
        if outcome.status is OutcomeStatus.DEFERRED or self._sends_again(delivery, outcome):
            next_attempt_at = replies.retry_at(
                delivery.attempts,
                now,
                planned_at=delivery.planned_at,
                jitter=self.jitter.random(),
                max_attempts=self.room.settings.max_attempts,
                give_up_hours=self.room.settings.give_up_hours,
            )
        deliveries.finish_attempt(tx, delivery, outcome, now=now, next_attempt_at=next_attempt_at)


def _refusal(claimed: Claimed, state: IssueState) -> consent.Refusal | None:
    return consent.may_deliver(
        claimed.subscription, is_suppressed=claimed.is_suppressed, issue=state
    )
