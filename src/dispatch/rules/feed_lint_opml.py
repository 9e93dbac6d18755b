"""Judges a list of feeds by OPML 2.0 (opml.org/spec2.opml) and what programs need to import it.

In: the root of a document. Out: its faults, by the names of the W3C's validator. Never: whether the
feeds that it lists are there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from lxml.etree import _Element as Element

from dispatch.model.fault import Fault
from dispatch.rules import feed_lint_rss
from dispatch.rules import feed_lint_values as values

_HEAD_NAMES: Final = (
    "title dateCreated dateModified ownerName ownerEmail ownerId docs expansionState "
    "vertScrollState windowTop windowLeft windowBottom windowRight"
)
_HEAD: Final = frozenset(_HEAD_NAMES.split())
_NUMBERS: Final = ("vertScrollState", "windowTop", "windowLeft", "windowBottom", "windowRight")
_VERSIONS: Final = frozenset({"1.0", "1.1", "2.0"})
#: Of feeds, as `version` of an outline.
_FEED_VERSIONS: Final = frozenset({"RSS", "RSS1", "RSS2", "scriptingNews"})
_STATE: Final = re.compile(r"(?:\d+(?:\s*,\s*\d+)*)?")


def faults(root: Element, *, now: datetime | None) -> Iterator[Fault]:
    """The faults of a whole list."""
    version = root.get("version", "")
    if version not in _VERSIONS:
        yield values.error("InvalidOPMLVersion", "opml", f"version {version!r}")
    elif version != "2.0":
        yield values.warning("ObsoleteVersion", "opml", f"version {version}")
    for name in ("head", "body"):
        if len(root.findall(name)) != 1:
            yield values.error("MissingElement", "opml", f"has no {name}, or several")
    for head in root.iterfind("head"):
        yield from _head_faults(head, now)
    for body in root.iterfind("body"):
        if body.find("outline") is None:
            yield values.error("MissingElement", "body", "has no outline")
        for outline in body.iter("outline"):
            yield from _outline_faults(outline, now)
        yield from _sameness_faults(body)


def _head_faults(head: Element, now: datetime | None) -> Iterator[Fault]:
    found = Counter(str(child.tag) for child in head.iterchildren("*"))
    for tag, times in found.items():
        if tag not in _HEAD and not tag.startswith("{"):
            yield values.error("UndefinedElement", "head", f"<{tag}>")
        elif times > 1:
            yield values.error("DuplicateElement", "head", f"has several of {tag}")
    for name in ("dateCreated", "dateModified"):
        yield from feed_lint_rss.date_faults(head, "head", name, now)
    for child in head.iterchildren("*"):
        yield from _value_faults(str(child.tag), (child.text or "").strip())
    if not head.findtext("title"):
        yield values.warning("MissingTitle", "head", "has no title")


def _value_faults(name: str, value: str) -> Iterator[Fault]:
    """Elements of the head that have a form of their own."""
    where = f"head {name}"
    if name == "ownerEmail" and "@" not in value:
        yield values.error("InvalidAddrSpec", where, f"{value!r} is no address")
    if name in {"ownerId", "docs"}:
        yield from values.url_faults(value, where)
    if name == "expansionState" and not _STATE.fullmatch(value):
        yield values.error("InvalidExpansionState", where, repr(value))
    if name in _NUMBERS:
        yield from values.number_faults(value, where)


def _outline_faults(outline: Element, now: datetime | None) -> Iterator[Fault]:
    text = outline.get("text") or outline.get("title") or outline.get("xmlUrl") or "no text"
    where = f"outline, line {outline.sourceline} ({text})"
    if not outline.get("text"):
        yield values.error("MissingAttribute", where, "has no text")
    yield from _attribute_faults(outline, where, now)
    kind = outline.get("type")
    if kind == "rss":
        yield from _feed_faults(outline, where)
    elif kind in {"link", "include"} and not outline.get("url"):
        yield values.error("MissingUrlAttr", where, f"of type {kind} has no url")
    elif outline.get("xmlUrl"):
        yield values.warning("InvalidOutlineType", where, f"type {kind!r}: programs look for rss")


def _attribute_faults(outline: Element, where: str, now: datetime | None) -> Iterator[Fault]:
    """Attributes that have a form of their own, whatever the outline is."""
    for name in ("isComment", "isBreakpoint"):
        if outline.get(name) not in {None, "true", "false"}:
            yield values.error("InvalidTrueFalse", where, f"{name}={outline.get(name)!r}")
    if created := outline.get("created"):
        yield from feed_lint_rss.moment_faults(created, f"{where} created", now)
    for name in ("xmlUrl", "htmlUrl", "url"):
        if outline.get(name):
            yield from values.url_faults(outline.get(name, ""), f"{where} {name}")


def _feed_faults(outline: Element, where: str) -> Iterator[Fault]:
    if not outline.get("xmlUrl"):
        yield values.error("MissingXmlURL", where, "is a feed without its address")
    if not outline.get("title"):
        yield values.warning("MissingTitleAttr", where, "has no title beside its text")
    version = outline.get("version")
    if version is not None and version not in _FEED_VERSIONS:
        yield values.warning("InvalidOutlineVersion", where, f"version {version!r}")
    if language := outline.get("language"):
        yield from values.language_faults(language, f"{where} language")


def _sameness_faults(body: Element) -> Iterator[Fault]:
    listed = Counter(one.get("xmlUrl") for one in body.iter("outline") if one.get("xmlUrl"))
    for url, times in listed.items():
        if times > 1:
            yield values.warning("DuplicateValue", "body", f"lists {url} {times} times")
