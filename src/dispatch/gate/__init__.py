"""gate: Issue -> GateCheck, before anything of it may leave.

In: an issue with its variants, the operator's choice of effects, a fetcher. Out: objections, kept
with the issue, and its state: blocked, held, or free to go. Never: changes a word of the issue, or
lets it go because it could not look: what cannot be asked is an objection too.

By subject: `written` (the mails themselves), `linked` (the addresses that they lead to), `chosen`
(the articles).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from dispatch.gate import chosen, linked, written
from dispatch.gate.desk import Case, Gatekeeper
from dispatch.model.gate import Effect, GateCheck, Objection
from dispatch.model.newsletter import Issue, IssueState
from dispatch.rules import gate as rules
from dispatch.store import gate_checks, issues
from dispatch.store.database import Database

log = logging.getLogger(__name__)

#: From where the gate may move an issue. What somebody holds, only they let go, but nobody lets go
#: what is blocked.
_MOVABLE = (IssueState.COMPOSED, IssueState.BLOCKED)
_BLOCKABLE = (*_MOVABLE, IssueState.HELD)


def inspect(
    db: Database, keeper: Gatekeeper, issue: Issue, *, now: datetime, dry_run: bool = False
) -> GateCheck:
    """Hold `issue` against every rule; keeps what was found and moves the issue by it.

    What was found before and let pass by somebody is not held against the issue twice.
    """
    with db.read() as tx:
        case = Case.read(tx, keeper, issue)
        last = gate_checks.find_check(tx, issue.id)
    found = tuple(_objections(keeper, case))
    check = GateCheck(
        issue_id=issue.id, checked_at=now, verdict=rules.verdict(found), objections=found
    )
    passed = last.objections if last and issue.state is IssueState.COMPOSED else ()
    fresh = rules.verdict([one for one in found if one not in passed])
    with db.write(dry_run=dry_run) as tx:
        gate_checks.put_check(tx, check)
        if fresh is Effect.BLOCK:
            issues.set_state(tx, issue.id, IssueState.BLOCKED, among=_BLOCKABLE)
        else:
            is_held = fresh is Effect.HOLD or _waits_for_approval(keeper, issue)
            state = IssueState.HELD if is_held else IssueState.COMPOSED
            issues.set_state(tx, issue.id, state, among=_MOVABLE)
    log.info("gate issue=%d verdict=%s objections=%d", issue.id, check.verdict, len(found))
    return check


def _waits_for_approval(keeper: Gatekeeper, issue: Issue) -> bool:
    """An issue that was blocked before anybody approved it goes back to wait for that."""
    return keeper.newsletter.approval and issue.state is IssueState.BLOCKED


def _objections(keeper: Gatekeeper, case: Case) -> Iterator[Objection]:
    """What each rule has against the issue, in the order of the rules."""
    found = [*written.check(keeper, case), *chosen.check(keeper, case), *linked.check(keeper, case)]
    for rule in rules.RULES:
        effect = rules.effect_of(keeper.settings, rule)
        for name, variant, text in dict.fromkeys(found):
            if name == rule and effect is not Effect.OFF:
                yield Objection(rule=rule, effect=effect, text=text, variant=variant)
