"""Sitemaps, news sitemaps and their indexes."""

from __future__ import annotations

import contextlib
import gzip
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.article import TranslationLink
from dispatch.sources import sitemap

SAMPLES = Path(__file__).parents[1] / "samples" / "sitemaps"
URL = "https://n.example/sitemap.xml"
INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://n.example/a.xml.gz</loc><lastmod>2026-11-24</lastmod></sitemap>
<sitemap><loc>https://cdn.other.example/b.xml</loc></sitemap></sitemapindex>"""


def test_a_news_sitemap_tells_title_language_date_and_translations() -> None:
    found = sitemap.read((SAMPLES / "news.xml").read_bytes(), URL)
    first, second = found.pages
    assert first.url == "https://n.example/en/treaties/?a=1&b=2"
    assert (first.is_news, first.language, first.title) == (True, "en", "Treaties & trade")
    assert first.published == "2026-11-24T09:00:00+00:00"
    assert first.translations == (
        TranslationLink(url="https://n.example/ru/dogovory/", language="ru"),
    )
    assert (second.url, second.modified) == ("https://n.example/relative", "2026-11-23")
    assert not second.is_news
    assert found.foreign == 1, "an address of another site is refused and counted"


def test_an_index_names_files_of_its_own_site_only() -> None:
    found = sitemap.read(INDEX, URL)
    assert [(one.url, one.modified) for one in found.files] == [
        ("https://n.example/a.xml.gz", "2026-11-24")
    ]
    assert (found.pages, found.foreign) == ((), 1)


def test_a_compressed_file_is_known_by_its_bytes() -> None:
    packed = gzip.compress((SAMPLES / "news.xml").read_bytes())
    assert len(sitemap.read(packed, URL).pages) == 2


def test_a_bomb_is_not_unpacked() -> None:
    packed = gzip.compress(b"<urlset>" + b" " * (sitemap.MAX_BYTES + 1))
    started = time.monotonic()
    with pytest.raises(sitemap.SitemapError, match="longer than"):
        sitemap.read(packed, URL)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Not found</body></html>", "web page, not a sitemap"),
        (b"<rss version='2.0'/>", "<rss>, not a sitemap"),
        (b"{}", "JSON"),
        (b"", "empty"),
        (b"\x1f\x8bnonsense", "no gzip"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, said: str) -> None:
    with pytest.raises(sitemap.SitemapError, match=said):
        sitemap.read(body, URL)


def test_an_empty_news_sitemap_is_right() -> None:
    assert sitemap.read(b"<urlset></urlset>", URL) == sitemap.Sitemap()


def test_more_pages_than_the_protocol_allows_are_not_read() -> None:
    rows = b"".join(b"<url><loc>/%d</loc></url>" % number for number in range(50_010))
    assert len(sitemap.read(b"<urlset>" + rows + b"</urlset>", URL).pages) == sitemap.MAX_PAGES


@settings(max_examples=200)
@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_raise_anything_else(noise: bytes, is_wrapped: bool) -> None:
    body = b"<urlset><url>" + noise + b"</url></urlset>" if is_wrapped else noise
    with contextlib.suppress(sitemap.SitemapError):
        sitemap.read(body, URL)


def test_a_text_file_of_addresses_is_a_sitemap() -> None:
    body = b"\xef\xbb\xbfhttps://n.example/a\r\nhttps://other.example/b\r\n\r\nno address\r\n"
    found = sitemap.read(body, "https://n.example/sitemap.txt")
    assert [one.url for one in found.pages] == ["https://n.example/a"]
    assert found.foreign == 1
