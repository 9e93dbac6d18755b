"""Takes from a mail what a feed reader can show of it: its words, without its layout.

In: the HTML of a variant. Out: headings, paragraphs, lists and images, one after the other. Never:
a table of the layout, a style, or the ways out at the foot of a mail, which are a reader's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

import lxml.html
from lxml.etree import _Element as Element

from dispatch.model.article import Article
from dispatch.render import slots

_KEPT: Final = frozenset({"h2", "h3", "h4", "p", "ul", "ol", "blockquote"})
_ALONE: Final = frozenset({"a", "img"})
#: Parts of a mail that say nothing to a reader of feeds, by their class.
_LEFT_OUT: Final = frozenset({"first", "tools", "footer", "masthead"})
_INLINE: Final = frozenset({"a", "b", "br", "em", "i", "li", "strong", "img"})
_ATTRIBUTES: Final = ("href", "src", "alt", "width", "height", "lang", "dir", "hreflang")


def make_body(html: str) -> str:
    """The words of a mail as simple HTML."""
    body = lxml.html.document_fromstring(slots.without_reader(html)).find("body")
    if body is None:
        return ""
    return "\n".join(filter(None, map(_write_block, _blocks(body))))


def _blocks(parent: Element) -> Iterator[Element]:
    """The parts to keep, in the order of the mail."""
    for child in parent.iterchildren("*"):
        classes = set(child.get("class", "").split())
        if classes & _LEFT_OUT or "display:none" in child.get("style", "").replace(" ", ""):
            continue
        if child.tag in _KEPT or child.tag in _ALONE:
            yield child
        else:
            yield from _blocks(child)


def _write_block(element: Element) -> str:
    inside = _write_inside(element)
    if element.tag in _ALONE:
        return f"<p>{_write(element)}</p>" if element.tag == "img" or inside.strip() else ""
    return f"<{element.tag}>{inside}</{element.tag}>" if inside.strip() else ""


def _write_inside(element: Element) -> str:
    parts = [escape(element.text or "", quote=False)]
    for child in element.iterchildren("*"):
        parts += [_write(child), escape(child.tail or "", quote=False)]
    return "".join(parts)


def _write(element: Element) -> str:
    tag = str(element.tag)
    if tag not in _INLINE:
        return _write_inside(element)
    said = "".join(
        f' {name}="{escape(value)}"' for name in _ATTRIBUTES if (value := element.get(name))
    )
    if tag in {"br", "img"}:
        return f"<{tag}{said}>"
    return f"<{tag}{said}>{_write_inside(element)}</{tag}>"


def make_ranking(articles: Sequence[Article]) -> str:
    """A ranking as a list, first place first."""
    rows = [
        f'<li><a href="{escape(article.url)}">{escape(article.title)}</a>'
        + (f"<br>{escape(article.standfirst)}" if article.standfirst else "")
        + "</li>"
        for article in articles
    ]
    return f"<ol>{''.join(rows)}</ol>"
