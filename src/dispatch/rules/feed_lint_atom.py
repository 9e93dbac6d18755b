"""Judges an Atom feed (RFC 4287), its archives (RFC 5005) and tombstones (RFC 6721).

In: the root of a document. Out: its faults. Never: an entry document, which nobody publishes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from lxml.etree import _Element as Element

from dispatch.model.fault import Fault
from dispatch.rules import feed_lint_values as values

_ATOM: Final = f"{{{values.ATOM}}}"
_XML: Final = f"{{{values.XML}}}"

_FEED_ONCE: Final = ("id", "title", "updated", "generator", "icon", "logo", "rights", "subtitle")
_FEED_MANY: Final = ("author", "category", "contributor", "link", "entry")
_ENTRY_ONCE: Final = (
    "id",
    "title",
    "updated",
    "published",
    "content",
    "rights",
    "source",
    "summary",
)
_ENTRY_MANY: Final = ("author", "category", "contributor", "link")
_REQUIRED: Final = ("id", "title", "updated")
#: Every text in the sense of RFC 4287, section 3.1.
_TEXTS: Final = ("title", "subtitle", "rights", "summary")

_RELATION_NAMES: Final = (
    "alternate current describedby edit edit-media enclosure first hub last license next "
    "next-archive payment prev-archive previous related replies search self service up via"
)
_RELATIONS: Final = frozenset(_RELATION_NAMES.split())
#: Relations that only a feed has (RFC 5005).
_OF_FEED_NAMES: Final = "current first last next next-archive prev-archive previous"
_OF_FEEDS: Final = frozenset(_OF_FEED_NAMES.split())
_FEED_TYPES: Final = ("application/atom+xml", "application/rss+xml", "application/rdf+xml")


def faults(root: Element, *, url: str | None, now: datetime | None) -> Iterator[Fault]:
    """The faults of a whole feed."""
    entries = root.findall(f"{_ATOM}entry")
    yield from _children_faults(root, "feed", _FEED_ONCE, _FEED_MANY)
    yield from _common_faults(root, "feed", now)
    yield from _author_faults(root, entries)
    yield from _self_faults(root, url)
    for name in ("icon", "logo"):
        for one in root.iterfind(f"{_ATOM}{name}"):
            yield from values.url_faults(one.text or "", f"feed {name}")
    for number, entry in enumerate(entries, 1):
        yield from _entry_faults(entry, entry_name(number, entry), now)
    yield from _sameness_faults(entries)
    yield from _tombstone_faults(root, entries)


def entry_name(number: int, entry: Element) -> str:
    """How an entry is called in a fault: its place, its line and its id."""
    uid = entry.findtext(f"{_ATOM}id") or "no id"
    return f"entry {number}, line {entry.sourceline} ({uid})"


def _entry_faults(entry: Element, where: str, now: datetime | None) -> Iterator[Fault]:
    yield from _children_faults(entry, where, _ENTRY_ONCE, _ENTRY_MANY)
    yield from _common_faults(entry, where, now)
    links = entry.findall(f"{_ATOM}link")
    relations = [link.get("rel", "alternate") for link in links]
    if "alternate" in relations and relations[0] != "alternate":
        yield values.warning(
            "MainLinkNotFirst", where, "readers that take the first link go astray"
        )
    if relations.count("alternate") > 1:
        yield values.warning(
            "SeveralAlternates", where, "many readers open the last one; use related"
        )
    if _OF_FEEDS & set(relations):
        yield values.warning("FeedHistoryRelInEntry", where, "the link belongs to a feed")
    yield from _content_faults(entry, where, has_page="alternate" in relations)


def _content_faults(entry: Element, where: str, *, has_page: bool) -> Iterator[Fault]:
    content, summary = entry.find(f"{_ATOM}content"), entry.find(f"{_ATOM}summary")
    if content is None and not has_page:
        yield values.error("MissingContentOrAlternate", where, "neither content nor a page")
    if content is None and summary is None:
        yield values.warning("MissingTextualContent", where, "neither content nor a summary")
    if content is None:
        return
    kind = content.get("type", "text")
    if content.get("src") and summary is None:
        yield values.error("MissingSummary", where, "content that lies elsewhere needs a summary")
    if kind.upper() == "CDATA":
        yield values.error("InvalidMIMEType", where, f'type {kind!r}; write type="html"')
    if kind == "html" or kind.upper() == "CDATA":
        if len(content):
            yield values.error("NotEscaped", where, "content of type html holds elements")
        yield from values.html_faults(content.text or "", where)
    elif kind not in {"text", "xhtml"}:
        yield from values.media_type_faults(kind, where)


def _children_faults(
    parent: Element, where: str, once: tuple[str, ...], many: tuple[str, ...]
) -> Iterator[Fault]:
    """Elements that are missing, too many, unknown or in no namespace."""
    found = Counter(str(child.tag) for child in parent.iterchildren("*"))
    for tag in found:
        if not tag.startswith("{"):
            yield values.error("NotInANamespace", where, f"<{tag}>")
        elif tag.startswith(_ATOM) and tag.removeprefix(_ATOM) not in once + many:
            yield values.error("UndefinedElement", where, f"<{tag.removeprefix(_ATOM)}>")
    for name in _REQUIRED:
        if not found[f"{_ATOM}{name}"]:
            yield values.error("MissingElement", where, f"has no {name}")
    for name in once:
        if found[f"{_ATOM}{name}"] > 1:
            yield values.error("DuplicateElement", where, f"has several of {name}")


def _common_faults(element: Element, where: str, now: datetime | None) -> Iterator[Fault]:
    """What holds for feeds and entries alike."""
    if language := element.get(f"{_XML}lang"):
        yield from values.language_faults(language, where)
    for one in element.iterfind(f"{_ATOM}id"):
        yield from values.id_faults(one.text or "", where)
    for name, one in _all_of(element, "updated", "published"):
        yield from values.date_faults(one.text or "", f"{where} {name}", now)
    for name, one in _all_of(element, *_TEXTS):
        yield from _text_faults(one, f"{where} {name}")
    for name, one in _all_of(element, "author", "contributor"):
        yield from _person_faults(one, f"{where} {name}")
    for one in element.iterfind(f"{_ATOM}category"):
        if not one.get("term"):
            yield values.error("MissingAttribute", where, "a category without a term")
    yield from link_faults(element, where)


def _all_of(parent: Element, *names: str) -> Iterator[tuple[str, Element]]:
    """(name, element) of every child with one of these names."""
    for name in names:
        for one in parent.iterfind(f"{_ATOM}{name}"):
            yield name, one


def _text_faults(text: Element, where: str) -> Iterator[Fault]:
    kind = text.get("type", "text")
    if kind not in {"text", "html", "xhtml"}:
        yield values.error("InvalidTextType", where, f"type {kind!r}")
    elif kind == "text":
        if not (text.text or "").strip():
            yield values.warning("NotBlank", where, "is empty")
        yield from values.plain_faults(text.text or "", where)
    elif kind == "html":
        yield from values.html_faults(text.text or "", where)


def _person_faults(person: Element, where: str) -> Iterator[Fault]:
    names = person.findall(f"{_ATOM}name")
    if len(names) != 1 or not (names[0].text or "").strip():
        yield values.error("MissingElement", where, "has no name, or several")
    for uri in person.iterfind(f"{_ATOM}uri"):
        yield from values.reference_faults(uri.text or "", where)
    for address in person.iterfind(f"{_ATOM}email"):
        if "@" not in (address.text or ""):
            yield values.error("InvalidAddrSpec", where, f"{address.text!r} is no address")


def link_faults(element: Element, where: str) -> Iterator[Fault]:
    """The atom:link elements of a feed, an entry, or of RSS."""
    seen: set[tuple[str, str, str]] = set()
    for link in element.iterfind(f"{_ATOM}link"):
        relation, kind = link.get("rel", "alternate"), link.get("type", "")
        if link.get("href") is None:
            yield values.error("MissingHref", where, f"a link of relation {relation} leads nowhere")
        else:
            yield from values.reference_faults(link.get("href", ""), f"{where} link {relation}")
        if relation not in _RELATIONS and ":" not in relation:
            yield values.warning("UnregisteredAtomLinkRel", where, f"rel={relation!r}")
        if kind:
            yield from values.media_type_faults(kind, where)
        if language := link.get("hreflang"):
            yield from values.language_faults(language, where)
        key = (relation, kind, link.get("hreflang", ""))
        if relation == "alternate" and key in seen:
            yield values.error("DuplicateAtomLink", where, "two pages of one type and language")
        seen.add(key)
        if relation == "self" and kind and kind.partition(";")[0] not in _FEED_TYPES:
            yield values.warning("SelfNotAtom", where, f"the link to itself says {kind}")


def _author_faults(root: Element, entries: list[Element]) -> Iterator[Fault]:
    """RFC 4287, section 4.1.1: an entry has an author, its feed's, or its source's."""
    paths = (f"{_ATOM}author", f"{_ATOM}source/{_ATOM}author")
    if root.find(f"{_ATOM}author") is not None:
        return
    if not entries or any(all(one.find(path) is None for path in paths) for one in entries):
        yield values.error("MissingElement", "feed", "has no author, and not every entry has one")


def _self_faults(root: Element, url: str | None) -> Iterator[Fault]:
    own = [link.get("href", "") for link in root.iterfind(f"{_ATOM}link[@rel='self']")]
    if not own:
        yield values.warning("MissingSelf", "feed", "has no link to itself")
    elif url is not None and url not in own:
        yield values.warning(
            "SelfDoesntMatchLocation", "feed", f"says {own[0]}, was found at {url}"
        )


def _sameness_faults(entries: list[Element]) -> Iterator[Fault]:
    """Entries that readers take for one another."""
    keys = [(entry.findtext(f"{_ATOM}id"), entry.findtext(f"{_ATOM}updated")) for entry in entries]
    for uid, times in Counter(uid for uid, _ in keys).items():
        if times > 1:
            yield values.error("DuplicateEntries", "feed", f"{times} entries have the id {uid}")
    for moment, times in Counter(moment for _, moment in keys).items():
        if times > 1:
            yield values.warning(
                "DuplicateUpdated", "feed", f"{times} entries were updated at {moment}"
            )


def _tombstone_faults(root: Element, entries: list[Element]) -> Iterator[Fault]:
    """RFC 6721, section 3: what is said to be gone is gone."""
    standing = {entry.findtext(f"{_ATOM}id") for entry in entries}
    for gone in root.iterfind(f"{{{values.TOMBSTONES}}}deleted-entry"):
        where = f"deleted-entry {gone.get('ref')}"
        yield from values.id_faults(gone.get("ref", ""), where)
        yield from values.date_faults(gone.get("when", ""), where, None)
        if gone.get("ref") in standing:
            yield values.warning("DeletedEntryStands", where, "the entry is in the same feed")
