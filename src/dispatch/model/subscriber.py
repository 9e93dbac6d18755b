"""Subscriber, Subscription, Suppression: who may be mailed, and who never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SubscriptionState(StrEnum):
    """Where one reader's wish for one newsletter stands."""

    PENDING = "pending"  #: asked for, not confirmed: never mailed an issue
    CONFIRMED = "confirmed"  #: the reader said yes
    UNSUBSCRIBED = "unsubscribed"  #: the reader said no; only a new confirmation brings them back


class SuppressionReason(StrEnum):
    """Why an address must never be mailed again."""

    HARD_BOUNCE = "hard-bounce"  #: the address does not exist (RFC 3463, x.1.x)
    COMPLAINT = "complaint"  #: the reader reported us (RFC 5965)
    OPERATOR = "operator"  #: somebody here decided so
    REQUEST = "request"  #: the person asked to be forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person with an address and the languages that they read, the preferred one first.

    `address` is what was typed and is delivered to.
    """

    id: int
    address: str
    languages: tuple[str, ...]
    created_at: datetime

    @property
    def language(self) -> str:
        """The language to speak to them in."""
        return self.languages[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Subscriber x newsletter, with preferences. Empty `sections` means all of them."""

    subscriber_id: int
    newsletter: str
    state: SubscriptionState
    sections: tuple[str, ...] = ()
    confirmed_at: datetime | None = None
    unsubscribed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A standing order never to mail an address, kept as a keyed hash so that it outlives it."""

    address_hash: str
    reason: SuppressionReason
    since: datetime
    note: str = ""
