"""Which network addresses a stranger may send us to.

In: a numeric address. Out: whether the whole Internet may reach it. Never: resolves a name (an
answer about a name is stale by the time it is dialled; `fetch` asks about the number it dials).
"""

from __future__ import annotations

import ipaddress

_SPECIAL = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "168.63.129.16/32",  # what Azure tells its machines; a public number on no public network
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "224.0.0.0/3",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")


def is_public(address: str) -> bool:
    """Whether `address` (numeric) is one that the whole Internet may reach.

    Addresses that carry an IPv4 address inside (mapped, compatible, NAT64, 6to4) are judged by it,
    because `is_global` alone says yes to 64:ff9b::7f00:1.
    """
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = _embedded(number) if isinstance(number, ipaddress.IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    if any(number in block for block in _SPECIAL if block.version == number.version):
        return False
    return number.is_global and not number.is_multicast and not number.is_reserved


def is_this_machine(host: str) -> bool:
    """Whether `host`, a name or a numeric address, is the machine itself (RFC 6761, 6.3)."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address in _NAT64 or address in _IPV4_COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
