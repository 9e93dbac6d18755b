"""The nginx of docs/howto/nginx.md before the built-in server: readers see no difference."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from newsroom import Newsroom

pytestmark = pytest.mark.acceptance

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "nginx.md"

#: What a cache, a feed reader or a browser decides by.
TELLING = ("content-type", "content-encoding", "etag", "last-modified", "cache-control", "vary")

#: nginx in the foreground, with everything that it writes below one folder.
FRAME = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {server}
}}
"""

Answer = tuple[int, Mapping[str, str], bytes]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers={k.replace("_", "-"): headers[k] for k in headers})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, found, answer.read()
    finally:
        connection.close()


@contextmanager
def running(
    port: int, command: Sequence[str], folder: Path, environ: Mapping[str, str]
) -> Iterator[None]:
    """A process that has begun to listen on `port`."""
    with subprocess.Popen(
        command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            while process.poll() is None and not listens(port):
                time.sleep(0.02)
            assert process.poll() is None, process.communicate()[1]
            yield
        finally:
            process.terminate()
            process.communicate(timeout=30)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def configuration(folder: Path, front: int, back: int) -> Path:
    """The server of the page, on ports of this test and without its certificate."""
    (server,) = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    server = re.sub(r"^ *ssl_.*\n", "", server, flags=re.MULTILINE)
    server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{front};")
    server = server.replace("127.0.0.1:8025", f"127.0.0.1:{back}")
    folder.mkdir()
    path = folder / "nginx.conf"
    path.write_text(FRAME.format(folder=folder, server=server), encoding="utf-8")
    return path


@pytest.fixture
def ports(tmp_path: Path, sqlite_url: str) -> Iterator[tuple[int, int]]:
    """(nginx, the built-in server behind it), both at work for a newsroom with an article."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        is_required = "nginx" in os.environ.get("DISPATCH_TEST_REQUIRE", "").split(",")
        (pytest.fail if is_required else pytest.skip)("needs nginx: it is not installed")
    room = Newsroom(tmp_path / "site", sqlite_url)
    room.article("One")
    room.collect()
    room.close()
    front, back = free_port(), free_port()
    config = configuration(tmp_path / "nginx", front, back)
    environ = {**os.environ, "DISPATCH_WEB__PORT": str(back)}
    serve = (sys.executable, "-m", "dispatch", "serve")
    before = (nginx, "-c", str(config), "-p", str(tmp_path / "nginx"))
    with (
        running(back, serve, room.root, environ),
        running(front, before, tmp_path, environ),
    ):
        yield front, back


def test_a_feed_through_nginx_is_the_feed_itself(ports: tuple[int, int]) -> None:
    front, back = ports

    for coding in ("identity", "gzip"):
        seen = ask(front, "/feeds/en/rss.xml", Accept_Encoding=coding)
        made = ask(back, "/feeds/en/rss.xml", Accept_Encoding=coding)

        assert seen[0] == made[0] == 200
        assert seen[2] == made[2]
        assert [seen[1].get(name) for name in TELLING] == [made[1].get(name) for name in TELLING]
        assert made[1]["etag"]


def test_a_feed_reader_that_has_it_is_told_so_through_nginx(ports: tuple[int, int]) -> None:
    front, _ = ports
    _, headers, _ = ask(front, "/feeds/en/atom.xml")

    status, _, body = ask(front, "/feeds/en/atom.xml", If_None_Match=headers["etag"])

    assert (status, body) == (304, b"")


def test_pages_and_one_click_reach_the_site(ports: tuple[int, int], tmp_path: Path) -> None:
    front, back = ports
    token = "a" * 32

    assert ask(front, "/en/")[0] == 200
    posted = [ask(port, f"/one-click/{token}", "POST", Content_Length="0")[0] for port in ports]
    assert posted[0] == posted[1] < 500
    assert ask(front, f"/u/{token}")[0] == ask(back, f"/u/{token}")[0]

    log = (tmp_path / "nginx" / "access.log").read_text(encoding="utf-8")
    assert "/en/" in log
    assert token not in log, "a reader's token stands in the log"
