"""Writes what entries have in common in RSS and Atom: sections, links, the lead image.

In: an entry. Out: what goes into elements, or lines of XML. Never a second alternate link: several
readers follow the last one, and would send their people to a translation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from dispatch.model.article import Image
from dispatch.render import feed_entry, xml_text
from dispatch.render.feed_entry import FeedEntry

#: The scheme of roles that Media RSS assumes, and that validators know.
_ROLES: Final = "urn:ebu"


class Category(NamedTuple):
    """A section as a category: its key, and its name in the entry's language ("" for none)."""

    term: str
    label: str


def sections(entry: FeedEntry) -> Iterator[Category]:
    """The sections of an entry, in the words of its language."""
    for section in entry.sections:
        yield Category(section.key, feed_entry.plain(section.name(entry.language)))


def links(entry: FeedEntry) -> Iterator[xml_text.Attributes]:
    """The translations: related, and after the main link. Every reader we tried gets this right."""
    for translation in entry.translations:
        yield {
            "href": feed_entry.clean(translation.url),
            "rel": "related",
            "type": "text/html",
            "hreflang": feed_entry.clean(translation.language),
            "title": feed_entry.plain(translation.title),
        }


def image(entry: FeedEntry) -> Iterator[str]:
    """The lead image (Media RSS); an enclosure would appear as an attachment to download."""
    if entry.image is None:
        return
    url = feed_entry.clean(entry.image.url)
    if said := [*_said_of(entry, entry.image)]:
        yield from xml_text.block("media:content", said, _measures(url, entry.image))
    else:
        yield xml_text.empty("media:content", _measures(url, entry.image))
    yield xml_text.empty("media:thumbnail", {"url": url})


def _said_of(entry: FeedEntry, lead: Image) -> Iterator[str]:
    if alt := _alt(entry, lead):
        yield xml_text.element("media:description", alt, {"type": "plain"})
    if credit := feed_entry.plain(lead.credit):
        yield xml_text.element("media:credit", credit, {"role": "photographer", "scheme": _ROLES})


def _alt(entry: FeedEntry, lead: Image) -> str:
    """The alternative text, but not where readers would mistake it for the text.

    Feedparser takes media:description for the summary or body that an entry lacks.
    """
    return feed_entry.plain(lead.alt) if entry.summary and entry.html else ""


def _measures(url: str, lead: Image) -> xml_text.Attributes:
    return {
        "url": url,
        "medium": "image",
        "type": lead.media_type and feed_entry.clean(lead.media_type),
        "width": lead.width,
        "height": lead.height,
        "fileSize": lead.length,
    }
