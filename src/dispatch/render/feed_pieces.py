"""Writes an article as the piece of a feed that it becomes, once per format and build.

In: articles, the context. Out: bytes that any feed of the same build may hold, complete with their
indentation. Never: anything of the feed around it. A piece depends on the article and on
`feed_entry.style`, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dispatch.model.article import Article
from dispatch.model.feed import FeedContext, FeedFormat
from dispatch.render import atom_entry, feed_entry, jsonfeed, rss_item
from dispatch.render.feed_entry import FeedEntry
from dispatch.rules import addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """An entry, and the pieces that were made of it."""

    entry: FeedEntry
    pieces: dict[FeedFormat, bytes] = field(default_factory=dict)


class Pieces:
    """The pieces of one build. An article stands in the feeds of its language, sections and all."""

    def __init__(self) -> None:
        self._kept: dict[int, dict[int, _Written]] = {}
        self._styles: dict[Hashable, int] = {}
        self._context: FeedContext | None = None
        self._style = 0

    def get(self, article: Article, feed_format: FeedFormat, context: FeedContext) -> bytes:
        """`article` in one format."""
        styles = self._kept.setdefault(article.id, {})
        style = self._style_of(context)
        if (written := styles.get(style)) is None:
            written = styles[style] = _Written(entry=feed_entry.make_entry(article, context))
        if (piece := written.pieces.get(feed_format)) is None:
            piece = written.pieces[feed_format] = _WRITERS[feed_format](written.entry, context)
        return piece

    def _style_of(self, context: FeedContext) -> int:
        """The number of a style: to hash all of it for each entry takes longer than to write."""
        if context is not self._context:
            self._context = context
            self._style = self._styles.setdefault(feed_entry.style(context), len(self._styles))
        return self._style

    def forget(self, article_id: int) -> None:
        """Let go of an article that no further feed of this build shows."""
        self._kept.pop(article_id, None)


def _write_rss(entry: FeedEntry, context: FeedContext) -> bytes:
    lines = rss_item.write(entry, addresses.section_scheme(context.publication))
    return _lay_out(lines, "    ")


def _write_atom(entry: FeedEntry, context: FeedContext) -> bytes:
    lines = atom_entry.write(entry, addresses.section_scheme(context.publication))
    return _lay_out(lines, "  ")


def _write_json(entry: FeedEntry, _context: FeedContext) -> bytes:
    return jsonfeed.write_item(entry).encode()


def _lay_out(lines: list[str], indent: str) -> bytes:
    """The lines at their depth in the document; only the first line of an element is moved."""
    return f"{indent}{f'{chr(10)}{indent}'.join(lines)}\n".encode()


_WRITERS: Final[Mapping[FeedFormat, Callable[[FeedEntry, FeedContext], bytes]]] = {
    FeedFormat.RSS: _write_rss,
    FeedFormat.ATOM: _write_atom,
    FeedFormat.JSON: _write_json,
}
