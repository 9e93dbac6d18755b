"""Answers with bytes that are known beforehand: whole, compressed, or "you have it" (304).

In: a request, a document. Out: a response with validators. Never: a cookie, or a look at the
query string (feed readers add cache busters; they name the same bytes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from dispatch.render import encodings, output
from dispatch.web import accept, validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes and what is said of them. `encoded` holds the same bytes in other encodings."""

    body: bytes
    digest: str
    media_type: str
    encoded: Mapping[str, bytes] = field(default_factory=dict)
    modified_at: datetime | None = None

    def choose(self, accept_encoding: str) -> str | None:
        """The encoding to answer with; None for the bytes as they are."""
        return accept.choose_encoding(accept_encoding, tuple(self.encoded))

    def bytes_in(self, coding: str | None) -> bytes:
        """The bytes in one encoding."""
        return self.body if coding is None else self.encoded[coding]

    def said(self, coding: str | None) -> dict[str, str]:
        """The validators of one encoding."""
        said = {"ETag": validators.entity_tag(self.digest, coding)}
        if self.modified_at is not None:
            said["Last-Modified"] = format_datetime(self.modified_at, usegmt=True)
        return said


def make_document(body: bytes, media_type: str, *, modified_at: datetime | None = None) -> Document:
    """The document that `body` is; compressed here once, so that it is never another's twin."""
    return Document(
        body=body,
        digest=output.digest(body),
        media_type=media_type,
        encoded=encodings.encode(body),
        modified_at=modified_at,
    )


def respond(
    request: Request, document: Document, headers: Mapping[str, str], *, now: datetime
) -> Response:
    """200 with the encoding that is asked for, or 304 with all that a cache has to renew."""
    coding = document.choose(_joined(request, "accept-encoding") or "")
    said = {**headers, **document.said(coding)}
    if _is_current(request, document, now):
        return Response(status_code=304, headers=said)
    said |= representation(document.media_type, coding)
    return Response(document.bytes_in(coding), headers=said)


def representation(media_type: str, coding: str | None) -> dict[str, str]:
    """What only an answer with a body says."""
    said = {"Content-Type": f"{media_type}; charset=utf-8"}
    return said | ({"Content-Encoding": coding} if coding else {})


def _is_current(request: Request, document: Document, now: datetime) -> bool:
    return validators.is_current(
        if_none_match=_joined(request, "if-none-match"),
        if_modified_since=request.headers.get("if-modified-since"),
        digest=document.digest,
        modified_at=document.modified_at,
        now=now,
    )


def _joined(request: Request, name: str) -> str | None:
    """A header that may come in several lines, as one."""
    lines = request.headers.getlist(name)
    return ", ".join(lines) if lines else None
