"""choose: what a reader ticks on their page -> Subscriber and Subscriptions.

In: a reader whom a token has named, languages in order, newsletters with sections. Out: what
stands, or what the wanted choice lacks. Never: half of a choice, or a subscription of a
suppressed address.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dispatch.model.newsletter import Newsletter
from dispatch.model.publication import Publication
from dispatch.model.subscriber import Subscriber, Subscription, SubscriptionState
from dispatch.rules import audience, mailbox
from dispatch.store import subscribers
from dispatch.store.database import Database, Transaction

log = logging.getLogger(__name__)


class Lack(StrEnum):
    """What a choice must have before it can be kept."""

    LANGUAGE = "language"  #: no language is chosen
    SECTION = "section"  #: a newsletter is wanted, and none of its sections
    COMMON_LANGUAGE = "common-language"  #: a newsletter comes in none of the languages chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Languages, the preferred one first, and the wanted newsletters with their ticked sections.

    Here all sections are named; the store keeps nobody's list of all, for there may be more.
    """

    languages: tuple[str, ...]
    newsletters: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one may choose from."""

    publication: Publication
    newsletters: Mapping[str, Newsletter]

    def sections(self, newsletter: str) -> tuple[str, ...]:
        """The sections that a newsletter has articles of."""
        every = tuple(section.key for section in self.publication.sections)
        return self.newsletters[newsletter].sections or every


def find_choice(tx: Transaction, subscriber_id: int, offer: Offer) -> Choice | None:
    """What a reader has chosen of what is offered today; None for one who was forgotten."""
    subscriber = subscribers.find_subscriber_by_id(tx, subscriber_id)
    if subscriber is None:
        return None
    return Choice(
        languages=_known(subscriber.languages, offer.publication.languages),
        newsletters={
            one.newsletter: _shown(one, offer)
            for one in subscribers.list_subscriptions(tx, subscriber_id)
            if one.newsletter in offer.newsletters and one.state is SubscriptionState.CONFIRMED
        },
    )


def list_lacks(choice: Choice, offer: Offer) -> Iterator[tuple[Lack, str]]:
    """(what a choice lacks, of which newsletter); nothing for one that can be kept."""
    if not choice.languages:
        yield Lack.LANGUAGE, ""
        return
    for name, ticked in choice.newsletters.items():
        if offer.sections(name) and not ticked:
            yield Lack.SECTION, name
        if not audience.spoken_in(choice.languages, offer.newsletters[name].languages):
            yield Lack.COMMON_LANGUAGE, name


def choose(
    db: Database, subscriber_id: int, choice: Choice, offer: Offer, *, secret: str, now: datetime
) -> None:
    """Keep a choice that lacks nothing, for all that is offered. Idempotent.

    A newsletter that is newly wanted is confirmed by this: the page's address was sent to the
    reader alone, as that of a confirmation is.
    """
    with db.write() as tx:
        subscriber = subscribers.find_subscriber_by_id(tx, subscriber_id)
        if subscriber is None:
            return
        languages = _merged_languages(subscriber, choice, offer)
        if languages != subscriber.languages:
            subscribers.set_languages(tx, subscriber_id, languages)
        is_barred = _is_barred(tx, subscriber, secret)
        for name in offer.newsletters:
            existing = subscribers.find_subscription(tx, subscriber_id, name)
            before = existing or Subscription(
                subscriber_id=subscriber_id, newsletter=name, state=SubscriptionState.PENDING
            )
            after = _decide(before, choice.newsletters.get(name), offer, now)
            is_new = before.state is not after.state is SubscriptionState.CONFIRMED
            if after != before and not (is_new and is_barred):
                subscribers.put_subscription(tx, after, languages)
    log.info("subscriber %d chose %s", subscriber_id, ", ".join(choice.newsletters) or "nothing")


def _decide(
    before: Subscription, ticked: Sequence[str] | None, offer: Offer, now: datetime
) -> Subscription:
    """What becomes of one subscription; `ticked` is None where the newsletter is not wanted."""
    is_standing = before.state is SubscriptionState.CONFIRMED
    if ticked is None:
        ended = replace(before, state=SubscriptionState.UNSUBSCRIBED, unsubscribed_at=now)
        return ended if is_standing else before
    sections = _sections(ticked, offer.sections(before.newsletter))
    if not is_standing:
        return Subscription(
            subscriber_id=before.subscriber_id,
            newsletter=before.newsletter,
            state=SubscriptionState.CONFIRMED,
            sections=sections,
            confirmed_at=now,
        )
    is_same = set(ticked) == set(_shown(before, offer))
    return before if is_same else replace(before, sections=sections)


def _sections(ticked: Iterable[str], offered: Sequence[str]) -> tuple[str, ...]:
    """Sections as the store keeps them: none means all, those to come too."""
    kept = tuple(key for key in offered if key in set(ticked))
    return () if len(kept) == len(offered) else kept


def _shown(subscription: Subscription, offer: Offer) -> tuple[str, ...]:
    offered = offer.sections(subscription.newsletter)
    chosen = subscription.sections or offered
    return tuple(key for key in offered if key in chosen)


def _merged_languages(subscriber: Subscriber, choice: Choice, offer: Offer) -> tuple[str, ...]:
    """The languages chosen; a reader's own list where the choice says the same."""
    known = _known(subscriber.languages, offer.publication.languages)
    return subscriber.languages if known == choice.languages else choice.languages


def _known(languages: Iterable[str], offered: Iterable[str]) -> tuple[str, ...]:
    known = frozenset(offered)
    return tuple(one for one in languages if one in known)


def _is_barred(tx: Transaction, subscriber: Subscriber, secret: str) -> bool:
    hashed = mailbox.address_hash(subscriber.address, secret)
    return subscribers.find_suppression(tx, hashed) is not None
