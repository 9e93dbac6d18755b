"""Gathers what the store knows for an issue, in all languages, before anything is chosen.

In: a transaction, a newsletter. Out: the window of the issue, and frozen material for all of its
variants. Never: a choice; that is `rules.selection`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.compose.desk import Assignment, Window
from dispatch.model.article import Article
from dispatch.model.newsletter import Newsletter
from dispatch.rules import audience, cadence, ranking, selection
from dispatch.store import articles, issues, rankings, subscribers
from dispatch.store.database import Transaction

#: How far a window reaches into the one before. An article whose transaction was still open when
#: the last issue was composed would fall between the two; what was sent is left out by its record.
OVERLAP = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the store knows for an issue, in all languages, before anything is chosen."""

    recent: Sequence[Article]
    entered: Sequence[Article]
    archive: Sequence[Article]
    evidence: ranking.Evidence
    variant_keys: tuple[str, ...]


def open_window(
    tx: Transaction, newsletter: Newsletter, period: cadence.Period, now: datetime
) -> Window:
    """From where the last issue ended until now; the first issue reaches back one cadence.

    The cutoff is the moment of composing and not of the appointment: a late issue is not stale,
    and what came in a minute before an issue is in it.
    """
    last = issues.last_issue(tx, newsletter.name)
    start = last.window_end - OVERLAP if last else now - cadence.length(newsletter.cadence)
    return Window(period=period, start=start, end=now)


def gather(tx: Transaction, assignment: Assignment) -> Material:
    """What may go into the issue; what was carried before is left out here or by the ranking."""
    newsletter, window = assignment.newsletter, assignment.window
    settings, zone = newsletter.top_reads, assignment.desk.publication.time_zone
    sent_before = issues.groups_sent_before(tx, newsletter.name)
    evidence = rankings.find_evidence(tx, newsletter.name, settings, window.end, zone)
    oldest = window.end - timedelta(days=selection.RELATED_DAYS)
    archive = [
        article
        for article in articles.list_entered(tx, oldest, window.end)
        if article.group_id not in sent_before
    ]
    keys = [
        *(audience.variant_key(language, ()) for language in newsletter.languages),
        *subscribers.list_variant_keys(tx, newsletter.name),
    ]
    return Material(
        recent=rankings.list_candidates(tx, evidence, settings, window.end),
        entered=[one for one in archive if one.entered_at >= window.start],
        archive=archive,
        evidence=evidence,
        variant_keys=tuple(dict.fromkeys(keys)),
    )
