"""Writes the header of a message so that every reader of it sees what was meant.

In: names and values. Out: ASCII lines ended by CRLF. It never encodes a structured value, never
folds where no whitespace stood, and never lets a line break or another control through.

The standard library's writer does not fit a bilingual newsroom: up to Python 3.13 it encodes a
List-Unsubscribe longer than its line (the one-click button vanishes), and loses or adds spaces
in mixed Latin and Cyrillic subjects and display names.
"""

from __future__ import annotations

import base64
import email.utils
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import idna

from dispatch import errors

#: RFC 5322, section 2.1.1, both without CRLF.
HARD_LINE_OCTETS: Final = 998
LINE_OCTETS: Final = 78

#: Octets of text in one encoded-word: 39 make 52 characters of base64 and a word of 64, which
#: fits on a line (RFC 2047, section 2: at most 76) beside any header name used here.
WORD_OCTETS: Final = 39

_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WHITE: Final = re.compile(r"\s+")
_NAME: Final = re.compile(r"[!-9;-~]{1,60}")
_VALUE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_PIECE: Final = re.compile(r" *[^ ]+")
_ENCODED_PIECE: Final = re.compile(r" *[^ ]+| +")
_ATOM_TEXT: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PHRASE: Final = re.compile(rf"{_ATOM_TEXT}(?: {_ATOM_TEXT})*")
_LOCAL_PART: Final = re.compile(rf"(?=.{{1,64}}\Z){_ATOM_TEXT}(?:\.{_ATOM_TEXT})*")
_DOMAIN: Final = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_LIST_IDENTIFIER: Final = re.compile(rf"(?=.{{1,255}}\Z){_ATOM_TEXT}(?:\.{_ATOM_TEXT})+")
_MESSAGE_IDENTIFIER: Final = re.compile(
    rf"(?=.{{1,250}}\Z){_ATOM_TEXT}(?:\.{_ATOM_TEXT})*@{_ATOM_TEXT}(?:\.{_ATOM_TEXT})*"
)
_URL: Final = re.compile(r"(?:https?://|mailto:)[!-;=?-~]+")


def clean_text(text: str) -> str:
    """`text` made fit for a header: NFC, no controls, one space where whitespace was.

    For what others wrote (an article's title in a subject). The writers below refuse instead.
    """
    spaced = _WHITE.sub(" ", text)
    return _WHITE.sub(" ", _FORBIDDEN.sub("", unicodedata.normalize("NFC", spaced))).strip()


def unstructured(text: str) -> str:
    """The value of a Subject or any other free text (RFC 5322, section 2.2.1).

    Raises InputError for controls and line breaks.
    """
    _refuse_controls(text)
    return text if _is_plain(text) else _encode_words(text)


def phrase(text: str) -> str:
    """A display name: atoms, a quoted-string, or encoded-words (RFC 2047, section 5)."""
    _refuse_controls(text)
    if _PHRASE.fullmatch(text) and _is_plain(text):
        return text
    if _is_plain(text) and len(text) < WORD_OCTETS:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _encode_words(text)


def mailbox(address: str, name: str = "") -> str:
    """One mailbox for From, To or Reply-To, with or without a display name.

    A domain in another script becomes its A-label (RFC 5891). A local part outside ASCII would
    need SMTPUTF8 on the whole way and is refused: InputError.
    """
    ascii_form = ascii_address(address)
    return f"{phrase(name)} <{ascii_form}>" if name else ascii_form


def ascii_address(address: str) -> str:
    """`address` as it goes on the wire. Raises InputError if it is not one plain address."""
    local_part, at, domain = address.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local_part):
        raise errors.InputError(f"not an address that can be mailed: {address!r}")
    return f"{local_part}@{_ascii_domain(domain)}"


def list_id(name: str, identifier: str) -> str:
    """The value of List-Id: a phrase and the identifier in angle brackets (RFC 2919)."""
    if not _LIST_IDENTIFIER.fullmatch(identifier):
        raise errors.InputError(f"not a list identifier (RFC 2919): {identifier!r}")
    return f"{phrase(name)} <{identifier}>" if name else f"<{identifier}>"


def message_id(identifier: str) -> str:
    """The value of Message-ID, from `left@right` without brackets (RFC 5322, section 3.6.4)."""
    if not _MESSAGE_IDENTIFIER.fullmatch(identifier):
        raise errors.InputError(f"not a message identifier (RFC 5322): {identifier!r}")
    return f"<{identifier}>"


def url_list(*urls: str) -> str:
    """The value of a List-* header: each URL in angle brackets (RFC 2369, section 2)."""
    for url in urls:
        if not _URL.fullmatch(url):
            raise errors.InputError(f"not an absolute ASCII URL: {url!r}")
    return ", ".join(f"<{url}>" for url in urls)


@lru_cache(maxsize=1024)
def date(moment: datetime) -> str:
    """The value of Date for an aware `moment`, in UTC (RFC 5322, section 3.3)."""
    return email.utils.format_datetime(moment.astimezone(UTC))


def write_headers(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Header lines for (name, value) pairs, each ended by CRLF, in the given order.

    Values are ASCII already, as the functions above make them. Raises InputError for a value
    with anything else in it, and for one that cannot be folded below 998 octets.
    """
    return b"".join(write_header(name, value) for name, value in pairs)


def write_header(name: str, value: str) -> bytes:
    """One header field, folded at existing whitespace where it is longer than 78 octets."""
    if not _NAME.fullmatch(name):
        raise errors.InputError(f"not the name of a header: {name!r}")
    if not _VALUE.fullmatch(value):
        raise errors.InputError(f"the header {name} cannot carry {value!r}")
    line = f"{name}: {value}"
    if len(line) > LINE_OCTETS:
        line = _fold(name, value)
    return line.encode("ascii") + b"\r\n"


def _fold(name: str, value: str) -> str:
    """Break before a run of spaces only, and never right after the name.

    An empty first line is legal, and several servers and clients lose such a header.
    """
    first, *rest = _PIECE.findall(f" {value}")
    lines = [f"{name}:{first}"]
    for piece in rest:
        if len(lines[-1]) + len(piece) <= LINE_OCTETS:
            lines[-1] += piece
        else:
            lines.append(piece)
    if max(map(len, lines)) > HARD_LINE_OCTETS:
        raise errors.InputError(f"the header {name} has a word longer than a line may be")
    return "\r\n".join(lines)


def _refuse_controls(text: str) -> None:
    if _FORBIDDEN.search(text):
        raise errors.InputError(f"a header cannot carry the control character in {text!r}")


def _is_plain(text: str) -> bool:
    """Whether `text` may stand as it is: printable ASCII that no decoder would change."""
    return bool(_VALUE.fullmatch(text)) and "=?" not in text and _longest_word(text) < LINE_OCTETS


def _longest_word(text: str) -> int:
    return max(map(len, text.split(" ")))


def _encode_words(text: str) -> str:
    """`text` in B-encoded words, none of which ends inside a character (RFC 2047, section 5)."""
    words = (base64.b64encode(chunk).decode("ascii") for chunk in _chunks(text))
    return " ".join(f"=?utf-8?B?{word}?=" for word in words)


def _chunks(text: str) -> Iterable[bytes]:
    """The text of each encoded-word: ends before a space where there is one near.

    Some decoders (Python's own, in display names) wrongly keep the whitespace between two
    encoded-words. They then double a space instead of cutting a word in two.
    """
    chunk = b""
    for word in _ENCODED_PIECE.findall(text):
        for octets in _shares(word):
            if len(chunk) + len(octets) > WORD_OCTETS:
                yield chunk
                chunk = b""
            chunk += octets
    yield chunk


def _shares(word: str) -> Iterable[bytes]:
    """`word` whole where an encoded-word can hold it, else character by character."""
    whole = word.encode()
    return (whole,) if len(whole) <= WORD_OCTETS else (character.encode() for character in word)


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    """The domain as A-labels. Thousands of readers share few domains, hence the cache."""
    try:
        found = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise errors.InputError(f"not a domain that can be mailed: {domain!r} ({error})") from error
    if not _DOMAIN.fullmatch(found):
        raise errors.InputError(f"not a domain that can be mailed: {domain!r}")
    return found
