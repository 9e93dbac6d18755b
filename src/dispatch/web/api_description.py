"""Describes the interface for publishing systems, by OpenAPI 3.1.

In: the publication. Out: the document at /api/openapi.json. Never: a schema of its own: they are
made of what requests are checked by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dispatch
from dispatch.model.publication import Publication
from dispatch.sources import push

MAX_BYTES = push.MAX_BYTES

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Any string, new for each request. The same request under the same key within "
    "24 hours is answered as before and has no second effect.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_NAME = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "Your own identifier of the article, percent-encoded.",
    "schema": {"type": "string", "minLength": 1},
}
_TAKEN = {
    "type": "object",
    "required": ["id", "state", "warnings"],
    "properties": {
        "id": {"type": "string"},
        "uid": {"type": "string", "description": "Its identity in every feed, for ever."},
        "url": {"type": "string"},
        "state": {"enum": ["new", "changed", "unchanged", "withdrawn", "held"]},
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Everything that is wrong with a document.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_REFUSALS = {
    400: "The request cannot be read.",
    401: "The key is missing or wrong.",
    404: "No article was sent under this identifier.",
    409: "The article is another source's, or the same request is being worked on.",
    413: f"The body is longer than {MAX_BYTES} bytes.",
    415: "The body is not application/json.",
    422: "The document is not an article, or the Idempotency-Key came with another request.",
}


def make_description(publication: Publication) -> Mapping[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{publication.name('')}: articles",
            "version": dispatch.__version__,
            "description": "A publishing system puts, changes and takes back its articles here. "
            "Each goes through the same cleaning and the same question of identity as all others.",
        },
        "servers": [{"url": publication.public_url.rstrip("/")}],
        "security": [{"key": []}],
        "paths": {
            "/api/articles": {"post": _creating()},
            "/api/articles/{id}": {
                "parameters": [_NAME],
                "put": _putting(),
                "delete": _removing(),
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                **push.schemas("#/components/schemas/{model}"),
                "Taken": _TAKEN,
                "Problem": _PROBLEM,
            },
        },
    }


def _creating() -> Mapping[str, Any]:
    return {
        "operationId": "createArticle",
        "summary": "Put an article that brings its own id; without one its url is the id.",
        "parameters": [_KEY],
        "requestBody": _article(),
        "responses": {**_taken(200, 201, 202), **_refused(400, 401, 409, 413, 415, 422)},
    }


def _putting() -> Mapping[str, Any]:
    return {
        "operationId": "putArticle",
        "summary": "Put or change the article with this id; the same twice is the same as once.",
        "parameters": [_KEY],
        "requestBody": _article(),
        "responses": {**_taken(200, 201, 202), **_refused(400, 401, 409, 413, 415, 422)},
    }


def _removing() -> Mapping[str, Any]:
    return {
        "operationId": "withdrawArticle",
        "summary": "Take the article with this id back.",
        "parameters": [_KEY],
        "responses": {**_taken(200), **_refused(400, 401, 404, 409, 422)},
    }


def _article() -> Mapping[str, Any]:
    return {
        "required": True,
        "content": {"application/json": {"schema": _reference("PushedArticle")}},
    }


def _taken(*statuses: int) -> Mapping[str, Any]:
    words = {
        200: "It was known; `state` says what has become of it.",
        201: "It is new.",
        202: "It is held: it waits for its hour, or for a person to look at it.",
    }
    content = {"application/json": {"schema": _reference("Taken")}}
    return {str(one): {"description": words[one], "content": content} for one in statuses}


def _refused(*statuses: int) -> Mapping[str, Any]:
    content = {"application/problem+json": {"schema": _reference("Problem")}}
    return {str(one): {"description": _REFUSALS[one], "content": content} for one in statuses}


def _reference(name: str) -> Mapping[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
