"""Finds parts of a page by the operator's CSS selectors.

In: a selector, a tree. Out: elements in document order. Never: a selector that was not checked
when the configuration was read.
"""

from __future__ import annotations

import functools
from typing import TypeAlias

from lxml import etree
from lxml.cssselect import CSSSelector

Element: TypeAlias = etree._Element  # noqa: SLF001 - the public name is missing from the stubs


class SelectorError(ValueError):
    """It is no CSS selector, or one for what no tree has (`::before`)."""


def checked(selector: str) -> str:
    """`selector` itself; raises SelectorError."""
    _compiled(selector)
    return selector


def find(tree: Element, selector: str) -> list[Element]:
    """The elements of `tree` that `selector` means."""
    found = _compiled(selector)(tree)
    elements = found if isinstance(found, list) else []
    return [one for one in elements if isinstance(one, Element)]


@functools.lru_cache(maxsize=256)
def _compiled(selector: str) -> CSSSelector:
    try:
        return CSSSelector(selector, translator="html")
    except (SyntaxError, RuntimeError, etree.XPathError) as error:  # cssselect's errors among them
        raise SelectorError(str(error)) from None
