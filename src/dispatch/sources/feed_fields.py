"""The fields that RSS and Atom entries share: dates, sections, language, summary, image.

In: an item's Node and what its format read in its own way. Out: an Entry. Never: sanitises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from dispatch.model.article import Author, Entry
from dispatch.model.source import Timetable
from dispatch.sources import feed_links, feed_media, feed_text
from dispatch.sources.feed_nodes import Node
from dispatch.sources.feed_parsed import MAX_ENTRIES, Reading
from dispatch.sources.feed_text import Value

_PUBLISHED = ("pubdate", "atom:published", "published", "atom:issued", "issued", "dc:date")
_PUBLISHED_ELSE = ("dcterms:issued", "dcterms:created", "atom:created", "created", "date")
UPDATED = ("atom:updated", "updated", "atom:modified", "modified", "dcterms:modified")
_SUMMARIES = ("atom:summary", "summary", "description", "dc:description", "dcterms:abstract")
_SUMMARIES_ELSE = (
    *("itunes:summary", "media:description", "googleplay:description", "itunes:subtitle"),
)
_PLACES = ("ev:location", "xcal:location", "location", "atom:location")
_STARTS = ("ev:startdate", "xcal:dtstart")
TITLES = ("title", "atom:title", "dc:title", "media:title", "itunes:title")


def limited(nodes: list[Node]) -> tuple[list[Node], tuple[str, ...]]:
    """As many nodes as are read from one document, and a warning if there are more."""
    if len(nodes) <= MAX_ENTRIES:
        return nodes, ()
    return nodes[:MAX_ENTRIES], (f"only the first {MAX_ENTRIES} of {len(nodes)} entries were read",)


def entry(
    node: Node,
    *,
    url: str | None,
    source_id: str,
    title: Value,
    summary: Value,
    content: Value,
    authors: tuple[Author, ...],
    language: str,
    links: list[feed_links.Link],
    reading: Reading,
) -> Entry:
    """Put an entry together from what the formats read in their own ways."""
    plain = {"title": title.is_plain, "standfirst": summary.is_plain, "html": content.is_plain}
    return Entry(
        source_id=source_id or None,
        url=url,
        title=title.text,
        language=language or None,
        standfirst=summary.text,
        html=content.text,
        authors=authors,
        sections=_sections(node),
        image=feed_media.image(node, links),
        enclosures=feed_media.enclosures(node, links),
        translations=feed_links.translations(links, url, language or node.language),
        published_at=reading.first_date(*node.texts(*_PUBLISHED, *_PUBLISHED_ELSE)),
        updated_at=reading.first_date(*node.texts(*UPDATED)),
        place=node.text(*_PLACES),
        starts_at=reading.first_date(*node.texts(*_STARTS)),
        plain=frozenset(name for name, is_plain in plain.items() if is_plain),
    )


def summary(node: Node) -> Node | None:
    """The child that holds the standfirst, by the order of preference.

    Feeds of videos say all that they have to say in a media:group.
    """
    children = node.children(*_SUMMARIES, *_SUMMARIES_ELSE)
    for group in node.children("media:group"):
        children += group.children("media:description")
    return next((child for child in children if child.text() or len(child.element)), None)


def value(
    node: Node | None,
    reader: Callable[[Node | None], Value],
    url: str | None,
    reading: Reading,
) -> Value:
    """The value of `node` with its links resolved.

    Against xml:base where there is one; else against the entry's own page, which is what
    publishers' relative links mean; else against the document.
    """
    value = reader(node)
    if node is None or value.is_plain:
        return value
    base = node.base if node.has_base else web(url or "") or reading.url
    return Value(feed_text.resolve_links(value.text, base))


def own_language(node: Node) -> str:
    """What the entry itself says about its language; nothing is inherited from the feed."""
    own = node.own_language() or node.text("dc:language", "dcterms:language", "language")
    if own:
        return own
    names = (
        "atom:title",
        "atom:content",
        "atom:summary",
        "title",
        "description",
        "content:encoded",
    )
    inner = (child.own_language() for child in node.children(*names))
    return next((language for language in inner if language), "")


#: What Yandex's Dzen takes for orders in the place of sections.
_ORDERS = re.compile(
    r"native-(?:yes|no|draft)|format-(?:article|post)|(?:no)?index|"
    r"comment-(?:all|subscribers|none)"
)


def _sections(node: Node) -> tuple[str, ...]:
    """Labels as people read them: Atom's label before its term; each once."""
    labels: dict[str, None] = {}
    for child in _section_nodes(node):
        label = child.attribute("label") or child.attribute("term") or child.text()
        label = label or child.attribute("text")
        if label and not _ORDERS.fullmatch(label):
            labels.setdefault(label)
    return tuple(labels)


def _section_nodes(node: Node) -> Iterator[Node]:
    yield from node.children("category", "atom:category", "dc:subject", "media:category")


_PERIODS: Mapping[str, int] = {
    "hourly": 3600,
    "daily": 86_400,
    "weekly": 7 * 86_400,
    "monthly": 30 * 86_400,
    "yearly": 365 * 86_400,
}


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def timetable(node: Node) -> Timetable:
    """When the feed asks to be left alone: for a while, and at hours and days (RSS 2.0)."""
    hours = {int(text) % 24 for text in _listed(node, "skiphours", "hour") if _is_hour(text)}
    named = {text.lower() for text in _listed(node, "skipdays", "day")}
    days = tuple(number for number, day in enumerate(_DAYS) if day in named)
    return Timetable(ttl_seconds=_ttl(node), skip_hours=tuple(sorted(hours)), skip_days=days)


def _listed(node: Node, name: str, child: str) -> list[str]:
    return [text for one in node.children(name) for text in one.texts(child)]


def _is_hour(text: str) -> bool:
    """0 to 23; RSS 0.91 counts to 24, which is midnight."""
    return bool(re.fullmatch(r"[0-9]{1,2}", text)) and int(text) <= 24


def _ttl(node: Node) -> int | None:
    """Seconds that the feed asks to be left alone: RSS's ttl in minutes, else sy:updatePeriod."""
    minutes = node.text("ttl")
    if re.fullmatch(r"[0-9]{1,6}", minutes):
        return int(minutes) * 60 or None
    period = _PERIODS.get(node.text("sy:updateperiod").lower())
    frequency = node.text("sy:updatefrequency") or "1"
    if period is None or not re.fullmatch(r"[0-9]{1,6}", frequency):
        return None
    return period // max(1, int(frequency))


def web(text: str) -> str | None:
    """`text` if it is an http(s) address in full."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return None
    return text.strip() if parts.scheme in {"http", "https"} and parts.netloc else None
