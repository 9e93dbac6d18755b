"""Tells whoever watches over the process how it is.

In: nothing. Out: a word for a program. Never: a version, a name of a host, or a reason that
strangers could use.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.web import headers


class Health:
    """The two questions of an orchestrator."""

    def __init__(self, site: App) -> None:
        self.site = site

    async def is_alive(self, _request: Request) -> Response:
        """Whether the process answers at all; if not, start it again."""
        return headers.plain("ok\n")

    def is_ready(self, _request: Request) -> Response:
        """Whether the database answers; if not, send readers elsewhere for a while."""
        if self.site.is_ready():
            return headers.plain("ready\n")
        return headers.plain("not ready\n", 503, retry=5)
