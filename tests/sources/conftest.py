from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch.sources import feed_entries

Read = Callable[..., feed_entries.ParsedFeed]
SAMPLES = Path(__file__).parents[1] / "samples" / "feeds"


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def read(now: datetime) -> Read:
    """Read a feed from text or bytes, as if it came from a newsroom in Moscow."""

    def read_one(
        body: str | bytes,
        content_type: str | None = None,
        url: str = "https://news.example/feed/",
    ) -> feed_entries.ParsedFeed:
        raw = body.encode() if isinstance(body, str) else body
        zone = ZoneInfo("Europe/Moscow")
        return feed_entries.read_feed(raw, content_type=content_type, url=url, zone=zone, now=now)

    return read_one


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    return lambda name: (SAMPLES / name).read_bytes()
