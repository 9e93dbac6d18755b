"""The lead image and the files that an entry names outside its text.

In: an item's Node and its links. Out: an Image or None; enclosures. Never: loads one, takes an
image from the text (`markup` does that once the text is clean).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dispatch.model.article import Enclosure, Image
from dispatch.sources.feed_links import Link
from dispatch.sources.feed_nodes import Node

_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#]|$)", re.IGNORECASE)


def image(node: Node, links: list[Link]) -> Image | None:
    """The first of: the widest media:content, media:thumbnail, enclosure, itunes:image, image."""
    contents = sorted(_media(node), key=lambda found: -(found.width or 0))
    for found in (*contents, *_thumbnails(node), *_enclosures(node, links), *_plain(node)):
        return found
    return None


def enclosures(node: Node, links: list[Link]) -> tuple[Enclosure, ...]:
    """The files that belong to an item, as it names them: RSS `enclosure`, Atom links."""
    named = [
        (child.link(child.attribute("url")), child.attribute("type"), child.attribute("length"))
        for child in node.children("enclosure")
    ]
    named += [(one.url, one.media_type, one.length) for one in links if one.rel == "enclosure"]
    return tuple(
        Enclosure(url=url, media_type=media_type, length=_number(length))
        for url, media_type, length in named
        if url
    )


def _media(node: Node) -> Iterator[Image]:
    for place in (node, *node.children("media:group")):
        for child in place.children("media:content"):
            found = _from(child, "url", _credit(place) or _credit(node))
            if found and _is_image(child, found):
                yield found


def _thumbnails(node: Node) -> Iterator[Image]:
    places = (node, *node.children("media:group"), *node.children("media:content"))
    for place in places:
        for child in place.children("media:thumbnail"):
            found = _from(child, "url", _credit(place) or _credit(node))
            if found:
                yield found


def _enclosures(node: Node, links: list[Link]) -> Iterator[Image]:
    for child in node.children("enclosure"):
        found = _from(child, "url")
        if found and _is_image(child, found):
            yield found
    for link in links:
        if link.rel == "enclosure" and link.media_type.startswith("image/"):
            yield Image(url=link.url, media_type=link.media_type, length=_number(link.length))


def _plain(node: Node) -> Iterator[Image]:
    """Podcasts' image, and an image element as the channel has one."""
    for child in node.children("itunes:image", "googleplay:image"):
        found = _from(child, "href")
        if found:
            yield found
    for child in node.children("image"):
        url = child.link(child.text("url") or ("" if len(child.element) else child.text()))
        if url:
            yield Image(url=url)


def _from(node: Node, attribute: str, credit: str = "") -> Image | None:
    """`credit` is that of the element around it, which holds for all within (Media RSS)."""
    url = node.link(node.attribute(attribute))
    if url is None:
        return None
    return Image(
        url=url,
        alt=node.text("media:description", "media:title"),
        media_type=node.attribute("type").lower() or None,
        width=_number(node.attribute("width")),
        height=_number(node.attribute("height")),
        length=_number(node.attribute("length") or node.attribute("filesize")),
        credit=_credit(node) or credit,
    )


def _credit(node: Node) -> str:
    """Who made the picture: whom the feed calls its photographer, else whom it names first."""
    named = [(one.attribute("role").lower(), one.text()) for one in node.children("media:credit")]
    by_role = {role: name for role, name in reversed(named) if name}
    return by_role.get("photographer") or next((name for _, name in named if name), "")


def _is_image(node: Node, found: Image) -> bool:
    medium = node.attribute("medium").lower()
    if medium or found.media_type:
        return medium == "image" or (found.media_type or "").startswith("image/")
    return bool(_IMAGE_FILE.search(found.url))


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None
