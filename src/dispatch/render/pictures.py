"""Decides how an article's image may stand in an e-mail.

In: the image as its source described it, and the width of the place. Out: what the template
writes, or None. It never fetches an image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from dispatch.model.article import Image

#: Gmail shows no SVG, Outlook on Windows no WebP or AVIF.
_SHOWN_BY_FEW: Final = ("svg", "webp", "avif", "tiff", "heic")

_THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")

#: The usual shape of a press photograph, for images whose size no source gave. Clients that know
#: CSS correct it when the image has come.
_USUAL_SHAPE: Final = 2 / 3
_TALLEST_SHAPE: Final = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image with the size at which it is shown, in CSS pixels."""

    url: str
    alt: str
    width: int
    height: int


def picture(image: Image | None, width: int) -> Picture | None:
    """`image` at `width`, or None for one that mail clients would not show."""
    if image is None or not _is_shown(image):
        return None
    shape = image.height / image.width if image.width and image.height else _USUAL_SHAPE
    if shape > _TALLEST_SHAPE:
        return None
    return Picture(url=image.url, alt=image.alt, width=width, height=max(1, round(width * shape)))


def _is_shown(image: Image) -> bool:
    parts = urlsplit(image.url)
    kind = (image.media_type or parts.path.rpartition(".")[2]).lower()
    # Webmail shows only https; a site on this machine is somebody trying Dispatch out.
    is_reachable = parts.scheme == "https" or parts.hostname in _THIS_MACHINE
    return is_reachable and not any(few in kind for few in _SHOWN_BY_FEW)
