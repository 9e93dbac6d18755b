"""Writes the sample newsroom's feeds the way common publishing systems write theirs.

RSS as WordPress does it (an opaque guid, section names for categories, the whole text in
content:encoded), Atom 1.0 and JSON Feed 1.1. The habits that make other people's feeds
hard to read are kept on purpose.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from newsroom import HERE, NAMES, SECTIONS, Article

NEWEST = 40
TAGLINES = {
    "en": "Analysis from the places in between",
    "ru": "Анализ из мест посередине",
}
ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

for prefix, uri in (("atom", ATOM), ("content", CONTENT), ("dc", DC), ("media", MEDIA)):
    ET.register_namespace(prefix, uri)


def rss(articles: Sequence[Article], site: str, language: str) -> bytes:
    """The RSS 2.0 feed of one language."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _text(channel, "title", NAMES[language])
    _atom_link(channel, "self", f"{site}/{language}/feed/", "application/rss+xml")
    _text(channel, "link", f"{site}/{language}/")
    _text(channel, "description", TAGLINES[language])
    _text(channel, "lastBuildDate", format_datetime(modified(articles)))
    _text(channel, "language", language)
    _text(channel, "generator", "https://wordpress.example/?v=6.8")
    for article in articles[:NEWEST]:
        _rss_item(channel, article, site)
    return _serialise(root)


def _rss_item(channel: ET.Element, article: Article, site: str) -> None:
    item = ET.SubElement(channel, "item")
    _text(item, "title", article.title)
    _text(item, "link", site + article.path)
    for author in article.authors:
        _text(item, f"{{{DC}}}creator", author)
    _text(item, "pubDate", format_datetime(article.published))
    for key in article.sections:
        _text(item, "category", SECTIONS[key][article.language])
    _text(item, "guid", f"{site}/?p={article.post}").set("isPermaLink", "false")
    _text(item, "description", article.standfirst)
    # Bodies with a picture of their own keep root-relative addresses, as many systems
    # leave them: whoever collects this feed has to resolve them.
    html = article.html if article.has_inline_picture else absolute(article.html, site)
    _text(item, f"{{{CONTENT}}}encoded", html)
    if article.translation is not None:
        _related(item, article, site)
    if article.image is not None:
        size = (HERE / "images" / article.image).stat().st_size
        url = f"{site}/images/{article.image}"
        ET.SubElement(item, "enclosure", url=url, length=str(size), type="image/png")


def atom(articles: Sequence[Article], site: str, language: str) -> bytes:
    """The Atom 1.0 feed of one language."""
    root = ET.Element(f"{{{ATOM}}}feed", {XML_LANG: language})
    _text(root, f"{{{ATOM}}}id", f"{site}/{language}/")
    _text(root, f"{{{ATOM}}}title", NAMES[language])
    _text(root, f"{{{ATOM}}}subtitle", TAGLINES[language])
    _text(root, f"{{{ATOM}}}updated", modified(articles).isoformat())
    _atom_link(root, "self", f"{site}/{language}/atom.xml", "application/atom+xml")
    _atom_link(root, "alternate", f"{site}/{language}/", "text/html")
    _text(ET.SubElement(root, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", NAMES[language])
    for article in articles[:NEWEST]:
        _atom_entry(root, article, site)
    return _serialise(root)


def _atom_entry(root: ET.Element, article: Article, site: str) -> None:
    entry = ET.SubElement(root, f"{{{ATOM}}}entry")
    _text(entry, f"{{{ATOM}}}id", f"tag:meridian.example,2016:post-{article.post}")
    _text(entry, f"{{{ATOM}}}title", article.title)
    _atom_link(entry, "alternate", site + article.path, "text/html")
    if article.translation is not None:
        _related(entry, article, site)
    for author in article.authors:
        _text(ET.SubElement(entry, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", author)
    _text(entry, f"{{{ATOM}}}published", article.published.isoformat())
    _text(entry, f"{{{ATOM}}}updated", article.updated.isoformat())
    for key in article.sections:
        label = SECTIONS[key][article.language]
        ET.SubElement(entry, f"{{{ATOM}}}category", term=key, label=label)
    _text(entry, f"{{{ATOM}}}summary", article.standfirst)
    html = absolute(article.html, site)
    _text(entry, f"{{{ATOM}}}content", html).set("type", "html")
    if article.image is not None:
        url = f"{site}/images/{article.image}"
        media = {"url": url, "medium": "image", "type": "image/png"}
        picture = ET.SubElement(entry, f"{{{MEDIA}}}content", media)
        _text(picture, f"{{{MEDIA}}}description", article.image_alt)


def json_feed(articles: Sequence[Article], site: str, language: str) -> bytes:
    """The JSON Feed 1.1 of one language."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": NAMES[language],
        "description": TAGLINES[language],
        "home_page_url": f"{site}/{language}/",
        "feed_url": f"{site}/{language}/feed.json",
        "language": language,
        "items": [_json_item(article, site) for article in articles[:NEWEST]],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _json_item(article: Article, site: str) -> dict[str, object]:
    item: dict[str, object] = {
        "id": str(article.post),
        "url": site + article.path,
        "title": article.title,
        "summary": article.standfirst,
        "content_html": absolute(article.html, site),
        "date_published": article.published.isoformat(),
        "date_modified": article.updated.isoformat(),
        "tags": [SECTIONS[key][article.language] for key in article.sections],
        "language": article.language,
    }
    if article.authors:
        item["authors"] = [{"name": author} for author in article.authors]
    if article.image is not None:
        item["image"] = f"{site}/images/{article.image}"
    if article.translation is not None:
        language, path = _translation(article)
        item["_meridian"] = {"translations": [{"language": language, "url": site + path}]}
    return item


def modified(articles: Sequence[Article]) -> datetime:
    """When a list of articles last changed."""
    return max(article.updated for article in articles).astimezone(UTC)


def absolute(html: str, site: str) -> str:
    """Put the site in front of root-relative addresses."""
    return html.replace('href="/', f'href="{site}/').replace('src="/', f'src="{site}/')


def _translation(article: Article) -> tuple[str, str]:
    """The language and path of an article's translation, which shares its sections."""
    other = "ru" if article.language == "en" else "en"
    return other, f"/{other}/{article.sections[0]}/{article.translation}/"


def _related(parent: ET.Element, article: Article, site: str) -> None:
    language, path = _translation(article)
    link = {"rel": "related", "hreflang": language, "href": site + path}
    ET.SubElement(parent, f"{{{ATOM}}}link", link)


def _atom_link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=href, type=kind)


def _text(parent: ET.Element, tag: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def _serialise(root: ET.Element) -> bytes:
    ET.indent(root)
    data: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return data
