"""Judges an RSS 2.0 feed by its specification and by the profile of the RSS Advisory Board.

In: the root of a document. Out: its faults. Never: RSS 1.0, which is another format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lxml.etree import _Element as Element

from dispatch.model.fault import Fault
from dispatch.rules import feed_lint_atom
from dispatch.rules import feed_lint_values as values

_ATOM: Final = f"{{{values.ATOM}}}"
_DC: Final = f"{{{values.DC}}}"
_ENCODED: Final = f"{{{values.CONTENT}}}encoded"

_CHANNEL_NAMES: Final = (
    "title link description language copyright managingEditor webMaster pubDate lastBuildDate "
    "generator docs cloud ttl image rating textInput skipHours skipDays"
)
_CHANNEL_ONCE: Final = tuple(_CHANNEL_NAMES.split())
_ITEM_NAMES: Final = "title link description author comments enclosure guid pubDate source"
_ITEM_ONCE: Final = tuple(_ITEM_NAMES.split())
#: An element of RSS and the element of another vocabulary that says the same.
_SAME: Final = (
    ("pubDate", f"{_DC}date"),
    ("author", f"{_DC}creator"),
    ("category", f"{_DC}subject"),
    ("guid", f"{_ATOM}id"),
    ("pubDate", f"{_ATOM}published"),
    ("language", f"{_DC}language"),
    ("copyright", f"{_DC}rights"),
    ("managingEditor", f"{_DC}creator"),
    ("webMaster", f"{_DC}publisher"),
)
#: RFC 822 as everybody reads it: English names, four digits for the year.
_DATE: Final = re.compile(
    r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} "
    r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d(:\d\d)? (GMT|UTC?|[A-Z]{3}|[+-]\d{4})"
)
_CONTACT: Final = re.compile(r"[^\s@()]+@[^\s@()]+\.[^\s@()]+ \([^()]+\)")
_MOST_IMAGE_WIDTH: Final = 144
_MOST_IMAGE_HEIGHT: Final = 400
_PERIODS: Final = frozenset({"hourly", "daily", "weekly", "monthly", "yearly"})


def faults(root: Element, *, url: str | None, now: datetime | None) -> Iterator[Fault]:
    """The faults of a whole feed."""
    channels = root.findall("channel")
    if root.get("version") != "2.0":
        yield values.error("InvalidRSSVersion", "feed", f"version {root.get('version')!r}")
    if len(channels) != 1:
        yield values.error("MissingElement", "feed", "has no channel, or several")
        return
    channel = channels[0]
    yield from _channel_faults(channel, now)
    yield from _self_faults(channel, url)
    items = channel.findall("item")
    for number, item in enumerate(items, 1):
        name = item.findtext("guid") or item.findtext("link") or "no guid"
        where = f"item {number}, line {item.sourceline} ({name})"
        yield from _item_faults(item, where, now)
    for guid, times in Counter(item.findtext("guid") for item in items).items():
        if guid and times > 1:
            yield values.error("DuplicateValue", "channel", f"{times} items have the guid {guid}")
    tags = [str(child.tag) for child in channel.iterchildren("*")]
    if "item" in tags and set(tags[tags.index("item") :]) != {"item"}:
        yield values.warning("MisplacedItem", "channel", "something follows the first item")


def _channel_faults(channel: Element, now: datetime | None) -> Iterator[Fault]:
    yield from _children_faults(channel, "channel", _CHANNEL_ONCE, ("category", "item"))
    for name in ("title", "link", "description"):
        if not channel.findtext(name):
            yield values.error(f"Missing{name.capitalize()}", "channel", f"has no {name}")
    for link in channel.iterfind("link"):
        yield from values.uri_faults(link.text or "", "channel link")
    for name in ("pubDate", "lastBuildDate"):
        yield from date_faults(channel, "channel", name, now)
    for name in ("title", "description", "copyright"):
        yield from _plain_faults(channel, "channel", name)
    yield from _value_faults(channel)
    yield from _image_faults(channel)
    yield from _syndication_faults(channel)
    yield from feed_lint_atom.link_faults(channel, "channel")
    if _has_alternate(channel):
        yield values.warning(
            "SeveralAlternates", "channel", "readers take it for the page of the feed"
        )


def _value_faults(channel: Element) -> Iterator[Fault]:
    """Elements of the channel that have a form of their own."""
    for one in channel.iterfind("language"):
        yield from values.language_faults(one.text or "", "channel language")
    for name in ("managingEditor", "webMaster"):
        for one in channel.iterfind(name):
            if not _CONTACT.fullmatch(one.text or ""):
                yield values.warning(
                    "EmailFormat", f"channel {name}", "is not of the form address (Name)"
                )
    for one in channel.iterfind("ttl"):
        if not _is_positive(one.text):
            yield values.error("InvalidPositiveInteger", "channel ttl", repr(one.text))
    if channel.find("textInput") is not None:
        yield values.warning("AvoidTextInput", "channel", "no reader shows it")


def _is_positive(text: str | None) -> bool:
    return bool(text and text.isdecimal() and int(text))


def _has_alternate(element: Element) -> bool:
    links = element.iterfind(f"{_ATOM}link")
    return any(link.get("rel", "alternate") == "alternate" for link in links)


def _image_faults(channel: Element) -> Iterator[Fault]:
    image = channel.find("image")
    if image is None:
        return
    where = "channel image"
    for name in ("url", "title", "link"):
        if not image.findtext(name):
            yield values.error("MissingElement", where, f"has no {name}")
    if image.findtext("title") != channel.findtext("title"):
        yield values.warning("ImageTitleDoesntMatch", where, "its title is not the channel's")
    if image.findtext("link") != channel.findtext("link"):
        yield values.warning("ImageLinkDoesntMatch", where, "its link is not the channel's")
    limits = (("width", _MOST_IMAGE_WIDTH, "Width"), ("height", _MOST_IMAGE_HEIGHT, "Height"))
    for name, most, code in limits:
        value = image.findtext(name)
        if value is not None and not (_is_positive(value) and int(value) <= most):
            yield values.error(f"Invalid{code}", where, f"{name} {value!r}; at most {most}")


def _syndication_faults(channel: Element) -> Iterator[Fault]:
    period = channel.findtext(f"{{{values.SYNDICATION}}}updatePeriod")
    if period is not None and period not in _PERIODS:
        yield values.error("InvalidUpdatePeriod", "channel", repr(period))
    frequency = channel.findtext(f"{{{values.SYNDICATION}}}updateFrequency")
    if frequency is not None and not _is_positive(frequency):
        yield values.error("InvalidPositiveInteger", "channel updateFrequency", repr(frequency))


def _item_faults(item: Element, where: str, now: datetime | None) -> Iterator[Fault]:
    yield from _children_faults(item, where, _ITEM_ONCE, ("category",))
    if not (item.findtext("title") or item.findtext("description")):
        yield values.error("ItemMustContainTitleOrDescription", where, "has neither")
    for link in item.iterfind("link"):
        yield from values.uri_faults(link.text or "", f"{where} link")
    yield from _guid_faults(item, where)
    yield from date_faults(item, where, "pubDate", now)
    for one in item.iterfind(f"{_ATOM}updated"):
        yield from values.date_faults(one.text or "", f"{where} atom:updated", now)
    yield from _plain_faults(item, where, "title")
    for name in ("description", _ENCODED):
        for one in item.iterfind(name):
            yield from values.html_faults(_text(one), where)
    yield from _order_faults(item, where)
    yield from _enclosure_faults(item, where)
    if len(item.findall(f"{_DC}creator")) > 1:
        yield values.warning("SeveralCreators", where, "readers show the first or the last of them")
    yield from feed_lint_atom.link_faults(item, where)
    if _has_alternate(item):
        yield values.warning(
            "SeveralAlternates", where, "many readers open it in place of the link"
        )


def _guid_faults(item: Element, where: str) -> Iterator[Fault]:
    guid = item.find("guid")
    if guid is None:
        yield values.warning("MissingGuid", where, "readers guess whether they have seen it")
        return
    is_permalink = guid.get("isPermaLink", "true")
    if is_permalink not in {"true", "false"}:
        yield values.error("InvalidBooleanAttribute", where, f"isPermaLink={is_permalink!r}")
    value = guid.text or ""
    if is_permalink == "true":
        yield from values.uri_faults(value, f"{where} guid", code="InvalidHttpGUID")
    elif value.isdecimal() and len(value) < 9:  # the validator's own number
        yield values.warning("NotSufficientlyUnique", where, f"guid {value}")


def _order_faults(item: Element, where: str) -> Iterator[Fault]:
    tags = [str(child.tag) for child in item.iterchildren("*")]
    if _ENCODED in tags and "description" not in tags[: tags.index(_ENCODED)]:
        yield values.warning(
            "NeedDescriptionBeforeContent", where, "content:encoded without it before"
        )
    links = [place for place, tag in enumerate(tags) if tag == f"{_ATOM}link"]
    if links and "link" in tags and links[0] < tags.index("link"):
        yield values.warning(
            "MainLinkNotFirst", where, "readers that take the first link go astray"
        )


def _enclosure_faults(item: Element, where: str) -> Iterator[Fault]:
    for one in item.iterfind("enclosure"):
        yield from values.uri_faults(one.get("url", ""), f"{where} enclosure")
        yield from values.number_faults(one.get("length", ""), f"{where} enclosure length")
        yield from values.media_type_faults(one.get("type", ""), f"{where} enclosure type")
    for one in item.iterfind("source"):
        yield from values.uri_faults(one.get("url", ""), f"{where} source")


def _children_faults(
    parent: Element, where: str, once: tuple[str, ...], many: tuple[str, ...]
) -> Iterator[Fault]:
    found = Counter(str(child.tag) for child in parent.iterchildren("*"))
    for tag, times in found.items():
        if not tag.startswith("{") and tag not in once + many:
            yield values.error("UndefinedElement", where, f"<{tag}>")
        elif tag in once and times > 1:
            yield values.error("DuplicateElement", where, f"has several of {tag}")
    for core, other in _SAME:
        if found[core] and found[other]:
            yield values.warning("DuplicateSemantics", where, f"{core} and {other} say the same")


def _plain_faults(parent: Element, where: str, name: str) -> Iterator[Fault]:
    for one in parent.iterfind(name):
        # A hexadecimal reference says that the sign is meant as a sign (the Board's profile).
        if not len(one):
            yield from values.plain_faults(one.text or "", f"{where} {name}")


def date_faults(parent: Element, where: str, name: str, now: datetime | None) -> Iterator[Fault]:
    """Whether every child of a name is a date of RSS (RFC 822), and a likely one."""
    for one in parent.iterfind(name):
        yield from moment_faults(one.text or "", f"{where} {name}", now)


def moment_faults(value: str, where: str, now: datetime | None) -> Iterator[Fault]:
    """The same for the value of an attribute."""
    moment = _read_date(value)
    if moment is None or not _DATE.fullmatch(value):
        yield values.error("InvalidRFC2822Date", where, f"{value!r} is no date of RFC 822")
    elif not value.startswith(moment.strftime("%a")) and "," in value:
        yield values.error("IncorrectDOW", where, f"{value!r} was a {moment:%a}")
    elif moment.tzinfo is not None:
        yield from values.plausible_faults(moment, where, now)


def _read_date(value: str) -> datetime | None:
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None


def _self_faults(channel: Element, url: str | None) -> Iterator[Fault]:
    own = [link.get("href", "") for link in channel.iterfind(f"{_ATOM}link[@rel='self']")]
    if not own:
        yield values.warning("MissingAtomSelfLink", "channel", "has no atom:link to itself")
    elif url is not None and url not in own:
        yield values.warning(
            "SelfDoesntMatchLocation", "channel", f"says {own[0]}, was found at {url}"
        )


def _text(element: Element) -> str:
    return "".join(str(part) for part in element.itertext())
