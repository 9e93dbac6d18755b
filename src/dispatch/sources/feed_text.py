"""The values inside feed elements: text constructs, inline markup, people.

In: Nodes. Out: Values (a string, and whether it is literal text), Authors, resolved markup.
Never: sanitises (that is `markup`'s work, on the way out of the package).
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dispatch.model.article import Author
from dispatch.rules import canonical
from dispatch.sources.feed_nodes import Node, attributes
from dispatch.sources.feed_wire import Element

_VOID_NAMES = "area base br col embed hr img input link meta source track wbr"
_VOID = frozenset(_VOID_NAMES.split())
_LONGEST_PERSON = 1000


@dataclass(frozen=True, slots=True)
class Value:
    """A string as given; `is_plain` when it is literal text and not HTML."""

    text: str = ""
    is_plain: bool = False


_NOTHING = Value()


def atom_value(node: Node | None) -> Value:
    """A text construct or content element (RFC 4287, sections 3.1 and 4.1.3; Atom 0.3's mode)."""
    if node is None:
        return _NOTHING
    kind, mode = node.attribute("type").lower(), node.attribute("mode").lower()
    if mode == "base64" or _is_encoded(kind, mode):
        return Value(_from_base64(node.text()), is_plain=not _is_html(kind))
    if len(node.element):
        escaped_text = _escaped_in_div(node.element) if _is_html(kind) else None
        return Value(_inline(node) if escaped_text is None else escaped_text, is_plain=False)
    if "xhtml" in kind or _is_html(kind):
        escaped = mode == "xml" and not _is_html(kind)
        text = node.text()
        return Value(html.escape(text, quote=False) if escaped or "xhtml" in kind else text)
    return Value(node.text(), is_plain=True)


def rss_value(node: Node | None) -> Value:
    """RSS never says what its text is; HTML by custom. Inline elements are taken as markup."""
    if node is None:
        return _NOTHING
    if node.attribute("type") or node.attribute("mode"):
        return atom_value(node)
    if len(node.element) or node.name.startswith("xhtml:"):
        return Value(_inline(node))
    return Value(node.text())


def _is_html(kind: str) -> bool:
    return kind == "html" or kind.startswith("text/html")


def _is_encoded(kind: str, mode: str) -> bool:
    """Content of another media type is Base64 (RFC 4287, section 4.1.3.3)."""
    if not kind or mode or "/" not in kind:
        return False
    return not (kind.startswith("text/") or kind.endswith(("+xml", "/xml")))


def _from_base64(text: str) -> str:
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return text
    return raw.decode("utf-8", "replace")


# --- Inline markup ---------------------------------------------------------------------------


def _inline(node: Node) -> str:
    """The markup inside `node`.

    The one `div` that type="xhtml" must have is no part of it (RFC 4287, section 3.1.1.3).
    """
    element, base, has_base = node.element, node.base, node.has_base
    lone = element[0] if len(element) == 1 else None
    if lone is not None and node.attribute("type").lower() == "xhtml":
        inner = Node(lone, base, node)
        around = (element.text or "") + (lone.tail or "")
        if inner.name.rpartition(":")[2] == "div" and not around.strip():
            element, base, has_base = lone, inner.base, inner.has_base
    return resolve_links("".join(_content(element)).strip(), base, has_base)


def _escaped_in_div(element: Element) -> str | None:
    """The HTML of type="html" that somebody put, escaped, into a `div` (Typepad did)."""
    lone = element[0]
    is_alone = len(element) == 1 and not len(lone) and not (element.text or "").strip()
    is_div = str(lone.tag).rpartition("}")[2] == "div"
    text = str(lone.text or "")
    return text if is_alone and is_div and "<" in text else None


def _content(element: Element) -> Iterator[str]:
    yield html.escape(element.text or "", quote=False)
    for child in element:
        if isinstance(child.tag, str):
            yield from _outer(child)
        yield html.escape(child.tail or "", quote=False)


def _outer(element: Element) -> Iterator[str]:
    """One element as HTML, its namespace dropped."""
    name = str(element.tag).rpartition("}")[2].rpartition(":")[2]
    written = "".join(
        f' {key}="{html.escape(value)}"'
        for key, value in attributes(element)
        if not key.startswith("{") and ":" not in key
    )
    if name.lower() in _VOID:
        yield f"<{name}{written} />"
        return
    yield f"<{name}{written}>"
    yield from _content(element)
    yield f"</{name}>"


_TAG = re.compile(r"<[A-Za-z][^<>=]*=[^<>]*>")
_URL_ATTRIBUTE = re.compile(
    r"(\s(?:href|src|poster|cite|longdesc|background|action|data)\s*=\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+)",
    re.IGNORECASE,
)


def resolve_links(markup: str, base: str, is_wanted: bool = True) -> str:
    """`markup` with relative URLs in its attributes made absolute; `srcset` is left to `markup`."""
    if not is_wanted or not base or "<" not in markup:
        return markup

    def absolute(match: re.Match[str]) -> str:
        quoted = match[2]
        quote = quoted[0] if quoted[0] in "\"'" else ""
        url = html.unescape(quoted.strip("\"'") if quote else quoted)
        joined = canonical.resolve(url, base)
        if joined == url:
            return match[0]
        return f"{match[1]}{quote or chr(34)}{html.escape(joined)}{quote or chr(34)}"

    return _TAG.sub(lambda tag: _URL_ATTRIBUTE.sub(absolute, tag[0]), markup)


# --- People ----------------------------------------------------------------------------------

_MAIL = re.compile(r"(?:mailto:)?[^\s()<>\[\],;:\"@]{1,64}@[^\s()<>\[\],;:\"@]{1,255}")
_EDGES = " \t\r\n,;()<>[]\"'-"


def person(text: str) -> Author | None:
    """An author from `mail (Name)`, `Name <mail>`, `Name (mail)`, a name or a bare address.

    A bare address becomes the name here, for lack of another; `markup` never lets it through.
    """
    line = " ".join(text[:_LONGEST_PERSON].split())
    mail = _MAIL.search(line)
    if mail is None:
        return Author(name=line) if line else None
    name = (line[: mail.start()] + " " + line[mail.end() :]).strip(_EDGES)
    return Author(name=" ".join(name.split()) or mail[0].removeprefix("mailto:"))


def atom_person(node: Node) -> Author | None:
    """An Atom person construct (RFC 4287, section 3.2), or a name where one was expected."""
    name = node.text("atom:name", "name", "foaf:name")
    uri = node.text("atom:uri", "uri", "atom:url", "url", "atom:homepage")
    if not name:
        name = node.text("atom:email", "email") or ("" if uri else node.text())
    found = person(name)
    if found is None:
        return None
    return Author(name=found.name, url=node.link(uri) if uri else None)


def distinct(authors: list[Author]) -> tuple[Author, ...]:
    """Each name once, in order; bare addresses go when anybody has a name."""
    named = [author for author in authors if "@" not in author.name] or authors
    seen: dict[str, Author] = {}
    for author in named:
        seen.setdefault(author.name.casefold(), author)
    return tuple(seen.values())
