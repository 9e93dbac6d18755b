"""Writes the links by which programs find the feeds of a page, for the head of any site's HTML.

In: links in their order. Out: lines of HTML. Never: anything but `<link>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from dispatch.rules.feed_discovery import DiscoveryLink


def render(links: Iterable[DiscoveryLink]) -> str:
    """The lines, ready to be pasted or included."""
    return "".join(f"{_write(link)}\n" for link in links)


def _write(link: DiscoveryLink) -> str:
    hreflang = f' hreflang="{escape(link.language)}"' if link.language else ""
    return (
        f'<link rel="alternate" type="{escape(link.media_type)}"{hreflang} '
        f'title="{escape(link.title)}" href="{escape(link.url)}">'
    )
