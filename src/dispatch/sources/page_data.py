"""Reads the data that a page carries for programs: JSON-LD, as it is found in the wild.

In: the texts of its `script` elements. Out: what it says of the article. Never: fails for one
broken block; wrapped in comments, with trailing commas, raw line breaks or HTML references it is
read all the same.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dispatch.sources import rest
from dispatch.sources.rest import Row

MAX_BLOCKS = 20
MAX_CHARACTERS = 256 * 1024
MAX_NODES = 2_000
_DEEPEST = 8

_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)+|(?:-->|//\s*\]\]>|\]\]>)+\s*$")
_TRAILING_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_ARTICLES = re.compile(r"(?:Article|BlogPosting|LiveBlogPosting|Report|Review)$")


@dataclass(frozen=True, slots=True)
class PageData:
    """The nodes of a page. `article` is what it says of its article, empty where there is none."""

    nodes: tuple[Row, ...]
    article: Row

    def of_kind(self, kind: str) -> Iterator[Row]:
        """The nodes of one type."""
        return (node for node in self.nodes if kind in kinds_of(node))

    def followed(self, value: object) -> Row:
        """A node, or the node that `{"@id": ...}` points to."""
        node = rest.table(value)
        name = rest.text(node.get("@id"))
        if not name or len(node) > 1:
            return node
        return next((one for one in self.nodes if one.get("@id") == name and len(one) > 1), node)

    def values(self, *keys: str) -> list[object]:
        """The values under the first of `keys` that the article has, as a list."""
        found = next((self.article[key] for key in keys if self.article.get(key)), None)
        return found if isinstance(found, list) else [] if found is None else [found]

    def text(self, *keys: str) -> str:
        """The first of them that is text, or a node with a name or address."""
        for key in keys:
            for value in self.values(key):
                node = self.followed(value)
                words = rest.text(value) or rest.text(node.get("name") or node.get("@id"))
                if words:
                    return html.unescape(words)
        return ""


def read(blocks: Iterable[str]) -> PageData:
    """The data in the `script` elements of a page."""
    nodes: list[Row] = []
    for block, _ in zip(blocks, range(MAX_BLOCKS), strict=False):
        nodes += _nodes(_parsed(block[:MAX_CHARACTERS]), 0)
    kept = tuple(nodes[:MAX_NODES])
    article = next((node for node in kept if any(map(_ARTICLES.search, kinds_of(node)))), {})
    return PageData(nodes=kept, article=article)


def kinds_of(node: Row) -> list[str]:
    """Its types, without the vocabulary's address."""
    kinds = node.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return [rest.text(kind).rpartition("/")[2] for kind in listed if rest.text(kind)]


def _parsed(block: str) -> object:
    """The JSON of a block; None where nothing helps."""
    bare = _WRAPPING.sub("", block).strip()
    for text in (bare, _TRAILING_COMMA.sub(lambda found: found[1] or "", bare), None):
        try:
            # strict=False: raw line breaks within strings
            parsed: object = json.loads(html.unescape(bare) if text is None else text, strict=False)
        except (ValueError, RecursionError):
            continue
        return parsed
    return None


def _nodes(value: object, depth: int) -> Iterator[Row]:
    """Every object with a type, in the order of the document."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _nodes(one, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value or "@id" in value:
            yield value
        for inner in value.values():
            if isinstance(inner, list | dict):
                yield from _nodes(inner, depth + 1)
