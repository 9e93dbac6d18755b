"""Bytes that are known beforehand: encodings, tags, and what a 304 repeats."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

import brotli
import pytest
from starlette.requests import Request
from starlette.responses import Response

from dispatch.web import documents

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MODIFIED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BODY = b"<feed/>" * 100
DOCUMENT = documents.make_document(BODY, "application/atom+xml", modified_at=MODIFIED)


def ask(*headers: tuple[str, str], document: documents.Document = DOCUMENT) -> Response:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope: dict[str, Any] = {"type": "http", "method": "GET", "headers": raw}
    return documents.respond(Request(scope), document, {"Cache-Control": "public"}, now=NOW)


def test_the_same_bytes_are_the_same_document() -> None:
    assert documents.make_document(BODY, "application/atom+xml", modified_at=MODIFIED) == DOCUMENT


def test_the_bytes_come_as_they_are_with_their_validators() -> None:
    response = ask()
    assert (response.status_code, response.body) == (200, BODY)
    assert response.headers["etag"] == f'"{DOCUMENT.digest}"'
    assert response.headers["last-modified"] == "Tue, 24 Nov 2026 09:30:00 GMT"
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert "content-encoding" not in response.headers


def test_the_compressed_bytes_have_a_tag_of_their_own() -> None:
    response = ask(("Accept-Encoding", "gzip"))
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["etag"] == f'"{DOCUMENT.digest}-gzip"'
    assert gzip.decompress(bytes(response.body)) == BODY
    assert int(response.headers["content-length"]) == len(response.body) < len(BODY)


def test_brotli_is_preferred_where_both_are_welcome() -> None:
    response = ask(("Accept-Encoding", "gzip, deflate, br, zstd"))
    assert response.headers["content-encoding"] == "br"
    assert response.headers["etag"] == f'"{DOCUMENT.digest}-br"'
    assert brotli.decompress(bytes(response.body)) == BODY


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_304_says_all_that_a_cache_has_to_renew_and_has_no_body(encoding: str) -> None:
    full = ask(("Accept-Encoding", encoding))
    response = ask(("Accept-Encoding", encoding), ("If-None-Match", full.headers["etag"]))
    assert (response.status_code, response.body) == (304, b"")
    for name in ("etag", "last-modified", "cache-control"):
        assert response.headers[name] == full.headers[name]
    assert not {"content-length", "content-type", "content-encoding"} & set(response.headers)


def test_a_list_of_tags_may_come_in_several_lines() -> None:
    tag = f'"{DOCUMENT.digest}"'
    assert ask(("If-None-Match", '"old"'), ("If-None-Match", tag)).status_code == 304


def test_a_document_without_a_date_names_none() -> None:
    plain = documents.Document(body=BODY, digest="abc", media_type="text/css")
    response = ask(("Accept-Encoding", "gzip"), document=plain)
    assert "last-modified" not in response.headers
    assert response.body == BODY
