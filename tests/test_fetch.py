from __future__ import annotations

import gzip
import itertools
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from dispatch import fetch
from dispatch.rules import network

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "fetch/dial",
    "fetch/gate",
    "rules/network",
)

Answer = Callable[["_Stage"], None]
QUICK = fetch.Deadlines(connect_seconds=2, read_seconds=2, total_seconds=3)


class _Stage(BaseHTTPRequestHandler):
    """Plays the answer that a test wrote for a path; every connection serves one request."""

    answers: ClassVar[dict[str, Answer]] = {}
    seen: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        answer = self.answers.get(self.path.partition("?")[0], _not_found)
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_POST = do_GET  # noqa: N815 - the name is the protocol's

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64


def _not_found(stage: _Stage) -> None:
    stage.reply(404)


@dataclass
class Site:
    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def redirects(self, path: str, status: int, target: str) -> None:
        self.answers[path] = lambda stage: stage.reply(status, Location=target)


@pytest.fixture
def site() -> Iterator[Site]:
    class Stage(_Stage):
        answers: ClassVar[dict[str, Answer]] = {}
        seen: ClassVar[list[tuple[str, dict[str, str]]]] = []

    server = _Server(("127.0.0.1", 0), Stage)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Site(server.server_address[1], Stage.answers, Stage.seen)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fetcher() -> Iterator[fetch.Fetcher]:
    with fetch.Fetcher(contact="https://news.example/bot", deadlines=QUICK) as opened:
        yield opened


def get(fetcher: fetch.Fetcher, url: str, limit: int = 100_000) -> fetch.Response:
    answer = fetcher.get(url, allow_hosts=("127.0.0.1", "localhost"), limit_bytes=limit)
    assert isinstance(answer, fetch.Response), answer
    return answer


def failure(fetcher: fetch.Fetcher, url: str, limit: int = 100_000) -> fetch.FetchFailure:
    answer = fetcher.get(url, allow_hosts=("127.0.0.1",), limit_bytes=limit)
    assert isinstance(answer, fetch.FetchFailure), answer
    return answer


def test_a_document_comes_with_lower_case_headers(site: Site, fetcher: fetch.Fetcher) -> None:
    site.answers["/feed"] = lambda stage: stage.reply(200, b"<rss/>", ETag='W/"1"', X_A="b")
    answer = get(fetcher, site.url("/feed?key=1#part"))
    assert (answer.status, answer.body) == (200, b"<rss/>")
    assert answer.url == site.url("/feed?key=1")
    assert answer.header("etag") == 'W/"1"'
    assert answer.permanent_url is None


def test_the_client_says_who_it_is_and_keeps_no_cookie(site: Site, fetcher: fetch.Fetcher) -> None:
    site.answers["/"] = lambda stage: stage.reply(200, Set_Cookie="a=b")
    get(fetcher, site.url("/"))
    get(fetcher, site.url("/"))
    headers = site.seen[1][1]
    assert headers["user-agent"].startswith("dispatch/")
    assert "(+https://news.example/bot)" in headers["user-agent"]
    assert headers["accept-encoding"] == "gzip"
    assert "cookie" not in headers
    assert "referer" not in headers


def test_validators_are_sent_byte_for_byte(site: Site, fetcher: fetch.Fetcher) -> None:
    site.answers["/"] = lambda stage: stage.reply(304, ETag='W/"x y"')
    answer = fetcher.get(
        site.url("/"),
        etag='W/"x y"',
        last_modified="Tue, 24 Nov 2026 10:00:00 GMT",
        allow_hosts=["127.0.0.1"],
    )
    assert isinstance(answer, fetch.Response)
    assert (answer.status, answer.body) == (304, b"")
    assert site.seen[0][1]["if-none-match"] == 'W/"x y"'
    assert site.seen[0][1]["if-modified-since"] == "Tue, 24 Nov 2026 10:00:00 GMT"


def test_a_validator_cannot_smuggle_a_header(site: Site, fetcher: fetch.Fetcher) -> None:
    site.answers["/"] = lambda stage: stage.reply(200)
    fetcher.get(site.url("/"), etag='"1"\r\nX-Evil: 1', allow_hosts=["127.0.0.1"])
    assert "x-evil" not in site.seen[0][1]
    assert "if-none-match" not in site.seen[0][1]


def test_permanent_redirects_alone_tell_a_new_address(site: Site, fetcher: fetch.Fetcher) -> None:
    site.redirects("/old", 301, "/older")
    site.redirects("/older", 308, "/new")
    site.redirects("/mixed", 301, "/temporary")
    site.redirects("/temporary", 302, "/new")
    site.answers["/new"] = lambda stage: stage.reply(200, b"here")
    assert get(fetcher, site.url("/old")).permanent_url == site.url("/new")
    mixed = get(fetcher, site.url("/mixed"))
    assert mixed.permanent_url is None
    assert (mixed.url, mixed.body) == (site.url("/new"), b"here")


def test_a_redirect_loop_ends(site: Site, fetcher: fetch.Fetcher) -> None:
    site.redirects("/a", 302, "/b")
    site.redirects("/b", 302, "/a")
    assert failure(fetcher, site.url("/a")).reason == "redirects"
    assert len(site.seen) == fetch.MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/", "javascript:1", "http://["]
)
def test_a_redirect_to_another_scheme_is_refused(
    site: Site, fetcher: fetch.Fetcher, target: str
) -> None:
    site.redirects("/", 302, target)
    assert failure(fetcher, site.url("/")).reason == "url"


def test_a_redirect_to_a_private_address_is_blocked(site: Site, fetcher: fetch.Fetcher) -> None:
    site.redirects("/", 302, site.url("/secret", host="127.0.0.2"))
    assert failure(fetcher, site.url("/")).reason == "blocked"
    site.redirects("/meta", 302, "http://169.254.169.254/latest/meta-data/")
    assert failure(fetcher, site.url("/meta")).reason == "blocked"


def test_credentials_stay_with_their_host(site: Site, fetcher: fetch.Fetcher) -> None:
    site.redirects("/same", 302, "/there")
    site.redirects("/other", 302, site.url("/there", host="localhost"))
    site.answers["/there"] = lambda stage: stage.reply(200)
    for path in ("/same", "/other"):
        fetcher.get(
            site.url(path), authorization="Bearer x", allow_hosts=["127.0.0.1", "localhost"]
        )
    seen = [(path, "authorization" in headers) for path, headers in site.seen]
    assert seen == [("/same", True), ("/there", True), ("/other", True), ("/there", False)]


def test_a_visit_ends_for_all_its_requests_at_once(site: Site, fetcher: fetch.Fetcher) -> None:
    site.answers["/"] = lambda stage: stage.reply(200, b"ok")
    patient = fetcher.within(60)
    assert get(patient, site.url("/")).body == b"ok"
    late = fetcher.within(0)
    assert failure(late, site.url("/")).reason == "patience"
    assert len(site.seen) == 1, "nothing is asked any more"
    assert get(fetcher, site.url("/")).body == b"ok", "others have their own time"


def test_a_dripping_server_runs_out_of_time(site: Site) -> None:
    def drip(stage: _Stage) -> None:
        stage.send_response(200)
        stage.end_headers()
        for _ in range(100):
            stage.wfile.write(b"x")
            time.sleep(0.05)

    site.answers["/"] = drip
    short = fetch.Deadlines(connect_seconds=1, read_seconds=1, total_seconds=0.3)
    with fetch.Fetcher(contact="x", deadlines=short) as fetcher:
        assert failure(fetcher, site.url("/")).reason == "timeout"


def test_dripping_headers_run_out_of_time(site: Site) -> None:
    def drip(stage: _Stage) -> None:
        stage.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(100):
            stage.wfile.write(b"X-%d: y\r\n" % number)
            time.sleep(0.05)

    site.answers["/"] = drip
    short = fetch.Deadlines(connect_seconds=1, read_seconds=1, total_seconds=0.3)
    with fetch.Fetcher(contact="x", deadlines=short) as fetcher:
        assert failure(fetcher, site.url("/")).reason == "timeout"


def test_a_silent_server_runs_out_of_time() -> None:
    short = fetch.Deadlines(connect_seconds=1, read_seconds=0.2, total_seconds=5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with fetch.Fetcher(contact="x", deadlines=short) as fetcher:
            assert failure(fetcher, url).reason == "timeout"


def test_a_body_is_cut_off_at_its_limit(site: Site, fetcher: fetch.Fetcher) -> None:
    site.answers["/exact"] = lambda stage: stage.reply(200, b"x" * 1000)
    site.answers["/over"] = lambda stage: stage.reply(200, b"x" * 1001)
    assert len(get(fetcher, site.url("/exact"), limit=1000).body) == 1000
    assert failure(fetcher, site.url("/over"), limit=1000).reason == "too_large"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_cut_off_after_decoding(site: Site, fetcher: fetch.Fetcher, coding: str) -> None:
    pack = gzip.compress if coding == "gzip" else zlib.compress
    bomb = pack(b"\0" * 50_000_000)
    site.answers["/"] = lambda stage: stage.reply(200, bomb, Content_Encoding=coding)
    assert failure(fetcher, site.url("/"), limit=1_000_000).reason == "too_large"


def test_gzip_is_decoded_and_broken_gzip_is_a_failure(site: Site, fetcher: fetch.Fetcher) -> None:
    packed = gzip.compress(b"<rss/>")
    site.answers["/good"] = lambda stage: stage.reply(200, packed, Content_Encoding="gzip")
    site.answers["/bad"] = lambda stage: stage.reply(200, b"no gzip", Content_Encoding="gzip")
    assert get(fetcher, site.url("/good")).body == b"<rss/>"
    assert failure(fetcher, site.url("/bad")).reason == "encoding"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress"])
def test_an_encoding_that_nobody_asked_for_is_refused(
    site: Site, fetcher: fetch.Fetcher, coding: str
) -> None:
    site.answers["/"] = lambda stage: stage.reply(200, b"x", Content_Encoding=coding)
    assert failure(fetcher, site.url("/")).reason == "encoding"


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 503])
def test_an_error_status_is_data(site: Site, fetcher: fetch.Fetcher, status: int) -> None:
    site.answers["/"] = lambda stage: stage.reply(status, b"sorry", Retry_After="120")
    answer = failure(fetcher, site.url("/?key=secret"))
    assert answer.reason == f"http_{status}"
    assert answer.retry_after_seconds == 120
    assert "secret" not in answer.text


def test_retry_after_may_be_a_date_and_is_capped(site: Site) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    values = {"/date": soon, "/huge": "9" * 30, "/odd": "soon", "/past": "-5"}

    def busy(stage: _Stage) -> None:
        stage.reply(503, Retry_After=values[stage.path])

    site.answers.update(dict.fromkeys(values, busy))
    waits = []
    for path in values:
        with fetch.Fetcher(contact="desk@news.example", deadlines=QUICK) as fetcher:
            waits.append(failure(fetcher, site.url(path)).retry_after_seconds)
    assert waits[0] is not None
    assert 3500 < waits[0] <= 3600
    assert waits[1:] == [7 * 24 * 3600, None, None]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_holds_for_the_whole_host(
    site: Site, fetcher: fetch.Fetcher, status: int
) -> None:
    site.answers["/busy"] = lambda stage: stage.reply(status, Retry_After="120")
    failure(fetcher, site.url("/busy"))
    again = failure(fetcher, site.url("/other"))
    assert again.reason == "rest"
    assert 118 <= (again.retry_after_seconds or 0) <= 120
    assert len(site.seen) == 1, "the host was not asked again"


def test_one_host_is_asked_one_thing_at_a_time_with_a_pause(site: Site) -> None:
    times: list[tuple[float, float]] = []

    def slow(stage: _Stage) -> None:
        begun = time.monotonic()
        time.sleep(0.05)
        times.append((begun, time.monotonic()))
        stage.reply(200)

    site.answers["/"] = slow
    with (
        fetch.Fetcher(contact="desk@news.example", delay_seconds=0.1) as fetcher,
        ThreadPoolExecutor(4) as pool,
    ):
        list(pool.map(lambda _: get(fetcher, site.url("/")), range(4)))
    times.sort()
    pauses = [later[0] - earlier[1] for earlier, later in itertools.pairwise(times)]
    assert min(pauses) >= 0.09


def test_a_challenge_of_cloudflare_is_named(site: Site, fetcher: fetch.Fetcher) -> None:
    site.answers["/"] = lambda stage: stage.reply(403, cf_mitigated="challenge")
    assert "Cloudflare" in failure(fetcher, site.url("/")).text


def test_a_server_that_speaks_no_http_is_a_failure(site: Site, fetcher: fetch.Fetcher) -> None:
    def greet(stage: _Stage) -> None:
        stage.wfile.write(b"220 smtp.example ESMTP\r\n")

    site.answers["/"] = greet
    assert failure(fetcher, site.url("/")).reason == "protocol"
    assert failure(fetcher, "http://127.0.0.1:1/").reason == "network"


def test_a_name_without_address_is_a_failure(fetcher: fetch.Fetcher) -> None:
    assert failure(fetcher, "http://no-such-host.invalid/").reason == "dns"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "100.64.0.1",
        "[fd00::1]",
        "10.0.0.1",
        "192.168.1.1",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "224.0.0.1",
        "0",
        "0177.0.0.1",
        "017700000001",
        "0x7f000001",
        "127.000.000.001",
        "127.0.0.1.",
        "127。0。0。1",
        "①②⑦.⓪.⓪.①",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "LocalHost.",
        "news.example@127.0.0.1",
        "127.0.0.1:443",
        "[::]",
        "[::7f00:1]",
        "[::ffff:7f00:1]",
        "[::ffff:0:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[fe80::1]",
        "[fec0::1]",
        "[fd00:ec2::254]",
        "[5f00::1]",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.8",
    ],
)
def test_private_addresses_are_not_dialled(fetcher: fetch.Fetcher, host: str) -> None:
    answer = fetcher.get(f"http://{host}/")
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "blocked"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1%2f.news.example/",
        "http://localhost%00.example/",
        "http://[::1",
        "http://a b/",
        "gopher://127.0.0.1/",
        "http://\r\nHost: x/",
    ],
)
def test_an_address_that_can_be_read_in_two_ways_is_not_dialled(
    fetcher: fetch.Fetcher, url: str
) -> None:
    answer = fetcher.get(url)
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason in {"url", "dns"}


@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "all_proxy"])
def test_no_proxy_of_the_environment_is_asked(
    site: Site, fetcher: fetch.Fetcher, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A proxy resolves names by itself: what we check would be somebody else's address."""
    monkeypatch.setenv(name, site.url("/").rstrip("/"))
    monkeypatch.setenv(name.upper(), site.url("/").rstrip("/"))
    answer = fetcher.get("http://no-such-host.invalid/")
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "dns"
    assert site.seen == []


def test_the_address_is_judged_after_the_name_was_resolved(
    site: Site, fetcher: fetch.Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rebinding(_host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    answer = fetcher.get("http://news.example/")
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "blocked"
    assert site.seen == []


@pytest.mark.parametrize("url", ["http://93.184.215.14:8080/", "https://news.example:22/"])
def test_only_the_ports_of_the_web_are_dialled(fetcher: fetch.Fetcher, url: str) -> None:
    answer = fetcher.get(url)
    assert isinstance(answer, fetch.FetchFailure)
    assert answer.reason == "blocked"
    assert "port" in answer.text


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "ftp://a.example/", "http://", "http://a:x/", "/p", "http://[/"],
)
def test_what_is_no_web_address_is_not_fetched(fetcher: fetch.Fetcher, url: str) -> None:
    assert failure(fetcher, url).reason == "url"


def test_one_fetcher_serves_many_threads_each_with_its_own_permissions(
    site: Site, fetcher: fetch.Fetcher
) -> None:
    site.answers["/"] = lambda stage: stage.reply(200, b"ok")

    def visit(number: int) -> str:
        hosts = ("127.0.0.1",) if number % 2 else ()
        answer = fetcher.get(site.url("/"), allow_hosts=hosts)
        return answer.reason if isinstance(answer, fetch.FetchFailure) else "ok"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(visit, range(40)))
    assert outcomes == ["blocked", "ok"] * 20


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("64:ff9b::5db8:d70e", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("::7f00:1", False),
        ("::ffff:10.0.0.1", False),
        ("fec0::1", False),
        ("192.0.0.8", False),
        ("5f00::1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("2001::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:0:7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
        ("2001:0:7f00:1::", False),
        ("2001:db8::1", False),
        ("3fff::1", False),
        ("100::1", False),
        ("ff02::1", False),
        ("192.0.2.1", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("198.51.100.1", False),
        ("203.0.113.1", False),
        ("240.0.0.1", False),
        ("168.63.129.16", False),
        ("168.63.129.17", True),
        ("not an address", False),
    ],
)
def test_an_address_is_public_only_if_everybody_may_reach_it(address: str, expected: bool) -> None:
    assert network.is_public(address) is expected


@pytest.mark.parametrize(
    ("said", "ahead"),
    [
        (timedelta(hours=2), True),
        (timedelta(hours=-2), False),
        (timedelta(days=31), False),
        ("Tue, 32 Nov 2026 09:00:00 GMT", False),
        (None, False),
    ],
)
def test_a_fast_clock_of_a_server_is_measured_by_its_date(
    said: timedelta | str | None, ahead: bool
) -> None:
    text = (
        said
        if isinstance(said, str)
        else format_datetime(datetime.now(UTC) + (said or timedelta()))
    )
    headers = {"date": text} if said is not None else {}
    answer = fetch.Response(status=200, url="https://a.example/", headers=headers)
    assert (fetch.clock_ahead_seconds(answer) > 7000) is ahead
    assert fetch.clock_ahead_seconds(answer) >= 0
