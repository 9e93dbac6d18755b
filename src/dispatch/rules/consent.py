"""The one predicate that guards every path to a message (design: invariant 4)."""

from __future__ import annotations

from enum import StrEnum

from dispatch.model.newsletter import IssueState
from dispatch.model.subscriber import SubscriptionState


class Refusal(StrEnum):
    """Why a message may not leave; kept as the reason of a skipped delivery."""

    GONE = "subscriber-gone"  #: the subscriber was erased after planning
    SUPPRESSED = "suppressed"  #: a standing order, whoever asks
    NOT_CONFIRMED = "not-confirmed"  #: pending, or subscribed anew and not confirmed
    UNSUBSCRIBED = "unsubscribed"  #: the reader said no
    STOPPED = "issue-stopped"  #: an operator stopped the issue
    HELD = "issue-held"  #: an operator holds it; not now, and so never a reason to settle


def may_deliver(
    subscription: SubscriptionState | None, *, is_suppressed: bool, issue: IssueState
) -> Refusal | None:
    """None if the message may leave, else why not. Suppression wins over everything.

    `subscription` is the state of this subscriber's subscription to the issue's newsletter, None
    if there is none any more.
    """
    if is_suppressed:
        return Refusal.SUPPRESSED
    if issue in (IssueState.STOPPED, IssueState.HELD):
        return Refusal.STOPPED if issue is IssueState.STOPPED else Refusal.HELD
    if subscription is None:
        return Refusal.GONE
    if subscription is SubscriptionState.UNSUBSCRIBED:
        return Refusal.UNSUBSCRIBED
    return None if subscription is SubscriptionState.CONFIRMED else Refusal.NOT_CONFIRMED
