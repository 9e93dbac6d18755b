"""The one predicate: who may be sent to, for every combination of facts."""

from __future__ import annotations

import itertools

import pytest

from dispatch.model.newsletter import IssueState
from dispatch.model.subscriber import SubscriptionState
from dispatch.rules import consent
from dispatch.rules.consent import Refusal

SUBSCRIPTIONS = (*SubscriptionState, None)


@pytest.mark.parametrize(
    ("subscription", "issue", "refusal"),
    [
        (SubscriptionState.CONFIRMED, IssueState.SENDING, None),
        (SubscriptionState.PENDING, IssueState.SENDING, Refusal.NOT_CONFIRMED),
        (SubscriptionState.UNSUBSCRIBED, IssueState.SENDING, Refusal.UNSUBSCRIBED),
        (None, IssueState.SENDING, Refusal.GONE),
        (SubscriptionState.CONFIRMED, IssueState.STOPPED, Refusal.STOPPED),
    ],
)
def test_the_refusal_names_the_reason(
    subscription: SubscriptionState | None, issue: IssueState, refusal: Refusal | None
) -> None:
    assert consent.may_deliver(subscription, is_suppressed=False, issue=issue) is refusal


@pytest.mark.parametrize(
    ("subscription", "issue"), list(itertools.product(SUBSCRIPTIONS, IssueState)), ids=str
)
def test_suppression_wins_over_everything(
    subscription: SubscriptionState | None, issue: IssueState
) -> None:
    refusal = consent.may_deliver(subscription, is_suppressed=True, issue=issue)
    assert refusal is Refusal.SUPPRESSED


def test_only_a_confirmed_reader_of_an_issue_that_was_not_stopped_is_sent_to() -> None:
    allowed = {
        (subscription, issue)
        for subscription, issue in itertools.product(SUBSCRIPTIONS, IssueState)
        if consent.may_deliver(subscription, is_suppressed=False, issue=issue) is None
    }
    going = set(IssueState) - {IssueState.STOPPED, IssueState.HELD}
    assert allowed == {(SubscriptionState.CONFIRMED, issue) for issue in going}
