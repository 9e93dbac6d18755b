"""Prepares every answer that a feed can give, so that giving one costs no thought.

In: a document, the headers of its path. Out: for each encoding the headers of 200 and of 304 as
bytes, beside the body. Never: a look at a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dispatch.web import documents
from dispatch.web.documents import Document

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One representation: what 200 says, what 304 says (RFC 9110, 15.4.5), and the bytes."""

    full: RawHeaders
    short: RawHeaders
    body: bytes


@dataclass(frozen=True, slots=True)
class Shown:
    """A document with its answers by encoding, and the encoding that each header value chose."""

    document: Document
    answers: Mapping[str | None, Answer]
    for_people: Mapping[str | None, Answer]

    def answer(self, accept_encoding: str, *, is_person: bool) -> Answer:
        """The answer to whoever accepts these encodings."""
        coding = self.document.choose(accept_encoding)
        return (self.for_people if is_person else self.answers)[coding]


def prepare(document: Document, headers: Mapping[str, str], people_type: str) -> Shown:
    """Every answer of `document`; people's browsers get the same bytes as `people_type`."""
    codings: tuple[str | None, ...] = (None, *document.encoded)
    answers = {one: _answer(document, headers, document.media_type, one) for one in codings}
    if people_type == document.media_type:
        return Shown(document, answers, answers)
    for_people = {one: _answer(document, headers, people_type, one) for one in codings}
    return Shown(document, answers, for_people)


def _answer(
    document: Document, headers: Mapping[str, str], media_type: str, coding: str | None
) -> Answer:
    said = {**headers, **document.said(coding)}
    body = document.bytes_in(coding)
    full = documents.representation(media_type, coding) | {"Content-Length": str(len(body))}
    return Answer(full=raw((said | full).items()), short=raw(said.items()), body=body)


def raw(headers: Iterable[tuple[str, str]]) -> RawHeaders:
    """Headers as ASGI sends them."""
    return [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers]
