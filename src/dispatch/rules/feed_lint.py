"""Judges a feed: RSS 2.0, Atom 1.0 or JSON Feed 1.1, ours or anybody's; and lists in OPML 2.0.

In: the bytes of a document, and what is known of how it was served. Out: its faults, in the order
of the document. Never: the network (a link is judged by its form), or a parser that expands what a
stranger has declared.

The rules are those of RFC 4287, RFC 5005, RFC 6721, RSS 2.0 with the Advisory Board's profile,
JSON Feed 1.1 and the W3C's validator, whose names are kept; beside them stands what readers are
known to get wrong. A feed that passes here has neither error nor warning there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element

from dispatch.model.fault import Fault
from dispatch.rules import feed_lint_atom, feed_lint_json, feed_lint_opml, feed_lint_rss
from dispatch.rules import feed_lint_values as values

#: What a feed should weigh at most, and what several services refuse beyond.
TARGET_BYTES: Final = 512 * 1024
MOST_BYTES: Final = 1024 * 1024

#: Where a document type stands, if there is one.
_HEAD_BYTES: Final = 1024

_PAGE: Final = re.compile(rb"(?is)\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?:!doctype\s+html|html)\b")

#: What the parser of XML says -> what it comes from, most of the time.
_MEANINGS: Final = {
    "EntityRef: no name": "a bare & in text; write &amp;",
    "EntityRef: expecting ';'": "a bare & in text or in an address; write &amp;",
    "not defined": "declare the prefix on the first element (xmlns:...), or write a named "
    "character (&nbsp;) by its number (&#160;)",
    "declaration allowed only at the start": "something stands before it, often an empty line "
    "that a theme or plug-in prints",
    "invalid Char value": "a control character, often pasted from a word processor; drop it",
    "bytes in character encoding": "it says UTF-8 and is not",
    "not proper UTF-8": "it says UTF-8 and is not",
    "Premature end": "it is cut off; the program that writes it may have failed midway",
    "Extra content at the end": "something follows the last element, often a message of an error",
    "tag mismatch": "an element is not closed, or HTML stands there unescaped",
    "Start tag expected": "something stands before the first element",
    "StartTag: invalid element name": "a bare < in text; write &lt;",
}

_ATOM_03: Final = "{http://purl.org/atom/ns#}"

#: Media types under which each format may be served; XML is shown by browsers, as the others are
#: not, and the W3C's validator takes it.
_MEDIA_TYPES: Final = {
    "rss": ("application/rss+xml", "application/xml", "text/xml"),
    "atom": ("application/atom+xml", "application/xml", "text/xml"),
    "json": ("application/feed+json", "application/json"),
    "opml": ("text/x-opml", "text/xml", "application/xml"),
}

#: The namespaces that the W3C's validator knows; it warns of every other.
_KNOWN_NAMESPACES: Final = frozenset(
    {
        values.ATOM,
        values.CONTENT,
        values.DC,
        values.HISTORY,
        values.MEDIA,
        values.SYNDICATION,
        values.XHTML,
        values.XML,
        "http://backend.userland.com/creativeCommonsRssModule",
        "http://purl.org/dc/terms/",
        "http://purl.org/rss/1.0/",
        "http://purl.org/rss/1.0/modules/slash/",
        "http://purl.org/syndication/thread/1.0",
        "http://rssnamespace.org/feedburner/ext/1.0",
        "http://web.resource.org/cc/",
        "http://wellformedweb.org/CommentAPI/",
        "http://www.georss.org/georss",
        "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "http://www.opml.org/spec2",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "http://www.w3.org/2003/01/geo/wgs84_pos#",
    }
)


def lint(
    body: bytes,
    *,
    url: str | None = None,
    media_type: str | None = None,
    now: datetime | None = None,
) -> tuple[Fault, ...]:
    """Every fault of `body`; none for a feed that no strict validator finds fault with.

    `url` is where it was fetched, `media_type` how it was labelled, `now` lets dates of the future
    be seen; what is not given is not judged.
    """
    kind = "json" if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "xml"
    faults = [*_size_faults(body)]
    if kind == "json":
        faults += feed_lint_json.faults(body, url=url, now=now)
    else:
        kind, found = _xml_faults(body, url, now)
        faults += found
    faults += _label_faults(kind, media_type)
    return tuple(faults)


def _size_faults(body: bytes) -> Iterator[Fault]:
    if body.startswith(b"\xef\xbb\xbf"):
        yield values.warning("ByteOrderMark", "feed", "several parsers stop at a byte order mark")
    if len(body) > MOST_BYTES:
        yield values.error("TooLarge", "feed", f"{len(body)} bytes; services refuse more than 1 MB")
    elif len(body) > TARGET_BYTES:
        yield values.warning("TooLarge", "feed", f"{len(body)} bytes; 512 kB is enough for anybody")


def _label_faults(kind: str, media_type: str | None) -> Iterator[Fault]:
    name = (media_type or "").partition(";")[0].strip().lower()
    allowed = _MEDIA_TYPES.get(kind)
    if name and allowed and name not in allowed:
        detail = f"served as {name}, not as {allowed[0]}"
        yield values.warning("UnexpectedContentType", "feed", detail)


def _xml_faults(body: bytes, url: str | None, now: datetime | None) -> tuple[str, list[Fault]]:
    """(what it is, its faults)."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        return "xml", [_syntax_fault(body, problem)]
    faults = [*_document_faults(root, body)]
    tag = str(root.tag)
    if tag == f"{{{values.ATOM}}}feed":
        return "atom", [*faults, *feed_lint_atom.faults(root, url=url, now=now)]
    if tag == "opml":
        return "opml", [*faults, *feed_lint_opml.faults(root, now=now)]
    if tag == "rss":
        return "rss", [*faults, *feed_lint_rss.faults(root, url=url, now=now)]
    if tag.startswith(_ATOM_03):
        detail = "is Atom 0.3, a draft of 2003"
        return "xml", [values.error("ObsoleteNamespace", "document", detail)]
    return "xml", [values.error("NotAFeed", "document", _describe(tag))]


def _syntax_fault(body: bytes, problem: Exception) -> Fault:
    """What keeps the document from being read, in words for whoever made it."""
    if not body.strip():
        return values.error("NotAFeed", "document", "is empty")
    if _PAGE.match(body):
        return values.error("NotAFeed", "document", "this is a web page")
    line, column = getattr(problem, "position", None) or (1, 1)
    said = str(problem).partition(" (<string>")[0].partition(", line ")[0]
    meaning = next((words for sign, words in _MEANINGS.items() if sign in said), "")
    detail = f"is no well-formed XML: {said}{f': {meaning}' if meaning else ''}"
    return values.error("SAXError", f"line {line}, column {column}", detail)


def _describe(tag: str) -> str:
    name = etree.QName(tag).localname
    if name == "html":
        return "this is a web page"
    if name == "RDF":
        return "RSS 1.0 (RDF) is not judged here; publish RSS 2.0 or Atom beside it"
    return f"<{name}> begins no feed known here"


def _document_faults(root: Element, body: bytes) -> Iterator[Fault]:
    """Encoding, document type, instructions and namespaces."""
    tree = root.getroottree()
    if (tree.docinfo.encoding or "UTF-8").upper() not in {"UTF-8", "US-ASCII", "ASCII"}:
        yield values.warning("NotUTF8", "feed", f"is in {tree.docinfo.encoding}")
    if b"<!DOCTYPE" in body[:_HEAD_BYTES]:
        yield values.error("InvalidDoctype", "feed", "a feed has no document type")
    for node in root.itersiblings(preceding=True):
        if isinstance(node, etree._ProcessingInstruction) and "xsl" in str(node.text):  # noqa: SLF001
            yield values.warning("UsesXslt", "feed", "browsers warn of XSLT and stop running it")
    used = {uri for one in root.iter("*") for uri in one.nsmap.values() if uri}
    for uri in sorted(used - _KNOWN_NAMESPACES):
        yield values.warning("UnknownNamespace", "feed", uri)
