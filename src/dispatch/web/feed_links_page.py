"""Serves the links by which programs find feeds, for sites that include them in their pages.

In: a language, perhaps a section. Out: lines of HTML. Never: a whole page.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dispatch import errors
from dispatch.app import App
from dispatch.web import documents, headers

#: A new section may be missing from an included fragment for as long as this.
MAX_AGE_SECONDS = 300


class FeedLinksPage:
    """The fragments below /feeds/links/."""

    def __init__(self, site: App) -> None:
        self.site = site

    def show(self, request: Request) -> Response:
        """The links of a language, or of a section in it."""
        language = request.path_params["language"]
        section = request.path_params.get("section")
        try:
            lines = self.site.feeds.list_links(language, section)[language]
        except errors.NotFoundError:
            raise HTTPException(404) from None
        said = {
            **headers.PAGE,
            "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
            "Access-Control-Allow-Origin": "*",
            "Vary": "Accept-Encoding",
            "X-Robots-Tag": "noindex",
        }
        document = documents.make_document(lines.encode(), "text/html")
        return documents.respond(request, document, said, now=self.site.clock.now())
