"""proof: an issue as a message to the people who make it, before it goes to those who read it.

In: letters, a variant, addresses that an editor named. Out: what the transport said of each. It
leaves no trace in the ledger; its links to unsubscribe name nobody. Never: a suppressed address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch import errors, ports
from dispatch.deliver.letters import Letters
from dispatch.model.delivery import Envelope, Outcome
from dispatch.model.newsletter import Variant
from dispatch.render import message
from dispatch.rules import addresses, tokens

#: How many addresses one proof may go to: it is for the newsroom, not for a list.
MOST_ADDRESSES = 20

#: Stands before the subject, in every language.
MARK = "[TEST] "

#: No subscriber has this number.
NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofReport:
    """What became of one variant sent to one address, which is named by its place in the list."""

    variant: str
    number: int
    outcome: Outcome


def send_proofs(
    session: ports.Session,
    letters: Letters,
    variants: Sequence[Variant],
    wanted: Sequence[str],
) -> list[ProofReport]:
    """Send each of `variants` to each of `wanted`; raises InputError for too many."""
    if len(wanted) > MOST_ADDRESSES:
        message_text = f"a test goes to at most {MOST_ADDRESSES} addresses, not {len(wanted)}"
        raise errors.InputError(message_text)
    reports = []
    for variant in variants:
        frozen = letters.freeze(variant, MARK)
        for number, address in enumerate(wanted, 1):
            content = _write(letters, variant, frozen, address, number)
            sender = letters.newsletter.from_address
            outcome = session.send(Envelope(sender=sender, recipient=address), content)
            reports.append(ProofReport(variant=variant.key, number=number, outcome=outcome))
    return reports


def _write(
    letters: Letters, variant: Variant, frozen: message.FrozenBody, address: str, number: int
) -> bytes:
    nobody = tokens.Token(tokens.Purpose.UNSUBSCRIBE, NOBODY, letters.newsletter_id)
    token = letters.room.signer.make(nobody)
    moment = letters.room.clock.now()
    own = message.MessageHeaders(
        recipient=address,
        planned_at=moment,
        message_id=f"test.{variant.id}.{number}.{int(moment.timestamp())}@{letters.domain}",
        unsubscribe_url=addresses.one_click_url(letters.room.publication, token),
    )
    return message.make_message(frozen, own, token)
