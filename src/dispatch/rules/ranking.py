"""Ranks articles by what people read: the Top reads of one language.

In: candidates, the evidence (reads, what editors decided, what was shown before), settings, the
moment, the newsroom's zone. Out: every candidate with its standing and the facts that gave it.
Never: opens of mails, an article older than its limit, a place filled up with something that
nobody read.

A read loses half its weight in every `half_life_days` since, so that Friday's article may still
beat Monday's. Clicks in a mail make up at most `mail_share` of what counts for an article: what
the letter shows must not vote for itself. More reads never cost an article its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.model.article import Article
from dispatch.model.newsletter import TopReadsSettings
from dispatch.model.ranking import Cap, RankedArticle, Ruling, RulingKind, Standing

#: The origin of reads that began with a click in one of our mails.
MAIL = "mail"

_DAY = timedelta(days=1)

#: Reads of one article, by local day and origin.
ArticleReads = Mapping[tuple[date, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a ranking is made of, beside the articles.

    `reads` and `rulings` are by article id. `shown` are the translation groups that earlier issues
    carried; `last_reads` the reads with which those of the last ranking stood in it, by group.
    """

    reads: Mapping[int, ArticleReads] = field(default_factory=dict)
    rulings: Mapping[int, Sequence[Ruling]] = field(default_factory=dict)
    shown: Collection[int] = frozenset()
    last_reads: Mapping[int, int] = field(default_factory=dict)


def rank(
    candidates: Sequence[Article],
    evidence: Evidence,
    settings: TopReadsSettings,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[RankedArticle, ...]:
    """At most `settings.count` of `candidates`, best first."""
    every = judge(candidates, evidence, settings, now, zone)
    return tuple(place for place in every if place.position)


def judge(
    candidates: Sequence[Article],
    evidence: Evidence,
    settings: TopReadsSettings,
    now: datetime,
    zone: ZoneInfo,
) -> tuple[RankedArticle, ...]:
    """Every candidate: those shown first, by position, then the others, the better first.

    Pins come before all, the first pinned first. An article beyond a cap of author or section
    gives way to the next ones, and comes back behind them where places are left. Ties: the newer
    article, then the smaller id.
    """
    days = window(settings, now, zone)
    places = [(one, _place(one, evidence, settings, now, days)) for one in candidates]
    places.sort(key=lambda pair: (-pair[1].score, -pair[0].published_at.timestamp(), pair[0].id))
    pinned = [pair for pair in places if pair[1].standing is Standing.PINNED]
    pinned.sort(key=lambda pair: _pinned_at(evidence.rulings[pair[0].id], days[1]))
    ranked = [pair for pair in places if pair[1].standing is Standing.RANKED]
    others = [place for _, place in places if not _is_in(place)]
    in_order = _spread(pinned, ranked, settings)
    return (*_numbered(in_order, settings.count), *others)


def window(settings: TopReadsSettings, now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last local day whose reads count: `window_days` whole ones and today."""
    today = now.astimezone(zone).date()
    return today - settings.window_days * _DAY, today


def _numbered(in_order: Sequence[RankedArticle], count: int) -> list[RankedArticle]:
    shown = [replace(place, position=number) for number, place in enumerate(in_order[:count], 1)]
    return shown + [replace(place, standing=Standing.BEYOND) for place in in_order[count:]]


def _place(
    article: Article,
    evidence: Evidence,
    settings: TopReadsSettings,
    now: datetime,
    days: tuple[date, date],
) -> RankedArticle:
    """What an article has to show for itself, before it is compared with any other."""
    own = _within(evidence.reads.get(article.id, {}), days)
    shared = _shared(article, evidence, days) if settings.share_translations else []
    site, mail, site_weight, mail_weight = _sums([*own, *shared], settings, days[1])
    reads = site + int(_capped(mail, site, settings.mail_share))
    score = site_weight + _capped(mail_weight, site_weight, settings.mail_share)
    holding = _holding(evidence, article, days[1])
    place = RankedArticle(
        article_id=article.id,
        position=0,
        score=score,
        reads=reads,
        age_days=max(0.0, (now - article.published_at) / _DAY),
        decay=score / reads if reads else 0.0,
        origins=_by_origin(own),
        shared_reads=sum(number for _, _, number in shared),
        mail_cut=site + mail - reads,
        note="; ".join(one.reason for one in holding if one.reason),
    )
    kinds = {one.kind for one in holding}
    return replace(place, standing=_standing(article, place, kinds, evidence, settings))


def _standing(
    article: Article,
    place: RankedArticle,
    kinds: Collection[RulingKind],
    evidence: Evidence,
    settings: TopReadsSettings,
) -> Standing:
    """What keeps an article out, whatever the others have; the strongest reason comes first."""
    if article.withdrawn_at is not None:
        return Standing.WITHDRAWN
    if RulingKind.BAN in kinds:
        return Standing.BANNED
    is_shown = article.group_id in evidence.shown
    if is_shown and settings.repeat_growth is None:
        return Standing.REPEATED
    if RulingKind.PIN in kinds:
        return Standing.PINNED
    if place.age_days > settings.max_age_days:
        return Standing.OLD
    if place.reads < max(1, settings.min_reads):
        return Standing.FEW
    if is_shown and place.reads < _reads_to_come_back(article, evidence, settings):
        return Standing.REPEATED
    return Standing.RANKED


def _reads_to_come_back(article: Article, evidence: Evidence, settings: TopReadsSettings) -> float:
    before = evidence.last_reads.get(article.group_id, 0)
    return before * (1 + (settings.repeat_growth or 0.0))


def _is_in(place: RankedArticle) -> bool:
    return place.standing in (Standing.PINNED, Standing.RANKED)


def _within(reads: ArticleReads, days: tuple[date, date]) -> list[tuple[date, str, int]]:
    """(day, origin, reads) in the window, in an order of its own: sums must not depend on ours."""
    first, last = days
    return sorted(
        (day, origin, number) for (day, origin), number in reads.items() if first <= day <= last
    )


def _shared(
    article: Article, evidence: Evidence, days: tuple[date, date]
) -> list[tuple[date, str, int]]:
    ids = sorted(one.article_id for one in article.translations)
    return [found for number in ids for found in _within(evidence.reads.get(number, {}), days)]


def _sums(
    found: Iterable[tuple[date, str, int]], settings: TopReadsSettings, today: date
) -> tuple[int, int, float, float]:
    """(reads of the site, clicks in mails, the weight of each)."""
    site = mail = 0
    site_weight = mail_weight = 0.0
    for day, origin, number in found:
        weight = number * 0.5 ** ((today - day).days / settings.half_life_days)
        if origin == MAIL:
            mail, mail_weight = mail + number, mail_weight + weight
        else:
            site, site_weight = site + number, site_weight + weight
    return site, mail, site_weight, mail_weight


def _capped(mail: float, site: float, share: float) -> float:
    """As much of `mail` that it is no more than `share` of both together."""
    return mail if share >= 1 else min(mail, max(0.0, site) * share / (1 - share))


def _by_origin(found: Iterable[tuple[date, str, int]]) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for _, origin, number in found:
        sums[origin] += number
    return dict(sorted(sums.items()))


def _holding(evidence: Evidence, article: Article, today: date) -> list[Ruling]:
    return [one for one in evidence.rulings.get(article.id, ()) if one.holds_on(today)]


def _pinned_at(rulings: Sequence[Ruling], today: date) -> tuple[datetime, int]:
    pins = [one for one in rulings if one.kind is RulingKind.PIN and one.holds_on(today)]
    return min((one.made_at, one.id) for one in pins)


def _spread(
    pinned: Sequence[tuple[Article, RankedArticle]],
    ranked: Sequence[tuple[Article, RankedArticle]],
    settings: TopReadsSettings,
) -> list[RankedArticle]:
    """The same places, those beyond a cap behind the others; a pin is beyond none.

    Behind and not in between: only so does an article never fall because it was read more.
    """
    caps = _Caps(settings)
    for article, _ in pinned:
        caps.take(article)
    within = [place for _, place in pinned]
    beyond: list[RankedArticle] = []
    for article, place in ranked:
        cap = caps.refuse(article)
        if cap is None:
            caps.take(article)
            within.append(place)
        else:
            beyond.append(replace(place, cap=cap))
    return within + beyond


class _Caps:
    """Counts what the list has of each author and section."""

    def __init__(self, settings: TopReadsSettings) -> None:
        self._settings = settings
        self._authors: Counter[str] = Counter()
        self._sections: Counter[str] = Counter()

    def refuse(self, article: Article) -> Cap | None:
        """The cap that one more article would break."""
        author_limit, section_limit = self._settings.author_limit, self._settings.section_limit
        if author_limit and any(self._authors[one] >= author_limit for one in _names(article)):
            return Cap.AUTHOR
        sections = article.sections[:1]
        if section_limit and any(self._sections[one] >= section_limit for one in sections):
            return Cap.SECTION
        return None

    def take(self, article: Article) -> None:
        """The article is in the list."""
        self._authors.update(_names(article))
        self._sections.update(article.sections[:1])


def _names(article: Article) -> set[str]:
    return {author.name.casefold() for author in article.authors}
