"""Puts what a correction says in the place of what a variant said.

The variant keeps its id, its key and its place in the web, and says the new. What it said before
stays as a variant of its own, "en#1", for the messages that were begun under it: a message in doubt
that is sent again must be the same bytes under the same Message-ID.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from dispatch.model.delivery import DeliveryState, OutcomeStatus
from dispatch.store import schema
from dispatch.store.database import Transaction
from dispatch.store.issues import VariantDraft

_attempt = schema.attempt
_delivery = schema.delivery
_issue = schema.issue
_variant = schema.variant


def begin(tx: Transaction, issue_id: int) -> int:
    """Count one more correction of an issue, and keep senders out until this is committed.

    Returns the number of the revision that is being replaced.
    """
    query = sa.select(_issue.c.revision).where(_issue.c.id == issue_id).with_for_update()
    revision = int(tx.execute(query).scalar_one())
    tx.execute(sa.update(_issue).where(_issue.c.id == issue_id).values(revision=revision + 1))
    return revision


def replace(tx: Transaction, variant_id: int, draft: VariantDraft, revision: int) -> int:
    """Let a variant say what `draft` says; returns how many deliveries will leave with it."""
    old = tx.execute(sa.select(_variant).where(_variant.c.id == variant_id)).one()
    if _count(tx, variant_id, ~_is_free()):
        kept = _keep_old(tx, old, revision)
        moved = sa.update(_delivery).where(_delivery.c.variant_id == variant_id, ~_is_free())
        tx.execute(moved.values(variant_id=kept))
    said = {
        "subject": draft.subject,
        "preheader": draft.preheader,
        "html": draft.html,
        "text": draft.text,
    }
    tx.execute(sa.update(_variant).where(_variant.c.id == variant_id).values(**said))
    return _count(tx, variant_id, _is_free())


def _keep_old(tx: Transaction, old: sa.Row[Any], revision: int) -> int:
    """A copy of a variant under a name of its own; it fits no reader, and is planned for none."""
    copy = old._asdict() | {"key": f"{old.key}#{revision}", "choice": "", "cohort": 0}
    del copy["id"]
    return int(tx.execute(sa.insert(_variant).returning(_variant.c.id), copy).scalar_one())


def _is_free() -> sa.ColumnElement[bool]:
    """Whether a delivery's next message is the first, or the last was refused with an answer."""
    is_new = sa.and_(_delivery.c.state == DeliveryState.PLANNED.value, _delivery.c.attempts == 0)
    in_doubt = (
        sa.exists()
        .where(_attempt.c.issue_id == _delivery.c.issue_id)
        .where(_attempt.c.subscriber_id == _delivery.c.subscriber_id)
        .where(
            sa.or_(
                _attempt.c.outcome.is_(None), _attempt.c.outcome == OutcomeStatus.UNCERTAIN.value
            )
        )
    )
    was_refused = sa.and_(_delivery.c.state == DeliveryState.DEFERRED.value, ~in_doubt)
    return sa.or_(is_new, was_refused)


def _count(tx: Transaction, variant_id: int, which: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(_delivery)
    found = query.where(_delivery.c.variant_id == variant_id, which)
    return int(tx.execute(found).scalar_one())
