"""rank: Reads -> Ranking, with what editors decide about it.

In: the store, a newsletter, a language, an editor's word. Out: the ranking as it stands at this
moment, with every candidate and why it stands where it stands; and, below `feeds/top/`, the
ranking that readers see on the site: the one of the last issue that went out, or the present one
before there is any. Never: a ranking of its own beside that of the mail.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dispatch import errors
from dispatch.model.article import Article
from dispatch.model.newsletter import Newsletter
from dispatch.model.publication import Publication
from dispatch.model.ranking import FrozenRanking, RankedArticle, Ruling, RulingKind
from dispatch.render import fragments, output
from dispatch.rules import addresses, canonical, ranking, selection
from dispatch.store import articles, feed_versions, rankings, reads, rulings
from dispatch.store.database import Database, Transaction

#: The block that makes a newsletter one with a ranking.
BLOCK = "top_reads"
#: Pin and ban of one article exclude each other: the newer word lifts the older one.
_OPPOSITES = (RulingKind.PIN, RulingKind.BAN)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One article with its standing. `discards` counts what was not a read, by reason."""

    place: RankedArticle
    title: str
    url: str
    sections: tuple[str, ...]
    authors: tuple[str, ...]
    discards: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankReport:
    """The ranking of a newsletter in one language as it stands now, over [first_day, last_day]."""

    newsletter: str
    language: str
    first_day: date
    last_day: date
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopFilesReport:
    """What publishing did. `failures` name the files that still hold their last good bytes."""

    written: tuple[str, ...] = ()
    unchanged: int = 0
    failures: tuple[str, ...] = ()


def rank(
    db: Database, publication: Publication, newsletter: Newsletter, language: str, *, now: datetime
) -> RankReport:
    """The ranking as an issue composed at `now` would have it, with all that is not in it."""
    settings, zone = newsletter.top_reads, publication.time_zone
    first, last = ranking.window(settings, now, zone)
    with db.read() as tx:
        candidates, places = _judge(tx, publication, newsletter, language, now)
        discards = reads.get_discards_of(tx, first, last, list(candidates))
    return RankReport(
        newsletter=newsletter.name,
        language=language,
        first_day=first,
        last_day=last,
        candidates=tuple(
            _candidate(candidates[one.article_id], one, discards.get(one.article_id, {}))
            for one in places
        ),
    )


def rule(
    db: Database,
    name: str,
    kind: RulingKind,
    *,
    by: str,
    reason: str,
    until: date | None,
    now: datetime,
    dry_run: bool = False,
) -> Ruling:
    """Write down what an editor decides about the article called `name`.

    A pin ends a ban of the same article, and a ban a pin. Raises NotFoundError for no article.
    """
    with db.write(dry_run=dry_run) as tx:
        article = _find(tx, name)
        if kind in _OPPOSITES:
            because = f"{kind.value}: {reason}"
            rulings.lift_rulings(tx, article.id, _OPPOSITES, by=by, reason=because, now=now)
        made = rulings.add_ruling(tx, article.id, kind, by=by, reason=reason, until=until, now=now)
    log.info("ruling %d: %s article %d", made.id, kind, article.id)
    return made


def lift(
    db: Database, name: str, *, by: str, reason: str, now: datetime, dry_run: bool = False
) -> int:
    """End all that editors decided about the article called `name`; raises NotFoundError."""
    with db.write(dry_run=dry_run) as tx:
        article = _find(tx, name)
        count = rulings.lift_rulings(
            tx, article.id, tuple(RulingKind), by=by, reason=reason, now=now
        )
    if not count:
        message = f"nothing is decided about article {article.id}: there is nothing to lift"
        raise errors.InputError(message)
    return count


def publish(
    db: Database,
    publication: Publication,
    newsletters: Sequence[Newsletter],
    folder: Path,
    *,
    now: datetime,
) -> TopFilesReport:
    """Put the ranking of each language where site and readers find it; write what moved."""
    written: list[str] = []
    failures: list[str] = []
    unchanged = 0
    for language in publication.languages:
        for path, body in _documents(db, publication, newsletters, language, now).items():
            try:
                if _publish(db, folder, path, body, now):
                    written.append(path)
                else:
                    unchanged += 1
            except errors.OutputError as error:
                log.error("top reads not written: %s", error)  # noqa: TRY400  # no fault of ours
                failures.append(str(error))
    return TopFilesReport(written=tuple(written), unchanged=unchanged, failures=tuple(failures))


def with_ranking(newsletters: Sequence[Newsletter], language: str) -> Newsletter | None:
    """The newsletter whose ranking is the site's in `language`: the first that has one."""
    fitting = (one for one in newsletters if language in one.languages and BLOCK in one.blocks)
    return next(fitting, None)


def _documents(
    db: Database,
    publication: Publication,
    newsletters: Sequence[Newsletter],
    language: str,
    now: datetime,
) -> dict[str, bytes]:
    """The files of one language; none where no newsletter ranks."""
    newsletter = with_ranking(newsletters, language)
    if newsletter is None:
        return {}
    with db.read() as tx:
        shown, frozen = _shown(tx, publication, newsletter, language, now)
    bodies = fragments.top_reads(publication, language, shown, frozen)
    return {addresses.top_path(language, suffix): body for suffix, body in bodies.items()}


def _shown(
    tx: Transaction,
    publication: Publication,
    newsletter: Newsletter,
    language: str,
    now: datetime,
) -> tuple[list[Article], FrozenRanking | None]:
    """What the last issue showed, as long as it is published; else the ranking of now."""
    found = rankings.list_rankings(tx, language, newsletters=[newsletter.name], limit=1)
    if not found:
        candidates, places = _judge(tx, publication, newsletter, language, now)
        return [candidates[one.article_id] for one in places if one.position], None
    frozen = found[0]
    known = articles.get_articles(tx, {one.article_id for one in frozen.places})
    shown = [known[one.article_id] for one in frozen.places if one.article_id in known]
    return [one for one in shown if one.withdrawn_at is None], frozen


def _judge(
    tx: Transaction,
    publication: Publication,
    newsletter: Newsletter,
    language: str,
    now: datetime,
) -> tuple[dict[int, Article], tuple[RankedArticle, ...]]:
    settings, zone = newsletter.top_reads, publication.time_zone
    evidence = rankings.find_evidence(tx, newsletter.name, settings, now, zone)
    recent = rankings.list_candidates(tx, evidence, settings, now)
    fitting = [one for one in recent if selection.fits(one, language, newsletter.sections)]
    places = ranking.judge(fitting, evidence, settings, now, zone)
    return {one.id: one for one in fitting}, places


def _candidate(article: Article, place: RankedArticle, discards: Mapping[str, int]) -> Candidate:
    return Candidate(
        place=place,
        title=article.title,
        url=article.url,
        sections=article.sections,
        authors=tuple(author.name for author in article.authors),
        discards=discards,
    )


def _find(tx: Transaction, name: str) -> Article:
    article = articles.find_article(tx, name) or articles.find_article(
        tx, canonical.match_key(name)
    )
    if article is None:
        message = f"there is no article {name!r} (give its number, uid or address)"
        raise errors.NotFoundError(message)
    return article


def _publish(db: Database, folder: Path, path: str, body: bytes, now: datetime) -> bool:
    """Write what moved. The version is kept first: a modification time never comes twice."""
    with db.read() as tx:
        previous = feed_versions.find_versions(tx, [path]).get(path)
    version = output.publish_file(folder, path, body, previous, now)
    if version is None:
        return False
    with db.write() as tx:
        feed_versions.put_version(tx, version)
    return True
