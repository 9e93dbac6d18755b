"""Finds the text of an article on its page where the operator named no selector for it.

In: the tree of a page, what it says of itself. Out: the text as HTML, or "". Never: runs without
trafilatura (the extra `extract`), on a page beyond its bounds, or keeps what stands above the text
as headline and standfirst.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Collection, Iterator
from typing import Final

from lxml import etree, html

from dispatch.sources.feed_wire import Element

#: A larger page is none of prose, and would keep the one process there is for seconds.
MAX_ELEMENTS: Final = 10_000
MAX_CHARACTERS: Final = 512 * 1024
#: Less than this is what stands around a text that was not found.
LEAST_CHARACTERS: Final = 160

#: What opens a text and is said already: a heading, a paragraph, the name of who wrote it.
_OPENING: Final = frozenset({"h1", "h2", "p"})
#: So many elements at the beginning are looked at.
_MOST_OPENING: Final = 4


def is_installed() -> bool:
    """Whether the library is there."""
    return importlib.util.find_spec("trafilatura") is not None


def find(tree: Element, said: Collection[str]) -> str:
    """The text of the article on the page, without the `said` headline and standfirst above it."""
    if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        return ""
    if sum(map(len, tree.itertext())) > MAX_CHARACTERS:
        return ""
    from trafilatura import extract  # late: it takes longer to load than a page to read

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it warns of pages without a text
    found = extract(
        tree,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_images=True,
        include_links=True,
        include_tables=True,
        favor_precision=True,  # a donation box in the text is worse than a caption that is lost
        with_metadata=False,
    )
    body = html.document_fromstring(found).find("body") if found else None
    if body is None:
        return ""
    _drop_opening(body, {_plain(one) for one in said if one})
    if sum(map(len, body.itertext())) < LEAST_CHARACTERS:
        return ""
    return "".join(etree.tostring(one, encoding="unicode", method="html") for one in body).strip()


def _drop_opening(body: Element, said: Collection[str]) -> None:
    for element in list(_opening(body)):
        if _plain("".join(map(str, element.itertext()))) in said:
            body.remove(element)


def _opening(body: Element) -> Iterator[Element]:
    for element, _ in zip(body, range(_MOST_OPENING), strict=False):
        if element.tag in _OPENING:
            yield element


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
