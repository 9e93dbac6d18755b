"""Reads from a web server's own log, in the "combined" format of nginx and Apache.

In: where the log is, how far it was read, the zone, the articles' match keys. Out: a ReadBatch of
counts per article and local day. Never: touches the store, keeps or logs an address, stops at a
line that it does not understand.

Each import shows two judges what they must know of the past: one sees only lines that were imported
before, the other sees the new ones as well. The batch is the difference of their totals, so many
small imports say the same as one large one, also about refreshes and scrapers that span them.
Limits: a server that logs the start of a request (Apache) writes lines a little out of order, and
then a few may be judged otherwise; and what was read before the article was collected is not
counted afterwards, so collect first.
"""

from __future__ import annotations

import re
import secrets
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from dispatch.model.publication import ReadsImport
from dispatch.model.reads import CountKey, DiscardKey, DiscardReason, ReadBatch
from dispatch.reads import bots, passage, rotation
from dispatch.reads.errand import Errand
from dispatch.reads.paths import Articles
from dispatch.rules import reads as rules

_QUOTED = r'"([^"\\]*(?:\\.[^"\\]*)*)"'
#: address ident user [time] "request" status bytes "referer" "agent"; the user may hold spaces.
_LINE = re.compile(
    r"(\S+) \S+ [^\n]*? \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d):(\d\d) ([+-]\d{4})\] "
    rf"{_QUOTED} (\d{{3}}) (\d+|-) {_QUOTED} {_QUOTED}"
)
#: nginx writes `"`, `\` and bytes beyond ASCII as \xHH, Apache writes \" and \\ as well.
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))")
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "v": "\v", "f": "\f"}
_REQUEST = re.compile(r"([A-Z]+) (\S.*) HTTP/[\d.]+")
#: Not strptime's %b, which depends on the locale of the process.
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SALT_BYTES = 32

_Key = TypeVar("_Key")


def gather(settings: ReadsImport, errand: Errand) -> ReadBatch:
    """What the log and its rotated elders say that was not imported yet.

    Requests for anything but the errand's articles are passed over.
    """
    with rotation.open_shelf(settings.path or Path(), moment_of) as shelf:
        work = _Import(settings, errand, shelf)
        work.read_all()
        return work.batch()


def parse_line(line: bytes) -> rules.Hit | None:
    """The request that a log line tells of; None where it is no line of the combined format.

    A request that is no HTTP (an attack, a connection cut short) gives an empty method and path.
    """
    match = _LINE.match(line.decode("latin-1"))
    if match is None:
        return None
    address, minute, second, offset, request, status, size, referer, agent = match.groups()
    try:
        at = _minute(minute, offset) + timedelta(seconds=int(second))
    except (ValueError, OverflowError):
        return None
    method, path = _split_request(_unescape(request))
    return rules.Hit(
        at=at,
        address=address,
        method=method,
        path=path,
        status=int(status),
        size=int(size) if size.isdecimal() else 0,
        referer=_unescape(referer),
        user_agent=_unescape(agent),
    )


def moment_of(line: bytes) -> datetime | None:
    """When the request of a log line was made; None where it is no log line."""
    hit = parse_line(line)
    return hit.at if hit else None


class _Import:
    """One pass over a shelf of logs."""

    def __init__(
        self,
        settings: ReadsImport,
        errand: Errand,
        shelf: rotation.Shelf,
    ) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._before = _Tally(settings, errand.zone, salt)
        self._after = _Tally(settings, errand.zone, salt)
        self._articles = Articles(settings.site, errand.article_at)
        self._passage = passage.Passage(
            shelf, errand.positions, moment_of, lambda at: rules.context_start(at, errand.zone)
        )
        self._lines = self._malformed = 0

    def read_all(self) -> None:
        """Read every log that holds new lines, or old ones by which those are judged."""
        for line, is_new in self._passage.lines():
            self._take(line, is_new=is_new)

    def batch(self) -> ReadBatch:
        """What was found."""
        self._before.settle()
        self._after.settle()
        return ReadBatch(
            counts=_difference(self._after.counts, self._before.counts),
            discards=_difference(self._after.discards, self._before.discards),
            positions=self._passage.positions,
            lines=self._lines,
            malformed=self._malformed,
            problems=tuple(self._passage.problems),
        )

    def _take(self, line: bytes, *, is_new: bool) -> None:
        hit = parse_line(line)
        self._lines += is_new
        if hit is None:
            self._malformed += is_new
            return
        article = self._articles.find(hit.path)
        if article is None:
            return
        if is_new:
            self._after.add(hit, article)
        elif hit.at >= self._passage.since:
            self._after.add(hit, article)
            self._before.add(hit, article)


class _Tally:
    """Totals, as one judge sees them."""

    def __init__(self, settings: ReadsImport, zone: ZoneInfo, salt: bytes) -> None:
        self.counts: Counter[CountKey] = Counter()
        self._agents: defaultdict[CountKey, Counter[str]] = defaultdict(Counter)
        self.discards: Counter[DiscardKey] = Counter()
        self._zone = zone
        self._judge = rules.Judge(
            zone=zone, salt=salt, is_bot=bots.is_bot, staff=settings.staff_addresses
        )

    def add(self, hit: rules.Hit, article: str) -> None:
        """Count one request, or its reason not to; take back what it proves wrong."""
        day = rules.local_day(hit.at, self._zone)
        discard = self._judge.judge(hit, article)
        if discard is None:
            self.counts[article, day] += 1
            self._agents[article, day][hit.user_agent] += 1
            return
        self.discards[article, day, discard.reason] += 1
        for earlier in discard.taken_back:
            self.counts[earlier, day] -= 1
            self._agents[earlier, day][hit.user_agent] -= 1
            self.discards[earlier, day, DiscardReason.SCRAPER] += 1

    def settle(self) -> None:
        """Take back what only the whole day shows: one agent that brought nearly all reads."""
        for (article, day), agents in self._agents.items():
            if many := rules.spike(agents):
                self.counts[article, day] -= many
                self.discards[article, day, DiscardReason.SPIKE] += many


def _difference(after: Counter[_Key], before: Counter[_Key]) -> dict[_Key, int]:
    changes = {key: after[key] - before[key] for key in after.keys() | before.keys()}
    return {key: change for key, change in changes.items() if change}


@lru_cache(maxsize=256)
def _minute(text: str, offset: str) -> datetime:
    """`24/Nov/2026:09:15` at `+0300`; raises ValueError for no such time."""
    day, month, year = int(text[:2]), _MONTHS.index(text[3:6]) + 1, int(text[7:11])
    east = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:]))
    zone = timezone(-east if offset[0] == "-" else east)
    return datetime(year, month, day, int(text[12:14]), int(text[15:17]), tzinfo=zone)


def _split_request(request: str) -> tuple[str, str]:
    match = _REQUEST.fullmatch(request)
    return (match[1], match[2]) if match else ("", "")


def _unescape(text: str) -> str:
    """Text as the client sent it, from what the server wrote (in Latin-1: one letter a byte)."""
    if "\\" in text:
        text = _ESCAPE.sub(_unescaped, text)
    return text if text.isascii() else text.encode("latin-1").decode("utf-8", "replace")


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _CONTROLS.get(match[2], match[2])
