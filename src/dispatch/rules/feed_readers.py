"""Tells from a User-Agent which feed reader asks, and for how many people.

In: the header as it came. Out: a name, and for services that fetch once for all their users the
number that they give, with the name that they have for our feed. Never: a person, or an address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: How many signs of a header are looked at.
MAX_LENGTH = 512
#: Nobody has more readers of one feed; what says so wants to be noticed.
MOST_SUBSCRIBERS = 10_000_000

_SUBSCRIBERS = re.compile(r"\b([0-9]{1,9})\s+(?:subscribers?|readers?|users?)\b", re.IGNORECASE)
#: Feedbin "feed-id:1", The Old Reader "feed-id=a1", Netvibes "feedID: 1", NewsBlur "/site/1/".
_FEED_ID = re.compile(r"(?:feed[-_ ]?id\s*[:=]\s*|/site/)([0-9A-Za-z_-]{1,40})", re.IGNORECASE)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9 ._-]{0,30}")
#: What services are called that hide behind a browser's name.
_SERVICES = (
    *("Feedly", "Inoreader", "NewsBlur", "Feedbin", "TheOldReader", "BazQux", "Netvibes"),
    *("Bloglovin", "Feedspot", "FeedWrangler", "Feedlio", "NewsGator", "Kagi"),
)
_BROWSER = "browser"
_COMPATIBLE = re.compile(r"compatible;\s*([A-Za-z][A-Za-z0-9._-]{0,30})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poller:
    """Who polls. `subscribers` is None for a program that fetches for one person."""

    name: str
    feed_id: str = ""
    subscribers: int | None = None


def identify(agent: str) -> Poller:
    """The reader behind a User-Agent."""
    text = agent[:MAX_LENGTH]
    count = _SUBSCRIBERS.search(text)
    if count is None:
        return Poller(name=_name(text))
    feed_id = _FEED_ID.search(text)
    return Poller(
        name=_name(text),
        feed_id=feed_id[1] if feed_id else "",
        subscribers=min(int(count[1]), MOST_SUBSCRIBERS),
    )


def is_browser(agent: str) -> bool:
    """Whether a person's browser may have asked: it says so, and names nobody else."""
    found = identify(agent)
    return found.name == _BROWSER and found.subscribers is None


def _name(text: str) -> str:
    flat = text.replace(" ", "").replace(".com", "").lower()
    for service in _SERVICES:
        if service.lower() in flat:
            return service
    compatible = _COMPATIBLE.search(text)
    if text.startswith("Mozilla/"):
        return compatible[1] if compatible else _BROWSER
    product = _PRODUCT.match(text)
    return product[0].strip(" -._").partition(" - ")[0] if product else "unnamed"
