"""A WordPress site, by its REST interface (wp/v2).

In: the site's address, how far it was read. Out: a Harvest: articles that were published or
modified since, and tombstones for those that were taken back. Never: an unpublished or protected
article, trust in a filter that an old version ignores, or a page beyond the last.

The parameters were checked in WordPress's own class-wp-rest-posts-controller.php: `modified_after`
came with 5.7, and before that an unknown parameter is passed over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dispatch import fetch
from dispatch.model.article import Entry
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.rules import canonical
from dispatch.sources import markup, rest, watch, wordpress_rows
from dispatch.sources.rest import Row, Unanswered

#: The most that the interface gives at once.
PER_PAGE = 100
#: How much one visit reads; the rest is read by the next.
MAX_PAGES = 5
#: Rows that were being saved while the last visit read appear behind it.
OVERLAP = timedelta(minutes=10)
#: How far back articles are compared where the interface cannot say what was modified.
BACK = timedelta(days=30)
#: How often all that was ever read is compared in its stead, a page of it at a time.
WALK_EVERY = timedelta(days=7)
#: How many absent articles are asked for by name in one visit.
MAX_VERIFIED = 5
#: How many translations outside of this visit are looked up.
MAX_LINKS = 100

FIELDS = (
    "id,date_gmt,modified_gmt,guid,slug,status,link,title,excerpt,content,lang,translations,"
    "wpml_current_locale,wpml_translations,yoast_head_json,_links,_embedded"
)
#: A row with all that goes with it.
_WHOLE: Mapping[str, str | int] = MappingProxyType(
    {"per_page": PER_PAGE, "_embed": "author,wp:featuredmedia,wp:term", "_fields": FIELDS}
)
_LINK = re.compile(r"<([^<>]{1,2000})>\s*;[^,<]*\brel=\"?https://api\.w\.org/\"?")
_HTML_LINK = re.compile(rb"<link\b[^>]{0,500}\bhttps://api\.w\.org/[^>]{0,500}>", re.IGNORECASE)
_HREF = re.compile(rb"\bhref=[\"']([^\"']{1,2000})", re.IGNORECASE)
_GONE = frozenset({"http_401", "http_403", "http_404", "http_410"})


def harvest(
    source: Source, state: SourceState, fetcher: fetch.Fetcher, now: datetime, zone: ZoneInfo
) -> Harvest:
    """Read what is new since the last visit; trouble is the Harvest's `failure`."""
    if source.url is None:
        return Harvest(failure=f"source {source.name} has no url")
    try:
        return _Visit(source, state, fetcher, now, zone).make()
    except Unanswered as trouble:
        return trouble.harvest()


class _Visit:
    """One visit, with what it learns on the way."""

    def __init__(
        self,
        source: Source,
        state: SourceState,
        fetcher: fetch.Fetcher,
        now: datetime,
        zone: ZoneInfo,
    ) -> None:
        self._site = source.url or ""
        self._source = source
        self._fetcher = fetcher
        self._interface = rest.Interface(source, fetcher)
        self._now = now
        self._zone = zone
        cursor = rest.read_cursor(state.cursor)
        self._root = rest.text(cursor.get("root"))
        self._since = rest.moment(cursor.get("since"))
        self._ignores_modified = cursor.get("ignores_modified") is True
        self._oldest = rest.moment(cursor.get("oldest"))
        self._walk_at = rest.moment(cursor.get("walk_at"))
        page = rest.text(cursor.get("walk_page"))
        self._walk_page = int(page) if page.isdecimal() else 0
        self._walked: set[str] = set()
        self._watch = watch.read_watch(cursor.get("watch"))
        self._is_cut_off = self._is_late = False

    def make(self) -> Harvest:
        """The visit."""
        rows = {rest.text(row.get("id")): row for row in self._rows()}
        gone = self._gone_in_time(rows)
        links = self._links(rows)
        reader = wordpress_rows.Reader(self._source, self._zone, self._now, links)
        entries = [entry for row in rows.values() if (entry := reader.entry(row))]
        fresh = {name: row for name, row in rows.items() if name not in self._walked}
        self._watch = self._watch.add(_newest(fresh, entries))
        return Harvest(
            entries=tuple(markup.clean_entry(entry, self._site) for entry in (*entries, *gone)),
            cursor=self._cursor(rows),
        )

    def _rows(self) -> list[Row]:
        if self._since is None:
            return list(self._pages({"orderby": "date", "order": "desc"}))
        if not self._ignores_modified:
            since = rest.stamp(self._since)
            query = {"orderby": "modified", "order": "asc", "modified_after": since}
            rows = list(self._pages(query))
            if not self._ignores_modified:
                return rows
        after = rest.stamp(self._since - BACK)
        recent = list(self._pages({"orderby": "date", "order": "desc", "after": after}))
        walked = self._walk()
        self._walked = _ids(walked) - _ids(recent)
        return [*walked, *recent]

    def _walk(self) -> list[Row]:
        """One page of all that was ever read, on a walk that begins once a week.

        An interface that cannot say what was modified would hide an edit of an older article.
        """
        if self._oldest is None:
            return []
        self._walk_at = self._walk_at or self._now
        if not self._walk_page and self._now - self._walk_at < WALK_EVERY:
            return []
        if not self._walk_page:
            self._walk_at, self._walk_page = self._now, 1
        answer = self._page({**_WHOLE, "orderby": "date", "order": "desc", "page": self._walk_page})
        rows = answer.rows() if answer else []
        read = [row for row in rows if self._was_read(row)]
        is_end = answer is None or len(read) < len(rows) or _is_last(answer, self._walk_page)
        self._walk_page = 0 if is_end else self._walk_page + 1
        return read

    def _was_read(self, row: Row) -> bool:
        at = rest.moment(row.get("date_gmt"))
        return at is not None and self._oldest is not None and at >= self._oldest

    def _pages(self, query: Mapping[str, str]) -> Iterator[Row]:
        """The rows of page after page.

        A page's length is no sign of the end: WordPress leaves out what a stranger may not read,
        and does so after it has counted.
        """
        for number in range(1, MAX_PAGES + 1):
            try:
                answer = self._page({**_WHOLE, **query, "page": number})
            except Unanswered as trouble:
                if trouble.reason != "patience" or number == 1:
                    raise
                self._is_late = True
                break  # what was read in time is taken, and the next visit reads on
            if answer is None:
                return
            rows = answer.rows()
            if "modified_after" in query and self._is_unfiltered(rows):
                self._ignores_modified = True
                return
            yield from rows
            if _is_last(answer, number):
                return
        self._is_cut_off = True

    def _page(self, query: Mapping[str, str | int]) -> rest.Answer | None:
        """One page; None past the end, which is 400 and no empty list."""
        try:
            return self._asked("wp/v2/posts", query)
        except Unanswered as trouble:
            if trouble.code == "rest_post_invalid_page_number" and query["page"] != 1:
                return None
            raise _explained(trouble, self._source) from None

    def _asked(self, route: str, query: Mapping[str, str | int]) -> rest.Answer:
        """An answer from the root that is known, or else from the one that the site names now."""
        if self._root:
            try:
                return self._interface.ask(self._root + route, query)
            except Unanswered as trouble:
                if trouble.reason not in {"http_404", "json"} or trouble.code:
                    raise
        self._root = find_root(self._fetcher, self._source)
        return self._interface.ask(self._root + route, query)

    def _is_unfiltered(self, rows: list[Row]) -> bool:
        moments = (rest.moment(row.get("modified_gmt")) for row in rows)
        return any(at < self._since for at in moments if at and self._since)

    # ------------------------------------------------------------------ what was taken back

    def _gone_in_time(self, rows: Mapping[str, Row]) -> tuple[Entry, ...]:
        """Tombstones; where there is no time to look for them, the next visit does."""
        try:
            return () if self._is_late else self._gone(rows)
        except Unanswered as trouble:
            if trouble.reason != "patience":
                raise
            return ()

    def _gone(self, rows: Mapping[str, Row]) -> tuple[Entry, ...]:
        """Tombstones of watched articles that the interface does not show any more.

        One that is unpublished answers 401, one that is deleted 404; a list without it alone
        proves nothing.
        """
        wanted = [name for name in self._watch.names if name not in rows]
        if not wanted:
            return ()
        shown = {rest.text(row.get("id")) for row in self._by_id(wanted)}
        absent = [name for name in wanted if name not in shown][:MAX_VERIFIED]
        self._watch, gone = self._watch.judge(
            found=(*shown, *rows), absent=filter(self._is_refused, absent), now=self._now
        )
        return gone

    def _by_id(self, ids: list[str]) -> list[Row]:
        query: dict[str, str | int] = {
            "include": ",".join(ids),
            "per_page": PER_PAGE,
            "_fields": "id,link",
        }
        return self._interface.ask(f"{self._root}wp/v2/posts", query).rows()

    def _is_refused(self, name: str) -> bool:
        try:
            self._interface.ask(f"{self._root}wp/v2/posts/{name}", {"_fields": "id"})
        except Unanswered as trouble:
            return trouble.reason in _GONE
        return False

    # ------------------------------------------------------------------ what goes with it

    def _links(self, rows: Mapping[str, Row]) -> Mapping[str, str]:
        """The addresses of all articles that the rows name as translations, by number."""
        known = {one.name: one.url for one in self._watch.articles}
        known |= {name: rest.text(row.get("link")) for name, row in rows.items()}
        named = {name for row in rows.values() for name in wordpress_rows.translations_of(row)}
        unknown = sorted(named - known.keys(), key=int)[-MAX_LINKS:]
        if unknown:
            try:
                found = self._by_id(unknown)
            except Unanswered:
                found = []  # the article is here; its translation will link to it
            known |= {rest.text(row.get("id")): rest.text(row.get("link")) for row in found}
        return MappingProxyType(known)

    def _cursor(self, rows: Mapping[str, Row]) -> str:
        moments = [at for row in rows.values() if (at := rest.moment(row.get("modified_gmt")))]
        since = rest.next_since(
            self._since,
            max(moments, default=None),
            now=self._now,
            overlap=OVERLAP,
            is_cut_off=self._is_cut_off and not self._ignores_modified,
        )
        return rest.write_cursor(
            {
                "oldest": rest.stamp(oldest) if (oldest := self._first_of(rows)) else "",
                "walk_at": rest.stamp(self._walk_at) if self._walk_at else "",
                "walk_page": self._walk_page,
                "root": self._root,
                "since": rest.stamp(since),
                "ignores_modified": self._ignores_modified,
                "watch": self._watch.as_data(),
            }
        )

    def _first_of(self, rows: Mapping[str, Row]) -> datetime | None:
        """The oldest article of the first visit: what lies before it was never taken."""
        if self._oldest or self._since:
            return self._oldest
        return min(
            filter(None, (rest.moment(row.get("date_gmt")) for row in rows.values())), default=None
        )


def find_root(fetcher: fetch.Fetcher, source: Source) -> str:
    """The root of the interface, to which routes are joined.

    It stands in the Link header of every page and, where a cache has eaten that, in the page's
    head; the parameter `rest_route` works where neither does, and without pretty addresses.
    """
    url = source.url or ""
    if "rest_route=" in url or "/wp-json" in url:
        return _root(url)
    answer = fetcher.get(url, accept="text/html", allow_hosts=source.allow_hosts)
    if isinstance(answer, fetch.FetchFailure):
        raise Unanswered(answer.text, reason=answer.reason, retry=answer.retry_after_seconds)
    named = named_root(answer)
    if named:
        return named
    return f"{canonical.resolve('/', answer.url)}?rest_route=/"


def named_root(answer: fetch.Response) -> str | None:
    """The root that a page of the site names, on its own host; None where it names none."""
    header = _LINK.search(answer.header("link") or "")
    tag = None if header else _HTML_LINK.search(answer.body[:262_144])
    href = _HREF.search(tag[0]) if tag else None
    named = header[1] if header else href[1].decode("utf-8", "replace") if href else ""
    url = canonical.absolute_url(named, answer.url)
    is_own = url is not None and _site_of(url) == _site_of(answer.url)
    return _root(url) if url and is_own else None


def _site_of(url: str) -> str:
    return canonical.host_of(url).removeprefix("www.")


def _root(url: str) -> str:
    """Up to the namespace, with a slash at the end."""
    return f"{url.partition('wp/v2')[0].rstrip('/')}/"


def _ids(rows: Iterable[Row]) -> set[str]:
    return {rest.text(row.get("id")) for row in rows}


def _is_last(answer: rest.Answer, number: int) -> bool:
    """By the count in the header, else by there being nothing."""
    total = answer.headers.get("x-wp-totalpages", "")
    return number >= int(total) if total.isdigit() else not answer.rows()


def _newest(rows: Mapping[str, Row], entries: list[Entry]) -> list[watch.Watched]:
    """What is watched from now on, newest first."""
    by_url = {rest.text(row.get("link")): name for name, row in rows.items()}
    dated = [entry for entry in entries if entry.published_at and entry.url in by_url]
    dated.sort(key=lambda entry: str(entry.published_at), reverse=True)
    return [
        watch.Watched(
            name=by_url[entry.url or ""], source_id=entry.source_id or "", url=entry.url or ""
        )
        for entry in dated
    ]


def _explained(trouble: Unanswered, source: Source) -> Unanswered:
    """What to do about an interface that is shut."""
    if trouble.reason not in _GONE:
        return trouble
    advice = f"{trouble.text}: its REST interface is closed; collect its feed instead"
    site = (source.url or "").partition("?")[0].rstrip("/")
    return Unanswered(
        f'{advice} (kind = "feed", url = "{site}/feed/")',
        reason=trouble.reason,
        code=trouble.code,
        retry=trouble.retry_after_seconds,
    )
