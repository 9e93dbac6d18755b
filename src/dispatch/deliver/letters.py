"""Letters: the messages of one issue. A variant is laid out once, a reader's values are spliced in.

In: the mailroom, an issue with its variants. Out: envelopes and bytes, the same on every try.
Never: sends, or knows whether somebody may be written to.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch import ports
from dispatch.model.delivery import Delivery, Envelope
from dispatch.model.newsletter import Issue, Newsletter, Variant
from dispatch.model.publication import Publication
from dispatch.model.settings import DeliverySettings
from dispatch.render import message
from dispatch.rules import addresses, tokens
from dispatch.store import issues
from dispatch.store.database import Transaction


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
    #: Whether an issue may leave only after the gate has looked at it.
    has_gate: bool = False


#: The variants of an issue laid out, by their id.
Bodies = Mapping[int, message.FrozenBody]


class Letters:
    """Builds messages: each variant is laid out once, each reader's values are spliced in.

    Several workers share it, each with the bodies of the revision that it claimed under.
    """

    def __init__(
        self,
        room: Mailroom,
        newsletter: Newsletter,
        newsletter_id: int,
        issue: Issue,
    ) -> None:
        self.room = room
        self.newsletter = newsletter
        self.newsletter_id = newsletter_id
        self.issue = issue
        self.domain = newsletter.from_address.rpartition("@")[2]
        self._latest: tuple[int, Bodies] = (-1, {})

    def take(self, tx: Transaction, issue: Issue) -> Bodies:
        """The variants as they stand, by id; laid out once for each revision of the issue."""
        if issue.revision != self._latest[0]:
            variants = issues.list_variants(tx, issue.id)
            bodies = {variant.id: self.freeze(variant) for variant in variants}
            self._latest = (issue.revision, bodies)
        return self._latest[1]

    def envelope(self, delivery: Delivery) -> Envelope:
        """Who bounces go to, and who the message goes to."""
        sender = self.room.settings.envelope_sender or self.newsletter.from_address
        return Envelope(sender=sender, recipient=delivery.address)

    def write(self, delivery: Delivery, bodies: Bodies) -> bytes:
        """The message of a delivery: the same bytes on every try."""
        unsubscribe = self._token(tokens.Purpose.UNSUBSCRIBE, delivery, self.newsletter_id)
        identifier = self._token(tokens.Purpose.DELIVERY, delivery, delivery.issue_id)
        own = message.MessageHeaders(
            recipient=delivery.address,
            planned_at=delivery.planned_at,
            message_id=f"i{delivery.issue_id}.{identifier}@{self.domain}",
            unsubscribe_url=addresses.one_click_url(self.room.publication, unsubscribe),
        )
        return message.make_message(bodies[delivery.variant_id], own, unsubscribe)

    def _token(self, purpose: tokens.Purpose, delivery: Delivery, scope: int) -> str:
        return self.room.signer.make(tokens.Token(purpose, delivery.subscriber_id, scope))

    def freeze(self, variant: Variant, mark: str = "") -> message.FrozenBody:
        """The variant laid out; `mark` goes before its subject."""
        newsletter, language = self.newsletter, variant.language
        archive = addresses.issue_url(
            self.room.publication, newsletter.name, self.issue.period, language
        )
        shared = message.VariantHeaders(
            from_name=newsletter.from_name[language],
            from_address=newsletter.from_address,
            subject=f"{mark}{variant.subject}",
            language=language,
            list_id=newsletter.list_id,
            list_name=newsletter.title(language),
            reply_to=newsletter.reply_to,
            archive_url=archive,
        )
        return message.freeze(variant.html, variant.text, shared)
