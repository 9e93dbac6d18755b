"""Takes the requests of those who want to be told when a feed changes (WebSub, section 5.1).

In: a small form. Out: 202 and a promise, or a reason in plain text. Never: a call to the callback
from here (that is the job `websub`, within its limits), or a secret in a log.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.web import bodies, headers

#: A callback and a topic of two kilobytes each, escaped, and a secret.
MAX_BODY_BYTES = 16_384
MAX_FIELDS = 20
RETRY_SECONDS = 3600


class HubDoor:
    """The address that feeds name as their hub."""

    def __init__(self, site: App) -> None:
        self.site = site

    async def ask(self, request: Request) -> Response:
        """POST: subscribe or unsubscribe. GET says what this is."""
        if not self.site.hub.is_open:
            return headers.plain("There is no hub here.\n", 404)
        if request.method != "POST":
            return headers.plain("This is a WebSub hub for the feeds of this site alone.\n")
        body = await bodies.read(request, MAX_BODY_BYTES)
        if body is None:
            return headers.plain("The form is too long.\n", 413)
        form = _form(body)
        if form.get("hub.mode") == "publish":
            return headers.plain("This hub sees by itself what changes.\n")
        status, text = await run_in_threadpool(self.site.hub.ask, form)
        retry = RETRY_SECONDS if status == 429 else None
        return headers.plain(f"{text}\n", status, retry=retry)


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8"), max_num_fields=MAX_FIELDS))
    except (UnicodeDecodeError, ValueError):
        return {}
