"""Lists the addresses that a rendered mail leads to and shows.

In: HTML of a mail. Out: links and images in the order of appearance, each once. Never: a look at
any of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lxml.html


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """Absolute addresses: `links` of http and https alone."""

    links: tuple[str, ...]
    images: tuple[str, ...]


def read(html: str) -> References:
    """What `html` refers to."""
    page: Any = lxml.html.document_fromstring(html)
    links = map(str, page.xpath("//a/@href[starts-with(., 'http')]"))
    images = map(str, page.xpath("//img/@src"))
    return References(links=tuple(dict.fromkeys(links)), images=tuple(dict.fromkeys(images)))
