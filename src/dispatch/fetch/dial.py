"""Dials servers for `fetch`: resolves a name, drops private addresses, watches the clock.

In: host and port, what the request at hand may do (`LEAVE`). Out: a network stream.
Never: dials an address that was not checked, waits beyond the end of the request (but for the
resolver, which has its own patience).
"""

from __future__ import annotations

import contextvars
import functools
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass

import httpcore2
import httpx2

from dispatch.rules import network


class Refused(httpcore2.ConnectError):
    """The address is not one that a stranger may send us to."""


class Unresolved(httpcore2.ConnectError):
    """The name has no address."""


@dataclass(frozen=True, slots=True)
class Leave:
    """What the dialler must know about the request it dials for."""

    hosts: frozenset[str]
    ends_at: float

    def remaining(self, longest: float) -> float:
        """Seconds left, at most `longest`; raises ConnectTimeout when there are none."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise httpcore2.ConnectTimeout("out of time")
        return min(left, longest)


_NOBODY = Leave(frozenset(), float("inf"))
LEAVE: contextvars.ContextVar[Leave] = contextvars.ContextVar("leave", default=_NOBODY)


def connect(url: httpcore2.URL) -> httpcore2.HTTPConnection:
    """A connection for one request to `url`; it dials when the request is sent."""
    context = _trust() if url.scheme == b"https" else None
    return httpcore2.HTTPConnection(url.origin, ssl_context=context, network_backend=_Dialler())


@functools.cache
def _trust() -> ssl.SSLContext:
    """The authorities that we believe; to read them takes as long as a hundred requests."""
    return httpx2.create_ssl_context(trust_env=False)


class _Dialler(httpcore2.SyncBackend):
    """Resolves a name, drops the addresses that nobody may send us to, dials one of the rest."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - the signature is httpcore2's
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Dial `host`; the name stays what TLS verifies, the number is what is dialled."""
        leave = LEAVE.get()
        is_trusted = host.lower().strip("[].") in leave.hosts
        if not is_trusted and port not in {80, 443}:
            raise Refused(f"port {port} of {host} is not allowed (only 80 and 443 are)")
        addresses = [a for a in _resolve(host, port) if is_trusted or network.is_public(a)]
        if not addresses:
            raise Refused(f"{host} is a private or special address; see allow_hosts")
        return self._dial_first(addresses[:4], port, timeout, leave, socket_options)

    def _dial_first(
        self,
        addresses: list[str],
        port: int,
        timeout: float | None,
        leave: Leave,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.NetworkStream:
        for number, address in enumerate(addresses, 1):
            within = leave.remaining(timeout or 10.0)
            try:
                stream = super().connect_tcp(address, port, within, socket_options=socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if number == len(addresses):
                    raise
            else:
                return _TimedStream(stream, leave)
        raise Unresolved("no address")


class _TimedStream(httpcore2.NetworkStream):
    """A stream whose every wait is cut to what is left of the request's time.

    The client's own timeouts are per wait: a server that drips headers byte by byte outlives them.
    """

    def __init__(self, stream: httpcore2.NetworkStream, leave: Leave) -> None:
        self._stream = stream
        self._until = leave

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._within(timeout))
        return _TimedStream(stream, self._until)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    def _within(self, timeout: float | None) -> float:
        left = self._until.ends_at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("out of time")
        return min(left, timeout or left)


def _resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, numeric, in the resolver's order."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolved(f"{host} has no address ({error})") from error
    return list(dict.fromkeys(str(item[4][0]) for item in found))
