"""Mail: a rendered variant, parsed once, with the questions that several lines ask of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self, TypeAlias

import lxml.html

#: lxml-stubs leave out most of what an element of lxml.html can do.
Element: TypeAlias = Any

_STYLE: Final = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
_CONDITIONAL: Final = re.compile(r"<!--\[if .*?<!\[endif\]-->", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One variant's two parts. `page` is the parsed HTML, without what only Outlook sees."""

    html: str
    text: str
    preheader: str
    page: Element

    @classmethod
    def read(cls, html: str, text: str, preheader: str) -> Self:
        """A mail from its parts; HTML that is none becomes an empty page."""
        source = html if "<" in html else f"<html><body><p>{html}</p></body></html>"
        page: Element = lxml.html.document_fromstring(source.encode(), parser=_parser())
        return cls(html=html, text=text, preheader=preheader, page=page)

    @cached_property
    def kept_css(self) -> tuple[str, ...]:
        """What stands in each style element."""
        return tuple(_STYLE.findall(self.html))

    @cached_property
    def tags(self) -> str:
        """The HTML without style elements."""
        return _STYLE.sub("", self.html)

    def find(self, path: str) -> list[Element]:
        """The elements at an XPath."""
        return list(self.page.xpath(path))

    def text_elements(self) -> Iterator[Element]:
        """The elements of the body that hold words themselves."""
        for element in self.find(
            "/html/body//*[text()[normalize-space(translate(., '\u00a0', ''))]]"
        ):
            if element.tag not in ("script", "style"):
                yield element


def _parser() -> Any:
    return lxml.html.HTMLParser(encoding="utf-8")


def declarations(element: Element) -> Mapping[str, str]:
    """The CSS of an element's own style attribute."""
    return read_declarations(element.get("style") or "")


def read_declarations(css: str) -> dict[str, str]:
    """`name: value` pairs of a rule's body or a style attribute."""
    pairs = (part.partition(":") for part in css.split(";") if ":" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def shown(element: Element) -> str:
    """An element as a fault names it: its tag, its class, its first words."""
    name = (
        f"{element.tag}.{element.get('class').split()[0]}" if element.get("class") else element.tag
    )
    words = " ".join(element.text_content().split())
    return f"<{name}> “{words[:40]}{'…' if len(words) > 40 else ''}”" if words else f"<{name}>"
