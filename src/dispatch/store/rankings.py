"""Top reads in the store: what a ranking is made of, and the rankings that went out with issues.

A frozen ranking is no copy: it is the record of what the issue's variant for readers of all
sections showed (`issue_article`), so the site and the mail cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from dispatch.model.article import Article
from dispatch.model.newsletter import IssueState, TopReadsSettings
from dispatch.model.ranking import FrozenPlace, FrozenRanking, RulingKind
from dispatch.rules import audience, ranking
from dispatch.store import articles, issues, reads, rulings, schema
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
        _shown.c.variant_key == audience.choice_key((language,), ()),
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
        _shown.c.variant_key == audience.choice_key((language,), ()),
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


def find_evidence(
    tx: Transaction, newsletter: str, settings: TopReadsSettings, now: datetime, zone: ZoneInfo
) -> ranking.Evidence:
    """All that decides a ranking at `now` beside the articles: the same for a mail and the site."""
    first, today = ranking.window(settings, now, zone)
    return ranking.Evidence(
        reads=reads.get_reads_by_origin(tx, first, today),
        rulings=rulings.get_standing(tx, today),
        shown=issues.groups_sent_before(tx, newsletter),
        last_reads=_last_reads(tx, newsletter) if settings.repeat_growth is not None else {},
    )


def list_candidates(
    tx: Transaction, evidence: ranking.Evidence, settings: TopReadsSettings, now: datetime
) -> list[Article]:
    """What may be ranked: the articles young enough, and those that an editor pinned."""
    recent = articles.list_entered(tx, now - timedelta(days=settings.max_age_days), now)
    pinned = {
        number
        for number, standing in evidence.rulings.items()
        if any(one.kind is RulingKind.PIN for one in standing)
    }
    older = articles.get_articles(tx, pinned - {one.id for one in recent})
    return [*recent, *older.values()]


def _last_reads(tx: Transaction, newsletter: str) -> dict[int, int]:
    """The reads with which each group stood in the newsletter's last ranking, in any language."""
    last = issues.last_issue(tx, newsletter)
    if last is None:
        return {}
    query = (
        sa.select(schema.article.c.group_id, _shown.c.why)
        .join_from(_shown, schema.article, schema.article.c.id == _shown.c.article_id)
        .where(_shown.c.issue_id == last.id, _shown.c.block == BLOCK)
    )
    found: dict[int, int] = {}
    for row in tx.execute(query):
        found[row.group_id] = max(found.get(row.group_id, 0), int(row.why.get("reads", 0)))
    return found
