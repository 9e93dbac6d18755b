"""Says that something cannot be had, in the reader's language.

In: a request, what went wrong. Out: a page, or for feed readers plain text (a page of HTML in place
of a feed makes some of them forget it). Never: the text of an error, or the address that was asked
for: it may hold a token.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dispatch.render import catalogue
from dispatch.web import articles_api, headers
from dispatch.web.pages import Notice, Printer

#: Below these paths programs send us something, and expect problem documents (RFC 9457).
_CALLERS = ("api", "hooks")
#: Below these paths programs ask, not people.
_PROGRAMS = ("feeds", "top", "related", "read", "beacon.js", "assets", "healthz", "readyz")


class Failures:
    """What Starlette calls instead of an endpoint."""

    def __init__(self, printer: Printer) -> None:
        self.printer = printer

    def refuse(self, request: Request, error: Exception) -> Response:
        """404, 405, and whatever else an endpoint refuses."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = self._answer(request, status)
        allowed = getattr(error, "headers", None) or {}
        if "Allow" in allowed:
            response.headers["Allow"] = ", ".join(sorted(allowed["Allow"].split(", ")))
        return response

    def fail(self, request: Request, _error: Exception) -> Response:
        """500. Starlette raises the error again, so that the server logs its trace."""
        return self._answer(request, 500)

    def let_go(self, _request: Request, _error: Exception) -> Response:
        """A client that hung up in the middle of its own request; nobody reads this."""
        return headers.plain("", 400)

    def _answer(self, request: Request, status: int) -> Response:
        first = request.url.path.removeprefix(self.printer.prefix).lstrip("/").partition("/")[0]
        if first in _CALLERS:
            return articles_api.refusal(status)
        if first in _PROGRAMS:
            return headers.plain(f"{_plain_words(status)}\n", status)
        language = self.printer.language_of(request)
        said = {**headers.TOKEN_PAGE, "Vary": "Accept-Language"}
        return self.printer.notice(_words(status, language), language, status=status, said=said)


def _words(status: int, language: str) -> Notice:
    if status == 404:
        return Notice(
            title=catalogue.text(language, "Page not found"),
            lines=[catalogue.text(language, "The address may be mistyped, or the page is gone.")],
        )
    if status == 405:
        return Notice(
            title=catalogue.text(language, "This page can only be read"),
            lines=[catalogue.text(language, "It takes no other requests.")],
        )
    return Notice(
        title=catalogue.text(language, "Something went wrong"),
        lines=[catalogue.text(language, "It is our fault, not yours. Please try again later.")],
    )


def _plain_words(status: int) -> str:
    words = {404: "There is no such file.", 405: "This can only be read."}
    return words.get(status, "Something went wrong; please try again later.")
