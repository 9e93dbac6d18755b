"""The publishing system's door: articles are put, changed and taken back (/api/articles).

In: a request with a bearer token. Out: JSON; a refusal is a problem document (RFC 9457). Never: a
cookie, a change without the key of a source, or more of a body than an article has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App, push
from dispatch.app.push import PushAnswer
from dispatch.model.publication import Source
from dispatch.web import api_description, bodies

_SAID = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class ArticlesApi:
    """The addresses below /api/."""

    def __init__(self, site: App) -> None:
        self.site = site

    def describe(self, _request: Request) -> Response:
        """/api/openapi.json: what may be asked, for people and programs."""
        said = {**_SAID, "Cache-Control": "public, max-age=300"}
        document = api_description.make_description(self.site.config.publication)
        return _json(document, 200, said, "application/json")

    async def create(self, request: Request) -> Response:
        """POST /api/articles: an article that brings its own identifier, or has its address."""
        return await self._work(request, None)

    async def one(self, request: Request) -> Response:
        """PUT and DELETE /api/articles/{id}."""
        return await self._work(request, request.path_params["name"])

    async def _work(self, request: Request, name: str | None) -> Response:
        source = self._source(request)
        if source is None:
            return _answer(push.problem(401, "The key is missing or wrong"))
        key = request.headers.get("idempotency-key")
        if request.method == "DELETE":
            answer = await run_in_threadpool(self.site.push.remove, source, name or "", key)
            return _answer(answer)
        if not _is_json(request):
            return _answer(push.problem(415, "The body must be application/json, not compressed"))
        body = await bodies.read(request, api_description.MAX_BYTES)
        if body is None:
            said = f"more than {api_description.MAX_BYTES} bytes"
            return _answer(push.problem(413, "The body is too large", said))
        return _answer(await run_in_threadpool(self.site.push.put, source, name, body, key))

    def _source(self, request: Request) -> Source | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.site.push.source_of(token.strip()) if scheme.lower() == "bearer" else None


def refusal(status: int) -> Response:
    """What Starlette refuses below /api/ and /hooks/: an address, a method, a fault of ours."""
    words = {404: "There is no such address", 405: "There is no such method here"}
    return _answer(
        push.problem(status, words.get(status, "Something went wrong here, not at your side"))
    )


def _answer(answer: PushAnswer) -> Response:
    said = dict(_SAID)
    if answer.status == 401:
        said["WWW-Authenticate"] = 'Bearer realm="dispatch"'
    if answer.status == 201:
        said["Location"] = f"/api/articles/{quote(answer.name, safe='')}"
    if answer.retry_seconds is not None:
        said["Retry-After"] = str(answer.retry_seconds)
    kind = "application/problem+json" if answer.status >= 400 else "application/json"
    return _json(answer.document, answer.status, said, kind)


def _json(document: Mapping[str, Any], status: int, said: Mapping[str, str], kind: str) -> Response:
    body = json.dumps(document, ensure_ascii=False, indent=2).encode()
    return Response(body, status, headers=dict(said), media_type=kind)


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_plain = request.headers.get("content-encoding", "identity").strip().lower() == "identity"
    return kind == "application/json" and is_plain
