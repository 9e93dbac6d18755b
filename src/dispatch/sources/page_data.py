"""Reads the data that a page carries for programs: JSON-LD, as it is found in the wild.

In: the texts of its `script` elements, rows of microdata. Out: what it says of its own article.
Never: takes an article that the page only lists; fails for one broken block (wrapped in comments,
with trailing commas, raw line breaks or HTML references it is read all the same).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dispatch.rules import canonical
from dispatch.rules import text as text_rules
from dispatch.sources import rest
from dispatch.sources.rest import Row

MAX_BLOCKS = 20
MAX_CHARACTERS = 256 * 1024
MAX_NODES = 2_000
_DEEPEST = 8

_WRAPPING = re.compile(
    r"^(?:\s|<!--|//|/\*|\*/|<!\[CDATA\[)+|(?:-->|//|/\*|\*/|\]\]>)(?:\s|-->|//|/\*|\*/|\]\]>)*$"
)
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
                    return plain(words)
        return ""


def plain(words: str) -> str:
    """Words of the data without the tags and references that belong on the page alone."""
    return html.unescape(text_rules.strip_tags(words)).strip()


def read(blocks: Iterable[str], pages: Collection[str] = (), more: Sequence[Row] = ()) -> PageData:
    """The data in the `script` elements of a page and in `more`; `pages` are its addresses."""
    found: list[tuple[Row, bool]] = []
    for block, _ in zip(blocks, range(MAX_BLOCKS), strict=False):
        found += _nodes(_parsed(block[:MAX_CHARACTERS]), 0)
    found += _nodes(list(more), 0)
    kept = found[:MAX_NODES]
    own = [node for node, is_own in kept if is_own and _is_article(node)]
    return PageData(nodes=tuple(node for node, _ in kept), article=_choose(own, pages))


def _choose(articles: Sequence[Row], pages: Collection[str]) -> Row:
    """Of several the one that is this page; none where each says that it is another.

    Front pages and sections carry the data of all that they list.
    """
    if len(articles) < 2 or not pages:
        return articles[0] if articles else {}
    keys = {canonical.match_key(page) for page in pages}
    base = next(iter(pages))
    said = [(one, {canonical.match_key(url) for url in _addresses(one, base)}) for one in articles]
    this = (one for one, urls in said if urls & keys)
    unsaid = (one for one, urls in said if not urls)
    if all(urls == said[0][1] for _, urls in said):  # told twice, and of one page: this one
        return articles[0]
    return next(this, None) or next(unsaid, {})


def _addresses(article: Row, base: str) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = article.get(key)
        for one in value if isinstance(value, list) else [value]:
            node = rest.table(one)
            url = rest.text(one) or rest.text(node.get("@id") or node.get("url"))
            if found := canonical.absolute_url(url, base) if url else None:
                yield found


def _is_article(node: Row) -> bool:
    return any(map(_ARTICLES.search, kinds_of(node)))


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


def _nodes(value: object, depth: int, *, is_own: bool = True) -> Iterator[tuple[Row, bool]]:
    """Every object with a type, in the order of the document, and whether the page may be it.

    It is neither what a list holds nor what an article mentions.
    """
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for one in value:
            yield from _nodes(one, depth + 1, is_own=is_own)
    elif isinstance(value, dict):
        if "@type" in value or "@id" in value:
            yield value, is_own
        below = is_own and not _is_article(value)
        for key, inner in value.items():
            if isinstance(inner, list | dict):
                yield from _nodes(inner, depth + 1, is_own=below and key != "itemListElement")
