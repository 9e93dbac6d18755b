"""Subscribers, their wishes, and the standing orders against addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dispatch.model.subscriber import (
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)
from dispatch.store import subscribers

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def test_two_spellings_of_an_address_are_one_subscriber_with_the_first_language(
    newsroom: Any,
) -> None:
    ann = newsroom.reader("Ann", language="ru")
    assert newsroom.reader("ANN", language="en") == ann
    with newsroom.db.read() as tx:
        found = subscribers.find_subscriber(tx, "ann@EXAMPLE.org")
        assert found
        assert found == subscribers.find_subscriber_by_id(tx, ann)
        assert subscribers.find_subscriber(tx, "bob@example.org") is None
        assert subscribers.find_subscriber_by_id(tx, ann + 1) is None
    assert (found.address, found.languages, found.created_at) == ("Ann@example.org", ("ru",), NOW)


def test_a_change_of_languages_changes_the_choice(newsroom: Any) -> None:
    ann = newsroom.reader("ann", sections=("world",))
    with newsroom.db.write() as tx:
        subscribers.set_languages(tx, ann, ("ru", "en"))
        assert subscribers.list_choices(tx, "digest") == ["ru+en:world"]
        (kept,) = subscribers.list_subscriptions(tx, ann)
    assert (kept.sections, kept.state) == (("world",), SubscriptionState.CONFIRMED)


def test_a_wish_is_replaced_whole(newsroom: Any) -> None:
    ann = newsroom.reader("ann", sections=("world",))
    wish = Subscription(
        subscriber_id=ann,
        newsletter="digest",
        state=SubscriptionState.UNSUBSCRIBED,
        unsubscribed_at=NOW,
    )
    with newsroom.db.write() as tx:
        subscribers.put_subscription(tx, wish, ("en",))
        assert subscribers.find_subscription(tx, ann, "digest") == wish
        assert subscribers.find_subscription(tx, ann, "other") is None
        assert subscribers.list_choices(tx, "digest") == []
        assert subscribers.count_subscriptions(tx, "digest") == {SubscriptionState.UNSUBSCRIBED: 1}


def test_an_export_lists_everybody_by_id(newsroom: Any) -> None:
    ids = [newsroom.reader(name) for name in ("eve", "ann")]
    with newsroom.db.read() as tx:
        listed = list(subscribers.list_subscribers(tx))
    assert [subscriber.id for subscriber, _ in listed] == ids
    assert [subscription.subscriber_id for _, subscription in listed] == ids


def test_a_standing_order_keeps_its_first_reason_until_it_is_lifted(newsroom: Any) -> None:
    first = Suppression(address_hash="h", reason=SuppressionReason.COMPLAINT, since=NOW, note="x")
    second = Suppression(address_hash="h", reason=SuppressionReason.OPERATOR, since=NOW)
    with newsroom.db.write() as tx:
        assert subscribers.add_suppressions(tx, [first, second]) == 1
        assert subscribers.add_suppressions(tx, [second]) == 0
        assert subscribers.find_suppression(tx, "h") == first
        assert subscribers.count_suppressions(tx) == {SuppressionReason.COMPLAINT: 1}
        assert subscribers.remove_suppression(tx, "h")
        assert not subscribers.remove_suppression(tx, "h")
        assert subscribers.find_suppression(tx, "h") is None
