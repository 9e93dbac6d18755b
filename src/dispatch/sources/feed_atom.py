"""Translate Atom 0.3 and 1.0 (RFC 4287), lone entries and tombstones (RFC 6721) included.

In: the feed's Node. Out: a ParsedFeed, or one Entry for an Atom entry inside RSS. Never: sanitises.
"""

from __future__ import annotations

from dispatch.model.article import Author, Entry
from dispatch.sources import feed_fields as fields
from dispatch.sources import feed_links, feed_text
from dispatch.sources.feed_nodes import Node
from dispatch.sources.feed_parsed import ParsedFeed, Reading
from dispatch.sources.feed_text import Value


def read(root: Node, reading: Reading) -> ParsedFeed:
    """The feed whose root element is `root`."""
    nodes, warnings = fields.limited(_nodes(root))
    chosen = feed_links.choose(feed_links.atom_links(root), root.language)
    people = _authors(root)
    return ParsedFeed(
        format=f"atom {root.attribute('version') or '1.0'}",
        title=_own_text(root, reading, "atom:title", "title", "dc:title").text,
        subtitle=_own_text(root, reading, *_SUBTITLES).text,
        link=chosen.url if chosen else None,
        id=root.text("atom:id", "id") or None,
        language=root.language or root.text("dc:language", "language") or None,
        authors=people,
        entries=tuple(entry(node, reading, people) for node in nodes),
        updated_at=reading.first_date(*root.texts(*fields.UPDATED)),
        timetable=fields.timetable(root),
        warnings=warnings,
        older_url=feed_links.older(feed_links.atom_links(root)),
        generator=root.text("atom:generator", "generator"),
    )


def read_lone_entry(root: Node, reading: Reading) -> ParsedFeed:
    """A document whose root is an entry (RFC 4287, section 2)."""
    return ParsedFeed(format="atom 1.0", entries=(entry(root, reading, ()),))


_SUBTITLES = ("atom:subtitle", "subtitle", "atom:tagline", "tagline", "dc:description")


def _nodes(root: Node) -> list[Node]:
    names = {"atom:entry", "entry", "at:deleted-entry"}
    return [node for node in root.elements() if node.name in names]


def entry(node: Node, reading: Reading, inherited: tuple[Author, ...]) -> Entry:
    """One entry or tombstone; `inherited` are the feed's authors (RFC 4287, section 4.2.1)."""
    if node.name == "at:deleted-entry":
        return _tombstone(node, reading)
    links = feed_links.atom_links(node)
    source_id = node.text("atom:id", "id", "dc:identifier")
    content = node.first("atom:content", "content")
    chosen = feed_links.choose(links, fields.own_language(node) or node.language)
    url = node.text("feedburner:origlink") or (chosen.url if chosen else None)
    url = url or fields.web(node.text("atom:link", "link"))
    url = url or node.link(content.attribute("src") if content else "") or fields.web(source_id)
    language = fields.own_language(node) or (chosen.language if chosen else "")
    return fields.entry(
        node,
        url=url or feed_links.last_resort(links),
        source_id=source_id,
        title=_own_text(node, reading, "atom:title", "title", "dc:title", "media:title"),
        summary=fields.value(fields.summary(node), feed_text.atom_value, url, reading),
        content=_content(node, url, reading),
        authors=_authors(node) or _source_authors(node) or inherited,
        language=language,
        links=links,
        reading=reading,
    )


def _own_text(node: Node, reading: Reading, *names: str) -> Value:
    return fields.value(node.first(*names), feed_text.atom_value, None, reading)


def _content(node: Node, url: str | None, reading: Reading) -> Value:
    """The text of the content; out-of-line content (RFC 4287, section 4.1.3.2) has none."""
    for child in node.children("atom:content", "content", "content:encoded"):
        value = fields.value(child, feed_text.atom_value, url, reading)
        if value.text and not child.attribute("type").startswith(("image/", "audio/", "video/")):
            return value
    return Value()


def _authors(node: Node) -> tuple[Author, ...]:
    people = [feed_text.atom_person(child) for child in node.children("atom:author", "author")]
    people += [feed_text.person(name) for name in node.texts("dc:creator")]
    return feed_text.distinct([author for author in people if author])


def _source_authors(node: Node) -> tuple[Author, ...]:
    source = node.first("atom:source", "source")
    return _authors(source) if source else ()


def _tombstone(node: Node, reading: Reading) -> Entry:
    """An explicit withdrawal (RFC 6721)."""
    chosen = feed_links.choose(feed_links.atom_links(node), node.language)
    source_id = node.attribute("ref")
    return Entry(
        source_id=source_id or None,
        url=chosen.url if chosen else fields.web(source_id),
        updated_at=reading.date(node.attribute("when")),
        withdrawn=True,
    )
