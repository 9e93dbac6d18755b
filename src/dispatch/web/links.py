"""Leads from a link in a mail to the article, wherever it is by now, and counts that somebody went.

In: an article's number in the path. Out: a redirect to where the store says that it is. The number
is the same for every reader, the target never comes from the request (no open redirect), and the
link works for ever: also when the article has moved, or an editor has led it elsewhere.

This is the one GET that leaves a trace: a number beside an article. Never: a cookie, an address, a
reader's name; visitors are told apart by a salted hash that lives in memory for a day.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dispatch.app import App
from dispatch.model.reads import DiscardReason
from dispatch.reads import bots, visitor
from dispatch.rules import canonical, following
from dispatch.web import asked
from dispatch.web.counter import Counter

#: How many visitors are told apart; beyond that those seen longest ago are forgotten.
MAX_VISITORS = 20_000

#: The longest number of an article that is looked up.
_DIGITS = 18

#: How browsers and proxies say that nobody has asked for this yet.
_PREFETCH = ("sec-purpose", "purpose", "x-purpose", "x-moz")


class Links:
    """The addresses below /r/."""

    def __init__(self, site: App) -> None:
        self.site = site
        self.counter = Counter(site.intake.count_followed)
        self._salt = visitor.Salt()
        self._sittings: OrderedDict[bytes, following.Sitting] = OrderedDict()
        self._lock = threading.Lock()
        site.office.at_close(self.counter.flush)

    def follow(self, request: Request) -> Response:
        """The way to the article; HEAD is told the same and counts for nothing."""
        text = request.path_params["number"]
        if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
            raise HTTPException(404)
        target = self.site.editors.find_link(int(text))
        if target is None:
            raise HTTPException(404)
        if request.method == "GET":
            self._count(request, int(text))
        said = {
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex, nofollow",
        }
        return RedirectResponse(canonical.as_ascii(target), 302, said)

    def _count(self, request: Request, article_id: int) -> None:
        now = self.site.clock.now()
        day = now.astimezone(self.site.config.publication.time_zone).date()
        reason = _reason(request)
        if reason is not None:
            self.counter.add(article_id, day, reason)
            return
        verdict = self._judge(request, article_id, day)
        self.counter.add(article_id, day, verdict.reason)
        for other in verdict.taken_back:
            self.counter.add(other, day, None, -1)
            self.counter.add(other, day, DiscardReason.SCANNER)

    def _judge(self, request: Request, article_id: int, day: date) -> following.Verdict:
        who = asked.read(request.scope)
        name = self._salt.name(day, who.address, who.agent)
        with self._lock:
            sitting = self._sittings.pop(name, following.Sitting())
            verdict = following.judge(sitting, article_id, self.site.clock.now())
            self._sittings[name] = verdict.sitting
            if len(self._sittings) > MAX_VISITORS:
                self._sittings.popitem(last=False)
        return verdict


def _reason(request: Request) -> DiscardReason | None:
    """Why a request is nobody's, as far as it says so itself."""
    agent = request.headers.get("user-agent", "").strip()
    if agent in ("", "-"):
        return DiscardReason.NO_AGENT
    if bots.is_bot(agent):
        return DiscardReason.BOT
    said = " ".join(request.headers.get(name, "") for name in _PREFETCH).lower()
    is_early = "prefetch" in said or "preview" in said or "prerender" in said
    return DiscardReason.PREFETCH if is_early else None
