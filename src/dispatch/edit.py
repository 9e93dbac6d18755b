"""edit: the editor's hand on an issue that stands: hold, release, approve, stop.

In: an issue, who says so and why. Out: the issue as it stands then, with a line in its history.
Never: a message, or a change of what was already handed over.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch import errors
from dispatch.model.newsletter import Issue, IssueAction, IssueChange, IssueState
from dispatch.store import corrections as corrections_store
from dispatch.store import deliveries, issue_changes, issues
from dispatch.store.database import Database, Transaction
from dispatch.store.issues import VariantDraft

log = logging.getLogger(__name__)

#: In which states an issue may be held, released, approved or stopped.
MOVES: Mapping[IssueAction, tuple[IssueState, ...]] = {
    IssueAction.HELD: (IssueState.COMPOSED, IssueState.SENDING),
    IssueAction.RELEASED: (IssueState.HELD,),
    IssueAction.APPROVED: (IssueState.HELD,),
    IssueAction.STOPPED: (
        IssueState.COMPOSED,
        IssueState.SENDING,
        IssueState.HELD,
        IssueState.BLOCKED,
    ),
}


#: In which states a correction reaches somebody: unsent messages, or the web copy alone.
CORRECTABLE = (
    IssueState.COMPOSED,
    IssueState.HELD,
    IssueState.SENDING,
    IssueState.FINISHED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What an editor says of an issue: `by` and `note` go into its history."""

    action: IssueAction
    by: str = ""
    note: str = ""


def move(
    db: Database, newsletter: str, period: str, word: Word, *, now: datetime, dry_run: bool = False
) -> Issue:
    """Do what `word` says; raises InputError where the issue is in no state for it.

    A hold or a stop is seen before the next message of every open session; what was handed over
    cannot be called back. A released issue goes on where it was: nobody is planned twice.
    """
    with db.write(dry_run=dry_run) as tx:
        issue = get_issue(tx, newsletter, period)
        target = _target(tx, issue, word.action)
        if not issues.set_state(tx, issue.id, target, among=MOVES[word.action]):
            message = (
                f"issue {period} of {newsletter!r} is {issue.state}: it cannot be {word.action}"
            )
            raise errors.InputError(message)
        record(tx, issue.id, word, now)
        moved = issues.get_issue(tx, issue.id)
    log.info("issue %d %s", issue.id, word.action)
    return moved


def get_issue(tx: Transaction, newsletter: str, period: str) -> Issue:
    """The issue of a newsletter for a period; raises NotFoundError."""
    issue = issues.find_issue(tx, newsletter, period)
    if issue is None:
        message = f"there is no issue {period} of {newsletter!r}"
        raise errors.NotFoundError(message)
    return issue


def record(tx: Transaction, issue_id: int, word: Word, now: datetime) -> None:
    """Write a line into the issue's history."""
    change = IssueChange(
        issue_id=issue_id, action=word.action, made_at=now, by=word.by, note=word.note
    )
    issue_changes.add_change(tx, change)


def correct(
    db: Database,
    issue: Issue,
    corrections: Sequence[tuple[int, VariantDraft]],
    word: Word,
    *,
    now: datetime,
    dry_run: bool = False,
) -> int:
    """Let variants (by id) say what their drafts say, all of them or none.

    Returns how many messages have yet to leave with it. What was begun before keeps its words.
    Raises InputError for an issue that was stopped or skipped: nobody would see it.
    """
    with db.write(dry_run=dry_run) as tx:
        revision = corrections_store.begin(tx, issue.id)
        state = issues.get_issue(tx, issue.id).state
        if state not in CORRECTABLE:
            message = (
                f"issue {issue.period} of {issue.newsletter!r} is {state}: nobody would see it"
            )
            raise errors.InputError(message)
        waiting = sum(
            corrections_store.replace(tx, variant_id, draft, revision)
            for variant_id, draft in corrections
        )
        record(tx, issue.id, word, now)
    log.info(
        "issue %d corrected: %d variants, %d messages wait", issue.id, len(corrections), waiting
    )
    return waiting


def list_history(db: Database, newsletter: str, period: str) -> Sequence[IssueChange]:
    """What was done with an issue, oldest first; raises NotFoundError."""
    with db.read() as tx:
        return issue_changes.list_changes(tx, get_issue(tx, newsletter, period).id)


def _target(tx: Transaction, issue: Issue, action: IssueAction) -> IssueState:
    """The state that `action` leads to: an issue whose audience is frozen goes on sending."""
    if action is IssueAction.HELD:
        return IssueState.HELD
    if action is IssueAction.STOPPED:
        return IssueState.STOPPED
    is_planned = deliveries.balance(tx, issue.id).eligible > 0
    return IssueState.SENDING if is_planned else IssueState.COMPOSED
