"""Top reads in the store: the rankings that went out with issues.

A frozen ranking is no copy: it is the record of what the issue's variant for readers of all
sections showed (`issue_article`), so the site and the mail cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from dispatch.model.newsletter import IssueState
from dispatch.model.ranking import FrozenPlace, FrozenRanking
from dispatch.rules import audience
from dispatch.store import schema
from dispatch.store.database import Transaction

#: The block whose places are the ranking.
BLOCK = "top_reads"
#: Issues that are out: before that their ranking may still be thrown away.
PUBLIC = (IssueState.SENDING, IssueState.FINISHED)

_issue = schema.issue
_shown = schema.issue_article


def list_rankings(
    tx: Transaction,
    language: str,
    *,
    newsletters: Sequence[str] | None = None,
    states: Sequence[IssueState] = PUBLIC,
    limit: int = 52,
) -> list[FrozenRanking]:
    """The rankings in `language` that were mailed, newest first; issues without one are left out.

    `newsletters` asks for those of some newsletters alone.
    """
    ranked = sa.exists().where(
        _shown.c.issue_id == _issue.c.id,
        _shown.c.block == BLOCK,
        _shown.c.variant_key == audience.variant_key(language, ()),
    )
    query = sa.select(_issue).where(_issue.c.state.in_([one.value for one in states]), ranked)
    if newsletters is not None:
        query = query.where(_issue.c.newsletter.in_(list(newsletters)))
    newest = query.order_by(_issue.c.window_end.desc(), _issue.c.id.desc()).limit(limit)
    return [_ranking_of(tx, row, language) for row in tx.execute(newest).all()]


def _ranking_of(tx: Transaction, issue: sa.Row[Any], language: str) -> FrozenRanking:
    query = sa.select(_shown).where(
        _shown.c.issue_id == issue.id,
        _shown.c.block == BLOCK,
        _shown.c.variant_key == audience.variant_key(language, ()),
    )
    return FrozenRanking(
        newsletter=issue.newsletter,
        period=issue.period,
        language=language,
        frozen_at=issue.window_end,
        places=tuple(
            FrozenPlace(position=row.position, article_id=row.article_id, why=row.why)
            for row in tx.execute(query.order_by(_shown.c.position))
        ),
    )
