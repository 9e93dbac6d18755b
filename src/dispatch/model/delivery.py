"""Delivery, Attempt, Outcome: the ledger of who was sent what (design: invariant 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where one issue to one subscriber stands."""

    PLANNED = "planned"  #: owed, nobody works on it
    CLAIMED = "claimed"  #: a worker holds it under a lease
    DEFERRED = "deferred"  #: refused for now (4xx); owed again from `next_attempt_at`
    SENT = "sent"  #: the transport took responsibility for it
    FAILED = "failed"  #: refused for good, or given up
    UNCERTAIN = "uncertain"  #: handed over, no answer: undecidable, so named and shown
    SKIPPED = "skipped"  #: the predicate said no after it was planned; see the reason


#: A delivery in one of these states is still owed; in any other it is settled.
OWED = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)


class OutcomeStatus(StrEnum):
    """What a transport says of one try."""

    SENT = "sent"  #: accepted
    DEFERRED = "deferred"  #: refused for now; try again later
    FAILED = "failed"  #: refused for good
    UNCERTAIN = "uncertain"  #: the message was handed over and no answer came


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A transport's answer. `code` is the SMTP reply, `enhanced` the RFC 3463 status."""

    status: OutcomeStatus
    code: int | None = None
    enhanced: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The SMTP envelope: MAIL FROM and the one RCPT TO (RFC 5321, section 2.3.1)."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One owed message, with all that is needed to build it again byte for byte.

    `planned_at` is the Date header of every try, `attempts` counts the tries begun.
    """

    issue_id: int
    subscriber_id: int
    variant_id: int
    address: str
    newsletter: str
    planned_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a delivery; `outcome` is None while nobody knows."""

    issue_id: int
    subscriber_id: int
    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: OutcomeStatus | None
    code: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The count of an issue's deliveries by state."""

    counts: Mapping[DeliveryState, int]

    @property
    def eligible(self) -> int:
        """Everyone who was ever planned for this issue."""
        return sum(self.counts.values())

    @property
    def owed(self) -> int:
        """How many still wait for an answer."""
        return sum(self.counts.get(state, 0) for state in OWED)

    @property
    def is_settled(self) -> bool:
        """Whether eligible = sent + skipped + failed + uncertain."""
        return self.owed == 0
