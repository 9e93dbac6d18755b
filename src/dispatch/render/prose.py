"""Makes running text fit for a mail: an editor's Markdown, or the cleaned HTML of an article.

In: Markdown, or HTML that has been through `sources.markup`. Out: HTML of the few elements that
all mail programs know, each with a class of `style.css`; and the same as text, with every address
on a line of its own. Never: an element, attribute or image that is not on the list; an address
that is not http, https or mailto.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import lxml.html
from lxml import etree
from markdown_it import MarkdownIt
from markupsafe import Markup

from dispatch.model.article import Image
from dispatch.render import pictures, plain

#: lxml-stubs leave out most of what an element of lxml.html can do.
Element: TypeAlias = Any

#: Width of the column of text; images are shown at it.
COLUMN_PIXELS: Final = 544

_HEAD: Final = "h"
#: Blocks: the element that a mail gets, and its class.
_BLOCKS: Final = {
    "p": ("p", "paragraph"),
    "pre": ("p", "paragraph"),
    "figcaption": ("p", "caption"),
    "caption": ("p", "caption"),
    "dt": ("p", "paragraph"),
    "dd": ("p", "paragraph"),
    "h1": (_HEAD, "subhead"),
    "h2": (_HEAD, "subhead"),
    "h3": (_HEAD, "subhead"),
    "h4": (_HEAD, "subhead"),
    "li": ("li", "point"),
    "tr": ("p", "paragraph"),
}
_LISTS: Final = frozenset({"ul", "ol"})
_INLINE: Final = {"strong": "strong", "b": "strong", "em": "em", "i": "em", "cite": "em"}
_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_SPACE: Final = re.compile(r"\s+")

#: Raw HTML is shown as what it is: text.
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})


def from_markdown(text: str, level: int = 3) -> Markup:
    """An editor's Markdown as HTML of a mail; raw HTML in it is text."""
    return from_html(_MARKDOWN.render(text), level)


def from_html(html: str, level: int = 3) -> Markup:
    """Cleaned HTML as HTML of a mail: paragraphs, heads, lists, quotes, links and images.

    Its heads are `level` deep: a screen reader must not find a level skipped.
    """
    written = _Writer(level).blocks(_tree(html))
    return Markup("\n".join(written))  # noqa: S704 - made here, escaped


def text_from_markdown(text: str) -> str:
    """An editor's Markdown as text of a mail."""
    return text_from_html(_MARKDOWN.render(text))


def text_from_html(html: str) -> str:
    """What `from_html` shows, as text: addresses below the paragraph that names them."""
    return "\n\n".join(_text_blocks(_tree(str(from_html(html)))))


def beginning(html: str, share: float) -> str:
    """The first blocks of `html`, about `share` of its length, at least one."""
    parts = [etree.tostring(one, encoding="unicode", method="html") for one in _tree(html)]
    limit, kept = len(html) * share, parts[:1]
    for part in parts[1:]:
        if sum(map(len, kept)) + len(part) > limit:
            break
        kept.append(part)
    return "".join(kept)


def _tree(html: str) -> Element:
    """A `div` with the blocks of `html`."""
    return lxml.html.fragment_fromstring(html or "", create_parent="div")


class _Writer:
    """Writes the blocks of a tree, one element a line."""

    def __init__(self, level: int) -> None:
        self.level = level

    def blocks(self, parent: Element) -> Iterator[str]:
        """Each block below `parent`; loose text between blocks is a paragraph."""
        loose: list[str] = [escape(parent.text or "", quote=False)]
        for child in parent:
            if isinstance(child.tag, str) and self._is_block(child):
                yield from self._paragraph("".join(loose))
                loose = []
                yield from self._block(child)
            else:
                loose.append(self._inline(child))
            loose.append(escape(child.tail or "", quote=False))
        yield from self._paragraph("".join(loose))

    def _is_block(self, element: Element) -> bool:
        known = (*_BLOCKS, *_LISTS, "blockquote", "div", "figure", "table", "tbody", "thead")
        is_linked_image = element.tag == "a" and element.find(".//img") is not None
        return element.tag in (*known, "hr", "img", "dl", "tfoot") or is_linked_image

    def _paragraph(self, inner: str) -> Iterator[str]:
        if inner.strip():
            yield f'<p class="paragraph">{inner.strip()}</p>'

    def _block(self, element: Element) -> Iterator[str]:
        tag = element.tag
        if tag in _LISTS:
            yield f'<{tag} class="list">'
            yield from (part for item in element for part in self._item(item))
            yield f"</{tag}>"
        elif tag == "blockquote":
            yield '<div class="quote">'
            yield from self.blocks(element)
            yield "</div>"
        elif tag == "img":
            yield from self._image(element)
        elif tag == "hr":
            yield '<div class="pause">&nbsp;</div>'
        elif tag in _BLOCKS:
            yield from self._words(element)
        else:
            yield from self.blocks(element)

    def _item(self, item: Element) -> Iterator[str]:
        """A point of a list; paragraphs within it become lines."""
        if not isinstance(item.tag, str):
            return
        inner = "<br>".join(
            re.sub(r"</?(?:p|li)\b[^>]*>", "", part)
            for part in self.blocks(item)
            if not part.startswith(("<img", "<div", "</div", "<ul", "<ol", "</ul", "</ol"))
        )
        if inner:
            yield f'<li class="point">{inner}</li>'

    def _words(self, element: Element) -> Iterator[str]:
        for image in element.iter("img"):
            yield from self._image(image)
        tag, name = _BLOCKS[element.tag]
        tag = f"h{self.level}" if tag == _HEAD else tag
        inner = self._inner(element).strip()
        if inner.removeprefix("<br>"):
            yield f'<{tag} class="{name}">{inner}</{tag}>'

    def _image(self, element: Element) -> Iterator[str]:
        image = Image(
            url=element.get("src") or "",
            alt=element.get("alt") or "",
            width=_number(element.get("width")),
            height=_number(element.get("height")),
        )
        shown = pictures.picture(image, COLUMN_PIXELS)
        if shown:
            yield (
                f'<img class="figure" src="{escape(shown.url)}" alt="{escape(shown.alt)}"'
                f' width="{shown.width}" height="{shown.height}" border="0">'
            )

    def _inner(self, element: Element) -> str:
        parts = [escape(element.text or "", quote=False)]
        for child in element:
            parts += [self._inline(child), escape(child.tail or "", quote=False)]
        return _SPACE.sub(" ", "".join(parts))

    def _inline(self, element: Element) -> str:
        if not isinstance(element.tag, str) or element.tag == "img":
            return ""
        if element.tag == "br":
            return "<br>"
        inner = self._inner(element)
        if (
            element.tag == "a"
            and inner.strip()
            and urlsplit(element.get("href") or "").scheme in _SCHEMES
        ):
            return f'<a class="link" href="{escape(element.get("href"))}">{inner}</a>'
        tag = _INLINE.get(element.tag)
        # Table cells and their like have no space between them in the source.
        return f"<{tag}>{inner}</{tag}>" if tag and inner else inner + " " * (element.tag == "td")


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and int(value) else None


def _text_blocks(tree: Element) -> Iterator[str]:
    for element in tree:
        if element.tag in _LISTS:
            numbers = element.tag == "ol"
            points = (
                _with_addresses(item, f"{place}. " if numbers else "- ")
                for place, item in enumerate(element, 1)
            )
            yield "\n".join(points)
        elif element.tag == "div" and element.get("class") == "quote":
            for part in _text_blocks(element):
                yield "\n".join(f"> {line}" for line in part.split("\n"))
        elif element.tag == "img":
            if element.get("alt"):
                yield plain.wrapped(f"[{element.get('alt')}]")
        elif element.tag == "div":
            yield "* * *"
        else:
            yield _with_addresses(element, "")


def _with_addresses(element: Element, first: str) -> str:
    """The words of a block, and below them the addresses that its links lead to."""
    for line_break in element.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    indent = " " * len(first)
    lines = [
        plain.wrapped(line, indent, first if number == 0 else None)
        for number, line in enumerate(element.text_content().split("\n"))
    ]
    links = (link.get("href").removeprefix("mailto:") for link in element.iter("a"))
    return "\n".join([*lines, *(f"{indent}{link}" for link in dict.fromkeys(links))])
