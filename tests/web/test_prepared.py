"""Prepared answers: the same bytes for everybody, and a label for people."""

from __future__ import annotations

from dispatch.web import documents, prepared

DOCUMENT = documents.make_document(b"<rss/>" * 50, "application/rss+xml")


def test_every_encoding_has_its_answer_and_people_get_the_same_bytes() -> None:
    shown = prepared.prepare(DOCUMENT, {"Vary": "Accept-Encoding"}, "application/xml")
    for wanted, coding in (("", None), ("gzip", "gzip"), ("gzip, br", "br")):
        reader = shown.answer(wanted, is_person=False)
        person = shown.answer(wanted, is_person=True)
        assert reader.body == person.body == DOCUMENT.bytes_in(coding)
        assert dict(reader.full)[b"content-type"] == b"application/rss+xml; charset=utf-8"
        assert dict(person.full)[b"content-type"] == b"application/xml; charset=utf-8"
        assert dict(reader.full)[b"content-length"] == str(len(reader.body)).encode()


def test_a_304_repeats_what_a_cache_renews_and_says_nothing_of_a_body() -> None:
    answer = prepared.prepare(DOCUMENT, {"Vary": "A"}, "application/xml").answer(
        "br", is_person=False
    )
    assert {name for name, _ in answer.short} == {b"vary", b"etag"}
