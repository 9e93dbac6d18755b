"""Writes an entry as one of Atom 1.0 (RFC 4287).

In: an entry, the publication's scheme of sections. Out: lines of XML. Add an element: one more
line in `write`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.model.article import Author
from dispatch.render import entry_parts, xml_text
from dispatch.render.feed_entry import FeedEntry


def write(entry: FeedEntry, scheme: str) -> list[str]:
    """The entry, as lines."""
    return xml_text.block("entry", _children(entry, scheme), {"xml:lang": entry.language})


def _children(entry: FeedEntry, scheme: str) -> Iterator[str]:
    yield f"<id>{xml_text.escape(entry.uid)}</id>"
    yield f"<title>{xml_text.escape(entry.title)}</title>"
    yield f"<updated>{entry.updated_at.isoformat()}</updated>"
    for author in entry.authors:
        yield from xml_text.block("author", _person(author))
    if entry.html:
        yield f'<content type="html">{entry.escaped}</content>'
    yield f'<link href="{xml_text.quote(entry.url)}" rel="alternate" type="text/html"/>'
    if entry.summary:
        yield f'<summary type="text">{xml_text.escape(entry.summary)}</summary>'
    for section in entry_parts.sections(entry):
        said = {"term": section.term, "scheme": scheme, "label": section.label}
        yield xml_text.empty("category", said)
    yield f"<published>{entry.published_at.isoformat()}</published>"
    for link in entry_parts.links(entry):  # after the main one: see entry_parts
        yield xml_text.empty("link", link)
    for file in entry.enclosures:
        said = {"href": file.url, "rel": "enclosure", "type": file.media_type}
        yield xml_text.empty("link", {**said, "length": file.length})
    yield from entry_parts.image(entry)


def _person(author: Author) -> Iterator[str]:
    yield xml_text.element("name", author.name)
    if author.url:
        yield xml_text.element("uri", author.url)
