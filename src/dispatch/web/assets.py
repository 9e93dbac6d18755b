"""Serves the pages' own stylesheet, script and icon: three files, no build step.

In: a name. Out: the file, for ever cacheable, for pages ask for it by its digest. Never: a file
that is not in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.web import documents, headers
from dispatch.web.documents import Document

FOLDER = "assets"
MEDIA_TYPES = {
    "page.css": "text/css",
    "copy.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_STATIC = Path(__file__).with_name("static")

#: A year for the address with a digest, which never changes its bytes; an hour for any other.
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_NOW = "public, max-age=3600"


def load_assets() -> Mapping[str, Document]:
    """Every file by name, read once."""
    return {
        name: documents.make_document((_STATIC / name).read_bytes(), media_type)
        for name, media_type in MEDIA_TYPES.items()
    }


class Assets:
    """The files of `static/`."""

    def __init__(self, site: App) -> None:
        self.site = site
        self.documents = load_assets()

    async def get(self, request: Request) -> Response:
        """One file; 404 for any other name."""
        document = self.documents.get(request.path_params["name"])
        if document is None:
            raise HTTPException(404)
        is_named = request.query_params.get("v") == document.digest[:12]
        said = {
            "Cache-Control": _FOR_EVER if is_named else _FOR_NOW,
            "Content-Security-Policy": headers.PAGE_POLICY,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        return documents.respond(request, document, said, now=self.site.clock.now())
