"""The readers' door in real processes: sockets, signals, and a real browser."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from newsroom import Newsroom
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dispatch import errors, web
from dispatch.app import App
from dispatch.web import routes

pytestmark = pytest.mark.acceptance

_PROGRAM = textwrap.dedent(
    """
    import logging, os, sys
    from pathlib import Path
    from dispatch import web
    from dispatch.app import App

    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    site = App.open(Path(sys.argv[1]), os.environ)
    web.serve(site, lambda: print("ready", flush=True))
    print("stopped" if site.stop.is_set() else "ended", flush=True)
    site.close()
    """
)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def site(room: Newsroom, port: int) -> App:
    """The site, with every address of its own at `port`."""
    path = room.root / "config.toml"
    text = path.read_text(encoding="utf-8").replace("127.0.0.1:8025", f"127.0.0.1:{port}")
    path.write_text(f'{text}\n[web]\nhost = "127.0.0.1"\nport = {port}\n', encoding="utf-8")
    room.close()
    room.app = room.open_app()
    room.app.feeds.syndicate()
    return room.app


@contextmanager
def served(site: App) -> Iterator[None]:
    """The door open in a thread of this process."""
    ready = threading.Event()
    thread = threading.Thread(target=web.serve, args=(site, ready.set))
    thread.start()
    try:
        assert ready.wait(20), "the server did not come up"
        yield
    finally:
        site.stop.set()
        thread.join(20)
    assert not thread.is_alive()


def ask(
    port: int, method: str, path: str, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_the_server_answers_until_it_is_told_to_stop(site: App, port: int) -> None:
    with served(site):
        response, body = ask(port, "GET", "/feeds/en/rss.xml")
        head, nothing = ask(port, "HEAD", "/feeds/en/rss.xml")
    assert response.status == head.status == 200
    assert body
    assert nothing == b""
    assert head.headers["Content-Length"] == response.headers["Content-Length"] == str(len(body))
    assert head.headers["ETag"] == response.headers["ETag"]
    assert response.headers["Date"]
    assert response.headers["Server"] is None
    with pytest.raises(ConnectionRefusedError):
        ask(port, "GET", "/healthz")


@pytest.mark.parametrize("path", ["/feeds/../config.toml", "/feeds//etc/passwd", "/../config.toml"])
def test_a_path_goes_over_the_wire_as_it_is_and_leads_nowhere(
    site: App, port: int, path: str
) -> None:
    with served(site):
        response, body = ask(port, "GET", path)
    assert response.status == 404
    assert b"tag_authority" not in body
    assert b"root:" not in body


def test_a_304_and_a_head_of_an_error_have_no_body(site: App, port: int) -> None:
    with served(site):
        current, nothing = ask(port, "GET", "/feeds/en/rss.xml", {"If-None-Match": "*"})
        lost, empty = ask(port, "HEAD", "/nothing/here")
    assert (current.status, nothing) == (304, b"")
    assert (lost.status, empty) == (404, b"")


def test_a_taken_port_is_said_with_its_address(site: App, port: int) -> None:
    taken = pytest.raises(errors.DispatchError, match=rf"127\.0\.0\.1:{port}.*in use")
    with socket.create_server(("127.0.0.1", port)), taken:
        web.serve(site)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_in_good_order(site: App, port: int, number: int) -> None:
    token = "a" * 32
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(site.config.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert ask(port, "POST", f"/one-click/{token}")[0].status == 200
        assert ask(port, "GET", f"/u/{token}")[0].status == 200
        process.send_signal(number)
        output, logged = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, output) == (0, "stopped\n"), logged
    assert "listening" in logged
    assert token not in logged


# ------------------------------------------------------------------ a person's browser

Seen = list[tuple[str, str, int]]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """(path, Sec-Fetch-Dest, status) of every request that the server answers."""
    requests: Seen = []

    class Watched:
        def __init__(self, inner: ASGIApp) -> None:
            self.inner = inner

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            asked = {name: value.decode() for name, value in scope["headers"]}

            async def watch(message: Message) -> None:
                if message["type"] == "http.response.start":
                    wanted = asked.get(b"sec-fetch-dest", "")
                    requests.append((scope["path"], wanted, message["status"]))
                await send(message)

            await self.inner(scope, receive, watch)

    make_web = routes.make_web
    monkeypatch.setattr(routes, "make_web", lambda app: Watched(make_web(app)))
    return requests


@pytest.fixture
def dump(missing: Callable[[str, str], None], tmp_path: Path) -> Callable[[str], str]:
    """`dump(url)` is the page as Chromium has it after scripts have run."""
    program = shutil.which("chromium") or shutil.which("google-chrome") or ""
    if not program:
        missing("chromium", "it shows pages as people see them")

    def run(url: str) -> str:
        flags = [
            "--headless=new",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={tmp_path}/c",
        ]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")
        done = subprocess.run(
            [program, *flags, "--dump-dom", "--virtual-time-budget=3000", url],
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
        return done.stdout

    return run


def test_a_person_who_opens_a_feed_sees_it_in_its_dress(
    site: App, port: int, dump: Callable[[str], str], seen: Seen
) -> None:
    with served(site):
        shown = dump(f"http://127.0.0.1:{port}/feeds/en/rss.xml")
    assert "<rss" in shown
    assert "feed-note" in shown
    assert "<pre" not in shown, "the browser shows the feed as bare text"
    assert ("/feeds/en/rss.xml", "document", 200) in seen
    assert ("/feeds/feed.css", "style", 200) in seen


def test_the_copy_buttons_appear_under_the_page_s_own_policy(
    site: App, port: int, dump: Callable[[str], str], seen: Seen
) -> None:
    with served(site):
        shown = dump(f"http://127.0.0.1:{port}/ru/")
    addresses = site.feeds.list_addresses("ru") + site.feeds.list_addresses()
    offered = {one.url for one in addresses if one.feed.language in ("ru", None)}
    assert shown.count("data-copy=") == len(offered)
    assert 'hidden=""' not in shown.partition("<tbody>")[2].partition("</tbody>")[0]
    assert {("/assets/page.css", "style", 200), ("/assets/copy.js", "script", 200)} <= set(seen)
