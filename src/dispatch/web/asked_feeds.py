"""Answers what nobody else asks: a search, its feed, and a reader's own feed.

In: words in the query, a signed token in the path. Out: a page, or a feed with an ETag of its
bytes. Never: a change by GET, a token in a log, or a private feed in a shared cache.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.app.asked import MOST_CHARACTERS
from dispatch.model.feed import MEDIA_TYPES, FeedFormat
from dispatch.render import catalogue
from dispatch.rules import addresses
from dispatch.web import documents, headers
from dispatch.web.pages import Notice, Printer

#: A search may be answered from a cache for as long as this.
MAX_AGE_SECONDS = 300
#: Feeds of many are no business of search engines, and those of one are nobody's.
_HIDDEN: Final = {"X-Robots-Tag": "noindex"}


_WHAT: Final = (
    "A feed of the sections and languages that you have chosen. "
    "Whoever has its address can read it."
)
#: The form of a search goes to ourselves.
_PAGE: Final = {**_HIDDEN, "Content-Security-Policy": headers.TOKEN_POLICY}


class AskedFeedPages:
    """The pages of search, and the feeds that are made on request."""

    def __init__(self, site: App, printer: Printer) -> None:
        self.site = site
        self.printer = printer
        self.publication = site.config.publication

    def search(self, request: Request) -> Response:
        """/{language}/search?q=: a form, and what was found."""
        language = self._language(request)
        question = _question(request)
        base = addresses.search_url(self.publication, language)
        values = {
            "question": question,
            "found": self.site.asked.search(language, question) if question else [],
            "most": MOST_CHARACTERS,
            "action": base,
            "feeds": _feed_links(base, question) if question else (),
        }
        body = self.printer.html("search.html.j2", language, values).encode()
        return self._respond(request, body, "text/html", {**headers.PAGE, **_PAGE})

    def search_feed(self, request: Request) -> Response:
        """/{language}/search.rss?q= and its kin."""
        language, question = self._language(request), _question(request)
        feed_format = _format(request)
        if not question:
            raise HTTPException(404)
        body = self.site.asked.search_feed(language, question, feed_format)
        return self._respond(request, body, MEDIA_TYPES[feed_format], _HIDDEN)

    def own_feed(self, request: Request) -> Response:
        """/mine/{token}.rss and its kin; 410 for an address that was given up."""
        token, feed_format = request.path_params["token"], _format(request)
        body = self.site.asked.own_feed(token, feed_format)
        if body is None:
            is_gone = self.site.asked.is_own(token)
            text = "This feed is gone for good.\n" if is_gone else "There is no such feed.\n"
            return headers.plain(text, 410 if is_gone else 404)
        said = {**_HIDDEN, "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
        return self._respond(request, body, MEDIA_TYPES[feed_format], said)

    async def own_page(self, request: Request) -> Response:
        """/u/{token}/feed: GET shows the addresses, POST makes new ones."""
        return await run_in_threadpool(self._own_page, request)

    def _own_page(self, request: Request) -> Response:
        asked, token = self.site.asked, request.path_params["token"]
        is_new = request.method == "POST"
        own = asked.renew(token) if is_new else asked.own_token(token)
        found = self.site.readers.find_subscription(token)
        if own is None or found is None:
            raise HTTPException(404)
        language = found[1] if found[1] in self.publication.languages else "en"
        say = catalogue.text
        lines = [
            say(language, _WHAT),
            *(asked.own_url(own, one) for one in FeedFormat),
        ]
        if is_new:
            lines.insert(0, say(language, "The old address does not work any more."))
        notice = Notice(
            title=say(language, "Your own feed"),
            lines=lines,
            button=say(language, "Make a new address"),
            action=request.url.path,
        )
        return self.printer.notice(notice, language)

    def _language(self, request: Request) -> str:
        language: str = request.path_params["language"]
        if language not in self.publication.languages:
            raise HTTPException(404)
        return language

    def _respond(
        self, request: Request, body: bytes, media_type: str, said: Mapping[str, str]
    ) -> Response:
        every = {
            "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            **said,
        }
        document = documents.make_document(body, media_type)
        return documents.respond(request, document, every, now=self.site.clock.now())


def _question(request: Request) -> str:
    return " ".join(request.query_params.get("q", "")[:MOST_CHARACTERS].split())


def _format(request: Request) -> FeedFormat:
    try:
        return FeedFormat(request.path_params["format"])
    except ValueError:
        raise HTTPException(404) from None


def _feed_links(base: str, question: str) -> list[tuple[str, str, str]]:
    return [
        (one.value.upper(), MEDIA_TYPES[one], f"{base}.{one.value}?{urlencode({'q': question})}")
        for one in FeedFormat
    ]
