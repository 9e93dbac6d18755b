"""Carries the readers' door with uvicorn, in the main thread, until somebody says stop.

In: the App. Out: nothing; returns when the last answer is given. Never: an access log (addresses
hold readers' tokens, and the proxy before us counts better), or a trust in forwarded headers
(nothing here depends on who asks from where).
"""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from dispatch import errors
from dispatch.app import App
from dispatch.web import routes

#: How long answers that were begun may take after a wish to stop.
GRACE_SECONDS = 10

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger(__name__)


def serve(app: App, on_ready: Callable[[], None] | None = None) -> None:
    """Answer readers until SIGTERM, SIGINT or `app.stop`; raises DispatchError for a taken port.

    `on_ready` is called once, in this thread, when readers are answered; it must not take long.
    A signal sets `app.stop` at once, so that whatever works beside us comes to an end as well.
    """
    settings = app.config.web
    listener = listen(settings.host, settings.port)
    with contextlib.closing(listener):
        web = routes.make_web(app)
        config = uvicorn.Config(
            web,
            log_config=None,
            access_log=False,  # a line of it would hold the reader's token
            server_header=False,
            date_header=True,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        with signals_end_here():
            _Server(config, app, on_ready).run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn that tells when it is ready, and that can be stopped by an event."""

    def __init__(
        self, config: uvicorn.Config, site: App, on_ready: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self.site = site
        self.on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        settings = self.site.config.web
        log.info("listening host=%s port=%d", settings.host, settings.port)
        if self.on_ready is not None:
            self.on_ready()

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self.site.stop.is_set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.site.stop.set()
        super().handle_exit(sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; taken here, for uvicorn ends the process when it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        message = f"web: cannot listen at {host}:{port}: {error.strerror or error}"
        raise errors.DispatchError(message) from error


@contextlib.contextmanager
def signals_end_here() -> Iterator[None]:
    """Keep uvicorn from ending the process: it raises the signals that it took once more."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may take signals
        return
    previous = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)
