"""Translate RSS 0.9x, 1.0 (RDF) and 2.0 with the modules that publishers use.

In: the root's Node. Out: a ParsedFeed. Never: sanitises, takes an Atom link where RSS has its own.
"""

from __future__ import annotations

from dispatch.model.article import Author, Entry
from dispatch.sources import feed_atom, feed_links, feed_text
from dispatch.sources import feed_fields as fields
from dispatch.sources.feed_nodes import Node
from dispatch.sources.feed_parsed import ParsedFeed, Reading
from dispatch.sources.feed_text import Value


def read(root: Node, reading: Reading) -> ParsedFeed:
    """The feed whose root element (rss, rdf:RDF or a bare channel) is `root`."""
    channel = root if root.name == "channel" else root.first("channel", "rdf:channel") or root
    nodes, warnings = fields.limited(_nodes(root, channel))
    links = feed_links.atom_links(channel)
    return ParsedFeed(
        format=_format(root),
        title=_own_text(channel, reading, *fields.TITLES).text,
        subtitle=_own_text(channel, reading, *_SUBTITLES).text,
        link=_own_link(channel, links, channel.language),
        id=channel.text("guid", "id", "atom:id") or None,
        language=channel.text("language", "dc:language") or channel.language or None,
        authors=_channel_authors(channel),
        entries=tuple(_entry(node, reading) for node in nodes),
        updated_at=reading.first_date(
            *channel.texts("lastbuilddate", *fields.UPDATED, "pubdate", "dc:date")
        ),
        timetable=fields.timetable(channel),
        warnings=warnings,
        older_url=feed_links.older(links),
        generator=channel.text("generator"),
    )


_SUBTITLES = (
    *("description", "dc:description", "atom:subtitle", "subtitle", "tagline"),
    *("itunes:subtitle", "itunes:summary"),
)


def _own_text(node: Node, reading: Reading, *names: str) -> Value:
    """The first of these children that says anything."""
    children = node.children(*names)
    values = (fields.value(child, feed_text.rss_value, None, reading) for child in children)
    return next((value for value in values if value.text), Value())


def _nodes(root: Node, channel: Node) -> list[Node]:
    """Items of the channel, of the root (RSS 0.90, 1.0), or of a wrapper around them."""
    names = {"item", "atom:entry", "entry", "at:deleted-entry"}
    nodes = [node for node in channel.elements() if node.name in names]
    if channel.element is not root.element:
        nodes += [node for node in root.elements() if node.name in names]
    if not nodes:
        wrapper = channel.first("items", "rdf:items")
        nodes = [node for node in wrapper.elements() if node.name in names] if wrapper else []
    return nodes


def _format(root: Node) -> str:
    if root.name.startswith("rdf"):
        return "rdf 0.9" if "0.9" in str(root.element.nsmap.get(None, "")) else "rdf 1.0"
    return f"rss {root.attribute('version') or '2.0'}"


def _channel_authors(channel: Node) -> tuple[Author, ...]:
    names = ("dc:creator", "dc:author", "author", "itunes:author", "managingeditor")
    people = [_author(child) for child in channel.children(*names)[:1]]
    return feed_text.distinct([author for author in people if author])


def _entry(node: Node, reading: Reading) -> Entry:
    if node.name in {"atom:entry", "entry", "at:deleted-entry"}:
        return feed_atom.entry(node, reading, ())
    links = feed_links.atom_links(node)
    language = fields.own_language(node)
    url = node.text("feedburner:origlink") or _own_link(node, links, language or node.language)
    url = url or _permalink(node) or feed_links.last_resort(links)
    source_id = node.text("guid", "atom:id", "id", "dc:identifier") or _about(node)
    return fields.entry(
        node,
        url=url or fields.web(_about(node)),
        source_id=source_id,
        title=_own_text(node, reading, *fields.TITLES),
        summary=fields.value(fields.summary(node), feed_text.rss_value, url, reading),
        content=_content(node, url, reading),
        authors=_authors(node),
        language=language,
        links=links,
        reading=reading,
    )


def _own_link(node: Node, links: list[feed_links.Link], language: str | None) -> str | None:
    """RSS's own link element before any atom:link beside it."""
    for child in node.children("link"):
        url = child.link(child.text()) or (
            child.link(child.attribute("href")) if not child.attribute("rel") else None
        )
        if url:
            return url
    chosen = feed_links.choose(links, language)
    return chosen.url if chosen else None


def _permalink(node: Node) -> str | None:
    """The guid, where it is an address (isPermaLink is true unless said otherwise)."""
    guid = node.first("guid")
    if guid is None or guid.attribute("ispermalink").lower() == "false":
        return None
    text = guid.text()
    if guid.attribute("ispermalink").lower() == "true" and text.startswith("/"):
        return guid.link(text)
    return fields.web(text)


def _about(node: Node) -> str:
    return node.attribute("about") or node.attribute("resource")


_CONTENTS = ("content:encoded", "atom:content", "xhtml:body", "body", "fullitem", "xhtml:div")
#: Where newsrooms that feed Yandex put the whole text, often with nothing else beside it.
_CONTENTS_ELSE = ("turbo:content", "yandex:full-text")


def _content(node: Node, url: str | None, reading: Reading) -> Value:
    values = (
        fields.value(child, feed_text.rss_value, url, reading)
        for child in (*node.children(*_CONTENTS), *node.children(*_CONTENTS_ELSE))
    )
    return next((value for value in values if value.text), Value())


def _author(node: Node) -> Author | None:
    """RSS's line of text, or a person as Atom has one."""
    return feed_text.atom_person(node) if len(node.element) else feed_text.person(node.text())


def _authors(node: Node) -> tuple[Author, ...]:
    """Bylines from every place that RSS has for them; the podcast's own only as the last resort."""
    people = [feed_text.person(name) for name in node.texts("dc:creator", "dc:author")]
    people += [_author(child) for child in node.children("author", "atom:author")]
    if not any(people):
        names = node.texts("itunes:author", "dc:contributor", "googleplay:author")
        people = [feed_text.person(name) for name in names]
    return feed_text.distinct([author for author in people if author])
