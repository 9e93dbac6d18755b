"""Reads microdata: what a page says for programs in the attributes of its own elements.

In: the tree of a page. Out: rows as JSON-LD has them, with `@type`. Never: follows `itemref`, or
takes the text of an article for one of its properties. HTML Living Standard, section 5.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dispatch.sources.feed_wire import Element
from dispatch.sources.rest import Row

MAX_ITEMS: Final = 500
MAX_PROPERTIES: Final = 2_000
MAX_CHARACTERS: Final = 2_000

#: Properties whose values are whole texts, or pages: nobody here asks for them.
_LONG: Final = frozenset({"articlebody", "text", "comment", "reviewbody"})
#: Where an element keeps its value, if not in its text.
_ATTRIBUTES: Final = {
    **dict.fromkeys(("a", "area", "link"), "href"),
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    "data": "value",
    "meta": "content",
    "object": "data",
    "time": "datetime",
}


def read(tree: Element) -> tuple[Row, ...]:
    """The items of the page, in the order of the document, each with those below it."""
    items: dict[Element, dict[str, Any]] = {}
    below: list[dict[str, Any]] = []
    properties = 0
    for element in tree.iter("*"):
        names = (element.get("itemprop") or "").split()
        properties += len(names)
        if len(items) >= MAX_ITEMS or properties > MAX_PROPERTIES:
            break
        owner = _owner(element, items) if names else None
        if element.get("itemscope") is not None:
            items[element] = _item(element)
            if owner is not None:
                below.append(items[element])
        if owner is not None:
            _put(owner, names, items.get(element) or _value(element, names))
    inner = {id(one) for one in below}
    return tuple(one for one in items.values() if id(one) not in inner)


def _item(element: Element) -> dict[str, Any]:
    item: dict[str, Any] = {"@type": (element.get("itemtype") or "").split()}
    if name := element.get("itemid"):
        item["@id"] = name
    return item


def _owner(element: Element, items: dict[Element, dict[str, Any]]) -> dict[str, Any] | None:
    """The item that a property belongs to: the nearest one around it."""
    return next((items[one] for one in element.iterancestors() if one in items), None)


def _put(owner: dict[str, Any], names: list[str], value: object) -> None:
    """As in JSON-LD: one value stands for itself, several in a list."""
    for name in names:
        if not value or name.lower() in _LONG:
            continue
        before = owner.get(name, [])
        values = [*(before if isinstance(before, list) else [before]), value]
        owner[name] = values if len(values) > 1 else value


def _value(element: Element, names: list[str]) -> str:
    if all(name.lower() in _LONG for name in names):
        return ""
    attribute = _ATTRIBUTES.get(str(element.tag), "content")
    said = element.get(attribute) or element.get("content") or ""
    return (said or " ".join(_words(element)))[:MAX_CHARACTERS].strip()


def _words(element: Element) -> Iterator[str]:
    size = 0
    for part in element.itertext():
        yield from str(part).split()
        size += len(part)
        if size > MAX_CHARACTERS:
            return
