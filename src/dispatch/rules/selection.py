"""Chooses the articles of an issue's blocks for one variant.

In: candidates of one language, what was sent before, reads, settings. Out: chosen articles, each
with the facts that chose it. Never: an article outside the variant's language and sections, one
that this newsletter carried before, or one twice (design: invariant 7).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.model.article import Article, Entry
from dispatch.model.newsletter import ArticleChoice, Box, Newsletter
from dispatch.model.ranking import RankedArticle, Standing
from dispatch.rules import canonical, ranking, related

#: How many days back related articles are looked for.
RELATED_DAYS = 180

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One article in a block, with the facts that put it there."""

    article: Article
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What may appear in one variant, all in its language and sections.

    `recent` may be ranked by the `evidence` (which knows what was sent before), `entered` is new in
    this issue's window, `archive` may be related to what is shown. `closes_at` is the end of the
    window, and the clock of the ranking.
    """

    recent: Sequence[Article]
    entered: Sequence[Article]
    archive: Sequence[Article]
    evidence: ranking.Evidence
    closes_at: datetime
    zone: ZoneInfo


@dataclass(slots=True, kw_only=True)
class Shown:
    """What the blocks so far show; the next one shows none of it again."""

    articles: list[Article] = field(default_factory=list)

    def fresh(self, articles: Sequence[Article]) -> list[Article]:
        """Those of `articles` that no block shows, neither itself nor as a translation."""
        groups = {article.group_id for article in self.articles}
        return [article for article in articles if article.group_id not in groups]

    def add(self, chosen: Sequence[Chosen]) -> None:
        """Remember what a block shows."""
        self.articles.extend(one.article for one in chosen)


def fits(article: Article, language: str, sections: Collection[str]) -> bool:
    """Whether a reader of `language` who chose `sections` (none means all) may get `article`."""
    in_sections = not sections or any(section in sections for section in article.sections)
    return article.language == language and in_sections and article.withdrawn_at is None


def choose_top_reads(
    candidates: Candidates, shown: Shown, newsletter: Newsletter
) -> tuple[Chosen, ...]:
    """The ranking by reads; fewer than asked for where fewer were read enough."""
    fresh = {article.id: article for article in shown.fresh(candidates.recent)}
    ranked = ranking.rank(
        list(fresh.values()),
        candidates.evidence,
        newsletter.top_reads,
        candidates.closes_at,
        candidates.zone,
    )
    return tuple(
        Chosen(
            article=fresh[place.article_id],
            why=_facts_of(place),
        )
        for place in ranked
    )


def _facts_of(place: RankedArticle) -> Mapping[str, Any]:
    """What is frozen with the issue: enough to say for ever why an article stood there."""
    facts: dict[str, Any] = {
        "score": place.score,
        "reads": place.reads,
        "age_days": place.age_days,
        "origins": dict(place.origins),
    }
    if place.shared_reads:
        facts["shared_reads"] = place.shared_reads
    if place.mail_cut:
        facts["mail_cut"] = place.mail_cut
    if place.standing is Standing.PINNED:
        facts["pinned"] = place.note or True
    if place.cap:
        facts["cap"] = place.cap.value
    return facts


def choose_latest(
    candidates: Candidates, shown: Shown, newsletter: Newsletter
) -> tuple[tuple[Chosen, ...], int]:
    """(the newest of what entered in the window, how many more there are)."""
    fresh = shown.fresh(candidates.entered)
    fresh.sort(key=lambda article: (article.published_at, article.id), reverse=True)
    chosen = tuple(
        Chosen(article=article, why={"entered_at": article.entered_at.isoformat()})
        for article in fresh[: newsletter.latest_count]
    )
    return chosen, len(fresh) - len(chosen)


def choose_article(
    candidates: Candidates, shown: Shown, newsletter: Newsletter, named: str
) -> tuple[Chosen, ...]:
    """The one article that is shown in full, or none; only articles that have a text.

    `named` is what the editors call it by: its address, uid or number. It wins, in whatever
    language of its translation group fits; where it fits nowhere the newsletter's rule holds.
    """
    fresh = [article for article in shown.fresh(candidates.archive) if article.html]
    for article in fresh:
        if named and _is_called(article, named):
            return (Chosen(article=article, why={"named": named}),)
    entered = {article.id for article in candidates.entered}
    pool = [article for article in fresh if article.id in entered]
    newest = max(pool, key=lambda one: (one.published_at, one.id), default=None)
    if newsletter.article is ArticleChoice.MOST_READ:
        ranked = choose_top_reads(replace(candidates, recent=pool), Shown(), newsletter)
        if ranked:
            return ranked[:1]
    return (Chosen(article=newest, why={"newest": True}),) if newest else ()


def _is_called(article: Article, name: str) -> bool:
    addresses = [article.url, *(one.url for one in article.translations)]
    numbers = [str(article.id), *(str(one.article_id) for one in article.translations)]
    keys = [canonical.match_key(address) for address in addresses]
    return name in (article.uid, *numbers) or canonical.match_key(name) in keys


def choose_announcements(
    entries: Sequence[Entry], box: Box, local_date: Callable[[datetime], date], day: date
) -> list[Entry]:
    """What a box shows on `day`: events that are not over, soonest first; jobs, newest first."""
    known = [one for one in entries if one.title and one.url and not one.withdrawn]
    if box.block != "events":
        known.sort(key=lambda one: one.published_at or _LONG_AGO, reverse=True)
        return known[: box.count]
    dated = [(one.starts_at or one.published_at, one) for one in known]
    coming = [(moment, one) for moment, one in dated if moment and local_date(moment) >= day]
    return [one for _, one in sorted(coming, key=lambda pair: pair[0])][: box.count]


def choose_read_also(
    candidates: Candidates, shown: Shown, newsletter: Newsletter
) -> tuple[Chosen, ...]:
    """Older articles that go with those shown."""
    if not shown.articles:
        return ()
    pool = {article.id: article for article in shown.fresh(candidates.archive)}
    found = related.read_also(
        shown.articles, list(pool.values()), newsletter.read_also_count, candidates.closes_at
    )
    reasons = {
        one.article_id: {"beside": one.shown_id, "score": one.score, "text": one.text}
        for one in related.relations(shown.articles, found, candidates.closes_at)
    }
    return tuple(Chosen(article=one, why=reasons.get(one.id, {})) for one in found)


def group_by_section(
    articles: Sequence[Article], order: Sequence[str]
) -> list[tuple[str, list[Article]]]:
    """Articles under their first section, sections in the publication's order, "" last."""
    groups: dict[str, list[Article]] = {key: [] for key in (*order, "")}
    for article in articles:
        groups[next((key for key in article.sections if key in groups), "")].append(article)
    return [(key, members) for key, members in groups.items() if members]
