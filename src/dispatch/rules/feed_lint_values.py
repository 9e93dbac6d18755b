"""Judges the values inside a feed: addresses, dates, tags of languages, text and HTML.

In: one value and the name of its place. Out: its faults. Never: a rule of a single format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.entities import name2codepoint
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

from dispatch.model.fault import Fault, FaultLevel
from dispatch.rules import feed_lint_cures

ATOM: Final = "http://www.w3.org/2005/Atom"
CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
DC: Final = "http://purl.org/dc/elements/1.1/"
HISTORY: Final = "http://purl.org/syndication/history/1.0"
MEDIA: Final = "http://search.yahoo.com/mrss/"
SYNDICATION: Final = "http://purl.org/rss/1.0/modules/syndication/"
TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"
XHTML: Final = "http://www.w3.org/1999/xhtml"
XML: Final = "http://www.w3.org/XML/1998/namespace"

#: A clock may be this far off before a date counts as one of the future.
_TOLERANCE: Final = timedelta(minutes=10)
_EARLIEST_YEAR: Final = 1990

_TAG_URI: Final = re.compile(
    r"tag:[a-z0-9._-]+(@[a-z0-9._-]+)?,\d{4}(-\d\d(-\d\d)?)?:[^\s<>\"]*", re.IGNORECASE
)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_IS_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_IN_URI: Final = re.compile(r"[\s<>\"{}|\\^`]")
_MEDIA_TYPE: Final = re.compile(r"[^\s()<>,;:\\\"/\[\]?=]+/[^\s()<>,;:\\\"/\[\]?=]+(\s*;.*)?")
_RFC_3339: Final = re.compile(r"\d{4}-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
_END_TAG: Final = re.compile(r"</([A-Za-z][A-Za-z0-9]*)>")
_REFERENCE: Final = re.compile(r"&(#?\w+);")
_DOUBLE: Final = re.compile(r"&lt;(?:a|br|div|figure|img|p|strong)\b", re.IGNORECASE)

_HTML_NAMES: Final = (
    "a abbr acronym address area article aside audio b bdi bdo big blockquote br button canvas "
    "caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl "
    "dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header hgroup hr i img "
    "input ins kbd label legend li main map mark menu meter nav noscript ol optgroup option "
    "output p picture pre progress q rp rt ruby s samp section select small source span strike "
    "strong sub summary sup table tbody td template textarea tfoot th thead time tr track tt u "
    "ul var video wbr"
)
_HTML: Final = frozenset(_HTML_NAMES.split())
#: What no reader runs and every reader fears.
_RISK_NAMES: Final = (
    "applet base body comment embed frame frameset head html iframe link meta object param "
    "plaintext script style title xmp"
)
_RISKS: Final = frozenset(_RISK_NAMES.split())
_URL_ATTRIBUTES: Final = ("href", "src", "poster", "cite", "background", "longdesc")
_LAZY: Final = ("data-src", "data-lazy-src", "data-original", "data-srcset", "data-lazy-srcset")


def error(code: str, where: str, detail: str) -> Fault:
    """Something that a specification forbids."""
    return _fault(code, FaultLevel.ERROR, where, detail)


def warning(code: str, where: str, detail: str) -> Fault:
    """Something that is known to go wrong."""
    return _fault(code, FaultLevel.WARNING, where, detail)


def _fault(code: str, level: FaultLevel, where: str, detail: str) -> Fault:
    cure = feed_lint_cures.CURES.get(code, "")
    return Fault(code=code, level=level, where=where, detail=detail, cure=cure)


def url_faults(value: str, where: str, *, code: str = "InvalidFullLink") -> Iterator[Fault]:
    """Whether `value` is an absolute web address without characters that none may hold."""
    if _NOT_IN_URI.search(value):
        yield error("InvalidUriChar", where, f"{value!r} holds a character no address may hold")
        return
    try:
        parts = urlsplit(value)
    except ValueError:
        yield error("InvalidLink", where, f"{value!r} is no address")
        return
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        yield error(code, where, f"{value!r} is no absolute web address")


def uri_faults(value: str, where: str, *, code: str = "InvalidFullLink") -> Iterator[Fault]:
    """The same for RSS, to whose validators an address in other letters than ASCII is none."""
    if value.isascii():
        yield from url_faults(value, where, code=code)
    else:
        yield error("InvalidIRI", where, f"{value!r} must be escaped: %D1%8F, and xn-- for a host")


def reference_faults(value: str, where: str) -> Iterator[Fault]:
    """Whether `value`, which Atom lets be relative, is safe to be read by every reader."""
    if value and not _IS_ABSOLUTE.match(value):
        yield warning("ContainsRelRef", where, f"{value!r} is relative")
    else:
        yield from url_faults(value, where)


def id_faults(value: str, where: str) -> Iterator[Fault]:
    """Whether `value` may identify a feed or an entry of Atom (RFC 4287, section 4.2.6)."""
    scheme = value.partition(":")[0].lower()
    if _NOT_IN_URI.search(value) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:.+", value):
        yield error("InvalidFullLink", where, f"id {value!r} is no absolute IRI")
    elif scheme == "tag" and not _TAG_URI.fullmatch(value):
        yield error("InvalidTAG", where, f"id {value!r} is no tag: URI (RFC 4151)")


def language_faults(value: str, where: str) -> Iterator[Fault]:
    """Whether `value` is a tag of a language (BCP 47)."""
    if not _LANGUAGE.fullmatch(value):
        yield error("InvalidLanguage", where, f"{value!r} is no language tag")


def media_type_faults(value: str, where: str) -> Iterator[Fault]:
    """Whether `value` is a media type."""
    if not _MEDIA_TYPE.fullmatch(value):
        yield error("InvalidMIMEType", where, f"{value!r} is no media type")


def number_faults(value: str, where: str) -> Iterator[Fault]:
    """Whether `value` is a whole number that is not negative."""
    if not value.isdecimal():
        yield error("InvalidNonNegativeInteger", where, f"{value!r} is no whole number")


def date_faults(value: str, where: str, now: datetime | None) -> Iterator[Fault]:
    """Whether `value` is a date of Atom and JSON Feed (RFC 3339), and a likely one."""
    moment = _read_date(value) if _RFC_3339.fullmatch(value) else None
    if moment is None:
        yield error("InvalidRFC3339Date", where, f"{value!r} is no date of RFC 3339")
    else:
        yield from plausible_faults(moment, where, now)


def plausible_faults(moment: datetime, where: str, now: datetime | None) -> Iterator[Fault]:
    """Whether `moment` may have been a moment of the past."""
    if moment.year < _EARLIEST_YEAR or (now is not None and moment > now + _TOLERANCE):
        yield warning("ImplausibleDate", where, moment.isoformat())


def _read_date(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def plain_faults(value: str, where: str) -> Iterator[Fault]:
    """Whether plain text was written as HTML, so that readers show its tags."""
    tags = [tag for tag in _END_TAG.findall(value) if tag.lower() in _HTML | _RISKS]
    names = [name for name in _REFERENCE.findall(value) if name in name2codepoint or "#" in name]
    if tags or names:
        found = f"</{tags[0]}>" if tags else f"&{names[0]};"
        yield warning("ContainsHTML", where, f"plain text holds {found}")
    yield from character_faults(value, where)


def character_faults(value: str, where: str) -> Iterator[Fault]:
    """Signs of a wrong encoding: control characters of Latin 1, and the mark of a lost one."""
    if any("\x80" <= sign <= "\x9f" or sign == "\N{REPLACEMENT CHARACTER}" for sign in value):
        yield warning("BadCharacters", where, "holds signs of a wrong encoding")


def html_faults(value: str, where: str) -> Iterator[Fault]:
    """Whether readers can show `value` as it is, away from the site it was written for."""
    scanner = _Scanner(where)
    scanner.feed(value)
    scanner.close()
    yield from scanner.faults
    if (found := _DOUBLE.search(value)) and "<" not in value:
        yield warning("DoubleEscaped", where, f"{found[0]} stands where HTML should")
    yield from character_faults(value, where)


class _Scanner(HTMLParser):
    """Looks at every tag of one piece of HTML."""

    def __init__(self, where: str) -> None:
        super().__init__(convert_charrefs=True)
        self.where = where
        self.faults: list[Fault] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _RISKS:
            self._warn("SecurityRisk", f"<{tag}>")
        elif tag not in _HTML:
            self._warn("NotHtml", f"<{tag}> is no element of HTML")
        for name in values:
            if name.startswith("on"):
                self._warn("SecurityRiskAttr", f"<{tag} {name}>")
            elif name == "style":
                self._warn("DangerousStyleAttr", f"<{tag} style>")
        for name, address in _addresses(values):
            if not _IS_ABSOLUTE.match(address):
                self._warn("ContainsRelRef", f"{tag} {name}={address!r}")
        if tag == "img":
            self._look_at_image(values)

    def _look_at_image(self, values: dict[str, str]) -> None:
        if not values.get("src"):
            self._warn("LazyImage", "an image without an address")
        elif any(name in values for name in _LAZY):
            self._warn("LazyImage", "an image whose address waits for a script")

    def _warn(self, code: str, detail: str) -> None:
        self.faults.append(warning(code, self.where, detail))


def _addresses(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name in _URL_ATTRIBUTES:
        if name in values:
            yield name, values[name].strip()
    for candidate in values.get("srcset", "").split(", "):
        if candidate.strip():
            yield "srcset", candidate.split()[0]
