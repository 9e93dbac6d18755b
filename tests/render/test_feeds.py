"""RSS and Atom: valid, stable, and read by independent programs as they were meant."""

from __future__ import annotations

import locale
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.etree import _Element as Element

from dispatch.model.article import Author, Image, RelatedArticle
from dispatch.model.feed import MEDIA_TYPES, FeedFormat, FeedSettings
from dispatch.model.publication import Marks
from dispatch.render import feed_pieces, feedgen_extension, feeds
from dispatch.rules import addresses, feed_lint

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "render/feed_note",
    "render/feed_pieces",
    "render/feedgen_extension",
)

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

ATOM = "{http://www.w3.org/2005/Atom}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
DC = "{http://purl.org/dc/elements/1.1/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
SY = "{http://purl.org/rss/1.0/modules/syndication/}"
XHTML = "{http://www.w3.org/1999/xhtml}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

RSS = FeedFormat.RSS
XML_FORMATS = [FeedFormat.RSS, FeedFormat.ATOM]
KEYS = ["en", "en/law-order", "ru", "ru/law-order", "all"]
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ABSOLUTE = re.compile(r"https?://[^\s<>\"]+|tag:[^\s<>\"]+")
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")

# --- A strict validator of structure -------------------------------------------------------------


def parse(body: bytes) -> Element:
    """The root of a document, parsed as strictly as XML can be."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(body, parser)


def counts(parent: Element, tag: str) -> int:
    return len(parent.findall(tag))


def atom_faults(body: bytes) -> Iterator[str]:
    """What RFC 4287 forbids in `body`; nothing for a valid feed."""
    root = parse(body)
    if root.tag != f"{ATOM}feed":
        yield f"root is {root.tag}"
    yield from atom_common_faults(root, "feed")
    once = ["generator", "icon", "logo", "rights", "subtitle"]
    yield from (f"feed: several {tag}" for tag in once if counts(root, f"{ATOM}{tag}") > 1)
    if len(root.findall(f"{ATOM}link[@rel='self']")) != 1:
        yield "feed: not one self link"
    entries = root.findall(f"{ATOM}entry")
    authored = all(counts(entry, f"{ATOM}author") for entry in entries) and entries
    if not (counts(root, f"{ATOM}author") or authored):
        yield "feed: no author (4.1.1)"
    for child in root.iterchildren():
        if not str(child.tag).startswith("{"):
            yield f"feed: {child.tag} is in no namespace"
    for entry in entries:
        yield from atom_entry_faults(entry)
    yield from same_id_faults([entry.findtext(f"{ATOM}id") for entry in entries])
    for gone in root.findall(f"{AT}deleted-entry"):
        if not (
            ABSOLUTE.fullmatch(gone.get("ref", "")) and RFC_3339.fullmatch(gone.get("when", ""))
        ):
            yield "deleted-entry without ref or when (RFC 6721, section 3)"


def atom_entry_faults(entry: Element) -> Iterator[str]:
    yield from atom_common_faults(entry, "entry")
    once = ["content", "published", "rights", "source", "summary"]
    yield from (f"entry: several {tag}" for tag in once if counts(entry, f"{ATOM}{tag}") > 1)
    if not LANGUAGE_TAG.fullmatch(entry.get(LANG, "")):
        yield "entry without language"
    first_link = entry.find(f"{ATOM}link")
    if first_link is None or first_link.get("rel") != "alternate":
        yield "entry: the first link is not the main one"
    for content in entry.iterfind(f"{ATOM}content"):
        if content.get("type") != "html" or len(content):
            yield "entry: content is not escaped HTML (4.1.3.3)"
    for category in entry.iterfind(f"{ATOM}category"):
        if not category.get("term"):
            yield "category without term (4.2.2.1)"


def atom_common_faults(element: Element, what: str) -> Iterator[str]:
    """What feeds and entries have in common (sections 4.1.1 and 4.1.2)."""
    yield from atom_required_faults(element, what)
    yield from atom_link_faults(element, what)
    for author in element.iterfind(f"{ATOM}author"):
        if counts(author, f"{ATOM}name") != 1 or not author.findtext(f"{ATOM}name"):
            yield f"{what}: author without name (3.2.1)"


def atom_required_faults(element: Element, what: str) -> Iterator[str]:
    for tag in ("id", "title", "updated"):
        if counts(element, f"{ATOM}{tag}") != 1:
            yield f"{what}: not one {tag}"
    if not ABSOLUTE.fullmatch(element.findtext(f"{ATOM}id") or ""):
        yield f"{what}: id is no absolute IRI (4.2.6)"
    if not (element.findtext(f"{ATOM}title") or "").strip():
        yield f"{what}: empty title"
    for tag in ("updated", "published"):
        for date in element.iterfind(f"{ATOM}{tag}"):
            if not RFC_3339.fullmatch(date.text or ""):
                yield f"{what}: {tag} is no RFC 3339 date (3.3)"


def atom_link_faults(element: Element, what: str) -> Iterator[str]:
    alternates = element.findall(f"{ATOM}link[@rel='alternate']")
    if len(alternates) != 1:
        yield f"{what}: {len(alternates)} alternate links"
    for link in element.iterfind(f"{ATOM}link"):
        if not ABSOLUTE.fullmatch(link.get("href", "")):
            yield f"{what}: link {link.get('href')!r} is not absolute"


def rss_faults(body: bytes) -> Iterator[str]:
    """What RSS 2.0 and the Advisory Board's profile forbid in `body`."""
    root = parse(body)
    channel = root.find("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or channel is None or len(root) != 1:
        yield "not one channel in rss 2.0"
        return
    once = ["title", "link", "description", "lastBuildDate", "generator", "docs", "ttl"]
    yield from (f"channel: not one {tag}" for tag in once if counts(channel, tag) != 1)
    yield from (f"channel: empty {tag}" for tag in once if not channel.findtext(tag))
    yield from rss_date_faults(channel, "lastBuildDate")
    language = channel.findtext("language")
    if language is not None and not LANGUAGE_TAG.fullmatch(language):
        yield "channel: language is no BCP 47 tag"
    if len(channel.findall(f"{ATOM}link[@rel='self']")) != 1:
        yield "channel: not one atom:link to itself (profile)"
    if channel.findall(f".//{ATOM}link[@rel='alternate']"):
        yield "an alternate link, which readers take for the main one"
    items = channel.findall("item")
    for item in items:
        yield from rss_item_faults(item)
    yield from same_id_faults([item.findtext("guid") for item in items])


def rss_item_faults(item: Element) -> Iterator[str]:
    once = ["title", "link", "description", "guid", "pubDate"]
    yield from (f"item: not one {tag}" for tag in once if counts(item, tag) > 1)
    yield from (f"item: no {tag}" for tag in ("title", "link", "guid") if not item.findtext(tag))
    if not ABSOLUTE.fullmatch(item.findtext("link") or ""):
        yield "item: link is not absolute"
    guid = item.find("guid")
    if guid is not None and guid.get("isPermaLink") != "false":
        yield "item: a tag: URI is no permalink"
    yield from rss_date_faults(item, "pubDate")
    if counts(item, f"{DC}creator") > 1 or counts(item, "author"):
        yield "item: more than one byline"
    tags = [str(child.tag) for child in item]
    if f"{CONTENT}encoded" in tags and tags.index("description") > tags.index(f"{CONTENT}encoded"):
        yield "item: content:encoded before description"
    links = [n for n, tag in enumerate(tags) if tag == f"{ATOM}link"]
    if links and min(links) < tags.index("link"):
        yield "item: a related link before the main one"


def rss_date_faults(parent: Element, tag: str) -> Iterator[str]:
    """RFC 822 with English names, four digits for the year, and GMT."""
    pattern = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"
    for date in parent.iterfind(tag):
        if not re.fullmatch(pattern, date.text or ""):
            yield f"{parent.tag}: {tag} is {date.text!r}"


def same_id_faults(ids: list[str | None]) -> Iterator[str]:
    if len(set(ids)) != len(ids):
        yield "two entries with one id"


FAULTS: dict[FeedFormat, Callable[[bytes], Iterator[str]]] = {
    FeedFormat.RSS: rss_faults,
    FeedFormat.ATOM: atom_faults,
}


def read(body: bytes) -> Any:
    """What feedparser makes of `body`, which must not be malformed."""
    parsed = feedparser.parse(body)
    assert not parsed.bozo, parsed.bozo_exception
    return parsed


# --- The whole document --------------------------------------------------------------------------


@pytest.mark.parametrize("feed_format", XML_FORMATS)
@pytest.mark.parametrize("key", KEYS)
def test_every_feed_is_valid(feed_room: Any, feed_format: FeedFormat, key: str) -> None:
    body = feed_room.render(key, feed_format)
    assert list(FAULTS[feed_format](body)) == []
    assert len(read(body).entries) >= 7


@pytest.mark.parametrize("feed_format", list(FeedFormat))
@pytest.mark.parametrize("key", KEYS)
def test_a_strict_validator_has_neither_error_nor_warning(
    feed_room: Any, feed_format: FeedFormat, key: str
) -> None:
    url = addresses.feed_url(feed_room.publication, key, feed_format)
    body = feed_room.render(key, feed_format)
    assert feed_lint.lint(body, url=url, media_type=MEDIA_TYPES[feed_format], now=NOW) == ()


def test_the_word_of_tombstones_is_unknown_to_validators_and_said_only_when_needed(
    feed_room: Any,
) -> None:
    gone = [replace(feed_room.articles[-1], withdrawn_at=FRIDAY)]
    shown = feed_room.articles[1:9:2]
    (fault,) = feed_lint.lint(feed_room.render("ru", FeedFormat.ATOM, shown, gone))
    assert (fault.code, fault.detail) == ("UnknownNamespace", AT.strip("{}"))


@pytest.mark.parametrize("feed_format", list(FeedFormat))
@pytest.mark.parametrize("key", ["en", "ru/law-order", "all"])
def test_the_documents_are_those_that_were_looked_at(
    feed_room: Any, golden: Callable[[str, bytes], None], feed_format: FeedFormat, key: str
) -> None:
    shown = [a for a in feed_room.articles if feeds_show(feed_room, key, a)][:6]
    gone = [replace(a, withdrawn_at=a.updated_at) for a in feed_room.articles[-2:-1]]
    body = feed_room.render(key, feed_format, shown, gone)
    suffix = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}[feed_format]
    golden(f"feeds/{key.replace('/', '-')}.{suffix}", body)


def feeds_show(feed_room: Any, key: str, article: Any) -> bool:
    feed = feed_room.feeds[key]
    return feed.language in (None, article.language) and (
        feed.section is None or feed.section in article.sections
    )


@pytest.mark.parametrize("feed_format", XML_FORMATS)
def test_a_feed_without_articles_is_valid_and_dated_by_its_birth(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    body = feed_room.render("en", feed_format, [], born_at=datetime(2020, 2, 2, tzinfo=UTC))
    assert list(FAULTS[feed_format](body)) == []
    assert read(body).feed.updated_parsed[:3] == (2020, 2, 2)


@pytest.mark.parametrize(
    ("break_it", "fault"),
    [
        (
            lambda body: body.replace(b"<updated>2026-11-20T", b"<updated>20.11.2026 ", 1),
            "RFC 3339",
        ),
        (lambda body: body.replace(b'rel="related"', b'rel="alternate"', 1), "alternate links"),
        (lambda body: re.sub(rb"<title>[^<]+</title>", b"", body, count=1), "not one title"),
        (lambda body: re.sub(rb"(<id>[^<]*article:\d+</id>)", rb"\1\1", body, count=1), "one id"),
        (lambda body: body.replace(b' type="html"', b' type="CDATA"', 1), "escaped HTML"),
    ],
)
def test_the_validator_of_atom_sees_faults(
    feed_room: Any, break_it: Callable[[bytes], bytes], fault: str
) -> None:
    faults = list(atom_faults(break_it(feed_room.render("en", FeedFormat.ATOM))))
    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize(
    ("break_it", "fault"),
    [
        (lambda body: body.replace(b" GMT</pubDate>", b" +0000</pubDate>", 1), "pubDate"),
        (lambda body: body.replace(b'rel="related"', b'rel="alternate"', 1), "alternate link"),
        (lambda body: body.replace(b'isPermaLink="false"', b"", 1), "permalink"),
        (lambda body: re.sub(rb"<lastBuildDate>.*</lastBuildDate>", b"", body), "lastBuildDate"),
    ],
)
def test_the_validator_of_rss_sees_faults(
    feed_room: Any, break_it: Callable[[bytes], bytes], fault: str
) -> None:
    faults = list(rss_faults(break_it(feed_room.render("en", FeedFormat.RSS))))
    assert any(fault in found for found in faults), faults


@pytest.mark.parametrize("feed_format", XML_FORMATS)
def test_a_feed_of_summaries_is_valid(feed_room: Any, feed_format: FeedFormat) -> None:
    body = feed_room.render("en", feed_format, settings=FeedSettings(full_text=False))
    assert list(FAULTS[feed_format](body)) == []


# --- Bytes that stay -----------------------------------------------------------------------------

_SCRIPT = """
import hashlib, importlib.util, locale, sys, time
spec = importlib.util.spec_from_file_location("newsroom", sys.argv[1])
newsroom = importlib.util.module_from_spec(spec)
sys.modules["newsroom"] = newsroom
spec.loader.exec_module(newsroom)
room = newsroom.make_newsroom()
for key in ("en", "ru/law-order", "all"):
    for feed_format in newsroom.FeedFormat:
        print(hashlib.sha256(room.render(key, feed_format)).hexdigest())
"""


def render_elsewhere(**environment: str) -> str:
    """The digests of some feeds, rendered by a process with another environment."""
    conftest = os.fspath(Path(__file__).with_name("conftest.py"))
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, conftest],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_the_bytes_depend_on_nothing_but_the_articles() -> None:
    one = render_elsewhere(PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C.UTF-8")
    other = render_elsewhere(PYTHONHASHSEED="4242", TZ="Asia/Kamchatka", LC_ALL="C")
    assert one == other
    assert len(set(one.split())) == 9


def test_rendering_twice_gives_the_same_bytes(feed_room: Any) -> None:
    for feed_format in FeedFormat:
        assert feed_room.render("en", feed_format) == feed_room.render("en", feed_format)


def test_all_formats_at_once_are_the_same_bytes_as_one_by_one(feed_room: Any) -> None:
    feed, articles = feed_room.feeds["ru"], feed_room.articles[:9]
    gone = [replace(feed_room.articles[9], withdrawn_at=datetime(2026, 11, 22, tzinfo=UTC))]
    at_once = feeds.render_formats(feed, articles, feed_room.context("ru"), gone)
    assert at_once == {f: feed_room.render("ru", f, articles, gone) for f in FeedFormat}


def test_an_articles_zone_of_time_does_not_show(feed_room: Any) -> None:
    article = feed_room.article()
    east = timezone(timedelta(hours=12))
    moved = replace(
        article,
        published_at=article.published_at.astimezone(east),
        updated_at=article.updated_at.astimezone(east),
    )
    for feed_format in FeedFormat:
        one = feed_room.render("ru", feed_format, [article])
        assert one == feed_room.render("ru", feed_format, [moved])


def test_rendering_never_switches_the_locale(
    feed_room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("setlocale is global to the process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert feed_room.render("en", FeedFormat.RSS)


def test_dates_are_english_and_in_gmt() -> None:
    moment = datetime(2026, 5, 3, 1, 2, 3, 999_999, tzinfo=timezone(timedelta(hours=3)))
    assert feedgen_extension.rfc822(moment) == "Sat, 02 May 2026 22:02:03 GMT"
    assert parsedate_to_datetime(feedgen_extension.rfc822(moment)).second == 3


# --- The head ------------------------------------------------------------------------------------


def test_rss_points_to_the_newsroom_and_not_to_the_hub(feed_room: Any) -> None:
    channel = parse(feed_room.render("en", FeedFormat.RSS))[0]
    assert channel.findtext("link") == "https://meridian.example/"
    assert channel.findtext("ttl") == "15"
    assert channel.findtext(f"{SY}updateFrequency") == "4"


@pytest.mark.parametrize("feed_format", XML_FORMATS)
def test_the_head_names_itself_its_hub_and_its_translations(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    root = parse(feed_room.render("en/law-order", feed_format))
    head = root if feed_format is FeedFormat.ATOM else root[0]
    links = {(e.get("rel"), e.get("hreflang")): e.get("href") for e in head.findall(f"{ATOM}link")}
    name = {"rss": "rss.xml", "atom": "atom.xml"}[feed_format]
    below = "https://news.meridian.example/feeds"
    assert links["self", None] == f"{below}/en/law-order/{name}"
    assert links["hub", None] == "https://hub.meridian.example/"
    assert links["related", "ru"] == f"{below}/ru/law-order/{name}"


def test_without_a_hub_no_hub_is_named(feed_room: Any) -> None:
    assert b'rel="hub"' not in feed_room.render("en", FeedFormat.ATOM, hub_url=None)


def test_a_feed_is_updated_when_its_latest_entry_or_withdrawal_is(feed_room: Any) -> None:
    articles = feed_room.articles[:4]
    gone_at = max(a.updated_at for a in articles) + timedelta(days=1)
    gone = replace(feed_room.articles[5], withdrawn_at=gone_at)
    assert feeds.feed_updated_at(articles, [], gone_at) == max(a.updated_at for a in articles)
    assert feeds.feed_updated_at(articles, [gone], gone_at) == gone_at
    root = parse(feed_room.render("en", FeedFormat.ATOM, articles, [gone]))
    assert root.findtext(f"{ATOM}updated") == gone_at.isoformat()


def test_a_withdrawn_article_leaves_a_tombstone_in_atom(feed_room: Any) -> None:
    gone = replace(feed_room.articles[5], withdrawn_at=datetime(2026, 11, 21, 8, tzinfo=UTC))
    body = feed_room.render("en", FeedFormat.ATOM, feed_room.articles[:2], [gone])
    (tombstone,) = parse(body).findall(f"{AT}deleted-entry")
    assert tombstone.get("ref") == gone.uid
    assert tombstone.get("when") == "2026-11-21T08:00:00+00:00"
    assert gone.uid.encode() not in feed_room.render("en", FeedFormat.RSS, [], [gone])


@pytest.mark.parametrize("feed_format", XML_FORMATS)
def test_a_person_who_opens_a_feed_is_told_what_it_is(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    body = feed_room.render("ru", feed_format)
    root = parse(body)
    instruction = root.getprevious()
    assert instruction is not None
    assert 'href="https://news.meridian.example/feeds/feed.css"' in str(instruction)
    assert "text/css" in str(instruction)
    assert b"xsl" not in body
    (note,) = root.iter(f"{XHTML}div")
    assert (note.get("class"), note.get("lang"), note.get("dir")) == ("feed-note", "ru", "ltr")
    words = " ".join("".join(map(str, note.itertext())).split())
    assert "Это лента" in words
    assert "https://news.meridian.example/feeds/ru/" in words
    last = list(note.iter(f"{XHTML}a"))[-1]
    assert str(last.get("href")).startswith("https://news.meridian.example/feeds/en/")


def test_the_note_leaves_out_pages_that_do_not_exist(feed_room: Any) -> None:
    body = feed_room.render("en", RSS, feeds_page_url=None, subscribe_url=None, alternates=())
    (note,) = parse(body).iter(f"{XHTML}div")
    assert [a.get("href") for a in note.iter(f"{XHTML}a")] == ["https://meridian.example/"]


# --- Whatever an article holds -------------------------------------------------------------------


ANY_TEXT = st.text(
    st.one_of(
        st.characters(),  # surrogates, controls and non-characters too
        st.sampled_from(list("<>&;\"'[]!-\u00a0\u2028\u202e\x00\x0b\r\n\t#x")),
    ),
    max_size=40,
)


def kept(text: str) -> str:
    """What XML can hold of `text`, in the words of its specification (section 2.2)."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r"
        or "\u0020" <= c <= "\ud7ff"
        or "\ue000" <= c <= "\ufffd"
        or "\U00010000" <= c <= "\U0010ffff"
    )


def one_line(text: str) -> str:
    line = re.sub(r"[ \t\r\n\f\v]+", " ", kept(text)).strip(" ")
    return "" if line.isspace() else line


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_makes_a_valid_feed_and_comes_back_as_it_was(
    feed_room: Any, title: str, standfirst: str, html: str, name: str
) -> None:
    article = feed_room.article(
        title=title, standfirst=standfirst, html=html, authors=(Author(name=name),), translations=()
    )
    context = {"settings": FeedSettings(appeal=False), "read_also": {}}
    for feed_format in XML_FORMATS:
        body = feed_room.render("all", feed_format, [article], **context)
        assert list(FAULTS[feed_format](body)) == []
        assert len(feedparser.parse(body).entries) == 1
    (entry,) = parse(feed_room.render("all", FeedFormat.ATOM, [article], **context)).iter(
        f"{ATOM}entry"
    )
    shown = one_line(title) or one_line(standfirst) or article.url
    assert entry.findtext(f"{ATOM}title") == shown
    summary = one_line(standfirst) or ("" if kept(html).strip() else shown)
    assert (entry.findtext(f"{ATOM}summary") or "") == summary
    assert (entry.findtext(f"{ATOM}author/{ATOM}name") or "") == one_line(name)
    assert (entry.findtext(f"{ATOM}content") or "") == (kept(html) if kept(html).strip() else "")


# --- The publication's own marks, and limits -----------------------------------------------------

MARKS = Marks(
    icon="https://meridian.example/icon-512.png",
    favicon="https://meridian.example/icon-64.png",
    logo="https://meridian.example/logo.png",
    badge="https://meridian.example/badge.png",
    badge_width=144,
    badge_height=72,
)


def with_marks(feed_room: Any, **changes: Any) -> Any:
    return replace(
        feed_room.publication, marks=MARKS, rights={"en": "© The Meridian & friends"}, **changes
    )


@pytest.mark.parametrize("feed_format", list(FeedFormat))
def test_a_feed_with_every_mark_of_the_publication_is_valid(
    feed_room: Any, feed_format: FeedFormat
) -> None:
    publication = with_marks(feed_room, shows_contact=True)
    assert feed_lint.lint(feed_room.render("en", feed_format, publication=publication)) == ()


def test_atom_has_icon_logo_rights_and_an_address_where_it_is_public(feed_room: Any) -> None:
    publication = with_marks(feed_room, shows_contact=True)
    root = parse(feed_room.render("en", FeedFormat.ATOM, publication=publication))
    assert root.findtext(f"{ATOM}icon") == MARKS.icon
    assert root.findtext(f"{ATOM}logo") == MARKS.logo
    assert root.findtext(f"{ATOM}rights") == "© The Meridian & friends"
    assert root.findtext(f"{ATOM}author/{ATOM}email") == "desk@meridian.example"


def test_rss_has_a_badge_copyright_and_a_web_master_where_it_is_public(feed_room: Any) -> None:
    publication = with_marks(feed_room, shows_contact=True)
    channel = parse(feed_room.render("en", RSS, publication=publication))[0]
    image = channel.find("image")
    assert image is not None
    assert [(one.tag, one.text) for one in image] == [
        ("url", MARKS.badge),
        ("title", channel.findtext("title")),
        ("link", channel.findtext("link")),
        ("width", "144"),
        ("height", "72"),
    ]
    assert channel.findtext("webMaster") == "desk@meridian.example (The Meridian)"
    copyright_element = channel.find("copyright")
    assert copyright_element is not None
    assert "".join(map(str, copyright_element.itertext())) == "© The Meridian & friends"


def test_nobody_is_named_who_does_not_want_to_be(feed_room: Any) -> None:
    for feed_format in FeedFormat:
        body = feed_room.render("en", feed_format, publication=with_marks(feed_room))
        assert b"desk@meridian.example" not in body


def test_the_feed_of_a_section_says_which_it_is(feed_room: Any) -> None:
    for feed_format in XML_FORMATS:
        (tag,) = read(feed_room.render("ru/law-order", feed_format)).feed.tags
        assert tag.scheme == "tag:meridian.example,2026:section"
        assert "Право и порядок" in (tag.term, tag.label)
        assert "tags" not in read(feed_room.render("ru", feed_format)).feed


def test_an_image_names_who_made_it(feed_room: Any) -> None:
    article = feed_room.articles[0]
    article = replace(article, image=replace(article.image, credit="M. Orlov & Co"))
    for feed_format in XML_FORMATS:
        body = feed_room.render("en", feed_format, [article])
        credit = parse(body).find(f".//{MEDIA}credit")
        assert credit is not None
        assert credit.text == "M. Orlov & Co"
        assert read(body).entries[0].media_credit[0]["role"] == "photographer"
        assert feed_lint.lint(body) == ()


def test_what_an_older_policy_let_through_does_not_reach_readers(feed_room: Any) -> None:
    old = (
        '<p style="x">A <code>style="x" srcset="y"</code> <img src="https://x.example/i.jpg" '
        'srcset="/i.jpg 2x" data-src="/i.jpg" alt="A"></p>'
    )
    for feed_format in FeedFormat:
        body = feed_room.render("en", feed_format, [feed_room.article(html=old)])
        assert feed_lint.lint(body) == ()
        html = read(body).entries[0].content[0].value if feed_format in XML_FORMATS else ""
        assert 'style="x" srcset="y"' in html or feed_format is FeedFormat.JSON


def test_addresses_in_any_letters_are_uris_in_every_format(feed_room: Any) -> None:
    other = "https://новости.example/о мире/"
    article = feed_room.article(url=other, image=Image(url=f"{other}вид 1.jpg", alt="A view"))
    related = RelatedArticle(
        id=9, language="en", url=other, title="More", group_id=9, published_at=FRIDAY
    )
    relations = {article.id: [related]}
    expected = "https://xn--b1amnebsh.example/%D0%BE%20%D0%BC%D0%B8%D1%80%D0%B5/"
    for feed_format in FeedFormat:
        body = feed_room.render("en", feed_format, [article], read_also=relations)
        assert feed_lint.lint(body) == ()
        assert body.decode().count(expected) >= 3
        assert "новости" not in body.decode()


def test_an_endless_article_is_left_to_the_site(feed_room: Any) -> None:
    article = feed_room.article(html="<p>word</p>" * 20_000)
    entry = read(feed_room.render("en", FeedFormat.ATOM, [article])).entries[0]
    assert "content" not in entry
    assert entry.summary == article.standfirst


def test_an_article_without_text_has_its_title_for_one(feed_room: Any) -> None:
    article = feed_room.article(html="", standfirst="")
    for feed_format in FeedFormat:
        assert feed_lint.lint(feed_room.render("en", feed_format, [article])) == ()


def test_a_feed_that_would_weigh_too_much_shows_fewer_entries(feed_room: Any) -> None:
    text = "<p>word</p>" * 4_000  # 44 kB
    heavy = [
        replace(feed_room.articles[0], id=number, uid=f"tag:x.example,2026:{number}", html=text)
        for number in range(30)
    ]
    shown = feeds.fitting(heavy, feed_room.context("en"), feed_pieces.Pieces())
    assert len(shown) == feeds.LEAST_ENTRIES
    for feed_format in FeedFormat:
        assert len(feed_room.render("en", feed_format, shown)) < feed_lint.MOST_BYTES
    light = feed_room.articles[:9]
    assert feeds.fitting(light, feed_room.context("en"), feed_pieces.Pieces()) == light
