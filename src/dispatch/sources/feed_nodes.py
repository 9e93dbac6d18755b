"""Elements by the names that feeds mean: `dc:creator`, `atom:link`, plain `title`.

In: lxml elements. Out: Nodes, which know their children by name, their base and their language.
Never: looks at descendants when asked for children (`image/title` is not the item's title).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from dispatch.rules import canonical
from dispatch.sources.feed_wire import Element

_XML = "{http://www.w3.org/XML/1998/namespace}"
#: A host without its scheme.
_SPOKEN = re.compile(r"www\.[a-z0-9-]+\.[a-z0-9.-]+(?=[/?#]|$)", re.IGNORECASE)

#: Namespaces (lower case, without trailing slash or hash) and the prefix that we call them by.
_PREFIXES: Mapping[str, str] = {
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns": "atom",
    "http://example.com/newformat": "atom",
    "http://example.com/necho": "atom",
    "http://purl.org/echo": "atom",
    "http://purl.org/pie": "atom",
    "uri/of/echo/namespace": "atom",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://cyber.law.harvard.edu/rss": "",
    "http://my.netscape.com/rdf/simple/0.9": "",
    "http://channel.netscape.com/rdf/simple/0.9": "",
    "http://purl.org/rss/1.0": "",
    "http://purl.org/net/rss1.1": "",
    "http://purl.org/rss/1.0/modules/rss091": "",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns": "rdf",
    "http://purl.org/dc/elements/1.0": "dc",
    "http://purl.org/dc/elements/1.1": "dc",
    "http://purl.org/dc/terms": "dcterms",
    "http://purl.org/rss/1.0/modules/dcterms": "dcterms",
    "http://purl.org/rss/1.0/modules/content": "content",
    "http://purl.org/rss/1.0/modules/syndication": "sy",
    "http://purl.org/rss/1.0/modules/slash": "slash",
    "http://purl.org/syndication/thread/1.0": "thr",
    "http://purl.org/atompub/tombstones/1.0": "at",
    "http://search.yahoo.com/mrss": "media",
    "http://video.search.yahoo.com/mrss": "media",
    "http://www.rssboard.org/media-rss": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.itunes.com/dtd/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://www.google.com/schemas/play-podcasts/1.0": "googleplay",
    "http://purl.org/rss/1.0/modules/event": "ev",
    "urn:ietf:params:xml:ns:xcal": "xcal",
    "http://news.yandex.ru": "yandex",
    "http://turbo.yandex.ru": "turbo",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/xml/1998/namespace": "xml",
}
#: Limits for what is asked by name; entries are walked by `elements` and counted elsewhere.
_MOST_CHILDREN = 200
_MOST_ATTRIBUTES = 100
_KNOWN = frozenset(_PREFIXES.values()) - {""}


class Node:
    """An element with its place: base URL (RFC 3986, section 5.1) and language in force.

    `has_base` says that some xml:base made the base, not merely the document's address.
    """

    __slots__ = ("_by_name", "base", "element", "has_base", "home", "language", "name")

    def __init__(self, element: Element, base: str, parent: Node | None = None) -> None:
        self.element: Element = element
        self.home: str = parent.home if parent else _namespace(element)
        self.name: str = name_of(str(element.tag), self.home)
        own = element.get(_XML + "base") or element.get("xml:base")
        self.has_base: bool = bool(own) or (parent.has_base if parent else False)
        above = parent.base if parent else base
        self.base: str = _joined(above, own) if own else above
        language = element.get(_XML + "lang")
        inherited = parent.language if parent else None
        self.language: str | None = inherited if language is None else language
        self._by_name: dict[str, list[Element]] | None = None

    def children(self, *names: str) -> list[Node]:
        """Direct children: all of the first name, then all of the second, and so on."""
        index = self._index()
        if index.keys().isdisjoint(names):  # most names that one could have are not there
            return []
        return [Node(element, self.base, self) for name in names for element in index.get(name, ())]

    def elements(self) -> Iterator[Node]:
        """Every direct child in document order."""
        for element in self.element:
            if isinstance(element.tag, str):
                yield Node(element, self.base, self)

    def first(self, *names: str) -> Node | None:
        """The first child by the order of `names`, or None."""
        return next(iter(self.children(*names)), None)

    def text(self, *names: str) -> str:
        """The text of the first child that has any; with no names the node's own text."""
        if not names:
            return "".join(map(str, self.element.itertext())).strip()
        texts = (node.text() for node in self.children(*names))
        return next((text for text in texts if text), "")

    def texts(self, *names: str) -> list[str]:
        """The texts of all children of these names, empty ones left out."""
        return [text for node in self.children(*names) if (text := node.text())]

    def attribute(self, name: str) -> str:
        """The attribute `name`, its case and namespace forgiven; "" where there is none."""
        exact = self.element.get(name)
        if exact is not None:
            return exact.strip()
        for key, value in attributes(self.element):
            if key.rpartition("}")[2].rpartition(":")[2].lower() == name:
                return value.strip()
        return ""

    def link(self, text: str) -> str | None:
        """`text` as a URL against this node's base; None for an empty one.

        A literal `&amp;` is an ampersand that was escaped once too often; `www.example.org/a` was
        written as people say it, and is no file beside the feed.
        """
        said = text.strip().replace("&amp;", "&")
        return canonical.resolve(f"//{said}" if _SPOKEN.match(said) else said, self.base) or None

    def own_language(self) -> str:
        """The xml:lang on this very element, or ""."""
        return (self.element.get(_XML + "lang") or "").strip()

    def _index(self) -> dict[str, list[Element]]:
        if self._by_name is None:
            self._by_name = {}
            for child in self.element:
                if isinstance(child.tag, str):
                    same = self._by_name.setdefault(name_of(child.tag, self.home), [])
                    if len(same) < _MOST_CHILDREN:
                        same.append(child)
        return self._by_name


def attributes(element: Element) -> list[tuple[str, str]]:
    """The attributes of `element`, but none of hundreds: lxml lists them in quadratic time."""
    if len(element.attrib) > _MOST_ATTRIBUTES:
        return []
    return [(str(key), str(value)) for key, value in element.attrib.items()]


@functools.lru_cache(maxsize=4096)
def name_of(tag: str, home: str = "") -> str:
    """`{namespace}Local` or an undeclared `prefix:local` as `prefix:local` in our prefixes.

    Elements of RSS and of `home` (the root's own namespace, if nobody knows it) have no prefix.
    """
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        prefix = _prefix(namespace, home)
    else:
        prefix, _, local = tag.rpartition(":")
        prefix = prefix.lower()
        prefix = prefix if prefix in _KNOWN or not prefix else "?"
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def _prefix(namespace: str, home: str) -> str:
    """Our prefix; https for http, case, and a missing or doubled slash are forgiven."""
    key = namespace.strip().lower().rstrip("/#")
    key = "http://" + key.removeprefix("https://") if key.startswith("https://") else key
    known = _PREFIXES.get(key)
    if known is not None:
        return known
    return "" if namespace == home else "?"


def _namespace(root: Element) -> str:
    tag = str(root.tag)
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def _joined(base: str, own: str) -> str:
    """An xml:base against the one above it; one that is no web address is ignored."""
    joined = canonical.resolve(own, base)
    try:
        scheme = urlsplit(joined).scheme
    except ValueError:
        return base
    return joined if scheme in {"http", "https", "ftp", ""} else base
