"""The links that other sites include."""

from __future__ import annotations

import pytest
from visitors import Visitors


def test_a_site_can_include_the_links_of_its_page(client: Visitors) -> None:
    response = client.get("/feeds/links/ru/economy")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    lines = response.text.splitlines()
    assert 'href="http://127.0.0.1:8025/feeds/ru/economy/rss.xml"' in lines[0]
    assert 'hreflang="en"' in lines[-1]
    known = {"If-None-Match": response.headers["etag"]}
    again = client.get("/feeds/links/ru/economy", headers=known)
    assert again.status_code == 304


def test_the_links_of_a_language_are_there_too(client: Visitors) -> None:
    assert "/feeds/en/rss.xml" in client.get("/feeds/links/en").text.splitlines()[0]


@pytest.mark.parametrize("path", ["/feeds/links/de", "/feeds/links/en/sport", "/feeds/links/"])
def test_what_the_publication_has_not_is_not_found(client: Visitors, path: str) -> None:
    assert client.get(path).status_code == 404
