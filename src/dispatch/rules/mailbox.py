"""What an e-mail address is, when two are the same, and how one is kept without being kept.

A strict grammar of our own: the standard library's `parseaddr` takes
`alice@example.org]<bob@example.com>` apart in the wrong place (CVE-2023-27043).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

#: RFC 5321, section 4.5.3.1: the longest address that fits a path.
MAX_LENGTH = 254

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
                    r"(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+)*")  # fmt: skip
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def read_address(text: str) -> str | None:
    """`text` as a deliverable address with an ASCII domain, or None if it is not one.

    Accepts dot-atom local parts (RFC 5322, section 3.4.1; quoted ones are refused on purpose) and
    domains with a dot, internationalised ones included. Never raises.
    """
    local, _, domain = unicodedata.normalize("NFC", text.strip()).rpartition("@")
    ascii_domain = _ascii_domain(domain)
    if ascii_domain is None or not _is_local_part(local):
        return None
    address = f"{local}@{ascii_domain}"
    return address if len(address.encode()) <= MAX_LENGTH else None


def address_key(address: str) -> str:
    """What makes two addresses one subscriber: letter case does not count."""
    return address.casefold()


def address_hash(address: str, secret: str) -> str:
    """A keyed hash of an address, so that a suppression survives the subscriber's erasure."""
    key = hashlib.sha256(b"dispatch suppression " + secret.encode()).digest()
    return hmac.new(key, address_key(address).encode(), hashlib.sha256).hexdigest()[:40]


def _is_local_part(local: str) -> bool:
    """Whether `local` is a dot-atom without a letter that hides, breaks a line or is none."""
    if any(unicodedata.category(letter)[0] in "CZ" for letter in local):
        return False
    return bool(_LOCAL.fullmatch(local)) and len(local.encode()) <= 64


def _ascii_domain(domain: str) -> str | None:
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = ascii_domain.split(".")
    is_domain = len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels)
    return ascii_domain if is_domain and not labels[-1].isdigit() else None
