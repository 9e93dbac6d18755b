"""What an operator asks for by name, and what every round asks for by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from newsroom import Newsroom
from sites import LocalSite

from dispatch.errors import NotFoundError

SOURCE = """
[[sources]]
name = "wire"
kind = "feed"
url = "{url}"
allow_hosts = ["127.0.0.1"]
"""
FEED = """<rss version="2.0"><channel><title>Wire</title><item><title>Treaties</title>
<link>https://wire.example/treaties</link><guid>urn:7</guid></item></channel></rss>"""


@pytest.fixture
def wire(newsroom: Newsroom) -> Iterator[LocalSite]:
    site = LocalSite()
    path = newsroom.root / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + SOURCE.format(url=f"{site.url}feed"), encoding="utf-8")
    newsroom.close()
    newsroom.app = newsroom.open_app()
    yield site
    site.close()


def asked(newsroom: Newsroom, *names: str, force: bool = False) -> set[str]:
    """The sources that one round asked."""
    report = newsroom.app.intake.collect(names, force=force).articles
    return {one.source for one in report.sources}


def test_a_source_that_is_named_is_asked_at_once(newsroom: Newsroom, wire: LocalSite) -> None:
    wire.put("/feed", FEED)
    assert "wire" in asked(newsroom)
    assert asked(newsroom) == set(), "none is due"
    assert asked(newsroom, "wire") == {"wire"}
    with pytest.raises(NotFoundError, match="no source is called 'wires'"):
        asked(newsroom, "wires")


def test_what_is_gone_for_good_is_asked_by_name_alone(newsroom: Newsroom, wire: LocalSite) -> None:
    wire.put("/feed", "gone", status=410)
    asked(newsroom)
    newsroom.later(days=2)
    assert "wire" not in asked(newsroom, force=True), "an issue asks everything else"
    assert len(wire.asked) == 1
    wire.put("/feed", FEED)
    assert asked(newsroom, "wire") == {"wire"}
    newsroom.later(days=2)
    assert "wire" in asked(newsroom), "it is back"
