"""Writes an entry as an item of RSS 2.0, with the Advisory Board's profile.

In: an entry, the publication's scheme of sections. Out: lines of XML, in the order that validators
like. Add an element: one more line in `write`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dispatch.render import entry_parts, feedgen_extension, xml_text
from dispatch.render.feed_entry import FeedEntry

#: What a reader that takes plain text for HTML would swallow (Liferea does so in titles): a whole
#: tag, and the beginning of one.
_TAG: Final = re.compile(r"<([A-Za-z/!?][^<>]*)>")
_OPENING: Final = re.compile(r"<(?=[A-Za-z/!?])")


def write(entry: FeedEntry, scheme: str) -> list[str]:
    """The item, as lines."""
    return xml_text.block("item", _children(entry, scheme))


def without_tags(text: str) -> str:
    """Plain text in which nothing looks like a tag: "Press <Enter>" becomes "Press ‹Enter›".

    RSS never said whether its titles and descriptions are text or HTML, and readers disagree. This
    reads the same either way; escaping twice would show "&amp;" to every second reader.
    """
    return _OPENING.sub("‹", _TAG.sub(r"‹\1›", text)) if "<" in text else text


def _children(entry: FeedEntry, scheme: str) -> Iterator[str]:
    yield _text("title", without_tags(entry.title))
    yield _text("link", entry.url)
    yield from _bodies(entry)
    yield _text("guid", entry.uid, ' isPermaLink="false"')
    for section in entry_parts.sections(entry):
        domain = f' domain="{xml_text.quote(scheme)}"'
        yield _text("category", section.label or section.term, domain)
    yield _text("pubDate", feedgen_extension.rfc822(entry.published_at))
    # One element: readers show the last of several, or the first, but never all.
    if entry.authors:
        yield _text("dc:creator", ", ".join(author.name for author in entry.authors))
    yield _text("dc:language", entry.language)
    yield _text("atom:updated", entry.updated_at.isoformat())
    for link in entry_parts.links(entry):
        yield xml_text.empty("atom:link", link)
    # One of them: RSS has never said what several mean, and readers take the first, or the last.
    for file in entry.enclosures[:1]:
        yield xml_text.empty(
            "enclosure",
            {"url": file.url, "length": str(file.length or 0), "type": file.media_type},
        )
    if entry.rating:
        yield xml_text.element("media:rating", entry.rating, {"scheme": "urn:simple"})
    yield from entry_parts.image(entry)


def _bodies(entry: FeedEntry) -> Iterator[str]:
    """The standfirst, and the body after it: a validator wants this order."""
    summary = without_tags(entry.summary)
    if summary or entry.html:
        yield _text("description", summary or entry.html)
    if summary and entry.html:
        yield f"<content:encoded>{entry.escaped}</content:encoded>"


def _text(tag: str, text: str, attributes: str = "") -> str:
    """`&` and `<` of plain text by number: this way most readers show them (RSS profile)."""
    escaped = xml_text.escape(text)
    if "&" in escaped:
        escaped = escaped.replace("&amp;", "&#x26;").replace("&lt;", "&#x3C;")
    return f"<{tag}{attributes}>{escaped}</{tag}>"
