"""Makes the MIME bytes of a message: frozen once per variant, spliced once per reader.

In: a variant's html and text with slot markers, the headers that its readers share, and then for
each reader a few headers and a token. Out: a whole message, CRLF line ends, 7-bit clean, so that
no relay has a reason to re-encode it (RFC 6376, section 5.3). It knows no subscriber and sends
nothing.

Each part is encoded once, as quoted-printable or base64, whichever is shorter (Cyrillic needs
2.3 times its size in the first, 1.4 in the second). A reader costs a few joins of bytes.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from dispatch import errors
from dispatch.render import headers, slots

CRLF: Final = b"\r\n"
#: Characters on one line of base64 (RFC 2045, section 6.8).
BASE64_LINE: Final = 76

_NEWLINE: Final = re.compile("\r\n|\r|\n")
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_MARKER: Final = slots.TOKEN.encode()
#: The marker in quoted-printable, where a soft line break may stand inside it.
_QUOTED_MARKER: Final = re.compile(b"(?:=\r\n)?".join(bytes([octet]) for octet in _MARKER))


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantHeaders:
    """What every message of one variant says alike.

    `list_id` is the RFC 2919 identifier without brackets, `list_name` the phrase before it.
    `feedback_id` is Gmail's, of at most four fields, and says nothing of the reader.
    """

    from_name: str
    from_address: str
    subject: str
    language: str
    list_id: str
    list_name: str = ""
    reply_to: str | None = None
    help_url: str | None = None
    archive_url: str | None = None
    feedback_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeaders:
    """What one message says alone; the same on every try, because it comes from the delivery.

    `message_id` is `left@right` without brackets. `unsubscribe_url` takes the POST of RFC 8058,
    `unsubscribe_mailto` is an address for clients that can only write.
    """

    recipient: str
    planned_at: datetime
    message_id: str
    unsubscribe_url: str
    unsubscribe_mailto: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeHeaders:
    """The header of a message that is not an issue (a request to confirm, for instance)."""

    from_name: str
    from_address: str
    recipient: str
    subject: str
    language: str
    sent_at: datetime
    message_id: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class QuotedSlot:
    """A slot in quoted-printable. `cut` is where a soft line break falls into it; 0 for none."""

    cut: int

    def fill(self, token: bytes) -> bytes:
        """The encoded octets of this place for one reader."""
        return token[: self.cut] + b"=\r\n" + token[self.cut :] if self.cut else token


@dataclass(frozen=True, slots=True)
class Base64Slot:
    """A region of base64 on 3-octet borders, which holds one slot or several close together.

    `around` is the text before, between and after the slots; `cuts` are the offsets in the
    encoded region, 0 and its end included, between which its lines lie.
    """

    around: tuple[bytes, ...]
    cuts: tuple[int, ...]

    def fill(self, token: bytes) -> bytes:
        """The encoded octets of this place for one reader."""
        encoded = binascii.b2a_base64(token.join(self.around), newline=False)
        return CRLF.join([encoded[start:end] for start, end in pairwise(self.cuts)])


Piece = bytes | QuotedSlot | Base64Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenBody:
    """A variant laid out for splicing.

    `head` opens the message; the reader's own headers follow; `pieces` are the rest of the header
    and the two parts. `html_octets` and `text_octets` are the parts' encoded sizes.
    """

    head: bytes
    pieces: tuple[Piece, ...]
    html_octets: int
    text_octets: int


def freeze(html: str, text: str, variant_headers: VariantHeaders) -> FrozenBody:
    """Encode both parts of a variant once and find where its slots lie.

    Raises InputError for a control character in a part, or a header that cannot be written.
    """
    boundary = make_boundary(html, text)
    html_part, text_part = _freeze_part(html, "html"), _freeze_part(text, "plain")
    opening = CRLF + b"--" + boundary + CRLF
    pieces = [
        _shared_headers(variant_headers, boundary) + opening,
        *text_part,
        CRLF + b"--" + boundary + CRLF,
        *html_part,
        CRLF + b"--" + boundary + b"--" + CRLF,
    ]
    return FrozenBody(
        head=_opening_headers(variant_headers),
        pieces=tuple(_joined(pieces)),
        html_octets=encoded_octets(html),
        text_octets=encoded_octets(text),
    )


def make_message(frozen: FrozenBody, message_headers: MessageHeaders, token: str) -> bytes:
    """The complete message for one reader.

    Raises InputError for a token of another shape, or a header that cannot be written.
    """
    slots.require_token(token)
    value = token.encode("ascii")
    own = own_headers(message_headers)
    body = [piece if isinstance(piece, bytes) else piece.fill(value) for piece in frozen.pieces]
    return b"".join([frozen.head, own, *body])


def own_headers(message_headers: MessageHeaders) -> bytes:
    """The header lines that only this reader's message has."""
    urls = [message_headers.unsubscribe_url]
    if message_headers.unsubscribe_mailto:
        urls.append(f"mailto:{message_headers.unsubscribe_mailto}")
    return headers.write_headers(
        (
            ("To", headers.mailbox(message_headers.recipient)),
            ("Date", headers.date(message_headers.planned_at)),
            ("Message-ID", headers.message_id(message_headers.message_id)),
            ("List-Unsubscribe", headers.url_list(*urls)),
        )
    )


def make_notice(notice_headers: NoticeHeaders, text: str) -> bytes:
    """A message of one plain part and no list headers: tiny, and never mistaken for an issue."""
    encoding, encoded = encode_text(text)
    pairs = [("From", headers.mailbox(notice_headers.from_address, notice_headers.from_name))]
    pairs += [("To", headers.mailbox(notice_headers.recipient))]
    pairs += _reply_to(notice_headers.reply_to)
    pairs += [
        ("Subject", headers.unstructured(notice_headers.subject)),
        ("Date", headers.date(notice_headers.sent_at)),
        ("Message-ID", headers.message_id(notice_headers.message_id)),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Content-Language", notice_headers.language),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", encoding),
    ]
    return headers.write_headers(pairs) + CRLF + encoded.removesuffix(CRLF) + CRLF


def encoded_octets(text: str) -> int:
    """How long a part is on the wire, without its header; what clients clip by."""
    return len(encode_text(text)[1])


def encode_text(text: str) -> tuple[str, bytes]:
    """The shorter encoding of `text` and its name (RFC 2045, section 6)."""
    quoted, based = _quoted(text), _based(text)
    return ("base64", based) if len(based) < len(quoted) else ("quoted-printable", quoted)


def make_boundary(html: str, text: str) -> bytes:
    """A boundary that is the same for the same content and occurs in no encoded part.

    "=_" cannot stand in quoted-printable (RFC 2045, section 6.7), nor "_" in base64.
    """
    rich = _octets(html)
    digest = hashlib.sha256(b"%d\n%b%b" % (len(rich), rich, _octets(text))).hexdigest()
    return b"=_" + digest[:32].encode("ascii")


def _octets(text: str) -> bytes:
    """`text` in UTF-8 with CRLF line ends. Gmail clips a message for one stray control."""
    found = _FORBIDDEN.search(normal := _NEWLINE.sub("\n", text))
    if found:
        raise errors.InputError(f"a message cannot carry the control character {found.group()!r}")
    return normal.replace("\n", "\r\n").encode()


def _quoted(text: str) -> bytes:
    """Quoted-printable. The encoder breaks lines as its input does: with LF where it has none."""
    return binascii.b2a_qp(_octets(text), istext=True).replace(b"=\n", b"=\r\n")


def _based(text: str) -> bytes:
    encoded = binascii.b2a_base64(_octets(text), newline=False)
    starts = range(0, len(encoded), BASE64_LINE)
    return CRLF.join([encoded[start : start + BASE64_LINE] for start in starts])


def _freeze_part(text: str, subtype: str) -> list[Piece]:
    encoding, encoded = encode_text(text)
    head = headers.write_headers(
        [
            ("Content-Type", f'text/{subtype}; charset="utf-8"'),
            ("Content-Transfer-Encoding", encoding),
        ]
    )
    cut = _cut_based(_octets(text), encoded) if encoding == "base64" else _cut_quoted(encoded)
    return [head + CRLF, *cut]


def _cut_quoted(encoded: bytes) -> Iterator[Piece]:
    end = 0
    for match in _QUOTED_MARKER.finditer(encoded):
        yield encoded[end : match.start()]
        yield QuotedSlot(max(match.group().find(b"="), 0))
        end = match.end()
    yield encoded[end:]


def _cut_based(raw: bytes, encoded: bytes) -> Iterator[Piece]:
    end = 0
    for first, last in _regions(raw):
        yield encoded[end : _after_break(first // 3 * 4)]
        around = tuple(raw[first:last].split(_MARKER))
        start, stop = first // 3 * 4, -(-last // 3) * 4
        breaks = range(start // BASE64_LINE * BASE64_LINE + BASE64_LINE, stop, BASE64_LINE)
        yield Base64Slot(around, (0, *(cut - start for cut in breaks), stop - start))
        end = _before_break(stop)
    yield encoded[end:]


def _regions(raw: bytes) -> list[tuple[int, int]]:
    """The stretches of `raw`, on 3-octet borders, that hold slots; none touches the next."""
    regions: list[tuple[int, int]] = []
    for match in re.finditer(_MARKER, raw):
        first, last = match.start() // 3 * 3, min(-(-match.end() // 3) * 3, len(raw))
        if regions and first <= regions[-1][1]:
            first, _ = regions.pop()
        regions.append((first, last))
    return regions


def _after_break(offset: int) -> int:
    """Where unbroken base64 `offset` lies in the broken lines, behind a break that is there."""
    return offset + offset // BASE64_LINE * len(CRLF)


def _before_break(offset: int) -> int:
    return offset + (offset - 1) // BASE64_LINE * len(CRLF)


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The same with neighbouring octets made one piece."""
    octets = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            octets += piece
            continue
        yield octets
        yield piece
        octets = b""
    yield octets


def _opening_headers(variant_headers: VariantHeaders) -> bytes:
    sender = headers.mailbox(variant_headers.from_address, variant_headers.from_name)
    pairs = [("From", sender), *_reply_to(variant_headers.reply_to)]
    pairs += [("Subject", headers.unstructured(variant_headers.subject))]
    return headers.write_headers(pairs)


def _shared_headers(variant_headers: VariantHeaders, boundary: bytes) -> bytes:
    content_type = f'multipart/alternative; boundary="{boundary.decode("ascii")}"'
    return headers.write_headers(
        [
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("List-Id", headers.list_id(variant_headers.list_name, variant_headers.list_id)),
            *_optional_headers(variant_headers),
            ("Auto-Submitted", "auto-generated"),
            ("Precedence", "bulk"),
            ("X-Auto-Response-Suppress", "OOF, AutoReply"),
            ("Content-Language", variant_headers.language),
            ("MIME-Version", "1.0"),
            ("Content-Type", content_type),
        ]
    )


def _optional_headers(variant_headers: VariantHeaders) -> Iterator[tuple[str, str]]:
    if variant_headers.help_url:
        yield "List-Help", headers.url_list(variant_headers.help_url)
    if variant_headers.archive_url:
        yield "List-Archive", headers.url_list(variant_headers.archive_url)
    if variant_headers.feedback_id:
        yield "Feedback-ID", variant_headers.feedback_id


def _reply_to(address: str | None) -> list[tuple[str, str]]:
    return [("Reply-To", headers.mailbox(address))] if address else []
