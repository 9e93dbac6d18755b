"""Takes notice of a donation at the moment it is given.

In: JSON with a signature over it (`rules.signatures`). Out: JSON; a refusal is a problem document
(RFC 9457). Never: an address in the store, in a log or in an answer, or a donation counted twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App, push
from dispatch.rules import signatures
from dispatch.rules.signatures import Refusal
from dispatch.web import bodies

#: Eight short fields.
MAX_BODY_BYTES: Final = 16 * 1024

_WHY: Final = {
    Refusal.MISSING: f"{signatures.HEADER}: t=SECONDS,v1=HEX is missing",
    Refusal.WRONG: "it is not made with our secret over the seconds, a dot and this body",
    Refusal.STALE: "it is right, but its time is too far from ours",
}


class DonationsDoor:
    """The address /hooks/donations."""

    def __init__(self, site: App) -> None:
        self.site = site

    async def take(self, request: Request) -> Response:
        """POST: somebody has given."""
        if not self.site.appeals.is_open:
            return _refused(404, "There is no such address")
        body = await bodies.read(request, MAX_BODY_BYTES)
        if body is None:
            said = f"at most {MAX_BODY_BYTES} bytes"
            return _refused(413, "The body is too large", said)
        header = request.headers.get(signatures.HEADER, "")
        if refusal := self.site.appeals.check_signature(header, body):
            return _refused(403, "The signature is not good", _WHY[refusal])
        document = _document(body)
        if document is None:
            return _refused(400, "The body is not a JSON object")
        return await run_in_threadpool(self._take, document)

    def _take(self, document: Mapping[str, Any]) -> Response:
        taken = self.site.appeals.take_gift(document)
        if isinstance(taken, str):
            return _refused(422, "The donation cannot be taken", taken)
        return _json({"id": document["id"], "is_new": taken}, 201 if taken else 200)


def _document(body: bytes) -> Mapping[str, Any] | None:
    """The object that `body` is. Numbers stay as they are written: 0.1 is a tenth."""
    try:
        found = json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refused(status: int, title: str, detail: str = "") -> Response:
    document = push.problem(status, title, detail).document
    return _json(document, status, "application/problem+json")


def _json(document: Mapping[str, Any], status: int, kind: str = "application/json") -> Response:
    said = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    body = json.dumps(document, ensure_ascii=False).encode()
    return Response(body, status, headers=said, media_type=kind)
