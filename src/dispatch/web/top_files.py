"""Serves the top reads of each language, for the newsroom's own pages to take in.

In: a request below /top/. Out: JSON or a piece of HTML, with validators, for any origin (CORS).
Never: a cookie, a number of reads, or another ranking than that of the mail: these are the files
below `feeds/top/`, which any web server may serve as well.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.rules import addresses
from dispatch.web import documents, headers, shelf

MEDIA_TYPES = {"json": "application/json", "html": "text/html"}
#: How long a page may show the ranking of last week when a new one is out.
MAX_AGE_SECONDS = 300
#: When to come again for a ranking that is not published yet.
RETRY_SECONDS = 60


class TopFiles:
    """The folder of top reads, as the web sees it."""

    def __init__(self, site: App) -> None:
        self.site = site
        paths = {
            addresses.top_path(language, suffix): media_type
            for language in site.config.publication.languages
            for suffix, media_type in MEDIA_TYPES.items()
        }
        self.shelf = shelf.Shelf(site.config.folders.feeds, paths)

    async def get(self, request: Request) -> Response:
        """GET and HEAD of one file."""
        path = f"{addresses.TOP}/{request.path_params['name']}"
        if path not in self.shelf.media_types:
            return headers.plain("There are no such top reads.\n", 404)
        document = self.shelf.find_fresh(path) or await run_in_threadpool(self.shelf.find, path)
        if document is None:
            return headers.plain("These top reads are not made yet.\n", 503, retry=RETRY_SECONDS)
        return documents.respond(
            request, document, headers.shared(MAX_AGE_SECONDS), now=self.site.clock.now()
        )
