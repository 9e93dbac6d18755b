"""suppress: bad news -> Suppression, a standing order never to mail an address.

In: addresses, with a reason. Out: a frozen report. Suppression wins over import, API and resend,
because the one predicate asks for it at the last moment (`rules.consent`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dispatch import errors
from dispatch.model.subscriber import Suppression, SuppressionReason
from dispatch.rules import mailbox
from dispatch.store import subscribers
from dispatch.store.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressReport:
    """What became of the orders."""

    added: int = 0
    known: int = 0
    lifted: int = 0
    is_dry_run: bool = False


def suppress(
    db: Database,
    addresses: Sequence[str],
    reason: SuppressionReason,
    *,
    secret: str,
    now: datetime,
    note: str = "",
    dry_run: bool = False,
) -> SuppressReport:
    """Never mail any of `addresses` again; raises InputError, naming the place, if one is none."""
    hashes = dict.fromkeys(_hashes(addresses, secret))
    if dry_run:
        with db.read() as tx:
            known = sum(subscribers.find_suppression(tx, one) is not None for one in hashes)
        return SuppressReport(added=len(hashes) - known, known=known, is_dry_run=True)
    orders = [Suppression(address_hash=one, reason=reason, since=now, note=note) for one in hashes]
    with db.write() as tx:
        added = subscribers.add_suppressions(tx, orders)
    log.info("suppressed %d addresses (%s), %d were known", added, reason, len(orders) - added)
    return SuppressReport(added=added, known=len(orders) - added)


def lift(db: Database, addresses: Sequence[str], *, secret: str, dry_run: bool) -> SuppressReport:
    """Allow `addresses` again; each still needs a confirmed subscription."""
    hashes = _hashes(addresses, secret)
    if dry_run:
        with db.read() as tx:
            known = sum(subscribers.find_suppression(tx, one) is not None for one in hashes)
        return SuppressReport(lifted=known, is_dry_run=True)
    with db.write() as tx:
        lifted = sum(subscribers.remove_suppression(tx, one) for one in hashes)
    log.info("lifted %d suppressions", lifted)
    return SuppressReport(lifted=lifted)


def read_list(path: Path) -> list[str]:
    """The addresses of a file with one a line; empty lines and lines after # are passed over."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read as text in UTF-8: {error}"
        raise errors.InputError(message) from error
    found = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    wanted = [(number, line) for number, line in found if line and not line.startswith("#")]
    bad = [number for number, line in wanted if mailbox.read_address(line) is None]
    if bad:
        places = ", ".join(f"{path}:{number}" for number in bad[:20])
        message = f"not an e-mail address (nothing was taken): {places}"
        raise errors.InputError(message)
    return [line for _, line in wanted]


def _hashes(addresses: Sequence[str], secret: str) -> list[str]:
    found = []
    for number, text in enumerate(addresses, 1):
        address = mailbox.read_address(text)
        if address is None:
            message = f"address {number} of {len(addresses)} is not an e-mail address"
            raise errors.InputError(message)
        found.append(mailbox.address_hash(address, secret))
    return found
