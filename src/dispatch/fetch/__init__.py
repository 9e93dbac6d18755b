"""The one HTTP client: asks a stranger's server for a document, within limits.

In: a URL, validators, limits. Out: a Response, or a FetchFailure that says why there is none.
Never: raises for trouble at the other end, reaches a private address, keeps a cookie, reads a
proxy from the environment, takes more bytes or seconds than it was given.

The address is checked where it is dialled, after the name was resolved: checking a URL first and
fetching it afterwards is undone by a redirect or by a name server that answers differently the
second time. A connection that was dialled may serve several requests, if they have the same leave.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import math
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType, TracebackType
from typing import NamedTuple, Self
from urllib.parse import quote, urlsplit

import h11
import httpcore2

from dispatch import __version__
from dispatch.fetch import dial, gate, inflate, kept, wire
from dispatch.rules import canonical

FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
DEFAULT_LIMIT_BYTES = 10 * 1024 * 1024
#: How much of an answer a probe reads where it has to use GET.
PROBE_BYTES = 256 * 1024
MAX_REDIRECTS = 5
_CODINGS = frozenset({"", "gzip", "deflate", "identity"})
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_RETRY_SECONDS = 7 * 24 * 3600
#: A clock that is more than a month ahead is no clock.
_LONGEST_AHEAD_SECONDS = 30 * 24 * 3600
#: Statuses whose Retry-After holds for the whole host (RFC 6585, section 4; RFC 9110, 15.6.4).
_REST = frozenset({429, 503})
#: Methods that a server may be asked twice with one effect (RFC 9110, section 9.2.2).
_REPEATABLE = frozenset({"GET", "HEAD"})
_PORTS = {"http": 80, "https": 443}
#: What a request line carries as it is, beside letters, digits and `-._~` (the percent-encode sets
#: of path and query in the WHATWG's URL standard, section 1.3).
_PATH_SAFE = "!$%&'()*+,/:;=@[\\]^|"
_QUERY_SAFE = _PATH_SAFE + "?`{}"
#: What is raised when a connection does not carry an answer to its end.
_BROKEN = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    h11.ProtocolError,
)
#: What is raised for trouble at the other end, or for an address that cannot be used.
_TROUBLE = (*_BROKEN, httpcore2.TimeoutException)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long one request may take; `total_seconds` bounds all its redirects and its body."""

    connect_seconds: float = 10.0
    read_seconds: float = 20.0
    total_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered, whatever the status below 400, 304 among them.

    `url` is where the answer came from. `headers` has lower-case names. `permanent_url` is `url`
    when there were redirects and every one of them was permanent (301, 308), else None.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    permanent_url: str | None = None

    def header(self, name: str) -> str | None:
        """The header `name`, given in lower case; None where the server sent none."""
        return self.headers.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """Why there is no document.

    `reason` is a word for programs (blocked, dns, timeout, tls, network, protocol, redirects,
    too_large, encoding, url, rest, patience, or `http_` and the status), `text` a sentence for the
    operator.
    `body` is what came with a refusal: interfaces for programs say there what they mean.
    """

    reason: str
    text: str
    retry_after_seconds: int | None = None
    body: bytes = field(default=b"", repr=False)


class _Stopped(Exception):  # noqa: N818 - it carries a failure, it is none
    """Ends a request from within; never leaves this module."""

    def __init__(self, failure: FetchFailure) -> None:
        super().__init__(failure.text)
        self.failure = failure


class _Request(NamedTuple):
    """What is asked at every hop, and within which limits."""

    leave: dial.Leave
    headers: Mapping[str, str]
    limit: int
    method: str
    content: bytes


class _Target(NamedTuple):
    """An address as a request needs it; `authority` is what its header Host says."""

    url: str
    place: dial.Place
    authority: str
    path: bytes


class Fetcher:
    """Fetches documents; open it with `with`, share it between threads.

    `contact` is an address or URL by which a server's owner can reach the operator. A connection
    is kept for requests with the permissions that it was dialled with, and for no others. One host
    is asked one thing at a time, with `delay_seconds` between two requests.
    """

    def __init__(
        self, *, contact: str, deadlines: Deadlines | None = None, delay_seconds: float = 0.0
    ) -> None:
        self._gate = gate.Gate(delay_seconds)
        self._agent = f"dispatch/{__version__} (+{_one_line(contact)})"
        self._deadlines = deadlines or Deadlines()
        self._kept = kept.Kept()
        self._ends_at = math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that were kept."""
        self._kept.close()

    def within(self, seconds: float) -> Fetcher:
        """The same client for one visit, whose requests are all over after so long."""
        patient = copy.copy(self)
        patient._ends_at = time.monotonic() + seconds  # noqa: SLF001 - a Fetcher as well
        return patient

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        accept: str | None = None,
        authorization: str | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
        allow_hosts: Iterable[str] = (),
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
    ) -> Response | FetchFailure:
        """Fetch `url`, following at most five redirects, each checked like the first address.

        Validators are sent byte for byte as they came. `authorization` goes to the first host
        alone; `headers` are sent besides. `allow_hosts` may resolve to private addresses and use
        any port; all others are held to public addresses and ports 80 and 443. `limit_bytes`
        counts decoded bytes.
        """
        sent = self._headers(etag, last_modified, accept, authorization) | dict(headers)
        request = self._request(allow_hosts, headers=sent, limit=limit_bytes)
        return _guarded(self._follow, url, request)

    def probe(
        self, url: str, *, accept: str | None = None, allow_hosts: Iterable[str] = ()
    ) -> Response | FetchFailure:
        """Whether `url` answers: HEAD, and GET where the server has no word for HEAD."""
        sent = self._headers(None, None, accept, None)
        answer: Response | FetchFailure = FetchFailure(reason="url", text=url)
        for method in ("HEAD", "GET"):
            request = self._request(allow_hosts, headers=sent, limit=PROBE_BYTES, method=method)
            answer = _guarded(self._follow, url, request)
            if isinstance(answer, Response) or not answer.reason.startswith("http_"):
                break
        return answer

    def send(
        self,
        method: str,
        url: str,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
        allow_hosts: Iterable[str] = (),
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
    ) -> Response | FetchFailure:
        """One request to `url` with `body`, within the same guards; a redirect is a failure."""
        sent = {"User-Agent": self._agent, "Accept-Encoding": "gzip", **headers}
        sent["Content-Length"] = str(len(body))
        request = self._request(
            allow_hosts, headers=sent, limit=limit_bytes, method=method, content=body
        )
        return _guarded(self._ask, url, request)

    def _request(
        self,
        allow_hosts: Iterable[str],
        *,
        headers: Mapping[str, str],
        limit: int,
        method: str = "GET",
        content: bytes = b"",
    ) -> _Request:
        hosts = frozenset(host.lower().strip("[].") for host in allow_hosts)
        ends_at = min(time.monotonic() + self._deadlines.total_seconds, self._ends_at)
        leave = dial.Leave(hosts, ends_at)
        return _Request(leave, headers, limit, method, content)

    def _headers(
        self,
        etag: str | None,
        last_modified: str | None,
        accept: str | None,
        authorization: str | None,
    ) -> dict[str, str]:
        headers = {
            "User-Agent": self._agent,
            "Accept": accept or FEED_TYPES,
            "Accept-Encoding": "gzip",
        }
        optional = {
            "If-None-Match": _sendable(etag),
            "If-Modified-Since": _sendable(last_modified),
            "Authorization": _sendable(authorization),
        }
        return headers | {name: value for name, value in optional.items() if value}

    def _follow(self, url: str, request: _Request) -> Response:
        """Hop by hop; every hop is a new address to be checked."""
        permanent = True
        target = _target(url)
        for hop in range(MAX_REDIRECTS + 1):
            status, received, body = self._in_turn(target, request)
            location = received.get("location", "")
            if status not in _REDIRECTS or not location:
                moved = target.url if hop and permanent else None
                return _answer(status, target.url, received, body, moved)
            permanent = permanent and status in _PERMANENT
            following = _target(canonical.resolve(location, target.url))
            request = _request_for(request, target, following)
            target = following
        raise _stop("redirects", target.url, f"more than {MAX_REDIRECTS} redirects")

    def _ask(self, url: str, request: _Request) -> Response:
        """One request alone."""
        target = _target(url)
        status, received, body = self._in_turn(target, request)
        return _answer(status, target.url, received, body, None)

    def _in_turn(self, target: _Target, request: _Request) -> tuple[int, Mapping[str, str], bytes]:
        """One request when its host may be asked; the wait for that is not the server's time."""
        host = target.place.host
        if time.monotonic() >= self._ends_at:
            raise _stop("patience", target.url, "the visit took longer than one may")
        if left := math.ceil(self._gate.rest_left(host)):
            text = f"{_shown(target.url)}: {host} asked to be left alone for {left} s more"
            raise _Stopped(FetchFailure(reason="rest", text=text, retry_after_seconds=left))
        waited_from = time.monotonic()
        with self._gate.turn(host):
            request.leave.ends_at += time.monotonic() - waited_from
            status, received, body = self._once(target, request)
            if status in _REST and (rest := _retry_after(received.get("retry-after"))):
                self._gate.rest(host, rest)
            return status, received, body

    def _once(self, target: _Target, request: _Request) -> tuple[int, Mapping[str, str], bytes]:
        """One request without redirects: status, headers, decoded body."""
        connection, head = self._head(target, request)
        try:
            received = _plain_headers(head.headers)
            is_redirect = head.status_code in _REDIRECTS and "location" in received
            chunks = connection.chunks(request.leave)
            body = b"" if is_redirect else _read(chunks, received, target.url, request)
            return head.status_code, received, body
        finally:
            self._kept.put(target.place, request.leave.hosts, connection)

    def _head(self, target: _Target, request: _Request) -> tuple[wire.Wire, h11.Response]:
        """The head of the answer, and the connection on which its body comes.

        A server may close a kept connection while we ask on it: that is no failure, and we ask once
        more on a fresh one (RFC 9112, section 9.3.1).
        """
        leave, headers = request.leave, [("Host", target.authority), *request.headers.items()]
        if request.method in _REPEATABLE and (kept := self._kept.take(target.place, leave.hosts)):
            with contextlib.suppress(*_BROKEN):
                return kept, kept.ask(request.method, target.path, headers, b"", leave)
        stream = dial.connect(target.place, leave, self._deadlines.connect_seconds)
        fresh = wire.Wire(stream, self._deadlines.read_seconds)
        return fresh, fresh.ask(request.method, target.path, headers, request.content, leave)


# --- Pieces of one request -------------------------------------------------------------------


def _guarded(
    act: Callable[[str, _Request], Response], url: str, request: _Request
) -> Response | FetchFailure:
    """What `act` gives; trouble becomes a failure."""
    try:
        return act(url, request)
    except _Stopped as stop:
        return stop.failure
    except _TROUBLE as error:
        return _failure_of(error, url)
    except (OSError, ValueError) as error:
        return FetchFailure(reason="network", text=f"{_shown(url)}: {error}")


@functools.lru_cache(maxsize=1024)
def _target(url: str) -> _Target:
    """`url` as a request may carry it: http(s), ASCII, without user-info and fragment."""
    clean = canonical.absolute_url(url)
    if clean is None:
        raise _stop("url", url, "not an http or https address")
    parts, host = urlsplit(clean), canonical.host_of(clean)
    try:
        port = parts.port
    except ValueError:
        raise _stop("url", url, "the port is no number below 65536") from None
    usual = _PORTS[parts.scheme]
    authority = host if port is None else f"{host}:{port}"
    path = canonical.without_dots(parts.path) if "/." in parts.path else parts.path or "/"
    query = f"?{parts.query}" if parts.query else ""
    return _Target(
        url=f"{parts.scheme}://{authority}{parts.path}{query}",
        place=dial.Place(parts.scheme, host.strip("[]"), port or usual),
        authority=host if port == usual else authority,
        path=(quote(path, _PATH_SAFE) + quote(query, _QUERY_SAFE)).encode("ascii"),
    )


def _request_for(request: _Request, old: _Target, new: _Target) -> _Request:
    """The request of the next hop: no credentials to another server, nor down to plain http."""
    if old.place == new.place:
        return request
    kept = {name: value for name, value in request.headers.items() if name != "Authorization"}
    return request._replace(headers=kept)


def _read(
    chunks: Iterable[bytes], headers: Mapping[str, str], url: str, request: _Request
) -> bytes:
    """The decoded body, as long as bytes and seconds last."""
    limit = request.limit
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in _CODINGS:
        raise _stop("encoding", url, f"Content-Encoding {coding[:40]!r} was not asked for")
    unpack = inflate.decoder(coding)
    body = bytearray()
    for chunk in chunks:
        try:
            body += unpack(chunk, limit + 1 - len(body))
        except zlib.error as error:
            raise _stop("encoding", url, f"the body is no {coding}: {error}") from None
        if len(body) > limit:
            raise _stop("too_large", url, f"more than {limit} bytes")
        if time.monotonic() > request.leave.ends_at:
            raise _stop("timeout", url, "took longer than a request may")
    return bytes(body)


def _plain_headers(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """As text; a name given several times has its values joined (RFC 9110, section 5.3)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1"), _header_text(raw_value)
        found[name] = f"{found[name]}, {value}" if name in found else value
    return MappingProxyType(found)


def _header_text(value: bytes) -> str:
    """UTF-8 where it is, for a Location that somebody forgot to encode; else Latin-1."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _answer(
    status: int, url: str, headers: Mapping[str, str], body: bytes, moved: str | None
) -> Response:
    if status < 300 or status == 304:
        return Response(status=status, url=url, headers=headers, body=body, permanent_url=moved)
    raise _Stopped(
        FetchFailure(
            reason=f"http_{status}",
            text=f"{_shown(url)}: {_status_text(status, headers)}",
            retry_after_seconds=_retry_after(headers.get("retry-after")),
            body=body,
        )
    )


def _status_text(status: int, headers: Mapping[str, str]) -> str:
    if headers.get("cf-mitigated") == "challenge":
        return f"{status}, blocked by Cloudflare: ask its owner to allow our User-Agent or address"
    if status == 410:
        return "410, gone for good"
    return f"the server answered {status}"


def _retry_after(value: str | None) -> int | None:
    """Seconds from Retry-After, which is a number or a date (RFC 9110, section 10.2.3)."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), _LONGEST_RETRY_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = int((aware - datetime.now(UTC)).total_seconds())
    return max(0, min(seconds, _LONGEST_RETRY_SECONDS))


def clock_ahead_seconds(answer: Response) -> int:
    """By how much the clock of the server is fast, by its Date; 0 where that is not to be told.

    To be asked as soon as the answer is there. A slow clock, or an old answer from a cache, is none
    of our business: nothing is early by it.
    """
    try:
        date = parsedate_to_datetime(answer.header("date") or "")
    except ValueError:
        return 0
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    ahead = int((aware - datetime.now(UTC)).total_seconds())
    return ahead if 0 < ahead <= _LONGEST_AHEAD_SECONDS else 0


def _stop(reason: str, url: str, why: str) -> _Stopped:
    return _Stopped(FetchFailure(reason=reason, text=f"{_shown(url)}: {why}"))


def _failure_of(error: Exception, url: str) -> FetchFailure:
    """The failure behind one of the client's exceptions."""
    causes = list(_causes(error))
    for kind, reason in (
        (dial.Refused, "blocked"),
        (dial.Unresolved, "dns"),
        (httpcore2.TimeoutException, "timeout"),
        (httpcore2.ProtocolError, "protocol"),
        (h11.ProtocolError, "protocol"),
    ):
        if any(isinstance(cause, kind) for cause in causes):
            return FetchFailure(reason=reason, text=f"{_shown(url)}: {_why(causes)}")
    is_tls = any(type(cause).__module__ == "ssl" for cause in causes)
    return FetchFailure(
        reason="tls" if is_tls else "network", text=f"{_shown(url)}: {_why(causes)}"
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    for _ in range(8):
        if current is None:
            return
        yield current
        current = current.__cause__


def _why(causes: list[BaseException]) -> str:
    text = next((str(cause) for cause in causes if str(cause)), type(causes[0]).__name__)
    return _one_line(text)[:300]


def _shown(url: str) -> str:
    """`url` as a log may carry it: without user-info and query, where keys live."""
    parts = urlsplit(url) if canonical.absolute_url(url) else None
    if parts is None:
        return _one_line(url)[:200]
    return _one_line(f"{parts.scheme}://{canonical.host_of(url)}{parts.path}")[:200]


def _sendable(value: str | None) -> str:
    """`value` as a header may carry it, else "": a stored validator smuggles no second header."""
    return value if value and value.isprintable() and value.isascii() else ""


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).strip()
