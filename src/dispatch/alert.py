"""alert: Alarm -> the operator.

In: alarms that nobody was told of, a way out for mail, a webhook. Out: a report. Never: the same
alarm twice by one way; what could not be told stays untold, and the next round tries again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from dispatch import errors, fetch, ports
from dispatch.model.alarm import Alarm
from dispatch.model.delivery import Envelope, OutcomeStatus
from dispatch.model.publication import Publication
from dispatch.model.settings import AlarmSettings
from dispatch.render import message
from dispatch.rules import canonical
from dispatch.store import alarms
from dispatch.store.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReport:
    """What was told, and what could not be."""

    told: tuple[Alarm, ...] = ()
    failures: tuple[str, ...] = ()


def alert(
    db: Database,
    fetcher: fetch.Fetcher,
    publication: Publication,
    settings: AlarmSettings,
    *,
    open_transport: Callable[[], ports.Transport],
    now: datetime,
) -> AlertReport:
    """Tell the operator, in one mail and one post, what is new and what is over.

    By each way once: where one fails, that one is tried again by the next round.
    """
    ways: list[tuple[alarms.Way, Callable[[Sequence[Alarm]], str]]] = []
    if settings.mail:
        to = settings.mail
        ways.append((alarms.MAIL, lambda new: _mail(new, publication, to, open_transport, now)))
    if settings.webhook:
        url = settings.webhook
        ways.append((alarms.WEBHOOK, lambda new: _hand_over(new, publication, url, fetcher)))
    told: list[Alarm] = []
    failures = []
    for way, tell in ways:
        with db.read() as tx:
            untold = alarms.list_untold(tx, way)
        failure = tell(untold) if untold else ""
        if failure:
            log.warning("alarms could not be told: %s", failure)
            failures.append(failure)
            continue
        if untold:
            with db.write() as tx:
                alarms.put_told(tx, untold, way, now)
        known = {(one.subject, one.kind) for one in told}
        told += [one for one in untold if (one.subject, one.kind) not in known]
    return AlertReport(told=tuple(told), failures=tuple(failures))


def subject_of(untold: Sequence[Alarm], name: str) -> str:
    """One line that says what is the matter, or how much is."""
    new = [one for one in untold if one.cleared_at is None]
    if len(new) == 1:
        return f"{name}: source {new[0].subject}: {new[0].kind.value}"
    return f"{name}: {len(new)} alarms" if new else f"{name}: {len(untold)} alarms are over"


def text_of(untold: Sequence[Alarm]) -> str:
    """The mail: what is new, then what is over."""
    new = [one for one in untold if one.cleared_at is None]
    over = [one for one in untold if one.cleared_at is not None]
    lines = [f"- {one.subject}: {one.kind.value}: {one.detail}" for one in new]
    if over:
        lines += ["", "Over:", *(f"- {one.subject}: {one.kind.value}" for one in over)]
    return "\n".join([*lines, "", "The state of every source: dispatch sources", ""]).lstrip("\n")


def _mail(
    untold: Sequence[Alarm],
    publication: Publication,
    recipient: str,
    open_transport: Callable[[], ports.Transport],
    now: datetime,
) -> str:
    """Hand over one notice; returns why not, or ""."""
    marks = "|".join(f"{one.subject} {one.kind} {one.since} {one.cleared_at}" for one in untold)
    name = publication.name(next(iter(publication.languages)))
    notice = message.make_notice(
        message.NoticeHeaders(
            from_name="Dispatch",
            from_address=publication.contact,
            recipient=recipient,
            subject=subject_of(untold, name),
            language="en",
            sent_at=now,
            message_id=f"alarm.{sha256(marks.encode()).hexdigest()[:24]}@"
            f"{canonical.host_of(publication.public_url)}",
        ),
        text_of(untold),
    )
    try:
        with open_transport().open_session() as session:
            outcome = session.send(
                Envelope(sender=publication.contact, recipient=recipient), notice
            )
    except errors.TransportError as error:
        return str(error)
    return "" if outcome.status is OutcomeStatus.SENT else f"mail: {outcome.text}"


def _hand_over(
    untold: Sequence[Alarm], publication: Publication, url: str, fetcher: fetch.Fetcher
) -> str:
    """Post one document; returns why not, or ""."""
    document = {
        "site": publication.public_url,
        "alarms": [
            {
                "source": one.subject,
                "kind": one.kind.value,
                "detail": one.detail,
                "since": one.since.isoformat(),
                "cleared_at": one.cleared_at.isoformat() if one.cleared_at else None,
            }
            for one in untold
        ],
    }
    answer = fetcher.send(
        "POST",
        url,
        body=json.dumps(document).encode(),
        headers={"Content-Type": "application/json"},
        allow_hosts=[canonical.host_of(url)],
    )
    return f"webhook: {answer.text}" if isinstance(answer, fetch.FetchFailure) else ""
