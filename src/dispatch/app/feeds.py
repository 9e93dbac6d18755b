"""Feeds: everything that the App does with feeds.

In: the office. Out: reports of builds, the addresses and versions of what is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from dispatch import adopt, errors, fetch, ports, site, syndicate
from dispatch.adopt import AdoptReport
from dispatch.app.office import Office
from dispatch.model.feed import MEDIA_TYPES, Feed, FeedFormat, FeedVersion
from dispatch.render import feed_links, opml
from dispatch.rules import addresses, feed_discovery, old_addresses
from dispatch.rules import feeds as feed_rules
from dispatch.store import dropped_feeds, feed_bases, feed_history, feed_versions
from dispatch.syndicate import SyndicateReport, basis, dropping, others
from dispatch.syndicate.others import OthersReport

#: Under which name it is kept what the last build went by, beside the bases of feeds.
_BUILT: Final = "built/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    """One feed in one format, as the feeds page and the web server need it."""

    feed: Feed
    format: FeedFormat
    url: str
    path: str
    media_type: str


class Feeds:
    """The feeds of a site."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def syndicate(
        self,
        *,
        dry_run: bool = False,
        everything: bool = False,
        progress: ports.Progress | None = None,
    ) -> SyndicateReport:
        """Build what has changed, or look at `everything` anew, and publish what moved."""
        if not dry_run:
            site.publish_stylesheet(self._office.config.folders.feeds)
        report = syndicate.syndicate(
            self._office.db,
            self._office.publication,
            self._office.config.feeds,
            self._office.config.appeals,
            self._office.config.folders.feeds,
            now=self._office.clock.now(),
            dry_run=dry_run,
            everything=everything,
            progress=progress,
        )
        more = self.syndicate_others(dry_run=dry_run, everything=everything)
        if not (dry_run or report.failures or more.failures):
            with self._office.db.write() as tx:
                feed_bases.put_basis(tx, _BUILT, self._occasion())
        return replace(
            report,
            written=report.written + more.written,
            unchanged=report.unchanged + more.unchanged,
            failures=report.failures + more.failures,
            trimmed=report.trimmed + more.trimmed,
        )

    def is_due(self) -> bool:
        """Whether feeds may have to change although no article has: by the day, or by decree.

        Appeals begin and end, notices run out, partners take some days, feeds are let go of; and
        the operator has other wishes than when feeds were last built.
        """
        with self._office.db.read() as tx:
            return feed_bases.find_basis(tx, _BUILT) != self._occasion()

    def _occasion(self) -> str:
        """What a build goes by beside articles and issues, as a digest."""
        config, publication = self._office.config, self._office.publication
        today = self._office.clock.now().astimezone(publication.time_zone).date()
        issued = [(one.name, one.languages, one.titles) for one in config.newsletters]
        return basis.digest(today, publication, config.feeds, issued, config.appeals)

    def syndicate_others(self, *, dry_run: bool = False, everything: bool = False) -> OthersReport:
        """Build the feeds that move when an issue goes out, and those of authors and partners."""
        now, folder = self._office.clock.now(), self._office.config.folders.feeds
        return others.build(
            self._office.db,
            self._stand(),
            folder,
            now=now,
            dry_run=dry_run,
            everything=everything,
        )

    def list_links(self, language: str | None, section: str | None = None) -> dict[str, str]:
        """The links for the heads of pages, as HTML by language; raises NotFoundError."""
        publication = self._office.publication
        if language is not None and language not in publication.languages:
            known = ", ".join(publication.languages)
            message = f"the publication has no language {language!r}; there are {known}"
            raise errors.NotFoundError(message)
        known_sections = [one.key for one in publication.sections]
        if section is not None and section not in known_sections:
            message = f"no section is called {section!r}; there are {', '.join(known_sections)}"
            raise errors.NotFoundError(message)
        every = feed_rules.make_feeds(publication)
        return {
            one: feed_links.render(feed_discovery.list_links(publication, every, one, section))
            for one in ([language] if language else publication.languages)
        }

    def adopt_file(self, path: Path, *, dry_run: bool = False) -> AdoptReport:
        """Take over the identifiers of the feed in a file; raises InputError."""
        try:
            body = path.read_bytes()
        except OSError as error:
            message = f"{path}: cannot be read: {error.strerror}"
            raise errors.InputError(message) from error
        return self._adopt(body, str(path), dry_run=dry_run)

    def adopt_url(
        self, url: str, *, allow_hosts: Sequence[str] = (), dry_run: bool = False
    ) -> AdoptReport:
        """Take over the identifiers of the feed at a URL; raises InputError."""
        with fetch.Fetcher(contact=self._office.publication.contact) as fetcher:
            answer = fetcher.get(url, allow_hosts=tuple(allow_hosts))
        if isinstance(answer, fetch.FetchFailure):
            raise errors.InputError(answer.text)
        return self._adopt(answer.body, answer.url, dry_run=dry_run)

    def _adopt(self, body: bytes, url: str, *, dry_run: bool) -> AdoptReport:
        report = adopt.adopt(
            self._office.db,
            body,
            url=url,
            sources=[source.name for source in self._office.config.sources],
            zone=self._office.publication.time_zone,
            now=self._office.clock.now(),
            dry_run=dry_run,
        )
        if report.adopted and not report.conflicts and not dry_run:
            self.syndicate()
        return report

    def list_feeds(self) -> list[Feed]:
        """Every feed that there is: of articles, and of the other kinds that have an entry."""
        with self._office.db.read() as tx:
            more = others.list_feeds(tx, self._stand())
        return [*feed_rules.make_feeds(self._office.publication), *more]

    def list_files(self) -> dict[str, str]:
        """What lies below the folder of feeds beside them: path and media type."""
        languages = (None, *self._office.publication.languages)
        return {addresses.opml_path(one): opml.MEDIA_TYPE for one in languages}

    def _stand(self) -> others.Newsstand:
        return others.Newsstand(
            publication=self._office.publication,
            settings=self._office.config.feeds,
            newsletters=self._office.config.newsletters,
            appeals=self._office.config.appeals,
        )

    def list_addresses(self, language: str | None = None) -> list[FeedAddress]:
        """Every feed in every format, or those of one language."""
        every = self._addresses(self.list_feeds())
        return [one for one in every if language is None or one.feed.language == language]

    def list_configured(self) -> list[FeedAddress]:
        """The feeds that the configuration alone makes certain: for when the database is away."""
        return self._addresses(feed_rules.make_feeds(self._office.publication))

    def _addresses(self, feeds: Iterable[Feed]) -> list[FeedAddress]:
        publication = self._office.publication
        return [
            FeedAddress(
                feed=feed,
                format=one,
                url=addresses.feed_url(publication, feed.key, one),
                path=addresses.feed_path(feed.key, one),
                media_type=MEDIA_TYPES[one],
            )
            for feed in feeds
            for one in feed.formats
        ]

    def list_hubs(self) -> tuple[str, ...]:
        """The WebSub hubs that are told of changes."""
        return addresses.list_hubs(self._office.publication, self._office.config.feeds)

    def old_addresses(self) -> old_addresses.OldAddresses:
        """Where feeds lay before Dispatch, and where they are now."""
        web = self._office.config.web
        own = [
            old_addresses.OldAddress(pattern=pattern, target=target)
            for pattern, target in web.redirects.items()
        ]
        preset = old_addresses.wordpress(self._office.publication) if web.wordpress else ()
        return old_addresses.OldAddresses(self._office.publication, [*own, *preset])

    def is_retired(self, path: str) -> bool:
        """Whether a path below the folder of feeds belonged to a feed that is gone for good."""
        return addresses.lies_in(path, self.list_retired())

    def list_retired(self) -> frozenset[str]:
        """The keys of feeds that are gone for good: those named so, and those dropped long ago."""
        return frozenset(self._office.config.web.retired) | self._list_dropped(is_gone=True)

    def list_leaving(self) -> frozenset[str]:
        """The keys of feeds that are missing for so short a time that they stand as they were."""
        return self._list_dropped(is_gone=False)

    def _list_dropped(self, *, is_gone: bool) -> frozenset[str]:
        now = self._office.clock.now()
        with self._office.db.read() as tx:
            found = dropped_feeds.get_all(tx)
        return frozenset(key for key, at in found.items() if dropping.is_gone(at, now) is is_gone)

    def find_marks(self, path: str, digest: str) -> frozenset[str] | None:
        """The entries of a version that a reader has, or None; raises StoreError."""
        return feed_history.find_marks(self._office.db, path, digest)

    def get_versions(self) -> dict[str, FeedVersion]:
        """What stands at each path below the folder of feeds, and since when."""
        with self._office.db.read() as tx:
            return feed_versions.get_versions(tx)
