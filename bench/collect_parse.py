"""How much CPU our feed reader takes, as ratios to feedparser, on one bilingual feed.

Prints ratios only: absolute times say more about the machine than about the code.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from zoneinfo import ZoneInfo

import feedparser

from dispatch.sources import feed_entries, markup

NOW = datetime(2026, 11, 24, tzinfo=UTC)
URL = "https://news.example/feed/"
PARAGRAPHS = {
    "en": "The council met on <b>Tuesday</b> &amp; agreed on <a href='/plan'>the plan</a>. "
    + "Nobody had expected the second reading to end before the summer. " * 12,
    "ru": "Совет собрался во <b>вторник</b> и принял <a href='/plan'>план</a>&nbsp;— без споров. "
    + "Никто не ждал, что второе чтение закончится до лета. " * 12,
}


def make_feed(entries: int = 50) -> bytes:
    """An RSS feed of `entries` full texts, English and Russian in turn."""
    items = []
    for number in range(entries):
        language = "en" if number % 2 else "ru"
        paragraph = f"<p class='x' style='color:red'>{PARAGRAPHS[language]}</p>\n"
        body = f"<figure><img src='/i/{number}.jpg' alt='i'></figure>" + paragraph * 10
        items.append(
            f"<item><title>{escape(PARAGRAPHS[language][:60])}</title>"
            f"<link>https://news.example/{language}/{number}</link>"
            f"<guid isPermaLink='false'>urn:news:{number}</guid>"
            "<dc:creator>Ann Lee</dc:creator><category>World</category>"
            f"<pubDate>Tue, 24 Nov 2026 {number % 24:02}:00:00 +0300</pubDate>"
            f"<description>{escape(paragraph)}</description>"
            f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
        )
    head = (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'"
        " xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>News</title>"
    )
    return (head + "".join(items) + "</channel></rss>").encode()


def ours(body: bytes) -> None:
    """Read only."""
    feed_entries.read_feed(body, content_type=None, url=URL, zone=ZoneInfo("UTC"), now=NOW)


def ours_cleaned(body: bytes) -> None:
    """Read and clean, as `harvest` does."""
    feed = feed_entries.read_feed(body, content_type=None, url=URL, zone=ZoneInfo("UTC"), now=NOW)
    for entry in feed.entries:
        markup.clean_entry(entry, URL)


def theirs(body: bytes) -> None:
    """feedparser as it comes: sanitised, links resolved."""
    feedparser.parse(io.BytesIO(body))


def theirs_bare(body: bytes) -> None:
    """feedparser without sanitising and without resolving."""
    feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def cost(work: Callable[[bytes], None], body: bytes, rounds: int = 7) -> float:
    """The best CPU time of several rounds, in seconds."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        work(body)
        best = min(best, time.process_time() - begun)
    return best


def main() -> None:
    """Print one line for each comparison."""
    body = make_feed()
    read, cleaned = cost(ours, body), cost(ours_cleaned, body)
    default, bare = cost(theirs, body), cost(theirs_bare, body)
    print(f"read and cleaned, against feedparser's defaults:       1 : {default / cleaned:.1f}")
    print(f"read alone, against feedparser without sanitising:     1 : {bare / read:.1f}")
    print(f"read and cleaned, against feedparser without sanitising: 1 : {bare / cleaned:.1f}")


if __name__ == "__main__":
    main()
