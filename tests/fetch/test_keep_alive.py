"""Connections that serve several requests: who may use them, and what ends them."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dispatch import fetch
from dispatch.fetch import dial, kept, wire

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "fetch/kept",
    "fetch/wire",
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n'
HERE = ("127.0.0.1",)
QUICK = fetch.Deadlines(connect_seconds=2, read_seconds=2, total_seconds=3)

#: What a server does with the request of this number on a connection: bytes, or a deed.
Deed = Callable[[socket.socket], None]


@dataclass
class Host:
    """A server that plays a script: for each connection what it does with each request on it.

    At the end of a connection's script it hangs up; one without a script answers OK to everything.
    """

    port: int
    tls: ssl.SSLContext | None = None
    script: list[list[bytes | Deed]] = field(default_factory=list)
    requests: list[list[bytes]] = field(default_factory=list)
    ended: list[threading.Event] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    @property
    def counts(self) -> list[int]:
        """How many requests came on each connection."""
        return [len(one) for one in self.requests]

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            number = len(self.requests)
            self.requests.append([])
            self.ended.append(threading.Event())
            threading.Thread(target=self._talk, args=(connection, number), daemon=True).start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        deeds: Iterable[bytes | Deed] = (
            self.script[number] if number < len(self.script) else itertools.repeat(OK)
        )
        with contextlib.suppress(OSError), self._secured(connection) as connection:
            for deed in deeds:  # at the end of its script it hangs up
                head = _read_head(connection)
                if not head:
                    break
                self.requests[number].append(head)
                if isinstance(deed, bytes):
                    connection.sendall(deed)
                else:
                    deed(connection)
        self.ended[number].set()

    def _secured(self, connection: socket.socket) -> socket.socket:
        return self.tls.wrap_socket(connection, server_side=True) if self.tls else connection


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        chunk = connection.recv(4096)
        if not chunk:
            return b""
        head += chunk
    return head


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def host() -> Iterator[Host]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        played = Host(listener.getsockname()[1])
        thread = threading.Thread(target=played.serve, args=(listener,))
        thread.start()
        yield played
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def fetcher() -> Iterator[fetch.Fetcher]:
    with fetch.Fetcher(contact="https://news.example/bot", deadlines=QUICK) as opened:
        yield opened


def ok(fetcher: fetch.Fetcher, url: str, hosts: tuple[str, ...] = HERE) -> bytes:
    answer = fetcher.get(url, allow_hosts=hosts)
    assert isinstance(answer, fetch.Response), answer
    return answer.body


def test_requests_to_one_server_share_a_connection(host: Host, fetcher: fetch.Fetcher) -> None:
    assert [ok(fetcher, host.url(f"/{number}")) for number in range(3)] == [b"ok"] * 3
    assert host.counts == [3]
    assert [head.split()[1] for head in host.requests[0]] == [b"/0", b"/1", b"/2"]


def test_an_answer_without_a_body_leaves_the_connection_ready(
    host: Host, fetcher: fetch.Fetcher
) -> None:
    host.script = [[NOT_MODIFIED, NOT_MODIFIED, OK]]
    assert [ok(fetcher, host.url()) for _ in range(3)] == [b"", b"", b"ok"]
    assert host.counts == [3]


def test_a_kept_connection_is_no_way_round_the_check_of_addresses(
    host: Host, fetcher: fetch.Fetcher
) -> None:
    ok(fetcher, host.url())
    answer = fetcher.get(host.url())
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "blocked"
    assert host.counts == [1]


def test_other_permissions_dial_anew(host: Host, fetcher: fetch.Fetcher) -> None:
    ok(fetcher, host.url())
    ok(fetcher, host.url(), hosts=("127.0.0.1", "cms.internal"))
    ok(fetcher, host.url())
    assert host.counts == [2, 1]


def test_a_name_has_connections_of_its_own(host: Host, fetcher: fetch.Fetcher) -> None:
    both = ("127.0.0.1", "localhost")
    ok(fetcher, host.url(), hosts=both)
    ok(fetcher, host.url(host="localhost"), hosts=both)
    assert host.counts == [1, 1]


def test_threads_never_share_a_connection_at_once(host: Host, fetcher: fetch.Fetcher) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: ok(fetcher, host.url(f"/{number}")), range(80)))
    assert answers == [b"ok"] * 80
    assert sum(host.counts) == 80


def test_a_server_that_closed_meanwhile_is_dialled_anew(host: Host, fetcher: fetch.Fetcher) -> None:
    host.script = [[OK]]
    ok(fetcher, host.url())
    assert host.ended[0].wait(2)
    assert ok(fetcher, host.url()) == b"ok"
    assert host.counts == [1, 1]


def test_a_server_that_hangs_up_on_the_next_request_is_asked_once_more(
    host: Host, fetcher: fetch.Fetcher
) -> None:
    host.script = [[OK, hang_up]]
    ok(fetcher, host.url("/first"))
    assert ok(fetcher, host.url("/second")) == b"ok"
    assert host.counts == [2, 1]
    assert b"/second" in host.requests[1][0]


def test_a_server_that_always_hangs_up_is_a_failure_and_not_asked_for_ever(
    host: Host, fetcher: fetch.Fetcher
) -> None:
    host.script = [[OK, hang_up], [hang_up]]
    ok(fetcher, host.url())
    answer = fetcher.get(host.url(), allow_hosts=HERE)
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "protocol"
    assert host.counts == [2, 1]


def test_a_slow_answer_on_a_kept_connection_is_not_asked_for_again(host: Host) -> None:
    def sleep(_connection: socket.socket) -> None:
        time.sleep(1)

    host.script = [[OK, sleep]]
    hasty = fetch.Deadlines(connect_seconds=1, read_seconds=0.2, total_seconds=2)
    with fetch.Fetcher(contact="x", deadlines=hasty) as fetcher:
        ok(fetcher, host.url())
        answer = fetcher.get(host.url(), allow_hosts=HERE)
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "timeout"
    assert host.counts == [2]


def test_each_request_on_a_connection_has_its_own_deadline(host: Host) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    host.script = [[OK, OK, drip]]
    short = fetch.Deadlines(connect_seconds=1, read_seconds=1, total_seconds=0.4)
    with fetch.Fetcher(contact="x", deadlines=short) as fetcher:
        ok(fetcher, host.url())
        time.sleep(0.5)
        ok(fetcher, host.url())
        answer = fetcher.get(host.url(), allow_hosts=HERE)
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "timeout"
    assert host.counts == [3]


def test_what_is_no_question_for_a_second_time_gets_a_connection_of_its_own(
    host: Host, fetcher: fetch.Fetcher
) -> None:
    host.script = [[OK], [hang_up]]
    ok(fetcher, host.url())
    answer = fetcher.send("POST", host.url(), body=b"", allow_hosts=HERE)
    assert isinstance(answer, fetch.FetchFailure)
    assert host.counts == [1, 1], "it was sent once, and not on a connection that might be closing"


@pytest.mark.parametrize(
    "unasked", [OK, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b"x"], ids=len
)
def test_bytes_that_nobody_asked_for_are_nobodys_answer(
    host: Host, fetcher: fetch.Fetcher, unasked: bytes
) -> None:
    host.script = [[OK + unasked, OK]]
    assert ok(fetcher, host.url()) == b"ok"
    assert ok(fetcher, host.url()) == b"ok"
    assert host.counts == [1, 1]


def test_a_word_between_two_requests_ends_the_connection(
    host: Host, fetcher: fetch.Fetcher
) -> None:
    spoke = threading.Event()

    def speak_later(connection: socket.socket) -> None:
        connection.sendall(OK)
        time.sleep(0.1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        spoke.set()

    host.script = [[speak_later, OK]]
    ok(fetcher, host.url())
    assert spoke.wait(2)
    assert ok(fetcher, host.url()) == b"ok"
    assert host.counts == [1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ],
    ids=["close", "1.0"],
)
def test_a_server_that_says_close_is_believed(
    host: Host, fetcher: fetch.Fetcher, answer: bytes
) -> None:
    host.script = [[answer, OK]]
    ok(fetcher, host.url())
    ok(fetcher, host.url())
    assert host.counts == [1, 1]


def test_a_connection_whose_answer_was_cut_off_is_not_used_again(
    host: Host, fetcher: fetch.Fetcher
) -> None:
    host.script = [[b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000, OK]]
    answer = fetcher.get(host.url(), allow_hosts=HERE, limit_bytes=100)
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "too_large"
    ok(fetcher, host.url())
    assert host.counts == [1, 1]
    assert host.ended[0].wait(2)


def test_an_early_hint_is_not_the_answer(host: Host, fetcher: fetch.Fetcher) -> None:
    host.script = [[b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, OK]]
    assert [ok(fetcher, host.url()) for _ in range(2)] == [b"ok", b"ok"]
    assert host.counts == [2]


def test_endless_headers_are_cut_off(host: Host, fetcher: fetch.Fetcher) -> None:
    host.script = [[b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2 * wire.MAX_HEAD_BYTES]]
    answer = fetcher.get(host.url(), allow_hosts=HERE)
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "protocol"


@pytest.fixture
def believed(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """We believe the self-made certificate."""
    context = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(dial, "_trust", lambda: context)


@pytest.mark.usefixtures("believed")
def test_a_kept_connection_spares_the_handshake(
    host: Host, fetcher: fetch.Fetcher, server_tls: ssl.SSLContext
) -> None:
    host.tls = server_tls
    secure = host.url(host="localhost")
    assert [ok(fetcher, secure, ("localhost",)) for _ in range(3)] == [b"ok"] * 3
    assert host.counts == [3]


@pytest.mark.usefixtures("believed")
def test_the_name_that_was_asked_for_is_what_tls_verifies(
    host: Host, fetcher: fetch.Fetcher, server_tls: ssl.SSLContext
) -> None:
    host.tls = server_tls
    answer = fetcher.get(host.url(host="127.0.0.1"), allow_hosts=HERE)
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "tls"
    assert host.counts == [0]


def test_all_connections_are_closed_at_the_end(host: Host) -> None:
    with fetch.Fetcher(contact="x", deadlines=QUICK) as fetcher:
        ok(fetcher, host.url())
        ok(fetcher, host.url(), hosts=("127.0.0.1", "cms.internal"))
        assert not any(one.is_set() for one in host.ended)
    assert all(one.wait(2) for one in host.ended)
    assert len(host.ended) == 2


def test_a_connection_that_comes_back_after_the_end_is_closed(
    host: Host, fetcher: fetch.Fetcher
) -> None:
    fetcher.close()
    ok(fetcher, host.url())
    assert host.ended[0].wait(2)


def test_a_long_pause_ends_a_connection(
    host: Host, fetcher: fetch.Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "IDLE_SECONDS", 0.0)
    ok(fetcher, host.url())
    ok(fetcher, host.url())
    assert host.counts == [1, 1]
    assert host.ended[0].wait(2)


def test_no_more_than_a_number_are_kept(
    host: Host, fetcher: fetch.Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MAX_IDLE", 2)
    leaves = [("127.0.0.1", f"host{number}.internal") for number in range(3)]
    for hosts in leaves:
        ok(fetcher, host.url(), hosts=hosts)
    assert host.ended[0].wait(2), "the one that waited longest gave way"
    assert [one.is_set() for one in host.ended] == [True, False, False]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/a b?q=c d", "/a%20b?q=c%20d"),
        ("/мир?о=я", "/%D0%BC%D0%B8%D1%80?%D0%BE=%D1%8F"),
        ("/a%2Fb/%zz", "/a%2Fb/%zz"),
        ("/a/../b/./c", "/b/c"),
        ("?x={1}`", "/?x={1}`"),
        ("/p{1}`?a=<\"'>", "/p%7B1%7D%60?a=%3C%22'%3E"),
    ],
)
def test_an_address_is_sent_as_a_request_line_carries_it(
    host: Host, fetcher: fetch.Fetcher, path: str, line: str
) -> None:
    ok(fetcher, f"http://127.0.0.1:{host.port}{path}")
    lines = host.requests[0][0].decode("ascii").split("\r\n")
    assert lines[:2] == [f"GET {line} HTTP/1.1", f"Host: 127.0.0.1:{host.port}"]
