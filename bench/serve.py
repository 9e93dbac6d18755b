"""How many feeds a second our server hands out, against nginx on the same files.

Both serve the same folder of published feeds with the same headers, one worker process each, on
loopback, asked by wrk in turn: whole feeds (200, gzip) and feeds that the reader has (304). Each
pair is measured ROUNDS times, one after the other, and the middle ratio counts: another process on
the machine then disturbs both. Ends with 1 if ours is below a quarter of nginx's.

    python bench/serve.py [--seconds 2] [--json]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATH = "/feeds/en/rss.xml"
ROUNDS = 5
WANTED = 0.25
CONNECTIONS = 16

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log crit;
user root;
events {{ worker_connections 256; }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
{http}
    server {{
        listen 127.0.0.1:{port};
{server}
    }}
}}
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None or shutil.which("wrk") is None:
        print("serve: nginx and wrk are needed; on Debian: apt-get install nginx wrk")
        return 0
    with tempfile.TemporaryDirectory(prefix="dispatch-bench-") as name, _site(Path(name)) as site:
        folder = Path(name)
        ours, theirs = _free_port(), _free_port()
        with _our_server(site, ours), _nginx(nginx, folder, site, theirs):
            found = _compare(ours, theirs, wanted.seconds)
    _print(found, as_json=wanted.json)
    return 0 if all(ratio >= WANTED for *_, ratio in found.values()) else 1


def _compare(ours: int, theirs: int, seconds: int) -> dict[str, tuple[float, float, float]]:
    """By kind of answer: (our answers a second, nginx's, the ratio), each the middle of ROUNDS."""
    found = {}
    for kind in ("200", "304"):
        rounds = [
            (_measure(ours, kind, seconds), _measure(theirs, kind, seconds)) for _ in range(ROUNDS)
        ]
        found[kind] = (
            statistics.median(one for one, _ in rounds),
            statistics.median(other for _, other in rounds),
            statistics.median(one / other for one, other in rounds),
        )
    return found


def _measure(port: int, kind: str, seconds: int) -> float:
    """Answers a second; every one of them must be of the kind that is measured."""
    headers = {"Accept-Encoding": "gzip", "User-Agent": "bench"}
    status, tag = _ask(port, headers)
    assert status == 200
    if kind == "304":
        headers["If-None-Match"] = tag
        assert _ask(port, headers)[0] == 304
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    command += [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{PATH}"], check=True, capture_output=True, text=True
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    assert "Socket errors" not in done.stdout, done.stdout
    found = re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def _ask(port: int, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", PATH, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["ETag"]


@contextlib.contextmanager
def _site(folder: Path) -> Iterator[Path]:
    """A newsroom with a feed of thirty whole articles."""
    sys.path.insert(0, str(ROOT / "tests"))
    from newsroom import Newsroom

    room = Newsroom(folder / "site", f"sqlite:///{folder}/site/var/dispatch.db")
    paragraph = "The committee met again on Tuesday, and said what it had said on Monday. " * 8
    for number in range(30):
        room.article(f"Article {number}", text="\n\n".join([f"{number}. {paragraph}"] * 6))
    room.collect()
    room.close()
    yield room.root


@contextlib.contextmanager
def _our_server(site: Path, port: int) -> Iterator[None]:
    environ = {**os.environ, "DISPATCH_WEB__PORT": str(port)}
    with _running([sys.executable, "-m", "dispatch", "-q", "serve"], port, site, environ):
        yield


@contextlib.contextmanager
def _nginx(program: str, folder: Path, site: Path, port: int) -> Iterator[None]:
    """nginx with what `dispatch docs nginx` prints, on its own port and with one worker."""
    printed = subprocess.run(
        [sys.executable, "-m", "dispatch", "docs", "nginx", "--part", "http"],
        check=True, capture_output=True, text=True, cwd=site,
    ).stdout  # fmt: skip
    server = subprocess.run(
        [sys.executable, "-m", "dispatch", "docs", "nginx", "--part", "feeds"],
        check=True, capture_output=True, text=True, cwd=site,
    ).stdout  # fmt: skip
    path = folder / "nginx.conf"
    path.write_text(NGINX.format(folder=folder, port=port, http=printed, server=server))
    with _running([program, "-c", str(path), "-p", str(folder)], port, folder, dict(os.environ)):
        yield


@contextlib.contextmanager
def _running(
    command: list[str], port: int, folder: Path, environ: dict[str, str]
) -> Iterator[None]:
    with subprocess.Popen(command, cwd=folder, env=environ) as process:
        try:
            while process.poll() is None and not _listens(port):
                time.sleep(0.02)
            assert process.poll() is None, command
            yield
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _print(found: dict[str, tuple[float, float, float]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({kind: ratio for kind, (*_, ratio) in found.items()}))
        return
    for kind, (*_, ratio) in found.items():
        verdict = "as wished" if ratio >= WANTED else f"BELOW {WANTED}"
        print(f"serve {kind}: our built-in server gives {ratio:.2f} of nginx's answers ({verdict})")


if __name__ == "__main__":
    sys.exit(main())
