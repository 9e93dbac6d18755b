"""The pages' own files."""

from __future__ import annotations

import pytest
from visitors import Visitors

from dispatch.web import assets


@pytest.mark.parametrize("name", sorted(assets.MEDIA_TYPES))
def test_a_file_is_kept_for_ever_under_the_name_of_its_bytes(client: Visitors, name: str) -> None:
    digest = assets.load_assets()[name].digest[:12]
    named = client.get(f"/assets/{name}?v={digest}")
    assert named.headers["content-type"] == f"{assets.MEDIA_TYPES[name]}; charset=utf-8"
    assert "immutable" in named.headers["cache-control"]
    for path in (f"/assets/{name}", f"/assets/{name}?v=old"):
        response = client.get(path)
        assert response.content == named.content
        assert "immutable" not in response.headers["cache-control"]
    again = client.get(f"/assets/{name}", headers={"If-None-Match": named.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["nothing.css", "..%2froutes.py", "%2e%2e", "page.css%00"])
def test_no_other_file_is_served(client: Visitors, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404
