"""discover: an address -> the Source that it is.

In: the address of a site, the HTTP client. Out: what could be collected there, best first, with the
newest articles as they would come. Never: the store, a file, or a source that was not read.

The order of attempts: the feeds that the page names, and those of its other languages; WordPress;
Ghost; feeds at usual addresses; sitemaps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch import fetch, sources
from dispatch.model.article import Entry
from dispatch.model.publication import AUTO, Publication, Source
from dispatch.model.source import Harvest, SourceState
from dispatch.rules import canonical, identity, sections
from dispatch.sources import (
    feed_entries,
    markup,
    page,
    page_links,
    page_text,
    pages,
    sitemap_walk,
    wordpress,
)
from dispatch.sources.feed_wire import Element

#: How many of the newest articles are shown.
SHOWN = 5
#: How many home pages of other languages are looked at.
MAX_HOMES = 5
#: How many feeds that do not say their language are asked for it, where one is wanted.
MAX_GUESSES = 4
#: How many of a feed's entries tell its languages.
MOST_JUDGED = 50
#: Where feeds lie that no page names.
USUAL = ("/feed/", "/rss", "/rss.xml", "/atom.xml", "/feed.json", "/index.xml")

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.8"
_GENERATOR = re.compile(r"^\s*ghost\b", re.IGNORECASE)
#: Said of a site whose interface wants a key that we have not.
_WANTS_KEY = "this is Ghost: with a Content API key it can be read whole (--kind ghost --key-env)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One article as it would be collected; `characters` counts its text without markup."""

    title: str
    url: str
    published_at: datetime | None
    language: str | None
    sections: tuple[str, ...]
    unknown_labels: tuple[str, ...]
    authors: tuple[str, ...]
    translations: tuple[str, ...]
    characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A source that could be added, what was found there and where its address came from."""

    source: Source
    why: str
    entries: int = 0
    samples: tuple[Sample, ...] = ()
    warnings: tuple[str, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFeed:
    """A feed that a page names and that was not taken: of a section, or in another format."""

    url: str
    title: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """All that was found at `url`, best first, and what was tried in vain.

    `others` are feeds that are named beside those that were found.
    """

    url: str
    candidates: tuple[Candidate, ...]
    in_vain: tuple[str, ...]
    hints: tuple[str, ...] = ()
    others: tuple[NamedFeed, ...] = ()

    def of_kind(self, kind: str | None) -> tuple[Candidate, ...]:
        """Those of one kind; without `kind`, those of the kind that was found first."""
        wanted = kind or next((one.source.kind for one in self.candidates), "")
        return tuple(one for one in self.candidates if one.source.kind == wanted)


def discover(
    fetcher: fetch.Fetcher,
    publication: Publication,
    wished: Source,
    *,
    now: datetime,
) -> Discovery:
    """What could be collected at the address of `wished`.

    `wished` is what the operator gave: an address and a name, perhaps a language, hosts to allow, a
    key, and a kind other than "" to try that alone.
    """
    return _Search(fetcher, publication, wished, now).make()


def look_at(
    fetcher: fetch.Fetcher, publication: Publication, source: Source, *, now: datetime, why: str
) -> Candidate:
    """What `source` would bring if it were visited for the first time."""
    return _candidate(
        _visit(source, fetcher, now, publication.zone_of(source)), publication, source, why
    )


def _candidate(harvest: Harvest, publication: Publication, source: Source, why: str) -> Candidate:
    articles = [entry for entry in harvest.entries if not entry.withdrawn]
    newest = sorted(articles, key=_newest_first, reverse=True)[:SHOWN]
    return Candidate(
        source=source,
        why=why,
        entries=len(articles),
        samples=tuple(_sample(one, harvest, source, publication) for one in newest),
        warnings=harvest.warnings,
        failure=harvest.failure,
    )


def _visit(source: Source, fetcher: fetch.Fetcher, now: datetime, zone: ZoneInfo) -> Harvest:
    """A first visit; of a site that is read page by page a few pages are enough."""
    state = SourceState(name=source.name)
    if source.kind == "pages":
        return pages.read_some(source, state, fetcher, now, zone, most=SHOWN)
    return sources.KINDS[source.kind](source, state, fetcher, now, zone)


def _newest_first(entry: Entry) -> str:
    said = identity.said_at(entry)
    return said.isoformat() if said else ""


def _sample(entry: Entry, harvest: Harvest, source: Source, publication: Publication) -> Sample:
    language = sections.language_of(entry, harvest.language, source, publication)
    keys, unknown = sections.section_keys(
        entry.sections,
        source,
        publication,
        language=language or "",
        aliases=entry.section_aliases,
    )
    return Sample(
        title=entry.title,
        url=entry.url or "",
        published_at=identity.said_at(entry),
        language=language,
        sections=keys,
        unknown_labels=unknown,
        authors=tuple(author.name for author in entry.authors),
        translations=tuple(link.language or link.url for link in entry.translations),
        characters=len(markup.text_of(entry.html)),
    )


class _Search:
    """One search, with what it finds on the way."""

    def __init__(
        self, fetcher: fetch.Fetcher, publication: Publication, wished: Source, now: datetime
    ) -> None:
        self._fetcher = fetcher
        self._publication = publication
        self._wished = wished
        self._now = now
        self._found: list[Candidate] = []
        self._in_vain: list[str] = []
        self._hints: list[str] = []
        self._others: dict[str, NamedFeed] = {}
        self._seen: set[str] = set()
        self._spoken: set[str | None] = set()
        self._guesses = 0

    def make(self) -> Discovery:
        """The search."""
        url = self._wished.url or ""
        if self._wished.kind:
            self._look(self._wished, "as you wished")
        else:
            self._look_around(url)
        return Discovery(
            url=url,
            candidates=tuple(self._found),
            in_vain=tuple(self._in_vain),
            hints=tuple(dict.fromkeys(self._hints)),
            others=tuple(
                one for url, one in self._others.items() if f"feed {url}" not in self._seen
            ),
        )

    def _look_around(self, url: str) -> None:
        answer = self._get(url)
        if answer is None or self._is_document(answer):
            return
        tree = page.tree_of(answer.body, answer.header("content-type"))
        if tree is None:
            self._in_vain.append(f"{url}: there is no page")
            return
        homes = list(self._homes(tree, answer.url))
        for place, home, language in homes:
            self._try_feeds(home, place, language)
        self._try_systems(answer, tree)
        if not self._found:
            self._try_usual([place for place, _, _ in homes])
        if not self._found:
            self._try("pages", answer.url, "its sitemaps list its pages")

    # ------------------------------------------------------------------ one attempt each

    def _is_document(self, answer: fetch.Response) -> bool:
        """Whether the address is a feed's or a sitemap's own."""
        try:
            feed_entries.read_feed(
                answer.body,
                content_type=answer.header("content-type"),
                url=answer.url,
                zone=self._publication.time_zone,
                now=self._now,
            )
        except feed_entries.FeedError:
            pass
        else:
            self._try("feed", answer.url, "the address is a feed")
            return True
        if sitemap_walk.is_file(answer.url):
            return self._try("pages", answer.url, "the address is a sitemap")
        return False

    def _try_feeds(self, tree: Element, place: str, language: str | None) -> None:
        """The feeds that a page names: for each language the first that can be read.

        Where a language has none yet, a few of those that do not say theirs are asked for it.
        """
        rest: list[tuple[page_links.FeedLink, bool]] = []
        for link in page_links.feeds(tree, place):
            said = self._said_by(link)
            if (said or language) in self._spoken:
                rest.append((link, said is not None))
            elif self._try_feed(link.url, f"{place} names it", said or language):
                self._spoken.add(said or language)
        for link, is_said in rest:
            if is_said or not self._speaks_another(link, place):
                named = NamedFeed(url=link.url, title=link.title, language=self._said_by(link))
                self._others.setdefault(link.url, named)

    def _said_by(self, link: page_links.FeedLink) -> str | None:
        """The language that a link to a feed says: by hreflang, else by the feed's address."""
        said = self._language(link.language) if link.language else None
        return said or sections.path_language(link.url, tuple(self._publication.languages))

    def _try_feed(self, url: str, why: str, language: str | None) -> bool:
        """Visit a feed; the `language` of the page that names it is its own, unless it has many."""
        if f"feed {url}" in self._seen:
            return False
        source, harvest = self._fetched(url)
        if len(self._languages(harvest, source)) > 1:
            language = None
        own = replace(source, language=self._wished.language or language)
        return self._keep(_candidate(harvest, self._publication, own, why))

    def _speaks_another(self, link: page_links.FeedLink, place: str) -> bool:
        """Whether a feed that does not say its language is the first of one that had none."""
        missing = set(self._publication.languages) - self._spoken
        is_worth_it = missing and self._guesses < MAX_GUESSES and not self._wished.language
        if not is_worth_it or f"feed {link.url}" in self._seen:
            return False
        self._guesses += 1
        source, harvest = self._fetched(link.url)
        spoken = self._languages(harvest, source)
        if len(spoken) != 1 or not spoken <= missing:
            self._seen.discard(f"feed {link.url}")
            return False
        (language,) = spoken
        own = replace(source, language=language)
        self._spoken.add(language)
        return self._keep(_candidate(harvest, self._publication, own, f"{place} names it"))

    def _fetched(self, url: str) -> tuple[Source, Harvest]:
        self._seen.add(f"feed {url}")
        source = replace(self._wished, kind="feed", url=url)
        return source, _visit(source, self._fetcher, self._now, self._publication.zone_of(source))

    def _languages(self, harvest: Harvest, source: Source) -> set[str | None]:
        """The languages of a feed's newest entries, without what a tenth of them or less speak."""
        counts = Counter(
            sections.language_of(entry, harvest.language, source, self._publication)
            for entry in harvest.entries[:MOST_JUDGED]
        )
        return {language for language, count in counts.items() if count * 10 > counts.total()}

    def _try_systems(self, answer: fetch.Response, tree: Element) -> None:
        if wordpress.named_root(answer):
            self._try("wordpress", answer.url, "the page names its REST interface")
        generators = (
            node.get("content") or ""
            for node in tree.iter("meta")
            if (node.get("name") or "").lower() == "generator"
        )
        if any(map(_GENERATOR.search, generators)):
            if self._wished.key:
                self._try("ghost", answer.url, "the page says that it is made by Ghost")
            else:
                self._hints.append(_WANTS_KEY)

    def _try_usual(self, places: Iterable[str]) -> None:
        for place in places:
            folder = place if place.endswith("/") else f"{place}/"
            for path in USUAL:
                url = canonical.resolve(path.lstrip("/"), folder)
                if self._try("feed", url, "a usual address of feeds"):
                    break

    def _try(self, kind: str, url: str, why: str, language: str | None = None) -> bool:
        """Visit a source of `kind` at `url`; one that brings nothing was tried in vain."""
        if f"{kind} {url}" in self._seen:
            return False
        self._seen.add(f"{kind} {url}")
        language = self._wished.language or language
        source = replace(self._wished, kind=kind, url=url, language=language, body=_body(kind))
        return self._look(source, why)

    def _look(self, source: Source, why: str) -> bool:
        return self._keep(look_at(self._fetcher, self._publication, source, now=self._now, why=why))

    def _keep(self, found: Candidate) -> bool:
        if found.failure or not found.entries:
            said = found.failure or "nothing is there"
            self._in_vain.append(f"{found.source.kind} {found.source.url}: {said}")
            return False
        if self._should_look_at_pages(found):
            found = replace(found, source=replace(found.source, find_translations=True))
        self._found.append(found)
        return True

    def _should_look_at_pages(self, found: Candidate) -> bool:
        """Whether pages name translations, and the source does not: the newest one tells."""
        is_mute = not any(sample.translations for sample in found.samples)
        is_known = found.source.kind in {"feed", "wordpress", "ghost"}
        url = next((sample.url for sample in found.samples), "")
        if not (url and is_mute and is_known and len(self._publication.languages) > 1):
            return False
        answer = self._fetcher.get(url, accept=_ACCEPT, allow_hosts=self._wished.allow_hosts)
        if isinstance(answer, fetch.FetchFailure):
            return False
        tree = page.tree_of(answer.body, answer.header("content-type"))
        return tree is not None and bool(page_links.translations(tree, answer.url))

    # ------------------------------------------------------------------ where to look

    def _homes(self, tree: Element, url: str) -> Iterator[tuple[str, Element, str | None]]:
        """The page itself and its siblings in other languages: address, tree, language."""
        own = self._language(tree.get("lang") or "")
        yield url, tree, own
        if not page_links.is_home(url):
            return
        for link in page_links.homes(tree, url)[:MAX_HOMES]:
            language = self._language(link.language or "")
            if language is None or language == own or not canonical.is_same_site(link.url, url):
                continue
            answer = self._get(link.url)
            other = page.tree_of(answer.body, answer.header("content-type")) if answer else None
            if answer and other is not None:
                yield answer.url, other, language

    def _language(self, tag: str) -> str | None:
        return sections.match_language(tag, tuple(self._publication.languages)) if tag else None

    def _get(self, url: str) -> fetch.Response | None:
        answer = self._fetcher.get(url, accept=_ACCEPT, allow_hosts=self._wished.allow_hosts)
        if isinstance(answer, fetch.FetchFailure):
            self._in_vain.append(answer.text)
            return None
        return answer


def _body(kind: str) -> str | None:
    """How the text of pages is found, where the operator has not said it yet."""
    return AUTO if kind == "pages" and page_text.is_installed() else None


def names_for(candidates: Sequence[Candidate], wish: str | None, taken: Iterable[str]) -> list[str]:
    """A name for each of `candidates`, none of them `taken`: the wish, or the host's."""
    used = set(taken)
    names = []
    for one in candidates:
        stem = wish or name_of(one.source.url or "")
        if len(candidates) > 1 and one.source.language:
            stem = f"{stem}-{one.source.language.lower()}"
        name = next(name for name in _variants(stem) if name not in used)
        used.add(name)
        names.append(name)
    return names


def name_of(url: str) -> str:
    """A name made of the host: `www.example.org` gives `example-org`."""
    host = canonical.host_of(url).removeprefix("www.")
    return re.sub(r"[^a-z0-9]+", "-", host).strip("-") or "source"


def _variants(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 1000))
