"""Walks through the sitemaps of a site, and only through those that may have changed.

In: robots.txt, what is remembered of each file. Out: the pages that are listed there. Never: more
than a few dozen files, deeper than an index of indexes, or a file that has not changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from dispatch import fetch
from dispatch.fetch import robots
from dispatch.model.publication import Source
from dispatch.rules import canonical
from dispatch.sources import sitemap
from dispatch.sources.sitemap import Listed

MAX_DEPTH = 2
MAX_FILES = 50
#: Where sitemaps lie if robots.txt does not say, most telling first.
USUAL = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml", "/news-sitemap.xml")

_ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What is remembered of a sitemap: its validators, and the date that its index gave it."""

    etag: str | None = None
    last_modified: str | None = None
    modified: str = ""


def is_file(url: str) -> bool:
    """Whether an address is a sitemap's own and no page's."""
    path = urlsplit(url).path.lower()
    return path.endswith((".xml", ".xml.gz", ".gz"))


class Walk:
    """One walk. `failure` is set when not one file could be had, `is_gone` if all answered 410."""

    def __init__(
        self,
        source: Source,
        fetcher: fetch.Fetcher,
        rules: robots.Rules,
        files: Mapping[str, File],
    ) -> None:
        self._source = source
        self._site = source.url or ""
        self._fetcher = fetcher
        self._rules = rules
        self._known = files
        self._asked = 0
        self._read = 0
        self._gone = 0
        self._is_guessing = False
        self.files: dict[str, File] = {}
        self.failure = ""
        self.retry_after_seconds: int | None = None
        self.warnings: list[str] = []

    @property
    def is_gone(self) -> bool:
        """Whether every file that was asked for is gone for good."""
        return bool(self.failure) and self._gone == self._asked > 0

    def pages(self) -> list[Listed]:
        """The pages of every file that is new or changed, those of news sitemaps first."""
        found: dict[str, Listed] = {}
        level = [Listed(url=url) for url in self._starts()]
        for _ in range(MAX_DEPTH + 1):
            following: list[Listed] = []
            for file in level:
                read = self._file(file)
                for one in read.pages:
                    found[one.url] = one if one.is_news else found.get(one.url, one)
                following += read.files
            level = following
        if level:
            self.warnings.append(f"sitemaps nest deeper than {MAX_DEPTH}: not all were read")
        if not self._read:
            self.failure = self.failure or f"source {self._source.name}: there is no sitemap"
        elif self.failure:  # one of several; what it lists is there at the next visit
            self.warnings += [] if self._is_guessing else [self.failure]
            self.failure = ""
        return sorted(found.values(), key=lambda one: not one.is_news)

    def _starts(self) -> Iterable[str]:
        """The operator's own, those of robots.txt, the usual ones that answered before."""
        if is_file(self._site):
            return [self._site]
        named = [url for url in self._rules.sitemaps if canonical.is_same_site(url, self._site)]
        if named:
            return named
        self._is_guessing = True
        usual = [canonical.resolve(path, self._site) for path in USUAL]
        return [url for url in usual if url in self._known] or usual

    def _file(self, file: Listed) -> sitemap.Sitemap:
        known = self._known.get(file.url, File())
        if file.modified and file.modified == known.modified:
            self.files[file.url] = known
            self._read += 1
            return sitemap.Sitemap()
        if self._asked >= MAX_FILES:
            if self._asked == MAX_FILES:
                self.warnings.append(f"there are more than {MAX_FILES} sitemaps: not all were read")
            self._asked += 1
            return sitemap.Sitemap()
        if not self._rules.may_fetch(file.url):
            self.warnings.append(f"robots.txt closes {urlsplit(file.url).path} to us")
            return sitemap.Sitemap()
        self._asked += 1
        return self._fetched(file, known)

    def _fetched(self, file: Listed, known: File) -> sitemap.Sitemap:
        answer = self._fetcher.get(
            file.url,
            etag=known.etag,
            last_modified=known.last_modified,
            accept=_ACCEPT,
            allow_hosts=self._source.allow_hosts,
            limit_bytes=sitemap.MAX_BYTES,
        )
        if isinstance(answer, fetch.FetchFailure):
            self._failed(answer)
            return sitemap.Sitemap()
        if answer.status == 304:
            self.files[file.url] = known
            self._read += 1
            return sitemap.Sitemap()
        return self._taken(file, answer)

    def _failed(self, failure: fetch.FetchFailure) -> None:
        self.failure = failure.text
        self._gone += failure.reason == "http_410"
        self.retry_after_seconds = failure.retry_after_seconds

    def _taken(self, file: Listed, answer: fetch.Response) -> sitemap.Sitemap:
        try:
            found = sitemap.read(answer.body, answer.url)
        except sitemap.SitemapError as error:
            self.failure = f"{urlsplit(file.url).path}: {error}"
            return sitemap.Sitemap()
        self._read += 1
        if found.foreign:
            place = urlsplit(file.url).path
            self.warnings.append(f"{place}: {found.foreign} addresses of other sites were refused")
        self.files[file.url] = File(
            # an index is asked for whole: its files may have changed though it has not
            etag=None if found.files else answer.header("etag"),
            last_modified=None if found.files else answer.header("last-modified"),
            modified=file.modified,
        )
        return found
