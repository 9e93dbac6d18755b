"""Mends the head of a feed that feedgen writes, through its own interface for extensions.

In: the elements that feedgen has made, and the data that it has no place for. Out: the same
elements, mended. Never an entry: those are written by `rss_item` and `atom_entry`.

Feedgen 1.0.0 takes the last link of any kind for RSS's `link`, knows no hub, tombstones or
stylesheet, and switches the locale of the whole process for each date. This closes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final

import feedgen.entry
import feedgen.feed
from lxml import etree
from lxml.etree import _Element as Element

from dispatch.model.publication import Marks
from dispatch.render import feed_entry

ATOM: Final = "http://www.w3.org/2005/Atom"
DC: Final = "http://purl.org/dc/elements/1.1/"
MEDIA: Final = "http://search.yahoo.com/mrss/"
SYNDICATION: Final = "http://purl.org/rss/1.0/modules/syndication/"
HISTORY: Final = "http://purl.org/syndication/history/1.0"
TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"
WEBFEEDS: Final = "http://webfeeds.org/rss/1.0"

_IN_RSS: Final = {"dc": DC, "media": MEDIA, "sy": SYNDICATION}
_IN_ATOM: Final = {"media": MEDIA}

#: The profile of the RSS Advisory Board: plain text shows `&` and `<` in the most readers when
#: they are written as hexadecimal references.
_REFERENCES: Final = {"&": "#x26", "<": "#x3C"}


def rfc822(moment: datetime) -> str:
    """A date as RSS wants it, in English and GMT, without touching the process's locale."""
    return format_datetime(feed_entry.whole_seconds(moment), usegmt=True)


# Once, on import: feedgen's own calls setlocale() per date, and a race of two threads leaves the
# process in the "C" locale for good. The two modules have no other door to it.
feedgen.feed.formatRFC2822 = rfc822
feedgen.entry.formatRFC2822 = rfc822


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An atom:link beyond those that feedgen writes (RFC 4287, section 4.2.7)."""

    rel: str
    href: str
    media_type: str | None = None
    hreflang: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """The section that a whole feed is of."""

    term: str
    scheme: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a feed's head says beyond feedgen. `tombstones` are (entry id, when it was withdrawn).

    `updates_per_hour` is a hint for readers of RSS (syndication module of RSS 1.0). `rights` and
    `contact` are empty where nothing is to be said.
    """

    home_url: str
    stylesheet_url: str
    note: Element
    links: tuple[Link, ...]
    tombstones: tuple[tuple[str, datetime], ...]
    updates_per_hour: int
    is_rss: bool
    rights: str
    contact: str
    publisher: str
    category: Category | None
    marks: Marks
    has_webfeeds: bool
    is_archive: bool


class FeedExtension:
    """Mends the head of a feed; the caller sets `head`."""

    head: Head

    def extend_ns(self) -> Mapping[str, str]:
        """The prefixes that this format uses, and no others."""
        # Of these two the W3C's validator warns: they are declared only where they are used.
        tombstones = {"at": TOMBSTONES} if self.head.tombstones and not self.head.is_rss else {}
        webfeeds = {"webfeeds": WEBFEEDS} if self.head.has_webfeeds else {}
        history = {"fh": HISTORY} if self.head.is_archive else {}
        return {**(_IN_RSS if self.head.is_rss else _IN_ATOM), **tombstones, **webfeeds, **history}

    def extend_atom(self, root: Element) -> Element:
        """Called when the head is written and no entry is."""
        _add_stylesheet(root, self.head.stylesheet_url)
        self._say_archive(root)
        for link in self.head.links:
            _add_link(root, "link", link)
        if (category := self.head.category) is not None:
            said = {"term": category.term, "scheme": category.scheme, "label": category.label}
            etree.SubElement(root, "category", said)
        for tag, text in self._head_texts():
            _add_text(root, tag, text)
        _add_webfeeds(root, self.head)
        root.append(self.head.note)
        for uid, withdrawn_at in self.head.tombstones:
            gone = etree.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", ref=uid)
            gone.set("when", feed_entry.whole_seconds(withdrawn_at).isoformat())
        return root

    def _head_texts(self) -> Iterator[tuple[str, str]]:
        """Elements of Atom that feedgen has no room for where we want them."""
        marks = self.head.marks
        found = {"icon": marks.icon, "logo": marks.logo, "rights": self.head.rights}
        return ((tag, feed_entry.clean(text)) for tag, text in found.items() if text)

    def extend_rss(self, root: Element) -> Element:
        """Called when the channel is written and no item is."""
        _add_stylesheet(root, self.head.stylesheet_url)
        channel = root[0]
        _set_text(channel, "link", self.head.home_url)
        self._say_archive(channel)
        for link in self.head.links:
            _add_link(channel, f"{{{ATOM}}}link", link)
        for tag, text in (("copyright", self.head.rights), ("webMaster", self.head.contact)):
            if text:
                _add_text(channel, tag, text)
        if (category := self.head.category) is not None:
            element = _add_text(channel, "category", category.label)
            element.set("domain", category.scheme)
        # Whose the items without a byline are: rss2email would call them by "<author>".
        _add_text(channel, f"{{{DC}}}creator", self.head.publisher)
        _add_badge(channel, self.head)
        _add_webfeeds(channel, self.head)
        _add_text(channel, f"{{{SYNDICATION}}}updatePeriod", "hourly")
        _add_text(channel, f"{{{SYNDICATION}}}updateFrequency", str(self.head.updates_per_hour))
        _write_references(channel)
        channel.append(self.head.note)
        return root

    def _say_archive(self, parent: Element) -> None:
        """RFC 5005, section 4: a reader does not subscribe to this one."""
        if self.head.is_archive:
            etree.SubElement(parent, f"{{{HISTORY}}}archive")


def _add_badge(channel: Element, head: Head) -> None:
    """RSS's own picture: its title and link are the channel's, or validators warn."""
    marks = head.marks
    if not marks.badge:
        return
    image = etree.SubElement(channel, "image")
    _add_text(image, "url", feed_entry.clean(marks.badge))
    _add_text(image, "title", channel.findtext("title") or "")
    _add_text(image, "link", head.home_url)
    for tag, pixels in (("width", marks.badge_width), ("height", marks.badge_height)):
        if pixels:
            _add_text(image, tag, str(pixels))


def _add_webfeeds(parent: Element, head: Head) -> None:
    """What Feedly shows beside a feed."""
    if not head.has_webfeeds:
        return
    marks = head.marks
    if marks.logo:
        etree.SubElement(parent, f"{{{WEBFEEDS}}}cover", image=feed_entry.clean(marks.logo))
    for tag, text in (("icon", marks.icon), ("logo", marks.logo), ("accentColor", marks.accent)):
        if text:
            _add_text(parent, f"{{{WEBFEEDS}}}{tag}", feed_entry.clean(text))


def _add_stylesheet(root: Element, url: str) -> None:
    # A quotation mark would end the pseudo-attribute; in a URL it is written %22.
    target = f'type="text/css" href="{feed_entry.clean(url).replace(chr(34), "%22")}"'
    root.addprevious(etree.ProcessingInstruction("xml-stylesheet", target))


def _add_link(parent: Element, tag: str, link: Link) -> None:
    attributes = {
        "href": link.href,
        "rel": link.rel,
        "type": link.media_type,
        "hreflang": link.hreflang,
        "title": link.title and feed_entry.plain(link.title),
    }
    element = etree.SubElement(parent, tag)
    for name, value in attributes.items():
        if value:
            element.set(name, feed_entry.clean(value))


def _add_text(parent: Element, tag: str, text: str) -> Element:
    element = etree.SubElement(parent, tag)
    element.text = text
    return element


def _set_text(parent: Element, tag: str, text: str) -> None:
    """Overwrites what feedgen chose; an entry has no such element when it was given none."""
    element = parent.find(tag)
    if element is not None:
        element.text = text


def _write_references(parent: Element) -> None:
    """Writes `&` and `<` of plain text by number."""
    for element in parent:
        text = element.text
        if text and ("&" in text or "<" in text):
            _write_reference(element, text)


def _write_reference(element: Element, text: str) -> None:
    element.text, *rest = re.split(r"([&<])", text)
    for sign, tail in zip(rest[::2], rest[1::2], strict=True):
        reference = etree.Entity(_REFERENCES[sign])
        reference.tail = tail
        element.append(reference)
