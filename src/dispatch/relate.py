"""relate: Article -> Relation, once for each article that is new or has changed.

In: the store. Out: for each such article what belongs beside it, written down, so that mails, feeds
and pages only look it up. Never: a look at the whole archive: an article is compared with the
newest of its language, so its cost follows those and not the years before.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.rules import related as rules
from dispatch.store import related
from dispatch.store.database import Database

#: How many days back an article may lie that is offered beside another.
CANDIDATE_DAYS = 180
#: How many articles are dealt with in one round; an archive that came in whole takes several.
ROUND_LIMIT = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelateReport:
    """How many articles were compared, and how many found company."""

    compared: int = 0
    related: int = 0


def relate(db: Database, *, now: datetime, limit: int = ROUND_LIMIT) -> RelateReport:
    """Find what belongs beside the articles that changed, the newest first."""
    with db.read() as tx:
        pending = related.list_pending(tx, limit)
    by_language: dict[str, list[tuple[int, datetime]]] = defaultdict(list)
    for article_id, language, changed_at in pending:
        by_language[language].append((article_id, changed_at))
    found = sum(_relate(db, language, those, now) for language, those in by_language.items())
    if pending:
        log.info("related: %d articles compared, %d with company", len(pending), found)
    return RelateReport(compared=len(pending), related=found)


def _relate(db: Database, language: str, pending: list[tuple[int, datetime]], now: datetime) -> int:
    with db.read() as tx:
        since = now - timedelta(days=CANDIDATE_DAYS)
        library = rules.Library(related.list_candidates(tx, language, since))
        outlines = {one.id: one for one in related.get_outlines(tx, [one for one, _ in pending])}
    found = {
        article_id: library.relate(outlines[article_id], related.KEPT)
        for article_id, _ in pending
        if article_id in outlines
    }
    with db.write() as tx:
        for article_id, changed_at in pending:
            related.put_relations(tx, article_id, changed_at, found.get(article_id, ()))
    return sum(bool(relations) for relations in found.values())
