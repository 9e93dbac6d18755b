"""Top reads: which articles readers chose, in order.

In: articles of one language, their reads per local day, the settings, the moment. Out: places with
the facts that gave them. Never: invents a place (fewer articles with enough readers, fewer places),
looks at who wrote or what it says beyond the two caps, depends on the order of its input.

A day's reads are halved for every `half_life_days` since, so that Friday's article may still beat
Monday's. More reads never cost an article its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.model.article import Article
from dispatch.model.newsletter import RankedArticle, TopReadsSettings

#: A third piece by one hand makes a list of five look like a column of its own.
AUTHOR_LIMIT = 2
#: More than three of five from one section would be that section's newsletter.
SECTION_LIMIT = 3

_DAY = timedelta(days=1)


def rank(
    candidates: Sequence[Article],
    reads: Mapping[int, Mapping[date, int]],
    settings: TopReadsSettings,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[RankedArticle, ...]:
    """At most `settings.count` of `candidates`, best first; `reads` are per article id and day.

    An article beyond a cap of author or section gives way to the next ones, and comes back behind
    them where places are left. Ties: the newer article, then the smaller id.
    """
    days = window(settings, now, zone)
    places = [
        (article, _place(article, reads.get(article.id, {}), settings, now, days))
        for article in candidates
    ]
    qualified = [pair for pair in places if _qualifies(*pair, settings)]
    qualified.sort(key=lambda pair: (-pair[1].score, -pair[0].published_at.timestamp(), pair[0].id))
    chosen = _spread(qualified)[: settings.count]
    return tuple(replace(place, position=number) for number, place in enumerate(chosen, start=1))


def window(settings: TopReadsSettings, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last local day whose reads count: `window_days` whole ones and today."""
    today = now.astimezone(zone).date()
    return today - settings.window_days * _DAY, today


def _place(
    article: Article,
    reads: Mapping[date, int],
    settings: TopReadsSettings,
    now: datetime,
    days: tuple[date, date],
) -> RankedArticle:
    first, today = days
    counted = [(day, number) for day, number in sorted(reads.items()) if first <= day <= today]
    return RankedArticle(
        article_id=article.id,
        position=0,
        score=sum(
            number * 0.5 ** ((today - day).days / settings.half_life_days)
            for day, number in counted
        ),
        reads=sum(number for _, number in counted),
        age_days=max(0.0, (now - article.published_at) / _DAY),
    )


def _qualifies(article: Article, place: RankedArticle, settings: TopReadsSettings) -> bool:
    return (
        article.withdrawn_at is None
        and place.age_days <= settings.max_age_days
        and place.reads >= max(1, settings.min_reads)
    )


def _spread(qualified: Iterable[tuple[Article, RankedArticle]]) -> list[RankedArticle]:
    """The same places, those beyond a cap behind the others.

    Behind and not in between: only so does an article never fall because it was read more.
    """
    within: list[RankedArticle] = []
    beyond: list[RankedArticle] = []
    authors: Counter[str] = Counter()
    sections: Counter[str] = Counter()
    for article, place in qualified:
        names = {author.name.casefold() for author in article.authors}
        section = article.sections[:1]
        if any(authors[name] >= AUTHOR_LIMIT for name in names) or any(
            sections[key] >= SECTION_LIMIT for key in section
        ):
            beyond.append(place)
            continue
        authors.update(names)
        sections.update(section)
        within.append(place)
    return within + beyond
