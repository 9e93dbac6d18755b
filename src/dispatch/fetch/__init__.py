"""The one HTTP client: asks a stranger's server for a document, within limits.

In: a URL, validators, limits. Out: a Response, or a FetchFailure that says why there is none.
Never: raises for trouble at the other end, reaches a private address, keeps a cookie, reads a
proxy from the environment, takes more bytes or seconds than it was given.

The address is checked where it is dialled, after the name was resolved: checking a URL first and
fetching it afterwards is undone by a redirect or by a name server that answers differently the
second time.
"""

from __future__ import annotations

import functools
import math
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import httpcore2
import httpx2

from dispatch import __version__
from dispatch.fetch import dial, gate, inflate
from dispatch.rules import canonical

FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
)
DEFAULT_LIMIT_BYTES = 10 * 1024 * 1024
#: How much of an answer a probe reads where it has to use GET.
PROBE_BYTES = 256 * 1024
MAX_REDIRECTS = 5
_CHUNK = 64 * 1024
_CODINGS = frozenset({"", "gzip", "deflate", "identity"})
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_RETRY_SECONDS = 7 * 24 * 3600
#: Statuses whose Retry-After holds for the whole host (RFC 6585, section 4; RFC 9110, 15.6.4).
_REST = frozenset({429, 503})
#: What the client raises for trouble at the other end, or for an address that it cannot use.
_TROUBLE = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.UnsupportedProtocol,
    httpx2.InvalidURL,
)


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
    too_large, encoding, url, rest, or `http_` and the status), `text` a sentence for the operator.
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


class Fetcher:
    """Fetches documents; open it with `with`, share it between threads.

    `contact` is an address or URL by which a server's owner can reach the operator. Connections
    are not kept: a pooled one would have been dialled with another request's permissions.
    One host is asked one thing at a time, with `delay_seconds` between two requests.
    """

    def __init__(
        self, *, contact: str, deadlines: Deadlines | None = None, delay_seconds: float = 0.0
    ) -> None:
        self._gate = gate.Gate(delay_seconds)
        self._agent = f"dispatch/{__version__} (+{_one_line(contact)})"
        self._deadlines = deadlines or Deadlines()

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
        """Nothing is left to close: each connection ends with its request."""

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
        return self._guarded(url, allow_hosts, lambda: self._follow(url, sent, limit_bytes))

    def probe(
        self, url: str, *, accept: str | None = None, allow_hosts: Iterable[str] = ()
    ) -> Response | FetchFailure:
        """Whether `url` answers: HEAD, and GET where the server has no word for HEAD."""
        sent = self._headers(None, None, accept, None)
        answer: Response | FetchFailure = FetchFailure(reason="url", text=url)
        for method in ("HEAD", "GET"):
            answer = self._guarded(
                url, allow_hosts, partial(self._follow, url, sent, PROBE_BYTES, method)
            )
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

        def once() -> Response:
            target = _checked(url)
            status, received, answer = self._in_turn(target, sent, limit_bytes, method, body)
            return _answer(status, target, received, answer, None)

        return self._guarded(url, allow_hosts, once)

    def _guarded(
        self, url: str, allow_hosts: Iterable[str], act: Callable[[], Response]
    ) -> Response | FetchFailure:
        """What `act` gives, with its permissions and its deadline; trouble becomes a failure."""
        hosts = frozenset(host.lower().strip("[].") for host in allow_hosts)
        token = dial.LEAVE.set(dial.Leave(hosts, time.monotonic() + self._deadlines.total_seconds))
        try:
            return act()
        except _Stopped as stop:
            return stop.failure
        except _TROUBLE as error:
            return _failure_of(error, url)
        except (OSError, ValueError) as error:
            return FetchFailure(reason="network", text=f"{_shown(url)}: {error}")
        finally:
            dial.LEAVE.reset(token)

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

    def _follow(
        self, url: str, headers: dict[str, str], limit: int, method: str = "GET"
    ) -> Response:
        """Hop by hop; every hop is a new address to be checked."""
        permanent = True
        current = _checked(url)
        for hop in range(MAX_REDIRECTS + 1):
            status, received, body = self._in_turn(current, headers, limit, method)
            target = received.get("location", "")
            if status not in _REDIRECTS or not target:
                moved = current if hop and permanent else None
                return _answer(status, current, received, body, moved)
            permanent = permanent and status in _PERMANENT
            following = _checked(canonical.resolve(target, current))
            headers = _headers_for(headers, current, following)
            current = following
        raise _stop("redirects", current, f"more than {MAX_REDIRECTS} redirects")

    def _in_turn(
        self,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        method: str = "GET",
        content: bytes = b"",
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request when its host may be asked; the wait for that is not the server's time."""
        host = canonical.host_of(url)
        if left := math.ceil(self._gate.rest_left(host)):
            text = f"{_shown(url)}: {host} asked to be left alone for {left} s more"
            raise _Stopped(FetchFailure(reason="rest", text=text, retry_after_seconds=left))
        waited_from = time.monotonic()
        with self._gate.turn(host):
            leave = dial.LEAVE.get()
            waited = time.monotonic() - waited_from
            dial.LEAVE.set(replace(leave, ends_at=leave.ends_at + waited))
            status, received, body = self._once(url, headers, limit, method, content)
            if status in _REST and (rest := _retry_after(received.get("retry-after"))):
                self._gate.rest(host, rest)
            return status, received, body

    def _once(
        self,
        url: str,
        headers: Mapping[str, str],
        limit: int,
        method: str = "GET",
        content: bytes = b"",
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request without redirects: status, headers, decoded body."""
        leave = dial.LEAVE.get()
        waits = dict.fromkeys(("read", "write"), leave.remaining(self._deadlines.read_seconds))
        waits["connect"] = leave.remaining(self._deadlines.connect_seconds)
        place = _on_the_wire(url)
        with (
            dial.connect(place) as connection,
            connection.stream(
                method,
                place,
                headers=list(headers.items()),
                content=content if method not in ("GET", "HEAD") else None,
                extensions={"timeout": waits},
            ) as response,
        ):
            received = _plain_headers(response.headers)
            is_redirect = response.status in _REDIRECTS and "location" in received
            body = b"" if is_redirect else _read(response, received, url, limit, leave)
            return response.status, received, body


# --- Pieces of one request -------------------------------------------------------------------


@functools.lru_cache(maxsize=1024)
def _checked(url: str) -> str:
    """`url` as a request may carry it: http(s), ASCII, without user-info and fragment."""
    clean = canonical.absolute_url(url)
    parts = urlsplit(clean) if clean else None
    if clean is None or parts is None or not canonical.host_of(clean):
        raise _stop("url", url, "not an http or https address")
    host = canonical.host_of(clean)
    try:
        port = parts.port
    except ValueError:
        raise _stop("url", url, "the port is no number below 65536") from None
    return urlunsplit(
        (parts.scheme, host if port is None else f"{host}:{port}", parts.path, parts.query, "")
    )


def _headers_for(headers: dict[str, str], old: str, new: str) -> dict[str, str]:
    """The headers for the next hop: no credentials to another host, nor down to plain http."""
    before, after = urlsplit(old), urlsplit(new)
    is_same = before.netloc == after.netloc and before.scheme == after.scheme
    return headers if is_same else {k: v for k, v in headers.items() if k != "Authorization"}


@functools.lru_cache(maxsize=1024)
def _on_the_wire(url: str) -> httpcore2.URL:
    """`url` with its path and query percent-encoded, as a request line carries them."""
    parsed = httpx2.URL(url)
    return httpcore2.URL(
        scheme=parsed.raw_scheme, host=parsed.raw_host, port=parsed.port, target=parsed.raw_path
    )


def _read(
    response: httpcore2.Response,
    headers: Mapping[str, str],
    url: str,
    limit: int,
    leave: dial.Leave,
) -> bytes:
    """The decoded body, as long as bytes and seconds last."""
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in _CODINGS:
        raise _stop("encoding", url, f"Content-Encoding {coding[:40]!r} was not asked for")
    unpack = inflate.decoder(coding)
    body = bytearray()
    for chunk in response.iter_stream():
        try:
            body += unpack(chunk, limit + 1 - len(body))
        except zlib.error as error:
            raise _stop("encoding", url, f"the body is no {coding}: {error}") from None
        if len(body) > limit:
            raise _stop("too_large", url, f"more than {limit} bytes")
        if time.monotonic() > leave.ends_at:
            raise _stop("timeout", url, "took longer than a request may")
    return bytes(body)


def _plain_headers(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Lower-case names; a name given several times has its values joined (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), _header_text(raw_value)
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


def _stop(reason: str, url: str, why: str) -> _Stopped:
    return _Stopped(FetchFailure(reason=reason, text=f"{_shown(url)}: {why}"))


def _failure_of(error: Exception, url: str) -> FetchFailure:
    """The failure behind one of the client's exceptions."""
    causes = list(_causes(error))
    for kind, reason in (
        (dial.Refused, "blocked"),
        (dial.Unresolved, "dns"),
        (httpx2.InvalidURL, "url"),
        (httpcore2.TimeoutException, "timeout"),
        (httpcore2.RemoteProtocolError, "protocol"),
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
