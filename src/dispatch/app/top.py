"""Top: everything that the App does with top reads: the ranking, editors' rulings, its files.

In: the office, an editor's word. Out: reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from dispatch import errors, rank
from dispatch.app.office import Office
from dispatch.model.newsletter import Newsletter
from dispatch.model.ranking import Ruling, RulingKind
from dispatch.rank import RankReport, TopFilesReport
from dispatch.store import articles, rulings


class Top:
    """The top reads of a site."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def rank(self, language: str | None = None, newsletter: str | None = None) -> list[RankReport]:
        """The ranking as it stands now, in one language or in each that has one."""
        known = self._office.publication.languages
        if language is not None and language not in known:
            message = f"no language is called {language!r}; there are {', '.join(known)}"
            raise errors.NotFoundError(message)
        found = [
            rank.rank(self._office.db, self._office.publication, one, tag, now=self._now())
            for tag in ([language] if language else known)
            if (one := self._newsletter(tag, newsletter)) is not None
        ]
        if not found:
            raise errors.NotFoundError("no newsletter has the block top_reads in that language")
        return found

    def rule(
        self,
        kind: RulingKind,
        name: str,
        *,
        by: str,
        reason: str,
        until: date | None = None,
        dry_run: bool = False,
    ) -> Ruling:
        """An editor pins, bans or annotates an article; the site's list follows at once."""
        made = rank.rule(
            self._office.db,
            name,
            kind,
            by=by,
            reason=reason,
            until=until,
            now=self._now(),
            dry_run=dry_run,
        )
        self._follow(dry_run=dry_run)
        return made

    def lift(self, name: str, *, by: str, reason: str, dry_run: bool = False) -> int:
        """End what was decided about an article; returns how many decisions that were."""
        count = rank.lift(
            self._office.db, name, by=by, reason=reason, now=self._now(), dry_run=dry_run
        )
        self._follow(dry_run=dry_run)
        return count

    def list_rulings(self, name: str | None = None) -> list[Ruling]:
        """The audit trail, newest first, of one article or of all."""
        with self._office.db.read() as tx:
            article = articles.find_article(tx, name) if name else None
            if name and article is None:
                message = f"there is no article {name!r} (give its number, uid or address)"
                raise errors.NotFoundError(message)
            return rulings.list_rulings(tx, article.id if article else None)

    def publish(self) -> TopFilesReport:
        """Bring the files below `feeds/top/` up to date."""
        return rank.publish(
            self._office.db,
            self._office.publication,
            self._newsletters(),
            self._office.config.folders.feeds,
            now=self._now(),
        )

    def _follow(self, *, dry_run: bool) -> None:
        if not dry_run:
            self.publish()

    def _newsletters(self) -> Sequence[Newsletter]:
        return tuple(self._office.newsletters.values())

    def _newsletter(self, language: str, name: str | None) -> Newsletter | None:
        if name is None:
            return rank.with_ranking(self._newsletters(), language)
        return rank.with_ranking([self._office.newsletter(name)], language)

    def _now(self) -> datetime:
        return self._office.clock.now()
