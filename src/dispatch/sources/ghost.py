"""A Ghost site, by its Content API.

In: the site's address and a Content API key, how far it was read. Out: a Harvest. Never: the key
in a message or a log (it stands in the query, which no message shows), or the text of an article
that is not for everybody (Ghost gives its first lines alone).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dispatch import fetch
from dispatch.model.article import Author, Entry, Image
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.rules import text as text_rules
from dispatch.sources import markup, rest, watch
from dispatch.sources.rest import Row, Unanswered

#: The most that Ghost 6 gives at once.
PER_PAGE = 100
#: How much one visit reads; the rest is read by the next.
MAX_PAGES = 5
OVERLAP = timedelta(minutes=10)

#: The oldest that has all we ask for; Ghost 6 answers it as well.
_VERSION = MappingProxyType({"Accept-Version": "v5.0"})
_ROUTE = "ghost/api/content/posts/"


def harvest(
    source: Source,
    state: SourceState,
    fetcher: fetch.Fetcher,
    now: datetime,
    zone: ZoneInfo,  # noqa: ARG001 - every kind is called alike
) -> Harvest:
    """Read what is new since the last visit; trouble is the Harvest's `failure`."""
    if source.url is None or source.key is None:
        return Harvest(failure=f"source {source.name} needs a url and a key")
    try:
        return _Visit(source, state, fetcher, now).make()
    except Unanswered as trouble:
        return trouble.harvest()


class _Visit:
    """One visit, with what it learns on the way."""

    def __init__(
        self, source: Source, state: SourceState, fetcher: fetch.Fetcher, now: datetime
    ) -> None:
        site = (source.url or "").partition("?")[0].partition("/ghost/")[0].rstrip("/")
        self._site = f"{site}/"
        self._key = source.key or ""
        self._interface = rest.Interface(source, fetcher)
        self._now = now
        cursor = rest.read_cursor(state.cursor)
        self._since = rest.moment(cursor.get("since"))
        self._watch = watch.read_watch(cursor.get("watch"))
        self._is_cut_off = self._is_late = False

    def make(self) -> Harvest:
        """The visit."""
        rows = {rest.text(row.get("id")): row for row in self._pages(self._query())}
        gone = self._gone_in_time(rows)
        entries = {name: entry_of(row) for name, row in rows.items()}
        self._watch = self._watch.add(_newest(entries))
        found = (*entries.values(), *gone)
        return Harvest(
            entries=tuple(markup.clean_entry(entry, self._site) for entry in found),
            cursor=self._cursor(rows),
        )

    def _query(self) -> Mapping[str, str]:
        if self._since is None:
            return {"order": "published_at desc"}
        since = f"{self._since:%Y-%m-%d %H:%M:%S}"
        return {"order": "updated_at asc", "filter": f"updated_at:>'{since}'"}

    def _pages(self, query: Mapping[str, str]) -> Iterator[Row]:
        """The rows of page after page, as far as `meta.pagination.next` leads."""
        wanted = {"include": "authors,tags", "formats": "html", **query}
        for number in range(1, MAX_PAGES + 1):
            try:
                answer = self._ask({**wanted, "page": number})
            except Unanswered as trouble:
                if trouble.reason != "patience" or number == 1:
                    raise
                self._is_late = True
                break  # what was read in time is taken, and the next visit reads on
            yield from answer.rows("posts")
            meta = rest.table(rest.table(answer.data).get("meta"))
            if not rest.table(meta.get("pagination")).get("next"):
                return
        self._is_cut_off = True

    def _ask(self, query: Mapping[str, str | int]) -> rest.Answer:
        url = f"{self._site}{_ROUTE}"
        return self._interface.ask(url, {"key": self._key, "limit": PER_PAGE, **query}, _VERSION)

    def _gone_in_time(self, rows: Mapping[str, Row]) -> tuple[Entry, ...]:
        """Tombstones; where there is no time to look for them, the next visit does."""
        try:
            return () if self._is_late else self._gone(rows)
        except Unanswered as trouble:
            if trouble.reason != "patience":
                raise
            return ()

    def _gone(self, rows: Mapping[str, Row]) -> tuple[Entry, ...]:
        """Tombstones of watched articles that are not shown any more."""
        wanted = [name for name in self._watch.names if name not in rows]
        if not wanted:
            return ()
        answer = self._ask({"filter": f"id:[{','.join(wanted)}]", "fields": "id"})
        shown = {rest.text(row.get("id")) for row in answer.rows("posts")}
        absent = [name for name in wanted if name not in shown]
        self._watch, gone = self._watch.judge(found=(*shown, *rows), absent=absent, now=self._now)
        return gone

    def _cursor(self, rows: Mapping[str, Row]) -> str:
        moments = [at for row in rows.values() if (at := rest.moment(row.get("updated_at")))]
        since = rest.next_since(
            self._since,
            max(moments, default=None),
            now=self._now,
            overlap=OVERLAP,
            is_cut_off=self._is_cut_off,
        )
        return rest.write_cursor({"since": rest.stamp(since), "watch": self._watch.as_data()})


def entry_of(row: Row) -> Entry:
    """The entry that a row is. Ghost's own feed has the same id for a guid."""
    is_public = rest.text(row.get("visibility")) in {"", "public"}
    tags = [tag for tag in map(rest.table, rest.items(row.get("tags"))) if tag.get("name")]
    labels = {
        rest.text(tag.get("name")): (rest.text(tag.get("slug")),)
        for tag in tags
        if not _is_internal(tag)
    }
    image = rest.text(row.get("feature_image"))
    return Entry(
        source_id=rest.text(row.get("id")) or None,
        url=rest.text(row.get("url")) or None,
        title=rest.text(row.get("title")),
        language=_language(tags),
        standfirst=rest.text(row.get("custom_excerpt")) or rest.text(row.get("excerpt")),
        html=rest.text(row.get("html")) if is_public else "",
        authors=tuple(_authors(row)),
        sections=tuple(labels),
        section_aliases=labels,
        image=Image(url=image, alt=rest.text(row.get("feature_image_alt"))) if image else None,
        published_at=rest.moment(row.get("published_at")),
        updated_at=rest.moment(row.get("updated_at")),
        plain=frozenset({"title", "standfirst", "authors", "sections"}),
    )


def _is_internal(tag: Row) -> bool:
    return tag.get("visibility") == "internal" or rest.text(tag.get("name")).startswith("#")


def _language(tags: list[Row]) -> str | None:
    """Ghost knows no languages; editors mark them with an internal tag: `#ru`, `#lang-ru`."""
    names = [rest.text(tag.get("name")).lower() for tag in tags if _is_internal(tag)]
    codes = [name.removeprefix("#").removeprefix("lang-") for name in names]
    is_code = (code for code in codes if len(code.partition("-")[0]) == 2)
    return next(filter(None, map(text_rules.language_tag, is_code)), None)


def _authors(row: Row) -> Iterator[Author]:
    for one in map(rest.table, rest.items(row.get("authors"))):
        if one.get("name"):
            yield Author(name=rest.text(one["name"]), url=rest.text(one.get("url")) or None)


def _newest(entries: Mapping[str, Entry]) -> list[watch.Watched]:
    dated = [(name, entry) for name, entry in entries.items() if entry.published_at and entry.url]
    dated.sort(key=lambda pair: str(pair[1].published_at), reverse=True)
    return [
        watch.Watched(name=name, source_id=entry.source_id or name, url=entry.url or "")
        for name, entry in dated
    ]
