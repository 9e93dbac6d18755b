"""deliver: Issue -> Delivery, through the ledger.

In: composed issues, a transport, the newsletters' settings. Out: a report with the balance of each
issue. The order of writing is the whole point (design: invariant 3): the row before anything is
sent, the attempt before a message is handed over, the outcome after. So a kill at any moment
leaves debts, which the next run pays, and at most one named doubt per open session.
"""

from __future__ import annotations

import itertools
import logging
import os
import random
import socket
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from dispatch import errors, ports
from dispatch.model.delivery import (
    Balance,
    Delivery,
    DeliveryState,
    Envelope,
    Outcome,
    OutcomeStatus,
)
from dispatch.model.newsletter import Issue, IssueState, Newsletter, Variant
from dispatch.model.publication import Publication
from dispatch.model.settings import DeliverySettings, UncertainPolicy
from dispatch.render import message
from dispatch.rules import addresses, consent, replies, tokens
from dispatch.store import deliveries, issues
from dispatch.store.database import Database, Transaction
from dispatch.store.deliveries import Claimed

#: A session that could not hand over this many messages in a row ends its work for this run.
GIVE_UP_AFTER = 10

#: Makes the names of workers unique within this process: a lease must have one owner.
_rounds = itertools.count(1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReport:
    """Where one issue stands after a run. `without_variant` came too late for this issue."""

    issue_id: int
    newsletter: str
    period: str
    state: IssueState
    balance: Balance
    without_variant: int = 0
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverReport:
    """What one run of deliveries did."""

    issues: tuple[IssueReport, ...]
    owed_again: int = 0
    is_dry_run: bool = False

    @property
    def has_failures(self) -> bool:
        """Whether a message failed, is in doubt, or an issue could not be worked on."""
        bad = (DeliveryState.FAILED, DeliveryState.UNCERTAIN)
        return any(
            report.failure or any(report.balance.counts.get(state) for state in bad)
            for report in self.issues
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailroom:
    """All that building and sending a message takes, and that does not change during a run."""

    publication: Publication
    newsletters: Mapping[str, Newsletter]
    settings: DeliverySettings
    transport: ports.Transport
    signer: tokens.Signer
    clock: ports.Clock
    stop: threading.Event = field(default_factory=threading.Event)


def deliver(
    db: Database,
    room: Mailroom,
    *,
    dry_run: bool = False,
    progress: ports.Progress | None = None,
) -> DeliverReport:
    """Work off every issue that is composed or still owes messages.

    Safe to call at any time and from several processes at once: what one has claimed, no other
    sends.
    """
    now = room.clock.now()
    resend = room.transport.is_idempotent or room.settings.uncertain is UncertainPolicy.RESEND
    with db.write(dry_run=dry_run) as tx:
        owed, doubtful = deliveries.reap(tx, now, resend=resend)
    if owed or doubtful:
        log.warning("crashed workers left %d deliveries owed, %d uncertain", owed, doubtful)
    with db.read() as tx:
        waiting = issues.list_issues(tx, states=(IssueState.COMPOSED, IssueState.SENDING))
    reports = [
        _Round(db, room, issue, progress).run(dry_run=dry_run)
        for issue in reversed(waiting)
        if not room.stop.is_set()
    ]
    return DeliverReport(issues=tuple(reports), owed_again=owed, is_dry_run=dry_run)


class _Round:
    """One issue, one run: plan, send what is owed, settle."""

    def __init__(
        self, db: Database, room: Mailroom, issue: Issue, progress: ports.Progress | None
    ) -> None:
        self.db = db
        self.room = room
        self.issue = issue
        self.progress = progress
        self.total = 0

    def run(self, *, dry_run: bool) -> IssueReport:
        """The report of this issue; a closed way out is its failure, not an exception."""
        newsletter = self.room.newsletters.get(self.issue.newsletter)
        with self.db.write(dry_run=dry_run) as tx:
            planned = self._plan(tx)
            late = deliveries.count_without_variant(tx, self.issue.id)
            balance = deliveries.balance(tx, self.issue.id)
        self.total = balance.owed
        if dry_run:
            return self._report(balance, late)
        log.info("issue %d: %d planned, %d owed", self.issue.id, planned, balance.owed)
        failure = ""
        if newsletter is None:
            failure = f"newsletter {self.issue.newsletter!r} is not in the configuration"
        elif balance.owed:
            failure = self._send_all(newsletter)
        with self.db.write() as tx:
            balance = deliveries.balance(tx, self.issue.id)
            if balance.is_settled:
                sending = (IssueState.SENDING,)
                issues.set_state(tx, self.issue.id, IssueState.FINISHED, among=sending)
            self.issue = issues.get_issue(tx, self.issue.id)
        return self._report(balance, late, failure)

    def _plan(self, tx: Transaction) -> int:
        """Freeze the audience once: a reader who joins later is not in this issue."""
        composed = (IssueState.COMPOSED,)
        if not issues.set_state(tx, self.issue.id, IssueState.SENDING, among=composed):
            return 0
        return deliveries.plan(tx, self.issue.id, self.room.clock.now())

    def _report(self, balance: Balance, late: int, failure: str = "") -> IssueReport:
        if failure:
            log.error("issue %d: %s", self.issue.id, failure)
        return IssueReport(
            issue_id=self.issue.id,
            newsletter=self.issue.newsletter,
            period=self.issue.period,
            state=self.issue.state,
            balance=balance,
            without_variant=late,
            failure=failure,
        )

    def _send_all(self, newsletter: Newsletter) -> str:
        """As many sessions as the transport allows; returns what closed the way out, if it did."""
        with self.db.read() as tx:
            variants = {one.id: one for one in issues.list_variants(tx, self.issue.id)}
            newsletter_id = issues.newsletter_ids(tx)[newsletter.name]
        letters = _Letters(self.room, newsletter, newsletter_id, self.issue, variants)
        count = max(1, min(self.room.transport.connections, self.total))
        with ThreadPoolExecutor(count) as pool:
            futures = [pool.submit(self._work, letters, number) for number in range(count)]
            failures = [future.result() for future in futures]
        return next(filter(None, failures), "")

    def _work(self, letters: _Letters, number: int) -> str:
        """One session's share. Nothing is claimed before the way out is open."""
        worker = f"{socket.gethostname()}:{os.getpid()}:{next(_rounds)}:{number}"
        try:
            with self.room.transport.open_session() as session:
                return _Worker(self, letters, session, worker).work()
        except errors.TransportError as error:
            return str(error)
        finally:
            with self.db.write() as tx:
                deliveries.release(tx, self.issue.id, worker)

    def tell(self) -> None:
        """Draw the bar: how many of the deliveries owed at the start are settled."""
        if self.progress:
            with self.db.read() as tx:
                owed = deliveries.balance(tx, self.issue.id).owed
            self.progress(self.total - owed, self.total, f"messages of issue {self.issue.id}")


class _Letters:
    """Builds messages: each variant is laid out once, each reader's values are spliced in."""

    def __init__(
        self,
        room: Mailroom,
        newsletter: Newsletter,
        newsletter_id: int,
        issue: Issue,
        variants: Mapping[int, Variant],
    ) -> None:
        self.room = room
        self.newsletter = newsletter
        self.newsletter_id = newsletter_id
        self.issue = issue
        self.domain = newsletter.from_address.rpartition("@")[2]
        self.frozen = {key: self._freeze(variant) for key, variant in variants.items()}

    def envelope(self, delivery: Delivery) -> Envelope:
        """Who bounces go to, and who the message goes to."""
        sender = self.room.settings.envelope_sender or self.newsletter.from_address
        return Envelope(sender=sender, recipient=delivery.address)

    def write(self, delivery: Delivery) -> bytes:
        """The message of a delivery: the same bytes on every try."""
        unsubscribe = self._token(tokens.Purpose.UNSUBSCRIBE, delivery, self.newsletter_id)
        identifier = self._token(tokens.Purpose.DELIVERY, delivery, delivery.issue_id)
        own = message.MessageHeaders(
            recipient=delivery.address,
            planned_at=delivery.planned_at,
            message_id=f"i{delivery.issue_id}.{identifier}@{self.domain}",
            unsubscribe_url=addresses.one_click_url(self.room.publication, unsubscribe),
        )
        return message.make_message(self.frozen[delivery.variant_id], own, unsubscribe)

    def _token(self, purpose: tokens.Purpose, delivery: Delivery, scope: int) -> str:
        return self.room.signer.make(tokens.Token(purpose, delivery.subscriber_id, scope))

    def _freeze(self, variant: Variant) -> message.FrozenBody:
        newsletter, language = self.newsletter, variant.language
        archive = addresses.issue_url(
            self.room.publication, newsletter.name, self.issue.period, language
        )
        shared = message.VariantHeaders(
            from_name=newsletter.from_name[language],
            from_address=newsletter.from_address,
            subject=variant.subject,
            language=language,
            list_id=newsletter.list_id,
            list_name=newsletter.title(language),
            reply_to=newsletter.reply_to,
            archive_url=archive,
        )
        return message.freeze(variant.html, variant.text, shared)


class _Worker:
    """One thread with one session: claim a batch, send it, record it, until nothing is owed."""

    def __init__(
        self, round_: _Round, letters: _Letters, session: ports.Session, worker: str
    ) -> None:
        self.round = round_
        self.room = round_.room
        self.db = round_.db
        self.letters = letters
        self.session = session
        self.worker = worker
        self.answered: tuple[Delivery, Outcome] | None = None
        self.unreached = 0
        self.jitter = random.Random()  # noqa: S311  # spreads retries; not a secret

    def work(self) -> str:
        """Send until nothing is owed or we are stopped; returns what closed the way out."""
        after = 0
        try:
            while not self.room.stop.is_set():
                batch, state = self._claim(after)
                if not batch and after == 0:
                    break
                after = batch[-1].delivery.subscriber_id if batch else 0
                for claimed in batch:
                    if self.room.stop.is_set():
                        break
                    self._send(claimed, state)
                    if self.unreached >= GIVE_UP_AFTER:
                        return "the transport no longer answers; the rest stays owed"
                self.round.tell()
        finally:
            self._record()
        return ""

    def _claim(self, after: int) -> tuple[list[Claimed], IssueState]:
        now = self.room.clock.now()
        with self.db.write() as tx:
            state = issues.get_issue(tx, self.round.issue.id).state
            batch = deliveries.claim(
                tx,
                self.round.issue.id,
                worker=self.worker,
                after=after,
                limit=self.room.settings.batch,
                now=now,
                lease_until=now + timedelta(seconds=self.room.settings.lease_seconds),
            )
        return batch, state

    def _send(self, claimed: Claimed, state: IssueState) -> None:
        """One message. The last answer and the new attempt share a commit: one a message."""
        delivery = claimed.delivery
        refusal = consent.may_deliver(
            claimed.subscription, is_suppressed=claimed.is_suppressed, issue=state
        )
        content, problem = (b"", "") if refusal else self._build(delivery)
        now = self.room.clock.now()
        lease_until = now + timedelta(seconds=self.room.settings.lease_seconds)
        with self.db.write() as tx:
            self._record_in(tx)
            if refusal:
                deliveries.skip(tx, delivery, refusal.value, worker=self.worker, now=now)
                begun = False
            else:
                begun = deliveries.begin_attempt(
                    tx, delivery, worker=self.worker, now=now, lease_until=lease_until
                )
        self.answered = None
        if begun:
            self.answered = (delivery, self._hand_over(delivery, content, problem))

    def _build(self, delivery: Delivery) -> tuple[bytes, str]:
        """The message, or why there is none: one strange address must not stop the others."""
        try:
            return self.letters.write(delivery), ""
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
