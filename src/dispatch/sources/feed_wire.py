"""Turn the bytes of a feed into a tree: encoding, repair, hardened parsing.

In: the body and its Content-Type. Out: a Document holding an XML element or a JSON object.
Never: expands a declared entity beyond a short literal, opens a file or an address, takes more
than linear time, raises anything but FeedError whatever the bytes.
"""

from __future__ import annotations

import codecs
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.entities import html5
from typing import TypeAlias

from lxml import etree

from dispatch.errors import InputError

Element: TypeAlias = etree._Element  # noqa: SLF001 - the public name is missing from the stubs
JsonObject: TypeAlias = dict[str, object]

#: Beyond this the fetcher stops; here it only bounds what a caller may hand over by mistake.
MAX_BYTES = 20 * 1024 * 1024


class FeedError(InputError):
    """The document is no feed; the text says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One parsed document: `root` for XML, `data` for JSON, never both.

    `malformed` means that it had to be repaired beyond what the standard allows.
    """

    root: Element | None = None
    data: JsonObject | None = None
    encoding: str
    malformed: bool = False
    warnings: tuple[str, ...] = ()


def read_document(body: bytes, content_type: str | None = None) -> Document:
    """Decode, repair and parse `body`; FeedError when no tree comes out of it."""
    if len(body) > MAX_BYTES:
        raise FeedError(f"the document is longer than {MAX_BYTES} bytes")
    text, encoding, warnings = decode(body, content_type)
    text = _C1.sub(_from_windows, text)
    start = text.lstrip("\ufeff \t\r\n\f\v\0")
    if not start:
        raise FeedError("the document is empty")
    if start[0] in "{[":
        return Document(data=_read_json(start), encoding=encoding, warnings=warnings)
    if "<" not in start:
        raise FeedError("the document is neither XML nor JSON")
    root, malformed = _read_xml(start)
    if malformed:
        warnings = (*warnings, "the XML is malformed and was repaired")
    return Document(root=root, encoding=encoding, malformed=malformed, warnings=warnings)


# --- Bytes to text ---------------------------------------------------------------------------

#: Longest first: UTF-32's little-endian mark begins with UTF-16's.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: How `<` or `{` and its neighbour look without a mark (XML 1.0, appendix F).
_SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"[<{]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0[<{]"), "utf-32-be"),
    (re.compile(rb"[<{]\0"), "utf-16-le"),
    (re.compile(rb"\0[<{]"), "utf-16-be"),
)
_EBCDIC = b"\x4c\x6f\xa7\x94"
#: What the label says and what publishers mean (WHATWG Encoding, section 4.2).
_ALIASES: Mapping[str, str] = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "big5": "big5hkscs",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "csmacintosh": "mac_roman",
    "mac": "mac_roman",
    "ms-cyrl": "cp1251",
    "unicode": "utf-16",
    "utf8": "utf-8",
}
#: Python codecs that are no character sets, or that cost more than linear time.
_REFUSED = frozenset(
    {"idna", "punycode", "undefined", "mbcs", "oem", "unicode_escape", "raw_unicode_escape"}
)
_SEVEN_BIT = ("iso2022", "iso-2022", "hz", "utf-7", "utf7")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9._:\-]{2,40})", re.IGNORECASE)
_DECLARED = re.compile(r"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']\s*([A-Za-z0-9._:\-]{2,40})")


def decode(body: bytes, content_type: str | None) -> tuple[str, str, tuple[str, ...]]:
    """Text, the encoding that was used, and warnings.

    A byte order mark decides, then a UTF-16 or UTF-32 signature; then whatever is valid UTF-8 is
    UTF-8, declared or not; then the HTTP charset, the XML declaration, and a guess between
    Cyrillic and Western.
    """
    wide = _wide_encoding(body)
    if wide is not None:
        return body.decode(wide, "replace").lstrip("\ufeff"), wide, ()
    declared = _declared(body, content_type)
    if not (declared and declared[0].lower().startswith(_SEVEN_BIT) and body.isascii()):
        text = _try_decode(body, "utf-8")
        if text is not None:
            return text, "utf-8", _contradiction(declared, body)
    if len(declared) > 1 and declared[0] == "cp1252":
        # many servers say latin-1 of all that they send; then the document knows better
        declared.reverse()
    for name in declared:
        text = _try_decode(body, name)
        if text is not None:
            return text, name, ()
    return _guess(body, declared)


def _wide_encoding(body: bytes) -> str | None:
    for mark, name in _MARKS:
        if body.startswith(mark):
            # a UTF-16 declaration over plain bytes is common; the mark of UTF-8 is checked
            return name if name != "utf-8" or _try_decode(body, name) is not None else None
    head = body[:64].lstrip(b" \t\r\n")[:4] or body[:4]
    return next((name for pattern, name in _SIGNATURES if pattern.match(head)), None)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """Names that may be tried, HTTP first (RFC 7303, section 3), aliases resolved."""
    head = body[:400].decode("cp037" if body.startswith(_EBCDIC) else "latin-1")
    found = [_CHARSET.search(content_type or ""), _DECLARED.search(head)]
    names = [match[1].lower() for match in found if match]
    return [_ALIASES.get(name, name) for name in names]


def _try_decode(body: bytes, name: str) -> str | None:
    """Strictly decoded, or None; unknown and unfit codecs count as failing."""
    try:
        if codecs.lookup(name).name.replace("-", "_") in _REFUSED:
            return None
        return body.decode(name)
    except (LookupError, ValueError):
        return None


def _contradiction(declared: list[str], body: bytes) -> tuple[str, ...]:
    if body.isascii() or not declared or declared[0] in {"utf-8", "utf_8"}:
        return ()
    return (f"the document is UTF-8 but declares {declared[0]}",)


def _guess(body: bytes, declared: list[str]) -> tuple[str, str, tuple[str, ...]]:
    """Nothing fits strictly: mostly good UTF-8, else the family that the bytes look like."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    if good > bad * 3:
        name = "utf-8"
    else:
        name = _looks_like(body)
        text = body.decode(name, "replace")
    said = declared[0] if declared else "nothing"
    return text, name, (f"the encoding is broken (declared {said}); read as {name}",)


_PAIRS = re.compile(rb"[\xc0-\xff]{2,}")


def _looks_like(body: bytes) -> str:
    """Cyrillic letters stand in rows of high bytes, Western accents stand alone.

    KOI8-R has its small letters where windows-1251 has its capitals.
    """
    high = [byte for byte in body[:200_000] if byte >= 0xC0]
    in_rows = sum(map(len, _PAIRS.findall(body[:200_000])))
    if in_rows * 2 <= len(high):
        return "cp1252"
    lower_half = sum(byte < 0xE0 for byte in high)
    return "koi8-r" if lower_half > 2 * (len(high) - lower_half) else "cp1251"


# --- JSON ------------------------------------------------------------------------------------


def _read_json(text: str) -> JsonObject:
    """The object; line breaks inside strings are tolerated, for hand-made feeds have them."""
    try:
        data: object = json.loads(text.rstrip("\0"), strict=False)
    except (ValueError, RecursionError) as error:
        raise FeedError(f"the JSON is broken: {str(error)[:200]}") from None
    if not isinstance(data, dict):
        raise FeedError("the JSON is a list, not a JSON Feed")
    return data


# --- Text to tree ----------------------------------------------------------------------------

#: C1 controls are windows-1252 that somebody took for latin-1 (HTML, 13.2.5.80, does the same).
_C1 = re.compile("[\x80-\x9f]")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,400}?\?>\s*", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_SUBSET_END = re.compile(r"\]\s*>")
_ENTITY = re.compile(
    r"<!ENTITY\s+([A-Za-z_][\w.\-]{0,60})\s+(?:\"([^\"]{0,100})\"|'([^']{0,100})')"
)
_SAFE_VALUE = re.compile(r"&#\w{1,7};|[^&<%]*")
_WEB_PAGE = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(r"<[A-Za-z_]")
#: How the messages of PHP begin that a careless server prints before the document.
_MESSAGE = re.compile(r"(?:[^<]{0,400})<(?:br|b|p|div|pre|table|font|script)\b", re.IGNORECASE)
_DOCUMENT = re.compile(r"<(?:\?xml\s|rss\b|rdf:rdf\b|(?:atom:)?feed\b|urlset\b)", re.IGNORECASE)
_LONGEST_MESSAGE = 20_000
_BARE = re.compile(r"&(?!#?[A-Za-z0-9_.\-]{1,61};)")
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(#?)([A-Za-z0-9_.\-]{1,61});")
_VOID = re.compile(r"<(br|hr|img|wbr)\b([^<>]{0,4096}?)/?>(?:\s{0,20}</\1\s*>)?", re.IGNORECASE)
_STRAY_LESS = re.compile(r"<(?![A-Za-z_/!?])")
_EXPANSION_BUDGET = 1_000_000
#: With more ampersands than this in one run of text, none of them is taken for a reference.
_MOST_REFERENCES = 500_000
#: With more than this the recovering parser has the document as it is.
_MOST_TAGS = 1_000_000


def _read_xml(text: str) -> tuple[Element, bool]:
    """The root and whether repair went beyond references and encoding."""
    if _WEB_PAGE.match(text):
        raise FeedError("this is a web page, not a feed")
    junk = _junk(text)
    clean, entities = _without_prolog(_ILLEGAL.sub("", text[junk:]))
    repaired = repair(clean, entities)
    root = _parse(repaired, recover=False)
    if root is not None:
        return root, junk > 0
    softened = "".join(_soften(piece) for piece in _pieces(repaired))
    root = _parse(softened, recover=True)
    if root is None:
        raise FeedError("the document is not XML, not even after repair")
    return root, True


def _junk(text: str) -> int:
    """Where the document begins behind what is none: stray text, a server's messages in HTML."""
    if _MESSAGE.match(text):
        found = _DOCUMENT.search(text, 0, _LONGEST_MESSAGE)
        if found:
            return found.start()
    return text.find("<")


def _parse(text: str, *, recover: bool) -> Element | None:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
        recover=recover,
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except (etree.LxmlError, ValueError):
        return None
    return root if isinstance(root, Element) else None


def _from_windows(match: re.Match[str]) -> str:
    return match[0].encode("latin-1").decode("cp1252", "ignore")


def _without_first_comments(text: str) -> str:
    """Without the comments before the root: one may speak of `<!DOCTYPE` or of elements."""
    kept: list[str] = []
    start = position = text.find("<")
    while text.startswith(("<!--", "<?"), position):
        is_comment = text.startswith("<!--", position)
        end = text.find("-->" if is_comment else "?>", position + 2)
        if end < 0:
            break
        if is_comment:
            kept.append(text[start:position])
            start = end = end + 3
        position = text.find("<", end)
    return "".join((*kept, text[start:]))


def _without_prolog(text: str) -> tuple[str, Mapping[str, str]]:
    """Without XML declaration and DOCTYPE; its harmless entities come along."""
    text = _without_first_comments(text)
    first = _FIRST_ELEMENT.search(text)
    head = first.start() if first else 0
    text = _DECLARATION.sub("", text[:head], count=1) + text[head:]
    match = _DOCTYPE.search(text, 0, head)
    if match is None:
        return text, {}
    bracket, close = text.find("[", match.start()), text.find(">", match.start())
    if close < 0:
        return text[: match.start()], {}
    if not 0 <= bracket < close:
        return text[: match.start()] + text[close + 1 :], {}
    end = _SUBSET_END.search(text, bracket)
    subset = text[bracket : end.start() if end else close]
    rest = text[end.end() if end else close + 1 :]
    return text[: match.start()] + rest, dict(_safe_entities(subset))


def _safe_entities(subset: str) -> Iterator[tuple[str, str]]:
    """Entities that stand for a short literal or one character; all others stay unknown."""
    for match in _ENTITY.finditer(subset[:100_000]):
        value = match[2] if match[2] is not None else match[3]
        if _SAFE_VALUE.fullmatch(value):
            yield match[1], html.unescape(value)


def repair(text: str, entities: Mapping[str, str]) -> str:
    """Drop comments, escape bare ampersands, turn named references into characters.

    CDATA sections pass untouched. One pass over the text: an earlier version by regular
    expression hung on 100,000 unterminated `<![CDATA[`.
    """
    budget = _EXPANSION_BUDGET

    def expand(match: re.Match[str]) -> str:
        nonlocal budget
        value = _reference(match, entities)
        if match[2] in entities:
            budget -= len(value)
            return value if budget > 0 else ""
        return value

    def mend(piece: str) -> str:
        if piece.startswith("<![CDATA["):
            return piece
        if piece.count("&") > _MOST_REFERENCES:
            return piece.replace("&", "&amp;")
        return _REFERENCE.sub(expand, _BARE.sub("&amp;", piece))

    return "".join(map(mend, _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    """Runs of markup and whole CDATA sections in turn; comments fall out."""
    position = 0
    while (at := text.find("<!", position)) >= 0:
        if text.startswith("<![CDATA[", at):
            yield text[position:at]
            end = text.find("]]>", at)
            if end < 0:  # no later section can be closed either
                yield text[at:].replace("<![CDATA[", "")
                return
            yield text[at : end + 3]
            position = end + 3
        elif text.startswith("<!--", at):
            yield text[position:at]
            end = text.find("-->", at + 4)
            if end < 0:
                yield text[at:].replace("<!--", "")
                return
            position = end + 3
        else:
            yield text[position : at + 2]
            position = at + 2
    yield text[position:]


def _reference(match: re.Match[str], entities: Mapping[str, str]) -> str:
    """What a reference stands for, as XML: `&nbsp;`, `&#150;` (windows-1252) and `&bogus;`."""
    name = match[2]
    if match[1]:
        text = html.unescape(f"&#{name};") if _is_number(name) else match[0]
    else:
        text = entities.get(name) or html5.get(name + ";") or match[0]
    return html.escape(_ILLEGAL.sub("", text), quote=False)


def _is_number(digits: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,8}|[xX][0-9A-Fa-f]{1,7}", digits))


def _soften(piece: str) -> str:
    """Close HTML's void tags and escape lone `<`, so that recovery keeps what follows them."""
    if piece.startswith("<![CDATA[") or piece.count("<") > _MOST_TAGS:
        return piece
    return _STRAY_LESS.sub("&lt;", _VOID.sub(r"<\1\2/>", piece))
