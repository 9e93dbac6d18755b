"""Chooses the articles of an issue's blocks for one variant.

In: candidates in the readers' languages and sections, what they have seen, reads, settings. Out:
chosen articles, each with the facts that chose it. Never: an article outside the variant's
languages and sections, one that its readers have had and that is not updated since, one twice, or a
piece in two languages (design: invariant 7).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dispatch.model.article import Article, Entry
from dispatch.model.newsletter import ArticleChoice, Box, Newsletter, UntranslatedPolicy
from dispatch.model.ranking import RankedArticle, Standing
from dispatch.rules import canonical, ranking, related, seen

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
    """What may appear in one variant, all in its languages and sections and not seen before.

    Each piece is there once, in the language that its readers prefer. `language` is their first.
    `recent` may be ranked by the `evidence` (which knows what they have seen), `entered` is new in
    this issue's window, `archive` may stand beside what is shown, as `relations` say by article id.
    `closes_at` is the end of the window, and the clock of the ranking.
    """

    recent: Sequence[Article]
    entered: Sequence[Article]
    archive: Sequence[Article]
    evidence: ranking.Evidence
    relations: Mapping[int, Sequence[related.Relation]]
    closes_at: datetime
    zone: ZoneInfo
    language: str


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


def fits(article: Article, languages: Collection[str], sections: Collection[str]) -> bool:
    """Whether a reader of `languages` who chose `sections` (none means all) may get `article`."""
    in_sections = not sections or any(section in sections for section in article.sections)
    return article.language in languages and in_sections and article.withdrawn_at is None


def enters(article: Article, start: datetime, *, repeat_updated: bool) -> bool:
    """Whether `article` is new since `start`: it entered then, or was updated after it was sent."""
    again_at = seen.reissued_at(article, repeat_updated=repeat_updated)
    return article.entered_at >= start or (again_at is not None and again_at >= start)


def one_of_each(articles: Sequence[Article], languages: Sequence[str]) -> list[Article]:
    """Each piece once: of translations, the one in the language that comes first."""
    best: dict[int, Article] = {}
    for article in articles:
        known = best.get(article.group_id)
        if known is None or _place(article, languages) < _place(known, languages):
            best[article.group_id] = article
    return list(best.values())


def _place(article: Article, languages: Sequence[str]) -> tuple[int, int]:
    return languages.index(article.language), article.id


def _in_play(
    articles: Sequence[Article], candidates: Candidates, newsletter: Newsletter
) -> list[Article]:
    """Those among which a block chooses: where places are filled, what is untranslated is out."""
    replaces = newsletter.untranslated is UntranslatedPolicy.REPLACE
    return [one for one in articles if not replaces or one.language == candidates.language]


def _left_in(
    chosen: Sequence[Chosen], candidates: Candidates, newsletter: Newsletter
) -> tuple[Chosen, ...]:
    """What is left of a choice: where places stay empty, what is untranslated goes."""
    omits = newsletter.untranslated is UntranslatedPolicy.OMIT
    return tuple(one for one in chosen if not omits or one.article.language == candidates.language)


def choose_top_reads(
    candidates: Candidates, shown: Shown, newsletter: Newsletter
) -> tuple[Chosen, ...]:
    """The ranking by reads; fewer than asked for where fewer were read enough."""
    pool = _in_play(candidates.recent, candidates, newsletter)
    fresh = {article.id: article for article in shown.fresh(pool)}
    ranked = ranking.rank(
        list(fresh.values()),
        candidates.evidence,
        newsletter.top_reads,
        candidates.closes_at,
        candidates.zone,
    )
    chosen = [
        Chosen(
            article=fresh[place.article_id],
            why=_facts_of(place),
        )
        for place in ranked
    ]
    return _left_in(chosen, candidates, newsletter)


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
    fresh = shown.fresh(_in_play(candidates.entered, candidates, newsletter))
    fresh.sort(key=lambda article: (article.published_at, article.id), reverse=True)
    ordered = [
        Chosen(article=article, why={"entered_at": article.entered_at.isoformat()})
        for article in fresh
    ]
    chosen = _left_in(ordered[: newsletter.latest_count], candidates, newsletter)
    return chosen, len(_left_in(ordered, candidates, newsletter)) - len(chosen)


def choose_article(
    candidates: Candidates, shown: Shown, newsletter: Newsletter, named: str
) -> tuple[Chosen, ...]:
    """The one article that is shown in full, or none; only articles that have a text.

    `named` is what the editors call it by: its address, uid or number. It wins, in whatever
    language of its translation group fits; where it fits nowhere the newsletter's rule holds.
    """
    usable = _in_play(candidates.archive, candidates, newsletter)
    fresh = [article for article in shown.fresh(usable) if article.html]
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
    chosen = [Chosen(article=newest, why={"newest": True})] if newest else []
    return _left_in(chosen, candidates, newsletter)


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
    usable = _in_play(candidates.archive, candidates, newsletter)
    known = [one for article in shown.articles for one in candidates.relations.get(article.id, ())]
    found = related.read_also(
        shown.articles, known, shown.fresh(usable), newsletter.read_also_count
    )
    chosen = [
        Chosen(
            article=article,
            why={"beside": one.article_id, "likeness": one.likeness, "text": one.text},
        )
        for article, one in found
    ]
    return _left_in(chosen, candidates, newsletter)


def group_by_section(
    articles: Sequence[Article], order: Sequence[str]
) -> list[tuple[str, list[Article]]]:
    """Articles under their first section, sections in the publication's order, "" last."""
    groups: dict[str, list[Article]] = {key: [] for key in (*order, "")}
    for article in articles:
        groups[next((key for key in article.sections if key in groups), "")].append(article)
    return [(key, members) for key, members in groups.items() if members]
