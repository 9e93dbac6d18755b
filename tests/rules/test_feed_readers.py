"""Who a User-Agent is: services with their subscribers, programs of one person, the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import feed_readers


@pytest.mark.parametrize(
    ("agent", "name", "subscribers", "feed_id"),
    [
        (
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 123 subscribers; like FeedFetcher)",
            *("Feedly", 123, ""),
        ),
        ("Feedbin feed-id:1373711 - 9 subscribers", "Feedbin", 9, "1373711"),
        (
            "NewsBlur Feed Fetcher - 51 subscribers - http://www.newsblur.com/site/6/meridian",
            *("NewsBlur", 51, "6"),
        ),
        ("Mozilla/5.0 (compatible; inoreader.com; 5 subscribers)", "Inoreader", 5, ""),
        (
            "Mozilla/5.0 (compatible; theoldreader.com; 7 subscribers; feed-id=ab12)",
            *("TheOldReader", 7, "ab12"),
        ),
        (
            "Mozilla/5.0 (compatible; BazQux/2.4; +https://bazqux.com/fetcher; 1 subscribers)",
            *("BazQux", 1, ""),
        ),
        ("newsboat/2.38.0 (Linux x86_64)", "newsboat", None, ""),
        ("FreshRSS/1.25.0 (Linux; https://freshrss.org)", "FreshRSS", None, ""),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "browser", None, ""),
        ("Mozilla/5.0 (compatible; Miniflux/2.2; +https://miniflux.app)", "Miniflux", None, ""),
        ("", "unnamed", None, ""),
        ("Reader 99999999999 subscribers", "Reader", None, ""),
        ("Boaster/1 999999999 subscribers", "Boaster", 10_000_000, ""),
    ],
)
def test_a_reader_is_known_by_its_own_words(
    agent: str, name: str, subscribers: int | None, feed_id: str
) -> None:
    found = feed_readers.identify(agent)
    assert found.subscribers == subscribers
    assert found.feed_id == feed_id
    assert found.name.startswith(name)


@given(st.text(max_size=600))
def test_no_header_is_an_error_and_names_are_short(agent: str) -> None:
    assert len(feed_readers.identify(agent).name) <= 32
