"""Gathers what the store knows for an issue, in all languages, before anything is chosen.

In: a transaction, a newsletter. Out: the window of the issue, and frozen material for all of its
variants. Never: a choice; that is `rules.selection`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dispatch.compose.desk import Assignment, Window
from dispatch.model.article import Article
from dispatch.model.newsletter import Newsletter
from dispatch.rules import audience, cadence, ranking, seen, selection
from dispatch.rules.related import Relation
from dispatch.store import articles, fund, issues, pasts, rankings, related, subscribers
from dispatch.store.database import Transaction

#: How far a window reaches into the one before. An article whose transaction was still open when
#: the last issue was composed would fall between the two; what was sent is left out by its record.
OVERLAP = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Readers who get the same page: their choice, their cohort, and what they have seen."""

    languages: tuple[str, ...]
    sections: tuple[str, ...]
    choice: str
    cohort: int
    seen: seen.Sent

    @property
    def page_key(self) -> str:
        """What the page's placements are kept under."""
        return audience.page_key(self.choice, self.cohort)


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the store knows for an issue, in all languages, before anything is chosen."""

    archive: Sequence[Article]
    recent: Sequence[Article] = ()
    evidence: ranking.Evidence = field(default_factory=ranking.Evidence)
    relations: Mapping[int, Sequence[Relation]] = field(default_factory=dict)
    audiences: tuple[Audience, ...] = ()
    raised: Mapping[str, int] = field(default_factory=dict)
    is_quiet: bool = False
    pasts: tuple[seen.Past, ...] = ()


def open_window(
    tx: Transaction, newsletter: Newsletter, period: cadence.Period, now: datetime
) -> Window:
    """From where the last issue ended until now; the first issue reaches back as far as it may.

    Issues that were skipped before the first one leave it their articles.

    The cutoff is the moment of composing and not of the appointment: a late issue is not stale,
    and what came in a minute before an issue is in it.
    """
    last = issues.last_issue(tx, newsletter.name)
    if last:
        return Window(period=period, start=last.window_end - OVERLAP, end=now)
    days = newsletter.first_issue_days
    reach = cadence.length(newsletter.cadence) if days is None else timedelta(days=days)
    waiting_from = issues.first_window_start(tx, newsletter.name)
    return Window(period=period, start=min(waiting_from or now, now - reach), end=now)


def gather(tx: Transaction, assignment: Assignment) -> Material:
    """What may go into the issue, and for whom it is made."""
    newsletter, window = assignment.newsletter, assignment.window
    settings, zone = newsletter.top_reads, assignment.desk.publication.time_zone
    evidence = rankings.find_evidence(tx, newsletter.name, settings, window.end, zone)
    oldest = window.end - timedelta(days=selection.RELATED_DAYS)
    archive = articles.list_entered(tx, oldest, window.end)
    audiences, told = _find_audiences(tx, newsletter, archive, oldest)
    recent = rankings.list_candidates(tx, evidence, settings, window.end)
    return Material(
        archive=archive,
        recent=recent,
        evidence=evidence,
        relations=_relations(tx, [*archive, *recent]),
        audiences=audiences,
        raised=fund.get_raised(tx),
        is_quiet=fund.is_quiet(tx, newsletter.name, window.period.name),
        pasts=told,
    )


def candidates_of(
    archive: Sequence[Article], newsletter: Newsletter, reader: Audience
) -> list[Article]:
    """What readers of one choice and past may get, in all of their languages."""
    return [
        one
        for one in fitting(archive, newsletter, reader)
        if seen.is_due(one, reader.seen, repeat_updated=newsletter.repeat_updated)
    ]


def fitting(found: Sequence[Article], newsletter: Newsletter, reader: Audience) -> list[Article]:
    """What is in the languages and sections of readers, had or not."""
    sections = reader.sections or newsletter.sections
    return [one for one in found if selection.fits(one, reader.languages, sections)]


def _find_audiences(
    tx: Transaction, newsletter: Newsletter, archive: Sequence[Article], since: datetime
) -> tuple[tuple[Audience, ...], tuple[seen.Past, ...]]:
    """A page for every choice of a reader, and for every past that makes a difference to it."""
    sent = pasts.list_sent(tx, newsletter.name, newsletter.once, since)
    streams = pasts.list_streams(tx, newsletter.name, newsletter.once, since)
    public = [audience.choice_key((language,), ()) for language in newsletter.languages]
    audiences: list[Audience] = []
    found: list[seen.Past] = []
    for choice in dict.fromkeys([*public, *subscribers.list_choices(tx, newsletter.name)]):
        reader = _reader_of(newsletter, choice, sent.get((newsletter.name, choice), {}))
        if not reader.languages:
            continue
        told = seen.tell_apart(
            choice,
            streams.get(choice, []),
            sent,
            reader.seen,
            candidates_of(archive, newsletter, reader),
            repeat_updated=newsletter.repeat_updated,
        )
        counted = pasts.count_cohorts(tx, newsletter.name, newsletter.once, since, told)
        audiences += [
            replace(reader, cohort=cohort, seen=seen.seen_by(cohort, told, sent, reader.seen))
            for cohort in seen.choose_cohorts(counted)
        ]
        found += told
    return tuple(audiences), tuple(found)


def _reader_of(newsletter: Newsletter, choice: str, sent: seen.Sent) -> Audience:
    languages, sections = audience.read_choice(choice)
    return Audience(
        languages=audience.spoken_in(languages, newsletter.languages),
        sections=sections,
        choice=choice,
        cohort=0,
        seen=sent,
    )


def _relations(tx: Transaction, found: Sequence[Article]) -> Mapping[int, Sequence[Relation]]:
    """What belongs beside each article that the issue may show."""
    relations: dict[int, list[Relation]] = defaultdict(list)
    for one in related.get_relations(tx, {article.id for article in found}):
        relations[one.article_id].append(one)
    return relations
