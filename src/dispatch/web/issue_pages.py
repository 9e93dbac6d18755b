"""Shows an issue in the browser, as it was mailed, without the values of a reader.

In: a newsletter, a period and a language in the path. Out: the frozen mail, as HTML or as text.
Never: a reader's token (the links to unsubscribe lead to a page that knows nobody).
"""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.model.newsletter import Variant
from dispatch.web import documents, headers

#: What names of newsletters, periods and languages are made of; PostgreSQL refuses NUL in text.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

#: An issue is frozen; but a page that was not there yet may be tomorrow.
MAX_AGE_SECONDS = 3600


class IssuePages:
    """The pages below /issues/."""

    def __init__(self, site: App) -> None:
        self.site = site
        self.policy = headers.issue_policy(site.config.publication.public_url)

    def show_html(self, request: Request) -> Response:
        """The mail's HTML part."""
        variant = self._variant(request)
        return self._respond(request, variant, variant.html, "text/html")

    def show_text(self, request: Request) -> Response:
        """The mail's text part."""
        variant = self._variant(request)
        return self._respond(request, variant, variant.text, "text/plain")

    def _variant(self, request: Request) -> Variant:
        parts = (request.path_params[name] for name in ("newsletter", "period", "language"))
        newsletter, period, language = parts
        if not all(map(_NAME.fullmatch, (newsletter, period, language))):
            raise HTTPException(404)
        found = self.site.issues.find_page(newsletter, period, language)
        if found is None:
            raise HTTPException(404)
        return found

    def _respond(self, request: Request, variant: Variant, text: str, media_type: str) -> Response:
        said = {
            **headers.PAGE,
            "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
            "Content-Language": variant.language,
            "Content-Security-Policy": self.policy,
            "Vary": "Accept-Encoding",
        }
        document = documents.make_document(text.encode(), media_type)
        return documents.respond(request, document, said, now=self.site.clock.now())
