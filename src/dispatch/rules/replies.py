"""Decides what an SMTP reply means for a message, and when a refused one is tried again.

In: a reply and the phase it came in; the tries so far, now, a throw of the dice. Out: an Outcome,
a moment or None. Never: the network, a clock or the dice themselves.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.model.delivery import Outcome, OutcomeStatus

#: The ceiling of the first wait; it doubles with every try (RFC 5321, section 4.5.4.1 asks for at
#: least 30 minutes on average, of a relay that keeps at it for days; a newsletter is perishable).
FIRST_WAIT = timedelta(minutes=15)

#: No wait is longer: a server that is down for the night should not cost the reader the next day.
LONGEST_WAIT = timedelta(hours=6)

#: No wait is shorter: greylisting servers refuse what comes back at once.
SHORTEST_WAIT = timedelta(minutes=1)

_LONGEST_TEXT = 500
_MOST_DOUBLINGS = 16
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?!\S)")


class Phase(StrEnum):
    """How far a message had come when the reply arrived, or failed to."""

    MAIL = "mail"  #: the sender was offered
    RECIPIENT = "recipient"  #: the recipient was offered
    DATA = "data"  #: leave to send the message was asked
    CONTENT = "content"  #: the message is on its way; its final dot is not out
    FINAL = "final"  #: the final dot is out: the server may have taken the message


#: The reply that lets a message pass into the next phase (RFC 5321, section 4.3.2).
_PASSES = {Phase.MAIL: 2, Phase.RECIPIENT: 2, Phase.DATA: 3}


def passes(code: int, phase: Phase) -> bool:
    """Whether a reply before the final dot lets the message go on."""
    return code // 100 == _PASSES[phase]


def outcome_of(code: int | None, text: str, phase: Phase) -> Outcome:
    """What a reply means; a `code` of None says that the connection was lost instead.

    A refusal counts in whatever phase it comes. Anything that is neither yes nor no leaves a debt
    before the final dot and a doubt after it, for only then may the server have the message.
    """
    return Outcome(
        status=_status(code, phase),
        code=code if code is not None and code >= 0 else None,
        enhanced=enhanced_status(text),
        text=" ".join(text.split())[:_LONGEST_TEXT],
    )


def enhanced_status(text: str) -> str:
    """The RFC 3463 status at the head of a reply's text (RFC 2034, section 4), or ""."""
    match = _ENHANCED.match(text.lstrip())
    return match[1] if match else ""


def retry_at(
    attempts: int,
    now: datetime,
    *,
    planned_at: datetime,
    jitter: float,
    max_attempts: int,
    give_up_hours: int,
) -> datetime | None:
    """When a delivery that was refused for now is owed again; None is to give up.

    Exponential back-off with full jitter (`jitter` in [0, 1) is the caller's throw), so that a
    thousand messages refused together do not come back together. The last try is made when time
    runs out, `give_up_hours` after the delivery was planned.
    """
    deadline = planned_at + timedelta(hours=give_up_hours)
    if attempts >= max_attempts or now >= deadline:
        return None
    doublings = min(max(attempts - 1, 0), _MOST_DOUBLINGS)
    ceiling = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return min(now + SHORTEST_WAIT + jitter * (ceiling - SHORTEST_WAIT), deadline)


def _status(code: int | None, phase: Phase) -> OutcomeStatus:
    kind = code // 100 if code is not None else 0
    if kind == 2 and phase is Phase.FINAL:
        return OutcomeStatus.SENT
    if kind == 4:
        return OutcomeStatus.DEFERRED
    if kind == 5:
        return OutcomeStatus.FAILED
    return OutcomeStatus.UNCERTAIN if phase is Phase.FINAL else OutcomeStatus.DEFERRED
