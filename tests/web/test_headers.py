"""What an answer allows."""

from __future__ import annotations

import pytest

from dispatch.web import headers


@pytest.mark.parametrize(
    ("public_url", "is_local"),
    [
        ("http://127.0.0.1:8025/", True),
        ("http://localhost:8025/", True),
        ("http://[::1]:8025/", True),
        ("https://news.example/", False),
        ("https://127.0.0.1.example/", False),
    ],
)
def test_images_without_tls_are_for_demonstrations_alone(public_url: str, is_local: bool) -> None:
    assert ("http://127.0.0.1:*" in headers.issue_policy(public_url)) is is_local


def test_a_feed_may_use_the_stylesheet_at_its_public_address() -> None:
    assert "style-src 'self' https://news.example:8443;" in headers.feed_policy(
        "https://news.example:8443/below/"
    )
