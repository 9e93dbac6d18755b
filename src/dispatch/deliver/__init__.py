"""deliver: Issue -> Delivery, through the ledger.

In: composed issues, a transport, the newsletters' settings. Out: a report with the balance of each
issue. The order of writing is the whole point (design: invariant 3): the row before anything is
sent, the attempt before a message is handed over, the outcome after. So a kill at any moment
leaves debts, which the next run pays, and at most one named doubt per open session.

By subject: `letters` (the messages of an issue), `worker` (one open session at work), `proof` (a
test message, outside the ledger).
"""

from __future__ import annotations

import itertools
import logging
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from dispatch import errors, ports
from dispatch.deliver.letters import Letters, Mailroom
from dispatch.deliver.worker import Worker
from dispatch.model.delivery import Balance, DeliveryState
from dispatch.model.newsletter import Issue, IssueState, Newsletter
from dispatch.model.settings import UncertainPolicy
from dispatch.store import deliveries, gate_checks, issues, planning
from dispatch.store.database import Database, Transaction

#: Makes the names of workers unique within this process: a lease must have one owner.
_rounds = itertools.count(1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReport:
    """Where one issue stands after a run. `without_variant` get nothing of this issue."""

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
        if room.has_gate and not dry_run:
            checked = gate_checks.list_checked(tx)
            waiting = [one for one in waiting if one.id in checked or _is_under_way(one)]
    reports = [
        Round(db, room, issue, progress).run(dry_run=dry_run)
        for issue in reversed(waiting)
        if not room.stop.is_set() and _is_due(issue, now)
    ]
    return DeliverReport(issues=tuple(reports), owed_again=owed, is_dry_run=dry_run)


def _is_due(issue: Issue, now: datetime) -> bool:
    """Whether the issue's own time has come; one that is under way is never too early."""
    return _is_under_way(issue) or issue.goes_at is None or issue.goes_at <= now


def _is_under_way(issue: Issue) -> bool:
    return issue.state is IssueState.SENDING


class Round:
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
            late = planning.count_without_variant(tx, self.issue.id)
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
        return planning.plan(tx, self.issue.id, self.room.clock.now())

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
            newsletter_id = issues.newsletter_ids(tx)[newsletter.name]
            letters = Letters(self.room, newsletter, newsletter_id, self.issue)
            letters.take(tx, self.issue)
        count = max(1, min(self.room.transport.connections, self.total))
        with ThreadPoolExecutor(count) as pool:
            futures = [pool.submit(self._work, letters, number) for number in range(count)]
            failures = [future.result() for future in futures]
        return next(filter(None, failures), "")

    def _work(self, letters: Letters, number: int) -> str:
        """One session's share. Nothing is claimed before the way out is open."""
        worker = f"{socket.gethostname()}:{os.getpid()}:{next(_rounds)}:{number}"
        try:
            with self.room.transport.open_session() as session:
                return Worker(self.db, self.room, letters, session, worker, self.tell).work()
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
