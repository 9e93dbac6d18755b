"""Compressed twins: the same bytes again, whenever and wherever they are made."""

from __future__ import annotations

import gzip

import brotli
from hypothesis import given
from hypothesis import strategies as st

from dispatch.render import encodings


@given(st.binary(max_size=2000))
def test_every_encoding_gives_the_bytes_back(body: bytes) -> None:
    encoded = encodings.encode(body)
    assert gzip.decompress(encoded["gzip"]) == body
    assert brotli.decompress(encoded["br"]) == body
    assert encodings.encode(body) == encoded


def test_twins_stand_where_web_servers_look_for_them() -> None:
    twins = encodings.twin_paths("en/rss.xml")
    assert twins == {"br": "en/rss.xml.br", "gzip": "en/rss.xml.gz"}
    assert list(twins) == list(encodings.encode(b""))
