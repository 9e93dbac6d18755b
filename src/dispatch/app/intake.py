"""Intake: everything that comes in: articles from sources, reads from logs.

In: the office, and the feeds that move when articles do. Out: reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch import alert, collect, errors, explain, fetch, ports, tally, transports
from dispatch.alert import AlertReport
from dispatch.app.feeds import Feeds
from dispatch.app.office import Office
from dispatch.app.related import Related
from dispatch.app.top import Top
from dispatch.collect import CollectReport, SourceReport, release, status
from dispatch.collect.desk import Desk
from dispatch.collect.status import SourceStatus
from dispatch.model.article import Article
from dispatch.model.publication import Source
from dispatch.model.reads import BEACON, MAIL, ReadCount
from dispatch.model.source import HeldEntry
from dispatch.rules import canonical
from dispatch.store import articles, quarantine
from dispatch.syndicate import SyndicateReport
from dispatch.tally import TallyReport


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectResult:
    """What came in: articles, reads, and the feeds that moved because of them."""

    articles: CollectReport
    reads: TallyReport | None
    feeds: SyndicateReport | None
    alerts: AlertReport | None = None

    @property
    def has_failures(self) -> bool:
        """Whether a source, a log or a feed could not be dealt with."""
        failed = self.articles.failed + (self.reads.failed if self.reads else 0)
        return bool(failed or (self.feeds and self.feeds.failures))


class Intake:
    """The incoming side of a site."""

    def __init__(self, office: Office, feeds: Feeds, top: Top, related: Related) -> None:
        self._office = office
        self._feeds = feeds
        self._top = top
        self._related = related

    def collect(
        self,
        names: Sequence[str] = (),
        *,
        force: bool = False,
        accept_flood: bool = False,
        with_reads: bool = True,
        dry_run: bool = False,
        progress: ports.Progress | None = None,
    ) -> CollectResult:
        """Poll sources (those called `names`, or all), count reads, rebuild feeds that change."""
        wanted = self._sources(names)
        with self._open_fetcher() as fetcher:
            report = collect.collect(
                self._office.db,
                fetcher,
                self._office.publication,
                wanted,
                clock=self._office.clock,
                force=force or bool(names),
                is_named=bool(names),
                accept_flood=accept_flood,
                dry_run=dry_run,
                progress=progress,
            )
            alerts = None if dry_run else self._alert(fetcher)
        related = None if dry_run else self._related.relate()
        counted = self.tally(dry_run=dry_run, progress=progress) if with_reads else None
        has_news = report.has_changes or bool(related and related.compared)
        rebuilt = None
        if not dry_run and (has_news or self._feeds.is_due()):
            rebuilt = self._feeds.syndicate(progress=progress)
        if has_news and not dry_run:
            self._top.publish()
        return CollectResult(articles=report, reads=counted, feeds=rebuilt, alerts=alerts)

    def tally(
        self, *, dry_run: bool = False, progress: ports.Progress | None = None
    ) -> TallyReport:
        """Count reads from every place that the configuration names, and let top reads follow."""
        with fetch.Fetcher(contact=self._office.publication.contact) as fetcher:
            report = tally.tally(
                self._office.db,
                self._office.publication,
                self._office.config.reads,
                fetcher,
                now=self._office.clock.now(),
                dry_run=dry_run,
                progress=progress,
            )
        if not dry_run:
            self._top.publish()
        return report

    def count_followed(self, counts: Sequence[ReadCount]) -> None:
        """Add what the links of mails brought; their origin is "mail"."""
        with self._office.db.write() as tx:
            tally.add_counts(tx, MAIL, counts)

    def release(self, name: str, *, discard: bool = False, dry_run: bool = False) -> SourceReport:
        """Take, or discard, what waits in quarantine of the source called `name`."""
        (source,) = self._sources([name])
        with self._open_fetcher() as fetcher:
            desk = Desk(
                db=self._office.db,
                publication=self._office.publication,
                fetcher=fetcher,
                clock=self._office.clock,
                is_dry_run=dry_run,
            )
            report = release.release(desk, source, discard=discard)
        if report.has_changes and not dry_run:
            self._feeds.syndicate()
        return report

    def list_statuses(self) -> list[SourceStatus]:
        """How every source stands."""
        return status.list_statuses(self._office.db, self._office.config.sources)

    def list_held(self, name: str) -> list[HeldEntry]:
        """What waits in quarantine of the source called `name`."""
        self._sources([name])
        with self._office.db.read() as tx:
            return quarantine.list_entries(tx, name)

    def find_reported(self, page: str) -> int | None:
        """The article that a page of the newsroom's site names by its address or its number."""
        with self._office.db.read() as tx:
            if page.startswith(("http://", "https://")):
                spellings = (page, page.partition("?")[0])
                keys = [canonical.match_key(one) for one in spellings]
                return articles.find_by_keys(tx, keys)
            article = articles.find_article(tx, page) if page.isdecimal() else None
            return article.id if article else None

    def count_reported(self, counts: Sequence[ReadCount]) -> None:
        """Add what the newsroom's pages reported; their origin is "beacon"."""
        with self._office.db.write() as tx:
            tally.add_counts(tx, BEACON, counts)

    def why(self, name: str) -> explain.ArticleFacts:
        """All that decided the fate of an article."""
        today = self._office.clock.now().astimezone(self._office.publication.time_zone).date()
        return explain.explain_article(self._office.db, self._office.publication, name, today=today)

    def mark_updated(self, name: str, *, dry_run: bool = False) -> Article:
        """Let an article come to readers once more; raises NotFoundError."""
        with self._office.db.write(dry_run=dry_run) as tx:
            article = explain.get_article(tx, name)
            articles.mark_updated(tx, article.id, self._office.clock.now())
            return articles.get_articles(tx, [article.id])[article.id]

    def _open_fetcher(self) -> fetch.Fetcher:
        return fetch.Fetcher(
            contact=self._office.publication.contact,
            delay_seconds=self._office.config.collect.host_delay_seconds,
        )

    def _alert(self, fetcher: fetch.Fetcher) -> AlertReport:
        return alert.alert(
            self._office.db,
            fetcher,
            self._office.publication,
            self._office.config.alarms,
            open_transport=lambda: transports.open_transport(self._office.config.transport),
            now=self._office.clock.now(),
        )

    def _sources(self, names: Sequence[str]) -> list[Source]:
        known = {source.name: source for source in self._office.config.sources}
        unknown = [name for name in names if name not in known]
        if unknown:
            message = f"no source is called {unknown[0]!r}; there are {', '.join(known)}"
            raise errors.NotFoundError(message)
        if names:
            return [known[name] for name in names]
        return [source for source in known.values() if source.enabled]
