"""Serves the feeds: one URL, one language, the same bytes for readers and people.

In: a request below /feeds/. Out: a feed with validators, or a plain refusal. Never: a cookie, a
page of HTML in place of a feed, a negotiation of language, or an empty feed.
"""

from __future__ import annotations

from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.model.feed import FeedFormat
from dispatch.rules import addresses
from dispatch.web import documents, headers, shelf
from dispatch.web.documents import Document

#: What people's browsers show, styled, where a feed's own type means a download (Firefox) or bare
#: text (Chromium). Feed readers never say that they want a document.
PERSON_MEDIA_TYPE = "application/xml"
STYLESHEET = "feed.css"
#: When to come again for a feed that is configured but not built yet.
RETRY_SECONDS = 60


class FeedFiles:
    """The folder of feeds, as the web sees it."""

    def __init__(self, site: App) -> None:
        self.site = site
        every = site.feeds.list_addresses()
        self.addresses = {one.path: one for one in every}
        self.xml = {one.path for one in every if one.format is not FeedFormat.JSON}
        media_types = {one.path: one.media_type for one in every} | {STYLESHEET: "text/css"}
        self.shelf = shelf.Shelf(site.config.folders.feeds, media_types)
        self.policy = headers.feed_policy(site.config.publication.public_url)

    async def get(self, request: Request) -> Response:
        """GET and HEAD of one file; the query string is no part of its name."""
        path = request.path_params["path"]
        if path not in self.shelf.media_types:
            return self._missing()
        document = self.shelf.find_fresh(path)
        if document is None:
            document = await run_in_threadpool(self.shelf.find, path)
        if document is None:
            return headers.plain("This feed is not built yet.\n", 503, retry=RETRY_SECONDS)
        shown = self._as_asked(request, path, document)
        now = self.site.clock.now()
        return documents.respond(request, shown, self._headers(path), now=now)

    def _as_asked(self, request: Request, path: str, document: Document) -> Document:
        """The same bytes under the type that shows them: only the label depends on who asks."""
        is_person = request.headers.get("sec-fetch-dest") == "document"
        if is_person and path in self.xml:
            return replace(document, media_type=PERSON_MEDIA_TYPE)
        return document

    def _headers(self, path: str) -> dict[str, str]:
        max_age = self.site.config.feeds.max_age_seconds
        said = {
            "Cache-Control": f"public, max-age={max_age}, stale-if-error=86400",
            "Vary": "Accept-Encoding, Sec-Fetch-Dest",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
            "Content-Security-Policy": self.policy,
        }
        if path in self.addresses:
            said["Link"] = f'<{headers.as_ascii(self.addresses[path].url)}>; rel="self"'
        return said

    def _missing(self) -> Response:
        """404, also for a section that was given up: 410 would make readers forget the feed.

        One wrong line in a configuration is enough for a path to vanish for an hour.
        """
        publication = self.site.config.publication
        page = addresses.feeds_page_url(publication, next(iter(publication.languages)))
        return headers.plain(f"There is no such feed. All feeds are at {page}\n", 404)
