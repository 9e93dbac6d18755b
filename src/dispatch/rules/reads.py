"""What counts as a read: a person who opened an article (design: invariant 9).

In: requests in the order of the log, each with the article that it names. Out: None for a read, or
the reason why not. Never: keeps an address (a visitor is a keyed hash under a salt that the caller
draws for each import and forgets), looks at a clock, knows the shape of a log.

A request is judged by the visitor's earlier ones, and those by no more than the local day and one
refresh window before it (`context_start`). So an importer that shows the judge that much of the
past comes to the same totals in one import or in a hundred.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.model.reads import DiscardReason

#: 304 is a reader too: the browser still had the page and asked whether it is fresh.
SHOWN = frozenset({200, 304})
_KEY_BYTES = 16
#: A household or a telephone owns at least this much of IPv6, and changes the rest every day.
_IPV6_HOUSEHOLD = 64

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One request as a log tells it.

    `path` is the request target, query included; `size` the bytes of the body that was sent.
    """

    at: datetime
    address: str
    method: str
    path: str
    status: int
    referer: str
    user_agent: str
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a person may do and still be one.

    `refresh_seconds` is the sitting in which coming back adds nothing. A visitor with more than
    `burst_articles` different articles in `burst_seconds`, or more than `day_articles` different
    ones on a day, is a scraper. Different ones, so that an office of many people behind one address
    may all read the same piece. `spike_reads` or more of an article from one agent, and more than
    `spike_factor` times those from all others, are a spike.
    """

    refresh_seconds: int = 1800
    burst_seconds: int = 300
    burst_articles: int = 30
    day_articles: int = 200
    spike_reads: int = 100
    spike_factor: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """A request that is no read.

    `taken_back` names the articles whose earlier reads, of the same visitor and local day, were
    counted in error: one entry for each read.
    """

    reason: DiscardReason
    taken_back: tuple[str, ...] = ()


def spike(agents: Mapping[str, int], limits: Limits | None = None) -> int:
    """How many of an article's reads on a day come from the one agent that outnumbers all others.

    0 where none does. People who come in crowds come with many browsers; a crowd with one and the
    same is a program that changes its addresses.
    """
    limits = limits or Limits()
    most = max(agents.values(), default=0)
    others = sum(agents.values()) - most
    is_spike = most >= limits.spike_reads and most > limits.spike_factor * others
    return most if is_spike else 0


@dataclass(slots=True)
class _VisitorDay:
    """What is known of one visitor on one local day."""

    articles: set[str] = field(default_factory=set)
    recent: deque[tuple[datetime, str]] = field(default_factory=deque)
    counted: list[str] = field(default_factory=list)
    is_scraper: bool = False


def context_start(first: datetime, zone: ZoneInfo, limits: Limits | None = None) -> datetime:
    """From when on a judge must have seen the past to judge a request made at `first`."""
    limits = limits or Limits()
    midnight = datetime.combine(local_day(first, zone), time.min, zone)
    return midnight.astimezone(UTC) - timedelta(seconds=limits.refresh_seconds)


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day on which `at` falls in `zone`."""
    return at.astimezone(zone).date()


class Judge:
    """Judges requests in the order of the log; remembers visitors of today and yesterday only."""

    def __init__(
        self,
        *,
        zone: ZoneInfo,
        salt: bytes,
        is_bot: Callable[[str], bool],
        staff: Iterable[str] = (),
        limits: Limits | None = None,
    ) -> None:
        self._zone = zone
        self._salt = salt
        self._is_bot = is_bot
        self._staff = [ipaddress.ip_network(network, strict=False) for network in staff]
        self._limits = limits or Limits()
        self._newest = date.min
        self._days: dict[tuple[bytes, date], _VisitorDay] = {}
        self._last_at: dict[tuple[bytes, str], datetime] = {}

    def judge(self, hit: Hit, article: str) -> Discard | None:
        """None if `hit` is a read of `article` (any name that is the same for its spellings)."""
        reason = self._by_itself(hit)
        if reason is not None:
            return Discard(reason=reason)
        day = local_day(hit.at, self._zone)
        self._forget_before(day, hit.at)
        visitor = _visitor(hit, self._salt)
        known = self._days.setdefault((visitor, day), _VisitorDay())
        again = self._is_refresh(visitor, hit.at, article)
        if known.is_scraper:
            return Discard(reason=DiscardReason.SCRAPER)
        if self._is_too_much(known, hit.at, article):
            return _unmask(known)
        if again:
            return Discard(reason=DiscardReason.REFRESH)
        known.counted.append(article)
        return None

    def _by_itself(self, hit: Hit) -> DiscardReason | None:
        """The reason that the request alone gives, whoever made it and whatever came before."""
        if not hit.path.startswith(("/", "http://", "https://")):
            return DiscardReason.NOT_PAGE
        if hit.method != "GET":
            return DiscardReason.METHOD
        if hit.status not in SHOWN:
            return DiscardReason.STATUS
        if self._is_staff(hit.address):
            return DiscardReason.STAFF
        if hit.user_agent.strip() in {"", "-"}:
            return DiscardReason.NO_AGENT
        return DiscardReason.BOT if self._is_bot(hit.user_agent) else None

    def _is_staff(self, address: str) -> bool:
        if not self._staff:
            return False
        number = _number(address)
        return number is not None and any(number in network for network in self._staff)

    def _is_refresh(self, visitor: bytes, at: datetime, article: str) -> bool:
        """Whether the last look is near: a page left open that reloads itself is one read."""
        last = self._last_at.get((visitor, article))
        self._last_at[visitor, article] = at if last is None else max(at, last)
        return last is not None and abs(at - last) < timedelta(seconds=self._limits.refresh_seconds)

    def _is_too_much(self, known: _VisitorDay, at: datetime, article: str) -> bool:
        known.articles.add(article)
        known.recent.append((at, article))
        while at - known.recent[0][0] > timedelta(seconds=self._limits.burst_seconds):
            known.recent.popleft()
        if len(known.articles) > self._limits.day_articles:
            return True
        if len(known.recent) <= self._limits.burst_articles:
            return False
        return len({name for _, name in known.recent}) > self._limits.burst_articles

    def _forget_before(self, day: date, at: datetime) -> None:
        """On the first request of a new day, drop what can no longer matter.

        Yesterday's visitors stay: a server that logs the start of a request writes a few lines of
        yesterday after midnight.
        """
        if day <= self._newest:
            return
        self._newest = day
        yesterday = day - timedelta(days=1)
        sitting = at - timedelta(seconds=self._limits.refresh_seconds)
        self._days = {key: known for key, known in self._days.items() if key[1] >= yesterday}
        self._last_at = {key: last for key, last in self._last_at.items() if last > sitting}


def _unmask(known: _VisitorDay) -> Discard:
    """A person until now; what was counted today is taken back."""
    taken_back = tuple(known.counted)
    known.is_scraper = True
    known.counted.clear()
    known.recent.clear()
    known.articles.clear()
    return Discard(reason=DiscardReason.SCRAPER, taken_back=taken_back)


def _visitor(hit: Hit, salt: bytes) -> bytes:
    """A key for address and browser that means nothing once the salt is forgotten."""
    text = f"{_household(hit.address)}\n{hit.user_agent}".encode(errors="surrogatepass")
    return hashlib.blake2b(text, key=salt, digest_size=_KEY_BYTES).digest()


def _household(address: str) -> str:
    if ":" not in address:
        return address
    number = _number(address)
    if not isinstance(number, ipaddress.IPv6Address):
        return str(number or address)
    return str(ipaddress.ip_network((number, _IPV6_HOUSEHOLD), strict=False))


def _number(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address as a number, IPv4 where it only travels in IPv6; None for a host name."""
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return mapped or number
