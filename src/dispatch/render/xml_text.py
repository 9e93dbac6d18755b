"""Writes elements of XML as lines of text, exactly as lxml would write the same tree.

In: tags, text, attributes. Out: lines, without indentation. Never: a tree; thousands of entries in
dozens of feeds cost ten times as much as elements of lxml. Heads of feeds are still made there.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

#: Attributes by name; one without a value is left out.
Attributes = Mapping[str, str | int | None]


def escape(text: str) -> str:
    """`text` as the content of an element."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def element(tag: str, text: str, attributes: Attributes | None = None) -> str:
    """An element that holds text."""
    return ready(tag, escape(text), attributes)


def ready(tag: str, escaped: str, attributes: Attributes | None = None) -> str:
    """An element whose text has been escaped already."""
    return f"<{tag}{_write(attributes)}>{escaped}</{tag}>"


def empty(tag: str, attributes: Attributes) -> str:
    """An element that says all in its attributes."""
    return f"<{tag}{_write(attributes)}/>"


def block(tag: str, lines: Iterable[str], attributes: Attributes | None = None) -> list[str]:
    """An element that holds others; `lines` are theirs."""
    return [f"<{tag}{_write(attributes)}>", *[f"  {line}" for line in lines], f"</{tag}>"]


@functools.lru_cache(maxsize=256)  # sections, languages and schemes come again with each entry
def quote(value: str) -> str:
    """`value` within quotation marks: a bare line break there would be read as a space."""
    value = escape(value).replace('"', "&quot;")
    return value.replace("\n", "&#10;").replace("\t", "&#9;")


def _write(attributes: Attributes | None) -> str:
    if not attributes:
        return ""
    return "".join(f' {name}="{quote(str(v))}"' for name, v in attributes.items() if v)
