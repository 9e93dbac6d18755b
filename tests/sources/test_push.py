"""Documents that publishing systems send: what is an article, and everything that is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import fetch
from dispatch.model.article import Enclosure
from dispatch.model.publication import Source
from dispatch.model.source import SourceState
from dispatch.sources import push

SOURCE = Source(name="cms", kind="push", url="https://n.example/")
WHOLE: dict[str, Any] = {
    "id": "77",
    "url": "https://n.example/en/treaties",
    "title": "AT&T <b>",
    "language": "en",
    "standfirst": "By hand",
    "html": "<p onclick='x'>Text <script>x</script><a href='/a'>a</a></p>",
    "authors": [
        {"name": "By Ann Reed and Bo Lund"},
        {"name": "Cy Dahl", "url": "https://c.example/"},
    ],
    "sections": ["World"],
    "enclosures": [{"url": "https://n.example/a.mp3", "media_type": "audio/mpeg", "length": 9}],
    "image": {"url": "https://n.example/a.jpg", "alt": "A quay", "credit": "O. P.", "width": 1200},
    "translations": [{"url": "https://n.example/ru/dogovory", "language": "ru"}],
    "published_at": "2026-11-24T12:00:00+03:00",
    "updated_at": "2026-11-24T10:00:00Z",
}


def problems(document: object) -> dict[str, str]:
    with pytest.raises(push.PushError) as caught:
        push.read(json.dumps(document).encode())
    return {one.pointer: one.detail for one in caught.value.problems}


def accepts(document: object) -> bool:
    try:
        push.read(json.dumps(document).encode())
    except push.PushError:
        return False
    return True


def test_a_document_becomes_a_clean_entry() -> None:
    entry = push.entry_of(push.read(json.dumps(WHOLE).encode()), "77", SOURCE)
    assert (entry.source_id, entry.title, entry.standfirst) == ("77", "AT&T <b>", "By hand")
    assert [author.name for author in entry.authors] == ["Ann Reed", "Bo Lund", "Cy Dahl"]
    assert "script" not in entry.html
    assert "onclick" not in entry.html
    assert 'href="https://n.example/a"' in entry.html
    assert entry.published_at == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert entry.enclosures == (
        Enclosure(url="https://n.example/a.mp3", media_type="audio/mpeg", length=9),
    )
    assert entry.image is not None
    assert (entry.image.width, entry.image.alt) == (1200, "A quay")
    assert entry.image.credit == "O. P."
    assert [link.language for link in entry.translations] == ["ru"]


def test_every_problem_is_told_at_once_and_where_it_is() -> None:
    found = problems(
        {
            "title": " ",
            "url": "javascript:alert(1)",
            "language": "not a tag",
            "authors": [{"name": "Ann Reed"}, {"nmae": "x"}],
            "image": {"url": "https://n.example/a.jpg", "width": True},
            "published_at": "yesterday",
            "updated_at": "2026-02-30T10:00:00Z",
            "a/b": 1,
        }
    )
    assert set(found) == {
        *("#/title", "#/url", "#/language", "#/authors/1/name", "#/authors/1/nmae"),
        *("#/image/width", "#/published_at", "#/updated_at", "#/a~1b"),
    }
    assert found["#/updated_at"] == "there is no such day or hour"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"x"', b"{" * 5000])
def test_what_is_no_document_is_a_problem_of_the_whole(body: bytes) -> None:
    with pytest.raises(push.PushError) as caught:
        push.read(body)
    assert [one.pointer for one in caught.value.problems] == ["#"]


def test_a_problem_never_repeats_what_was_sent() -> None:
    assert "hunter2" not in str(problems({"url": "hunter2", "title": "x", "language": "hunter2 x"}))


def validator() -> jsonschema.Draft202012Validator:
    definitions = dict(push.schemas("#/$defs/{model}"))
    schema = {"$ref": "#/$defs/PushedArticle", "$defs": definitions}
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


VALIDATOR = validator()
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 200_000),
    st.sampled_from(["", " ", "x", "en", "en_GB", "https://n.example/", "http://", "image/png"]),
    st.sampled_from(["2026-11-24T12:00:00Z", "2026-11-24T12:00:00+03:00", "2026-11-24"]),
    st.text(max_size=8),
)
_OBJECTS = st.dictionaries(st.sampled_from(["url", "name", "alt", "width", "title", "x"]), _SCALARS)
_VALUES = st.one_of(_SCALARS, _OBJECTS, st.lists(st.one_of(_SCALARS, _OBJECTS), max_size=3))


def test_the_whole_document_is_valid_by_the_schema_that_we_publish() -> None:
    assert accepts(WHOLE)
    assert VALIDATOR.is_valid(WHOLE)


@settings(max_examples=400)
@given(st.dictionaries(st.sampled_from([*WHOLE, "x"]), _VALUES, max_size=3))
def test_the_schema_that_we_publish_says_what_is_taken(changes: dict[str, Any]) -> None:
    document = {**WHOLE, **changes}
    assert accepts(document) == VALIDATOR.is_valid(document), document


@settings(max_examples=100)
@given(st.sets(st.sampled_from(sorted(WHOLE))))
def test_what_may_be_left_out_is_what_the_schema_says(left_out: set[str]) -> None:
    document = {key: value for key, value in WHOLE.items() if key not in left_out}
    assert (
        accepts(document) == VALIDATOR.is_valid(document) == ({"url", "title"}.isdisjoint(left_out))
    )


def test_a_source_that_comes_by_itself_is_never_asked() -> None:
    with fetch.Fetcher(contact="x@n.example") as fetcher:
        now, zone = datetime(2026, 11, 24, tzinfo=UTC), ZoneInfo("UTC")
        harvest = push.harvest(SOURCE, SourceState(name="cms"), fetcher, now, zone)
    assert harvest.not_modified
    assert harvest.is_live
    assert harvest.failure == ""
