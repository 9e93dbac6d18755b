"""Entries of RSS and Atom are written without a tree; what feedgen writes of them is the oracle."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from feedgen.feed import FeedGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.etree import _Element as Element

from dispatch.model.article import Article, Author
from dispatch.model.feed import FeedFormat
from dispatch.render import feed_entry, rss_item
from dispatch.rules import addresses

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "render/atom_entry",
    "render/entry_parts",
    "render/xml_text",
)

ATOM = "{http://www.w3.org/2005/Atom}"
XML_FORMATS = [FeedFormat.RSS, FeedFormat.ATOM]

Said = tuple[str, str, dict[str, str]]


def by_feedgen(feed_room: Any, article: Article, feed_format: FeedFormat) -> Element:
    """The entry that feedgen alone makes of `article`; of its own faults, none is in this part."""
    context = feed_room.context("en")
    shown = feed_entry.make_entry(article, context)
    generator = FeedGenerator()
    generator.id("tag:a")
    generator.title("a")
    generator.link(href="https://meridian.example/")
    generator.description("a")
    entry = generator.add_entry()
    entry.id(shown.uid)
    as_read = rss_item.without_tags if feed_format is FeedFormat.RSS else str
    entry.title(as_read(shown.title))
    entry.link(href=shown.url)
    entry.published(shown.published_at)
    entry.updated(shown.updated_at)
    entry.author([{"name": a.name, **({"uri": a.url} if a.url else {})} for a in shown.authors])
    if shown.summary:
        entry.summary(as_read(shown.summary), type="text")
    if shown.html:
        entry.content(shown.html, type="html")
    for section in shown.sections:
        scheme = addresses.section_scheme(context.publication)
        entry.category(term=section.key, scheme=scheme, label=section.name(article.language))
    write = generator.rss_str if feed_format is FeedFormat.RSS else generator.atom_str
    return only_entry(bytes(write()))


def only_entry(document: bytes) -> Element:
    root = etree.fromstring(document)
    found = root.find(f"{ATOM}entry")
    if found is None:
        found = root.find("channel/item")
    assert found is not None
    return found


def said(entry: Element) -> list[Said]:
    """What the children of an entry say, in their order, without the space of the layout."""
    return [
        (
            str(one.tag),
            (one.text or "") if not len(one) else str(said(one)),
            {str(name): str(value) for name, value in one.attrib.items()},
        )
        for one in entry
    ]


def assert_says_what_feedgen_says(
    feed_room: Any, article: Article, feed_format: FeedFormat
) -> None:
    ours = said(only_entry(feed_room.render("en", feed_format, [article])))
    for tag, text, attributes in said(by_feedgen(feed_room, article, feed_format)):
        if tag == f"{ATOM}link":
            attributes |= {"rel": "alternate", "type": "text/html"}  # feedgen leaves defaults out
        expected = (tag, text, attributes)
        assert expected in ours, f"feedgen says {expected}"
        ours = ours[ours.index(expected) + 1 :]  # in the same order


@pytest.mark.parametrize("feed_format", XML_FORMATS)
def test_every_element_of_feedgen_is_there_word_by_word_and_in_its_order(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    for article in feed_room.articles:
        assert_says_what_feedgen_says(feed_room, article, feed_format)


@pytest.mark.parametrize("feed_format", XML_FORMATS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_whatever_text_an_article_holds_comes_out_as_feedgen_would_write_it(
    feed_room: Any, feed_format: FeedFormat, data: st.DataObject
) -> None:
    text = st.text(st.characters(codec="utf-8"), max_size=40)
    name = text.filter(lambda words: bool(feed_entry.plain(words)))
    article = feed_room.article(
        title=data.draw(text),
        standfirst=data.draw(text),
        html=data.draw(text),
        authors=(Author(name=data.draw(name)),),
    )
    assert_says_what_feedgen_says(feed_room, article, feed_format)


@pytest.mark.parametrize("feed_format", XML_FORMATS)
def test_the_layout_is_that_of_lxml(feed_room: Any, feed_format: FeedFormat) -> None:
    """Byte for byte: a tree of the same entry, pretty-printed, looks the same."""
    articles = [replace(article, html="<p>a</p>") for article in feed_room.articles]
    document = feed_room.render("all", feed_format, articles[:6])
    root = etree.fromstring(document, etree.XMLParser(remove_blank_text=True))
    printed = etree.tostring(
        root.getroottree(), pretty_print=True, encoding="UTF-8", xml_declaration=True
    )
    # A parser cannot know which way a sign was written: RSS has `&` and `<` by number.
    same = document.replace(b"&#x26;", b"&amp;").replace(b"&#x3C;", b"&lt;")
    assert printed == same
