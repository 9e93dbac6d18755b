"""The nginx of docs/howto/nginx.md beside the built-in server: readers see no difference."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import missing
from newsroom import Newsroom

from dispatch.store import dropped_feeds, feed_bases

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("cli/docs",)

pytestmark = pytest.mark.acceptance

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "nginx.md"

#: What each server says in its own words: the hour, its name, the connection, a tag of its own.
OWN = {"date", "server", "connection", "etag"}

WEB = """
[web]
port = {back}
retired = ["en/culture"]

[web.redirects]
wordpress = true

[web.redirects.paths]
"/rss/{{section}}.xml" = "feeds/en/{{section}}/rss.xml"
"/go/{{name}}" = "https://old.example/{{name}}"
"""

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


def configuration(folder: Path, root: Path, front: int) -> Path:
    """The server of the page, on a port of this test and without its certificate."""
    (text,) = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    text = re.sub(r"^ *ssl_.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{front};")
    text = text.replace("/etc/nginx", str(folder))
    folder.mkdir()
    for part in ("http", "server"):
        command = (sys.executable, "-m", "dispatch", "docs", "nginx", "--part", part)
        printed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        (folder / f"dispatch.{part}").write_text(printed.stdout, encoding="utf-8")
    path = folder / "nginx.conf"
    path.write_text(FRAME.format(folder=folder, server=text), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where nginx lies and logs."""
    return tmp_path_factory.mktemp("nginx") / "nginx"


@pytest.fixture(scope="module")
def ports(logs: Path) -> Iterator[tuple[int, int]]:
    """(nginx, the built-in server beside it), both at work for a newsroom with an article."""
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        missing("nginx", "it stands before the built-in server")
    folder = logs.parent
    front, back = free_port(), free_port()
    room = Newsroom(folder / "site", f"sqlite:///{folder}/test.db")
    room.article("One", text="A paragraph.\n\n" * 50)
    room.article("An old story", published_at=room.clock.now() - timedelta(days=50))
    room.with_config(WEB.format(back=back)).collect()
    drop(room, "en/sport")
    config = configuration(logs, room.root, front)
    drop(room, "en/sport", "en/chess")  # after the print: nginx finds no file, and asks
    room.close()
    serve = (sys.executable, "-m", "dispatch", "serve")
    before = (str(nginx), "-c", str(config), "-p", str(logs))
    with (
        running(back, serve, room.root, os.environ),
        running(front, before, folder, os.environ),
    ):
        yield front, back


def drop(room: Newsroom, *keys: str) -> None:
    """Feeds that were published once, and vanished long ago."""
    with room.app.db.write() as tx:
        for key in keys:
            feed_bases.put_basis(tx, key, "")
        standing = feed_bases.list_keys(tx) - set(keys)
        dropped_feeds.follow(tx, standing, room.clock.now() - timedelta(days=30))


def telling(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """All of an answer but what each server says in its own words."""
    status, headers, body = answer
    return status, {name: value for name, value in headers.items() if name not in OWN}, body


ARCHIVE = "en/archive/2026-10/atom.xml"
PATHS = ("en/rss.xml", "en/atom.xml", "en/feed.json", "all/atom.xml", "ru/economy/rss.xml", ARCHIVE)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("coding", ["identity", "gzip", ""])
@pytest.mark.parametrize("visitor", ["reader", "document"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_feed_is_the_same_from_both_header_by_header(
    ports: tuple[int, int], path: str, coding: str, visitor: str, method: str
) -> None:
    asked = {"Accept_Encoding": coding} if coding else {}
    asked |= {"Sec_Fetch_Dest": visitor} if visitor != "reader" else {}
    front, back = (ask(port, f"/feeds/{path}", method, **asked) for port in ports)

    assert telling(front) == telling(back)
    assert front[0] == 200
    assert all(re.fullmatch('"[^"]+"', one[1]["etag"]) for one in (front, back)), "strong tags"


def test_the_stylesheet_which_is_the_operators_is_the_same_from_both(
    ports: tuple[int, int],
) -> None:
    front, back = (ask(port, "/feeds/feed.css") for port in ports)
    assert telling(front) == telling(back)
    assert front[0] == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_reader_that_has_it_is_told_the_same_by_both(
    ports: tuple[int, int], path: str, coding: str
) -> None:
    def again(port: int, **condition: str) -> Answer:
        return ask(port, f"/feeds/{path}", Accept_Encoding=coding, **condition)

    first = {port: again(port)[1] for port in ports}
    for condition in ("If_None_Match", "If_Modified_Since"):
        name = {"If_None_Match": "etag", "If_Modified_Since": "last-modified"}[condition]
        answers = [again(port, **{condition: first[port][name]}) for port in ports]
        assert answers[0][0] == 304
        assert telling(answers[0]) == telling(answers[1])
        assert all(again[1]["etag"] for again in answers)
    later = [again(port, If_Modified_Since="Tue, 01 Jan 2030 00:00:00 GMT") for port in ports]
    assert [one[0] for one in later][1] == 200, "a date to come is none of ours"
    listed = [again(p, If_None_Match=f'"old", W/{first[p]["etag"]}')[0] for p in ports]
    assert listed == [304, 304]


def test_each_encoding_has_a_tag_of_its_own(ports: tuple[int, int]) -> None:
    for port in ports:
        tags = [
            ask(port, "/feeds/en/rss.xml", Accept_Encoding=one)[1]["etag"]
            for one in ("identity", "gzip")
        ]
        assert tags[0] != tags[1]


@pytest.mark.parametrize(
    "path",
    [
        "/feed/",
        "/feed/atom",
        "/ru/feed/",
        "/category/economy/feed/",
        "/?feed=atom",
        "/?feed=rss2&lang=ru",
        "/rss/economy.xml",
        "/go/somewhere",
        "/feeds/en/culture/rss.xml",
        "/feeds/en/culture/old/atom.xml",
        "/feeds/en/sport/rss.xml",
        "/feeds/en/sport/archive/2026-10/atom.xml",
        "/feeds/en/chess/feed.json",
        "/feeds/de/rss.xml",
        "/feeds/en/rss.xml.gz",
        "/rss/sport.xml",
        "/feeds/../config.toml",
    ],
)
def test_what_moved_or_is_gone_or_never_was_is_the_same_from_both(
    ports: tuple[int, int], path: str
) -> None:
    front, back = (ask(port, path) for port in ports)
    assert front[0] == back[0] in (301, 404, 410)
    assert front[1].get("location") == back[1].get("location")
    if back[0] == 410:
        assert telling(front) == telling(back)


def test_pages_and_one_click_reach_the_site(ports: tuple[int, int], logs: Path) -> None:
    front, back = ports
    token = "a" * 32

    assert ask(front, "/en/")[0] == 200
    posted = [ask(port, f"/one-click/{token}", "POST", Content_Length="0")[0] for port in ports]
    assert posted[0] == posted[1] < 500
    assert ask(front, f"/u/{token}")[0] == ask(back, f"/u/{token}")[0]

    log = (logs / "access.log").read_text(encoding="utf-8")
    assert "/en/" in log
    assert token not in log, "a reader's token stands in the log"


def test_who_polls_the_files_is_known_from_the_log(ports: tuple[int, int], logs: Path) -> None:
    front, path = ports[0], "/feeds/ru/rss.xml"
    service = {"User_Agent": "Feedbin feed-id:7 - 31 subscribers"}
    tag = ask(front, path, **service)[1]["etag"]
    assert ask(front, path, If_None_Match=tag, **service)[0] == 304
    for _ in range(7):
        ask(front, path, User_Agent="careless/1.0")
    ask(front, path, User_Agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")

    first, again = (readers(logs) for _ in range(2))
    (found,) = [one for one in first["feeds"] if one["path"] == "ru/rss.xml"]
    assert (found["subscribers"], found["visitors"], found["polls"]) == (31, 1, 9)
    assert (found["current"], found["ignoring"]) == (1, 1)
    assert found["readers"] == ["Feedbin", "careless"]
    assert [one["lines"] for one in again["logs"]] == [0]
    assert again["feeds"] == first["feeds"]


def readers(logs: Path) -> Any:
    """What the operator is told."""
    root = logs.parent / "site"
    words = ("feeds", "readers", "--log", str(logs / "access.log"), "--json")
    command = (sys.executable, "-m", "dispatch", *words)
    told = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return json.loads(told.stdout)
