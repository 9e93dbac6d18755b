"""Dials servers for `fetch`: resolves a name, drops private addresses, watches the clock.

In: scheme, host and port, what the request at hand may do (its Leave). Out: a network stream.
Never: dials an address that was not checked, waits beyond the end of the request (but for the
resolver, which has its own patience).
"""

from __future__ import annotations

import functools
import socket
import ssl
import time
from dataclasses import dataclass
from typing import NamedTuple

import httpcore2
import httpx2

from dispatch.rules import network

#: How many of a name's addresses are tried.
_MOST_ADDRESSES = 4


class Refused(httpcore2.ConnectError):
    """The address is not one that a stranger may send us to."""


class Unresolved(httpcore2.ConnectError):
    """The name has no address."""


class Place(NamedTuple):
    """Where a server is: the host in ASCII, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int


@dataclass(slots=True)
class Leave:
    """What a request may do.

    `hosts` may be private and use any port. `ends_at` is when its time is over, by the monotonic
    clock; the request's wait for its turn at a host moves it.
    """

    hosts: frozenset[str]
    ends_at: float

    def remaining(self, longest: float) -> float:
        """Seconds left, at most `longest`; raises ConnectTimeout when there are none."""
        left = self.ends_at - time.monotonic()
        if left <= 0:
            raise httpcore2.ConnectTimeout("out of time")
        return min(left, longest)


def connect(place: Place, leave: Leave, longest: float) -> httpcore2.NetworkStream:
    """A stream to `place`; every wait on the way is `longest` at most.

    The name stays what TLS verifies, the number that was checked is what is dialled.
    """
    stream = _dial_first(_checked_addresses(place, leave), place.port, leave, longest)
    if place.scheme == "https":
        return stream.start_tls(_trust(), place.host, leave.remaining(longest))
    return stream


@functools.cache
def _trust() -> ssl.SSLContext:
    """The authorities that we believe; to read them takes as long as a hundred requests."""
    context = httpx2.create_ssl_context(trust_env=False)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _checked_addresses(place: Place, leave: Leave) -> list[str]:
    """The addresses of `place` that the request may go to; raises Refused if there are none."""
    is_trusted = place.host.lower() in leave.hosts
    if not is_trusted and place.port not in {80, 443}:
        raise Refused(f"port {place.port} of {place.host} is not allowed (only 80 and 443 are)")
    found = _resolve(place.host, place.port)
    addresses = [one for one in found if is_trusted or network.is_public(one)]
    if not addresses:
        raise Refused(f"{place.host} is a private or special address; see allow_hosts")
    return addresses[:_MOST_ADDRESSES]


def _resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, numeric, in the resolver's order."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolved(f"{host} has no address ({error})") from error
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def _dial_first(
    addresses: list[str], port: int, leave: Leave, longest: float
) -> httpcore2.NetworkStream:
    for number, address in enumerate(addresses, 1):
        within = leave.remaining(longest)
        try:
            return httpcore2.SyncBackend().connect_tcp(address, port, within)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
            if number == len(addresses):
                raise
    raise Unresolved("no address")
