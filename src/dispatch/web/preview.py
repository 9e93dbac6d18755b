"""The editor's preview: one page on this machine that shows every variant in every light.

In: a Watcher. Out: pages, each variant as a frame of its own, and a stamp that moves when a file
does. Never: reachable from another machine, a build step, a file from the Internet (but the images
that articles have).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dispatch.app.watching import ShownVariant, Watcher
from dispatch.render import scheme as schemes
from dispatch.web import server

HOST: Final = "127.0.0.1"
#: Another site's page may not read this one by a name that leads here (DNS rebinding).
_HOSTS: Final = [HOST, "localhost"]
_STATIC: Final = Path(__file__).with_name("static")
_PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
)
#: A mail in its frame: its own styles and the images of its articles, no script.
_MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_NEVER_KEPT: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class PreviewPages:
    """The page, its two files, and the frames in it."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher

    async def page(self, _: Request) -> Response:
        """The frame around the frames."""
        body = (_STATIC / "preview.html").read_text(encoding="utf-8")
        return HTMLResponse(body, headers={**_NEVER_KEPT, "Content-Security-Policy": _PAGE_POLICY})

    async def file(self, request: Request) -> Response:
        """The page's stylesheet or script."""
        kinds = {"preview.css": "text/css", "preview.js": "text/javascript"}
        name = request.path_params["name"]
        if name not in kinds:
            raise HTTPException(404)
        content = (_STATIC / name).read_bytes()
        return Response(content, media_type=kinds[name], headers=_NEVER_KEPT)

    def state(self, _: Request) -> Response:
        """What there is to see, without the mails themselves; asked for every second."""
        shown = self.watcher.look()
        variants = [
            {
                "key": one.key,
                "subject": one.subject,
                "preheader": one.preheader,
                "kB": round(one.octets / 1000, 1),
                "faults": one.faults,
            }
            for one in shown.variants
        ]
        state = {"stamp": shown.stamp, "title": shown.title, "error": shown.error}
        return JSONResponse({**state, "variants": variants}, headers=_NEVER_KEPT)

    def mail(self, request: Request) -> Response:
        """One variant in one light."""
        variant = self._variant(request)
        try:
            scheme = schemes.Scheme(request.path_params["scheme"])
        except ValueError:
            raise HTTPException(404) from None
        said = {**_NEVER_KEPT, "Content-Security-Policy": _MAIL_POLICY}
        return HTMLResponse(schemes.fixed(variant.html, scheme), headers=said)

    def text(self, request: Request) -> Response:
        """One variant's text part."""
        return PlainTextResponse(self._variant(request).text, headers=_NEVER_KEPT)

    def _variant(self, request: Request) -> ShownVariant:
        variants = self.watcher.look().variants
        number = int(request.path_params["number"])
        if number >= len(variants):
            raise HTTPException(404)
        return variants[number]


def make_preview(watcher: Watcher) -> Starlette:
    """The preview as an ASGI application."""
    pages = PreviewPages(watcher)
    return Starlette(
        routes=[
            Route("/", pages.page),
            Route("/state", pages.state),
            Route("/mail/{number:int}/{scheme}", pages.mail),
            Route("/text/{number:int}", pages.text),
            Route("/{name}", pages.file),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)],
    )


def watch(watcher: Watcher, port: int, on_ready: Callable[[str], None]) -> None:
    """Show the preview until Ctrl-C; `on_ready` is told its address. Port 0 takes a free one."""
    listener = server.listen(HOST, port)
    with contextlib.closing(listener):
        on_ready(f"http://{HOST}:{listener.getsockname()[1]}/")
        config = uvicorn.Config(
            make_preview(watcher),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        with server.signals_end_here(), contextlib.suppress(asyncio.CancelledError):
            uvicorn.Server(config).run(sockets=[listener])
