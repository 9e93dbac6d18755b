"""Serves what to read beside an article, for the newsroom's own page of it.

In: a request for an article's number (/related/17.html) or address (/related.html?url=...). Out:
JSON or a piece of HTML, with validators, for any origin (CORS). Never: a cookie, a note of who
asked for what, a search: what is shown was found when the article came in.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.web import documents, headers

MEDIA_TYPES = {"json": "application/json", "html": "text/html"}
MAX_AGE_SECONDS = 900
#: How many may be asked for.
MOST = 10
#: Longer addresses are no article's.
URL_LIMIT = 2000


class RelatedPages:
    """Read also, as the newsroom's pages see it."""

    def __init__(self, site: App) -> None:
        self.site = site

    async def by_number(self, request: Request) -> Response:
        """By number: /related/17.json."""
        number, suffix = request.path_params["number"], request.path_params["suffix"]
        return await self._answer(request, str(number), suffix)

    async def by_address(self, request: Request) -> Response:
        """By address: /related.html?url=https://www.example.org/an-article/ (escaped)."""
        url = request.query_params.get("url", "")
        if not url.startswith(("http://", "https://")) or len(url) > URL_LIMIT:
            return headers.plain("Say which: ?url=https://... of an article.\n", 400)
        return await self._answer(request, url, request.path_params["suffix"])

    async def _answer(self, request: Request, name: str, suffix: str) -> Response:
        if suffix not in MEDIA_TYPES:
            return headers.plain("There is .json and .html.\n", 404)
        count = _count(request.query_params.get("count"))
        found = await run_in_threadpool(self.site.related.read_also, name, count)
        if found is None:
            return headers.plain("There is no such article.\n", 404)
        document = documents.make_document(found[suffix], MEDIA_TYPES[suffix])
        said = headers.shared(MAX_AGE_SECONDS)
        return documents.respond(request, document, said, now=self.site.clock.now())


def _count(text: str | None) -> int:
    """How many are asked for: three unless a small number is given."""
    is_number = text is not None and text.isdecimal() and len(text) < 4
    return min(MOST, max(1, int(text or 0))) if is_number else 3
