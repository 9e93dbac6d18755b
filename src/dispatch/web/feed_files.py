"""Serves the feeds: one URL, one language, the same bytes for readers and people.

In: a request below /feeds/. Out: a feed with validators, or a plain refusal. Never: a cookie, a
page of HTML in place of a feed, a negotiation of language, or an empty feed.

Feeds are most of the traffic, so they are an ASGI application of their own, without a framework:
every answer was prepared when the file was read (`prepared`), and is sent as it lies there.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from dispatch.app import App
from dispatch.app.feeds import FeedAddress
from dispatch.model.feed import FILE_NAMES, MEDIA_TYPES, FeedFormat
from dispatch.rules import addresses
from dispatch.web import asked, brake, deltas, headers, prepared, shelf, validators
from dispatch.web.asked import Asked
from dispatch.web.documents import Document
from dispatch.web.prepared import Answer, RawHeaders, Shown

#: What people's browsers show, styled, where a feed's own type means a download (Firefox) or bare
#: text (Chromium). Feed readers never say that they want a document.
PERSON_MEDIA_TYPE = "application/xml"
STYLESHEET = "feed.css"
GONE = "This feed is gone for good."
#: When to come again for a feed that is configured but not built yet.
RETRY_SECONDS = 60
#: How long the table of feeds is taken for complete: a new author's feed is found within it.
TABLE_SECONDS = 10.0

#: How long a document of a feed's history may be kept: it changes when one of its articles does.
ARCHIVE_SECONDS = 86_400

_TYPES = {FILE_NAMES[one]: media_type for one, media_type in MEDIA_TYPES.items()}
_METHODS = frozenset({"GET", "HEAD"})


class FeedFiles:
    """The folder of feeds, as the web sees it."""

    def __init__(self, site: App) -> None:
        self.site = site
        self.addresses: dict[str, FeedAddress] = {}
        self.shelf = shelf.Shelf(site.config.folders.feeds, {})
        self.policy = headers.feed_policy(site.config.publication.public_url)
        per_hour = site.config.web.full_fetches_per_hour
        self.brake = brake.Brake(per_hour) if per_hour else None
        self.deltas = deltas.Deltas(site)
        self._shown: dict[str, Shown] = {}
        self._read_table()

    def knows(self, scope: Scope, path: str) -> bool:
        """Whether the request is for a feed that there is: nobody else need look at it."""
        return path in self.shelf.media_types and scope["method"] in _METHODS

    async def answer(self, path: str, scope: Scope, send: Send) -> None:
        """GET and HEAD of one file; the query string is no part of its name."""
        document = self.shelf.find_fresh(path)
        if document is None:
            document = await run_in_threadpool(self.shelf.find, path)
        if document is None:
            refusal = headers.plain("This feed is not built yet.\n", 503, retry=RETRY_SECONDS)
            await refusal(scope, _nothing, send)
            return
        request = asked.read(scope)
        await self._serve(path, self._prepared(path, document), request, scope, send)

    async def get(self, request: Request) -> Response:
        """What the table did not have a moment ago: it may be new, given up, or never was."""
        path: str = request.path_params["path"]
        await run_in_threadpool(self._refresh)
        await run_in_threadpool(self._admit, path)
        if path in self.shelf.media_types:
            return _Answered(self, path)
        if addresses.lies_in(path, self._retired):
            return headers.plain(f"{GONE}\n", 410, cache=True)
        return self._missing()

    async def _serve(
        self, path: str, shown: Shown, request: Asked, scope: Scope, send: Send
    ) -> None:
        status, answer, wait = await self._decide(path, shown, request)
        if answer is None:
            refusal = headers.plain("Please ask with If-None-Match.\n", status, retry=wait)
            await refusal(scope, _nothing, send)
        else:
            raw = answer.short if status == 304 else answer.full
            has_body = status != 304 and scope["method"] != "HEAD"
            await _send(send, status, raw, answer.body if has_body else b"")
        await self._note(path, request, status)

    async def _decide(
        self, path: str, shown: Shown, request: Asked
    ) -> tuple[int, Answer | None, int]:
        """(status, what to send, how long to wait if there is nothing to send)."""
        answer = shown.answer(request.accept_encoding, is_person=request.is_person)
        now = self.site.clock.now()
        if _is_current(request, shown.document, now):
            return 304, answer, 0
        if deltas.wants(request) and path in self.addresses:
            said = self._headers(path)
            part = await run_in_threadpool(self.deltas.find, path, shown, request, said)
            if part is not None:
                return 226, part, 0
        wait = self._wait(path, request, now)
        return (429, None, wait) if wait else (200, answer, 0)

    async def _note(self, path: str, request: Asked, status: int) -> None:
        """Count the visit of a feed reader; a person with a browser is none."""
        if request.is_person or path not in self.addresses:
            return
        is_due = self.site.insight.note(
            path, request.agent, request.address, status, conditional=request.is_conditional
        )
        if is_due:
            await run_in_threadpool(self.site.insight.flush)

    def _wait(self, path: str, request: Asked, now: datetime) -> int:
        if self.brake is None or request.is_conditional or path not in self.addresses:
            return 0
        return self.brake.wait_seconds(path, request, now)

    def _prepared(self, path: str, document: Document) -> Shown:
        """The answers of `document`; made anew when it is another one."""
        kept = self._shown.get(path)
        if kept is None or kept.document is not document:
            one = self.addresses.get(addresses.current_path(path) or path)
            is_xml = one is not None and one.format is not FeedFormat.JSON
            people_type = PERSON_MEDIA_TYPE if is_xml else document.media_type
            kept = prepared.prepare(document, self._headers(path), people_type)
            self._shown[path] = kept
        return kept

    def _headers(self, path: str) -> dict[str, str]:
        """The same bytes under the type that shows them: only the label depends on who asks."""
        max_age = self.site.config.feeds.max_age_seconds
        if addresses.is_archive(path):
            max_age = max(max_age, ARCHIVE_SECONDS)
        said = headers.feed(max_age, self.policy)
        if path in self.addresses:
            said["Link"] = headers.links(self.site.feeds.list_hubs(), self.addresses[path].url)
        return said

    def _read_table(self) -> None:
        """While the database is away: those of articles, and whatever was known before."""
        feeds, is_whole = self.site.feeds, self.site.is_ready()
        every = feeds.list_addresses() if is_whole else feeds.list_configured()
        known = {} if is_whole else self.addresses
        self.addresses = {**known, **{one.path: one for one in every}}
        media_types = {
            one.path: one.media_type for one in self.addresses.values()
        } | self.site.feeds.list_files()
        media_types[STYLESHEET] = "text/css"
        self.shelf.media_types = media_types
        web = self.site.config.web
        self._retired = feeds.list_retired() if is_whole else frozenset(web.retired)
        self._leaving = feeds.list_leaving() if is_whole else frozenset()
        self._read_at = time.monotonic()

    def _refresh(self) -> None:
        if time.monotonic() - self._read_at >= TABLE_SECONDS:
            self._read_table()

    def _admit(self, path: str) -> None:
        """A document of a feed's history is known once it stands: anybody can think of names.

        So is a feed that has just vanished from the configuration. One wrong line is enough for
        that, and 410 would make readers forget it.
        """
        one = self.addresses.get(addresses.current_path(path) or "")
        media_type = one.media_type if one else self._media_type_of_leaving(path)
        if media_type and (self.shelf.folder / path).is_file():
            self.shelf.media_types = {**self.shelf.media_types, path: media_type}

    def _media_type_of_leaving(self, path: str) -> str | None:
        if path in self.addresses or not addresses.lies_in(path, self._leaving):
            return None
        return _TYPES.get(path.rpartition("/")[2])

    def _missing(self) -> Response:
        """404, and not 410, for what never was."""
        publication = self.site.config.publication
        page = addresses.feeds_page_url(publication, next(iter(publication.languages)))
        return headers.plain(f"There is no such feed. All feeds are at {page}\n", 404)


class _Answered(Response):
    """Hands a request that came the long way back to `FeedFiles.answer`."""

    def __init__(self, files: FeedFiles, path: str) -> None:
        super().__init__()
        self.files, self.path = files, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        await self.files.answer(self.path, scope, send)


def _is_current(request: Asked, document: Document, now: datetime) -> bool:
    return request.is_conditional and validators.is_current(
        if_none_match=request.if_none_match,
        if_modified_since=request.if_modified_since,
        digest=document.digest,
        modified_at=document.modified_at,
        now=now,
    )


async def _send(send: Send, status: int, raw: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def _nothing() -> dict[str, Any]:
    """What `receive` gives where nobody listens."""
    return {"type": "http.disconnect"}
