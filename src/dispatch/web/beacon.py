"""Counts reads that the newsroom's own pages report: the script beacon.js, and what it sends to.

In: POST /read with the address of a page (or an article's number), from a page of the newsroom's
site. Out: 204, and a read beside an article, or a discard with its reason, a few seconds later.
Never: a cookie, an address that is kept, a word on whether an article is known; visitors are told
apart by a salted hash that lives in memory for a day and goes with it.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterable
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.model.reads import DiscardReason
from dispatch.reads import bots, visitor
from dispatch.rules import reads as rules
from dispatch.web import asked, bodies, documents, headers
from dispatch.web.counter import Counter

#: An address and a little around it.
MAX_BODY_BYTES = 1024
#: How many reports of one visitor are looked at in a minute; nobody turns pages faster.
REPORTS_PER_MINUTE = 30
#: How many visitors are told apart; beyond that all are forgotten, and a few count twice.
MAX_VISITORS = 50_000
SCRIPT_AGE_SECONDS = 24 * 3600

_SCRIPT = Path(__file__).parent / "static" / "beacon.js"
_SALT_BYTES = 32


class Beacon:
    """The addresses /read and /beacon.js."""

    def __init__(self, site: App) -> None:
        self.site = site
        self.counter = Counter(site.intake.count_reported)
        self.origins = frozenset(_origins(site))
        self._script = documents.make_document(_SCRIPT.read_bytes(), "text/javascript")
        self._meter = Meter()
        self._salt = visitor.Salt()
        self._bench = Bench(site)
        self._lock = threading.Lock()
        site.office.at_close(self.counter.flush)

    async def script(self, request: Request) -> Response:
        """What a page takes in; from anywhere, for the page lies elsewhere."""
        said = headers.shared(SCRIPT_AGE_SECONDS) | {"Cross-Origin-Resource-Policy": "cross-origin"}
        return documents.respond(request, self._script, said, now=self.site.clock.now())

    async def read(self, request: Request) -> Response:
        """POST: a page was read. OPTIONS: whether a page may say so (a JSON body asks first)."""
        origin = request.headers.get("origin", "")
        if origin not in self.origins:
            return headers.plain("Only the site's own pages report reads.\n", 403)
        said = {
            "Access-Control-Allow-Origin": origin,
            "Vary": "Origin",
            "Cache-Control": "no-store",
        }
        if request.method == "OPTIONS":
            allowed = {
                "Access-Control-Allow-Methods": "POST",
                "Access-Control-Allow-Headers": "Content-Type",
                "Access-Control-Max-Age": str(SCRIPT_AGE_SECONDS),
            }
            return Response(status_code=HTTPStatus.NO_CONTENT, headers=said | allowed)
        body = await bodies.read(request, MAX_BODY_BYTES)
        if body is None:
            return headers.plain(
                "This is more than we read.\n", HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            )
        is_much = await run_in_threadpool(self._count, request, body)
        status = HTTPStatus.TOO_MANY_REQUESTS if is_much else HTTPStatus.NO_CONTENT
        return Response(status_code=status, headers=said)

    def _count(self, request: Request, body: bytes) -> bool:
        """Count one report; whether it was one too many of its visitor."""
        now, who = self.site.clock.now(), asked.read(request.scope)
        day = now.astimezone(self.site.config.publication.time_zone).date()
        with self._lock:
            if self._meter.is_full(self._salt.name(day, who.address, who.agent), now):
                return True
        article_id = self.site.intake.find_reported(
            page_in(body, request.headers.get("content-type", ""))
        )
        if article_id is None:
            return False
        with self._lock:
            discard = self._bench.judge(day, _hit(request, who, now), article_id)
        self.counter.add(article_id, day, discard.reason if discard else None)
        for other in discard.taken_back if discard else ():
            self.counter.add(int(other), day, None, -1)
            self.counter.add(int(other), day, DiscardReason.SCRAPER)
        return False


class Bench:
    """Today's judge: a new day has a new one, with a new salt, and the old one is destroyed."""

    def __init__(self, site: App) -> None:
        self._zone = site.config.publication.time_zone
        self._staff = sorted({one for place in site.config.reads for one in place.staff_addresses})
        self._day: date | None = None
        self._seen = 0
        self._judge = self._appoint()

    def judge(self, day: date, hit: rules.Hit, article_id: int) -> rules.Discard | None:
        """None if `hit` is a read, else why not: the same rules as for the access log."""
        if day != self._day or self._seen >= MAX_VISITORS:
            self._day, self._seen, self._judge = day, 0, self._appoint()
        self._seen += 1
        return self._judge.judge(hit, str(article_id))

    def _appoint(self) -> rules.Judge:
        return rules.Judge(
            zone=self._zone,
            salt=secrets.token_bytes(_SALT_BYTES),
            is_bot=bots.is_bot,
            staff=self._staff,
        )


class Meter:
    """How many reports each visitor has made in this minute."""

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[bytes, int], int] = OrderedDict()

    def is_full(self, name: bytes, now: datetime) -> bool:
        """Count one more report; whether it is beyond the limit."""
        key = (name, int(now.timestamp()) // 60)
        self._counts[key] = self._counts.get(key, 0) + 1
        if len(self._counts) > MAX_VISITORS:
            self._counts.popitem(last=False)
        return self._counts[key] > REPORTS_PER_MINUTE


def page_in(body: bytes, content_type: str) -> str:
    """What a report names: an address or a number; "" where it names nothing.

    `navigator.sendBeacon` sends text/plain; a form and JSON (`url` or `article`) are as good.
    """
    try:
        text = body.decode().strip()
        if "json" in content_type:
            found = json.loads(text)
            known = found if isinstance(found, dict) else {}
            return str(known.get("url") or known.get("article") or "")
        if "urlencoded" in content_type:
            form = parse_qs(text)
            return (form.get("url") or form.get("article") or [""])[0]
    except (ValueError, RecursionError):
        return ""
    return text


def _hit(request: Request, who: asked.Asked, now: datetime) -> rules.Hit:
    """The report as the request for the page that it speaks of."""
    return rules.Hit(
        at=now,
        address=who.address,
        method="GET",
        path="/",
        status=HTTPStatus.OK,
        referer=request.headers.get("referer", ""),
        user_agent=who.agent,
    )


def _origins(site: App) -> Iterable[str]:
    publication = site.config.publication
    places = [publication.site, *publication.pages.values()]
    for url in places:
        parts = urlsplit(url)
        yield f"{parts.scheme}://{parts.netloc}".lower()
