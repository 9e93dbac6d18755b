"""Translate a JSON Feed (versions 1 and 1.1) into entries.

In: a parsed JSON object. Out: a ParsedFeed. Never: trusts a type; whatever has the wrong one is
read as far as its sense is plain and left out where it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dispatch.model.article import Author, Enclosure, Entry, Image
from dispatch.rules import canonical
from dispatch.sources import feed_text
from dispatch.sources.feed_parsed import MAX_ENTRIES, ParsedFeed, Reading
from dispatch.sources.feed_wire import FeedError, JsonObject


def read(data: JsonObject, reading: Reading) -> ParsedFeed:
    """The feed in `data`; FeedError when it is some other JSON."""
    version = _text(data.get("version"))
    items = data.get("items")
    if "jsonfeed.org" not in version and not isinstance(items, list):
        raise FeedError("the document is JSON, but not a JSON Feed")
    found = [item for item in _list(items) if isinstance(item, dict)]
    authors = _authors(data, reading)
    surplus = len(found) - MAX_ENTRIES
    return ParsedFeed(
        format=f"json {version.rpartition('/')[2] or '1'}",
        title=_text(data.get("title")),
        subtitle=_text(data.get("description")),
        link=_url(data.get("home_page_url"), reading),
        id=_url(data.get("feed_url"), reading),
        language=_text(data.get("language")) or None,
        authors=authors,
        entries=tuple(_entry(item, reading, authors) for item in found[:MAX_ENTRIES]),
        warnings=(f"{surplus} entries too many were not read",) if surplus > 0 else (),
        older_url=_url(data.get("next_url"), reading),
    )


def _entry(item: JsonObject, reading: Reading, inherited: tuple[Author, ...]) -> Entry:
    markup = _text(item.get("content_html"))
    url = _url(item.get("url"), reading) or _url(item.get("external_url"), reading)
    source_id = _text(item.get("id"))
    return Entry(
        source_id=source_id or url,
        url=url or canonical.absolute_url(source_id),
        title=_text(item.get("title")),
        language=_text(item.get("language")) or None,
        standfirst=_text(item.get("summary")),
        html=feed_text.resolve_links(markup, url or reading.url) or _text(item.get("content_text")),
        authors=_authors(item, reading) or inherited,
        sections=tuple(dict.fromkeys(filter(None, map(_text, _list(item.get("tags")))))),
        image=_image(item, reading),
        enclosures=tuple(_enclosures(item, reading)),
        published_at=reading.date(_text(item.get("date_published"))),
        updated_at=reading.date(_text(item.get("date_modified"))),
        plain=frozenset({"title", "standfirst"} | (set() if markup else {"html"})),
    )


def _authors(data: JsonObject, reading: Reading) -> tuple[Author, ...]:
    """1.1's `authors`, else 1.0's `author`; objects, lists of them and bare names alike."""
    people = _people(_list(data.get("authors")), reading)
    people = people or _people(_list(data.get("author")), reading)
    return feed_text.distinct(people)


def _people(values: Iterable[object], reading: Reading) -> list[Author]:
    found: list[Author] = []
    for value in values:
        details: JsonObject = value if isinstance(value, dict) else {"name": value}
        author = feed_text.person(_text(details.get("name")))
        if author:
            found.append(Author(name=author.name, url=_url(details.get("url"), reading)))
    return found


def _image(item: JsonObject, reading: Reading) -> Image | None:
    for key in ("image", "banner_image"):
        url = _url(item.get(key), reading)
        if url:
            return Image(url=url)
    for attachment in _list(item.get("attachments")):
        if isinstance(attachment, dict):
            kind = _text(attachment.get("mime_type"))
            url = _url(attachment.get("url"), reading)
            if url and kind.startswith("image/"):
                return Image(url=url, media_type=kind)
    return None


def _enclosures(item: JsonObject, reading: Reading) -> Iterator[Enclosure]:
    for one in _list(item.get("attachments")):
        if isinstance(one, dict) and (url := _url(one.get("url"), reading)):
            size = one.get("size_in_bytes")
            length = size if isinstance(size, int) and not isinstance(size, bool) else None
            yield Enclosure(url=url, media_type=_text(one.get("mime_type")), length=length)


def _url(value: object, reading: Reading) -> str | None:
    return canonical.resolve(_text(value), reading.url) or None


def _list(value: object) -> list[object]:
    """A list of what is there: a lone value counts as a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: object) -> str:
    """A string, or a number as its digits; everything else is ""."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""
