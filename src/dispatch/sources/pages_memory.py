"""What is remembered of a site that is read page by page: the cursor of kind `pages`.

In: a cursor, pages that sitemaps list. Out: which page to read next. Never: an archive that grows
without end; a site has a known number of pages, and only the newest of them are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatch.model.article import TranslationLink
from dispatch.rules import canonical, dates
from dispatch.sources import rest, watch
from dispatch.sources.rest import Row
from dispatch.sources.sitemap import Listed
from dispatch.sources.sitemap_walk import File
from dispatch.sources.watch import Watch, Watched

#: How many pages of a site are told apart; a larger site needs a narrower address.
MAX_KNOWN = 50_000
#: How many pages wait at most; of a site that is new here the newest wait, the rest is history.
MAX_WAITING = 500
#: How long robots.txt is believed (RFC 9309, section 2.4).
ROBOTS_FRESH = timedelta(hours=24)
#: A longer one is not kept but asked for at every visit.
MAX_ROBOTS = 64 * 1024
#: A file in which so many dates moved at once, and more than half, writes the moment of its build.
MANY_MOVED = 10

#: In the order in which they are read. What stood there before our first visit is history.
NEW, CHANGED, HISTORY = range(3)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A page that is to be read, of one `rank`: what is new, has changed, or is history."""

    listed: Listed
    rank: int
    tries: int = 0

    @property
    def is_backlog(self) -> bool:
        """Whether it was there before: if it is not known as an article, it is no news."""
        return self.rank != NEW


@dataclass(slots=True, kw_only=True)
class Memory:
    """All that is remembered. `known` holds a mark of each page's address and of its date."""

    robots: str = ""
    robots_at: datetime | None = None
    files: dict[str, File] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    waiting: list[Waiting] = field(default_factory=list)
    watch: Watch = field(default_factory=lambda: Watch(missed={}))
    turn: int = 0
    is_first: bool = True

    def is_robots_fresh(self, now: datetime) -> bool:
        """Whether robots.txt need not be asked for again."""
        at = self.robots_at
        return at is not None and at <= now < at + ROBOTS_FRESH

    def next_waiting(self) -> Waiting | None:
        """The next page to read: news before history."""
        return self.waiting[0] if self.waiting else None

    def done(self, waiting: Waiting) -> None:
        """It was read, or never will be."""
        self.waiting.remove(waiting)

    def postpone(self, waiting: Waiting) -> None:
        """It is tried again after all others."""
        self.waiting.remove(waiting)
        self.waiting.append(replace(waiting, tries=waiting.tries + 1))

    def next_looks(self, count: int, without: set[str]) -> list[Watched]:
        """The watched pages whose turn it is, but for those that were just seen."""
        articles = self.watch.articles
        if not articles:
            return []
        start = self.turn % len(articles)
        self.turn = (start + count) % len(articles)
        turn = (articles[start:] + articles[:start])[:count]
        return [one for one in turn if one.name not in without]


def take_note(memory: Memory, listed: Sequence[Listed], zone: ZoneInfo, now: datetime) -> None:
    """Line up the pages that are new or changed, the newest first."""
    moved = [one for one in listed if _is_moved(memory, one)]
    known = sum(_mark(one.url) in memory.known for one in listed)
    if len(moved) >= MANY_MOVED and len(moved) > known / 2:
        moved = []
    fresh = [one for one in listed if _mark(one.url) not in memory.known]
    fresh = fresh[: MAX_KNOWN - len(memory.known)]
    fresh.sort(key=lambda one: _date(one, zone, now), reverse=True)
    rank = HISTORY if memory.is_first else NEW
    queue = [Waiting(listed=one, rank=rank) for one in fresh[:MAX_WAITING]]
    queue += [Waiting(listed=one, rank=CHANGED) for one in moved]
    for one in listed:
        if _mark(one.url) in memory.known or len(memory.known) < MAX_KNOWN:
            memory.known[_mark(one.url)] = _mark(one.modified)
    _line_up(memory, queue)
    memory.is_first = False


def _line_up(memory: Memory, queue: Iterable[Waiting]) -> None:
    """By rank; each page once, and with the rank that it waited with."""
    lined = {one.listed.url: one for one in (*queue, *memory.waiting)}
    memory.waiting = sorted(lined.values(), key=lambda one: (one.rank, one.tries))
    del memory.waiting[MAX_WAITING:]


def _is_moved(memory: Memory, one: Listed) -> bool:
    before = memory.known.get(_mark(one.url))
    return before is not None and bool(one.modified) and before != _mark(one.modified)


def _date(one: Listed, zone: ZoneInfo, now: datetime) -> datetime:
    said = (dates.read_date(text, zone, now) for text in (one.published, one.modified) if text)
    return next((date for date in said if date), _EPOCH)


def _mark(text: str) -> str:
    """Few characters in the place of an address or a date."""
    if not text:
        return ""
    key = canonical.match_key(text) if "://" in text else text
    return hashlib.blake2b(key.encode(errors="replace"), digest_size=8).hexdigest()


# --- The cursor ------------------------------------------------------------------------------


def read_memory(cursor: str | None) -> Memory:
    """The memory that `write_memory` wrote; an empty one for anything else."""
    data = rest.read_cursor(cursor)
    files = {
        url: File(
            etag=rest.text(row.get("etag")) or None,
            last_modified=rest.text(row.get("last_modified")) or None,
            modified=rest.text(row.get("modified")),
        )
        for url, row in rest.table(data.get("files")).items()
        if isinstance(row, dict)
    }
    return Memory(
        robots=str(data.get("robots") or ""),
        robots_at=rest.moment(data.get("robots_at")),
        files=files,
        known={mark: rest.text(date) for mark, date in rest.table(data.get("known")).items()},
        waiting=[_waiting(row) for row in map(rest.table, rest.items(data.get("waiting")))],
        watch=watch.read_watch(data.get("watch")),
        turn=int(rest.text(data.get("turn")) or 0),
        is_first=not data,
    )


def write_memory(memory: Memory) -> str:
    """The cursor."""
    return rest.write_cursor(
        {
            "robots": memory.robots,
            "robots_at": rest.stamp(memory.robots_at) if memory.robots_at else "",
            "files": {url: _file_row(file) for url, file in memory.files.items()},
            "known": memory.known,
            "waiting": [_waiting_row(one) for one in memory.waiting],
            "watch": memory.watch.as_data(),
            "turn": memory.turn,
        }
    )


def _file_row(file: File) -> Row:
    row = {"etag": file.etag, "last_modified": file.last_modified, "modified": file.modified}
    return {name: value for name, value in row.items() if value}


def _waiting(row: Row) -> Waiting:
    links = [link for link in rest.items(row.get("translations")) if isinstance(link, list)]
    listed = Listed(
        url=rest.text(row.get("url")),
        modified=rest.text(row.get("modified")),
        is_news=row.get("is_news") is True,
        title=rest.text(row.get("title")),
        language=rest.text(row.get("language")),
        published=rest.text(row.get("published")),
        translations=tuple(
            TranslationLink(url=str(url), language=str(language)) for url, language in links
        ),
    )
    tries = int(rest.text(row.get("tries")) or 0)
    return Waiting(listed=listed, rank=int(rest.text(row.get("rank")) or 0), tries=tries)


def _waiting_row(one: Waiting) -> Row:
    row = {
        "url": one.listed.url,
        "modified": one.listed.modified,
        "is_news": one.listed.is_news,
        "title": one.listed.title,
        "language": one.listed.language,
        "published": one.listed.published,
        "translations": [[link.url, link.language] for link in one.listed.translations],
        "rank": one.rank,
        "tries": one.tries,
    }
    return {name: value for name, value in row.items() if value}
