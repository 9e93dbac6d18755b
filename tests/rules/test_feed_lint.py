"""What a strict validator finds fault with, one situation a line; and nothing where nothing is."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import lint, rules
from dispatch.model.fault import FaultLevel
from dispatch.rules import feed_lint, feed_lint_cures

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "rules/feed_lint_atom",
    "rules/feed_lint_json",
    "rules/feed_lint_opml",
    "rules/feed_lint_rss",
    "rules/feed_lint_values",
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

ARTICLE_2 = "tag:meridian.example,2026:article:2"

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" \
xml:lang="en">
<id>tag:meridian.example,2026:feed:en</id>
<title>The Meridian</title>
<updated>2026-11-20T09:00:00Z</updated>
<author><name>The Meridian</name><uri>https://meridian.example/</uri></author>
<link href="https://meridian.example/" rel="alternate" type="text/html"/>
<link href="https://meridian.example/atom.xml" rel="self" type="application/atom+xml"/>
<entry xml:lang="en">
<id>tag:meridian.example,2026:article:1</id>
<title>Treaties</title>
<link href="https://meridian.example/1" rel="alternate" type="text/html"/>
<link href="https://meridian.example/2" rel="related" hreflang="ru" title="Договоры"/>
<published>2026-11-20T09:00:00Z</published>
<updated>2026-11-20T09:00:00Z</updated>
<summary>What was signed</summary>
<content type="html">&lt;p&gt;It &lt;a href="https://meridian.example/3"&gt;was&lt;/a&gt;.&lt;/p&gt;</content>
</entry>
<entry>
<id>tag:meridian.example,2026:article:2</id>
<title>Trade</title>
<link href="https://meridian.example/2"/>
<updated>2026-11-19T09:00:00Z</updated>
<summary>What was sold</summary>
</entry>
</feed>
"""

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" \
xmlns:content="http://purl.org/rss/1.0/modules/content/" \
xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel>
<title>The Meridian</title>
<link>https://meridian.example/</link>
<description>News</description>
<language>en</language>
<webMaster>desk@meridian.example (The Meridian)</webMaster>
<lastBuildDate>Fri, 20 Nov 2026 09:00:00 GMT</lastBuildDate>
<ttl>15</ttl>
<image><url>https://meridian.example/i.png</url><title>The Meridian</title>\
<link>https://meridian.example/</link><width>144</width></image>
<atom:link href="https://meridian.example/rss.xml" rel="self" type="application/rss+xml"/>
<sy:updatePeriod>hourly</sy:updatePeriod>
<item>
<title>R&#x26;D</title>
<link>https://meridian.example/1</link>
<description>What was signed</description>
<guid isPermaLink="false">tag:meridian.example,2026:article:1</guid>
<pubDate>Fri, 20 Nov 2026 09:00:00 GMT</pubDate>
<dc:creator>Ann Lee</dc:creator>
<category>Economy</category>
<content:encoded>&lt;p&gt;It was.&lt;/p&gt;</content:encoded>
</item>
</channel>
</rss>
"""

JSON: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "The Meridian",
    "home_page_url": "https://meridian.example/",
    "feed_url": "https://meridian.example/feed.json",
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "items": [
        {
            "id": "tag:meridian.example,2026:article:1",
            "url": "https://meridian.example/1",
            "title": "Treaties",
            "content_html": "<p>It was.</p>",
            "date_published": "2026-11-20T09:00:00+00:00",
            "authors": [{"name": "Ann Lee"}],
            "tags": ["Economy"],
            "_dispatch": {"translations": []},
        }
    ],
}


def codes(body: str, **served: Any) -> list[str]:
    return [fault.code for fault in feed_lint.lint(body.encode(), now=NOW, **served)]


def test_a_good_atom_feed_has_one_warning_for_the_word_of_tombstones() -> None:
    (fault,) = feed_lint.lint(ATOM.encode(), now=NOW)
    assert (fault.code, fault.level) == ("UnknownNamespace", FaultLevel.WARNING)
    assert "tombstones" in fault.detail


def test_a_good_rss_feed_has_no_fault() -> None:
    assert codes(RSS) == []


def test_a_good_json_feed_has_no_fault() -> None:
    assert codes(json.dumps(JSON)) == []


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("<title>The Meridian</title>", "", "MissingElement"),
        ("<title>Trade</title>", "<title>Trade</title><title>T</title>", "DuplicateElement"),
        ("<title>Trade</title>", "<title>R&amp;amp;D</title>", "ContainsHTML"),
        ("<title>Trade</title>", "<title>A &lt;b&gt;bold&lt;/b&gt; one</title>", "ContainsHTML"),
        ("<title>Trade</title>", "<title>Na\u0093me</title>", "BadCharacters"),
        ("<id>tag:meridian.example,2026:feed:en</id>", "<id>feed:en x</id>", "InvalidFullLink"),
        ("tag:meridian.example,2026:feed", "tag:meridian.example:feed", "InvalidTAG"),
        ("2026-11-19T09:00:00Z", "2026-11-19 09:00", "InvalidRFC3339Date"),
        ("2026-11-19T09:00:00Z", "2026-13-19T09:00:00Z", "InvalidRFC3339Date"),
        ("2026-11-19T09:00:00Z", "2036-11-19T09:00:00Z", "ImplausibleDate"),
        ("2026-11-19T09:00:00Z", "2026-11-20T09:00:00Z", "DuplicateUpdated"),
        ("article:2", "article:1", "DuplicateEntries"),
        ('rel="related" hreflang', 'rel="alternate" hreflang', "SeveralAlternates"),
        ('rel="related" hreflang="ru"', 'rel="translation"', "UnregisteredAtomLinkRel"),
        ('rel="related"', 'rel="prev-archive"', "FeedHistoryRelInEntry"),
        ('hreflang="ru"', 'hreflang="русский"', "InvalidLanguage"),
        ('href="https://meridian.example/2"/>', 'href="/2"/>', "ContainsRelRef"),
        ('<link href="https://meridian.example/2"/>', "<link/>", "MissingHref"),
        ('rel="self" type="application/atom+xml"', 'rel="self" type="text/html"', "SelfNotAtom"),
        ('rel="self"', 'rel="related"', "MissingSelf"),
        ("<summary>What was sold</summary>", "", "MissingTextualContent"),
        ("<entry>", "<entry><image/>", "UndefinedElement"),
        ("<entry>", '<entry><image xmlns=""/>', "NotInANamespace"),
        ("<author><name>The Meridian</name>", "<author>", "MissingElement"),
        ('content type="html"', 'content type="CDATA"', "InvalidMIMEType"),
        ('href="https://meridian.example/3"', 'href="/3"', "ContainsRelRef"),
        ("&lt;p&gt;It", "&lt;script&gt;&lt;/script&gt;", "SecurityRisk"),
        ("&lt;p&gt;It", '&lt;p onclick="x()"&gt;It', "SecurityRiskAttr"),
        ("&lt;p&gt;It", '&lt;p style="x"&gt;It', "DangerousStyleAttr"),
        ("&lt;p&gt;It", "&lt;blink&gt;", "NotHtml"),
        ("&lt;p&gt;It", '&lt;img data-src="https://x.example/i"&gt;', "LazyImage"),
        ("&lt;p&gt;It", '&lt;img src="https://x.example/i" srcset="/i 2x"&gt;', "ContainsRelRef"),
        ('encoding="utf-8"?>', 'encoding="utf-8"?><!DOCTYPE feed>', "InvalidDoctype"),
        ('encoding="utf-8"?>', 'encoding="utf-8"?><?xml-stylesheet type="text/xsl"?>', "UsesXslt"),
        (
            "<entry>",
            f"<at:deleted-entry ref='{ARTICLE_2}' when='2026-11-20T10:00:00Z'/><entry>",
            "DeletedEntryStands",
        ),
        ("</feed>", "", "SAXError"),
        ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "ObsoleteNamespace"),
    ],
)
def test_a_fault_of_atom_is_seen(before: str, after: str, code: str) -> None:
    assert before in ATOM
    assert code in codes(ATOM.replace(before, after, 1))


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('version="2.0"', 'version="0.91"', "InvalidRSSVersion"),
        ("<title>The Meridian</title>", "", "MissingTitle"),
        ("<link>https://meridian.example/</link>", "", "MissingLink"),
        ("<description>News</description>", "", "MissingDescription"),
        ("<language>en</language>", "<language>en_GB!</language>", "InvalidLanguage"),
        ("desk@meridian.example (The Meridian)", "desk@meridian.example", "EmailFormat"),
        ("<ttl>15</ttl>", "<ttl>soon</ttl>", "InvalidPositiveInteger"),
        ("<ttl>15</ttl>", "<textInput/>", "AvoidTextInput"),
        ("<width>144</width>", "<width>512</width>", "InvalidWidth"),
        ("i.png</url><title>The Meridian", "i.png</url><title>M", "ImageTitleDoesntMatch"),
        ('rel="self"', 'rel="related"', "MissingAtomSelfLink"),
        ("hourly", "often", "InvalidUpdatePeriod"),
        ("R&#x26;D", "R&amp;amp;D", "ContainsHTML"),
        ("<link>https://meridian.example/1</link>", "<link>/1</link>", "InvalidFullLink"),
        (' isPermaLink="false"', "", "InvalidHttpGUID"),
        ('isPermaLink="false"', 'isPermaLink="no"', "InvalidBooleanAttribute"),
        ("tag:meridian.example,2026:article:1", "4711", "NotSufficientlyUnique"),
        ('<guid isPermaLink="false">tag:meridian.example,2026:article:1</guid>', "", "MissingGuid"),
        ("<pubDate>Fri, 20 Nov", "<pubDate>Пт, 20 ноя", "InvalidRFC2822Date"),
        ("<pubDate>Fri, 20 Nov", "<pubDate>Mon, 20 Nov", "IncorrectDOW"),
        ("<pubDate>Fri, 20 Nov 2026", "<pubDate>Thu, 20 Nov 2036", "ImplausibleDate"),
        ("<dc:creator>", "<dc:creator>Ben</dc:creator><dc:creator>", "SeveralCreators"),
        ("<category>", "<dc:subject>X</dc:subject><category>", "DuplicateSemantics"),
        ("<description>What was signed</description>", "", "NeedDescriptionBeforeContent"),
        ("<category>", "<enclosure/><category>", "InvalidMIMEType"),
        ("<category>", "<thumbnail/><category>", "UndefinedElement"),
        ("<category>", '<atom:link href="https://x.example/"/><category>', "SeveralAlternates"),
        ("R&#x26;D</title>", 'R</title><atom:link href="https://x.example/"/>', "MainLinkNotFirst"),
        (
            "&lt;p&gt;It was.&lt;/p&gt;",
            "&amp;lt;p&amp;gt;It was.&amp;lt;/p&amp;gt;",
            "DoubleEscaped",
        ),
        ("</channel>", "<docs>https://x.example/</docs></channel>", "MisplacedItem"),
    ],
)
def test_a_fault_of_rss_is_seen(before: str, after: str, code: str) -> None:
    assert before in RSS
    assert code in codes(RSS.replace(before, after, 1))


def item(**fields: Any) -> dict[str, Any]:
    """The good feed with another item."""
    return {**JSON, "items": [{**JSON["items"][0], **fields}]}


@pytest.mark.parametrize(
    ("feed", "code"),
    [
        ({**JSON, "version": "1.1"}, "InvalidValue"),
        ({**JSON, "version": "https://jsonfeed.org/version/1"}, "ObsoleteVersion"),
        ({**JSON, "title": None}, "InvalidValue"),
        ({**JSON, "items": None}, "MissingElement"),
        ({**JSON, "items": ["x"]}, "InvalidValue"),
        ({**JSON, "items": JSON["items"] * 2}, "DuplicateValue"),
        ({**JSON, "next_url": JSON["feed_url"]}, "InvalidValue"),
        ({**JSON, "icon": "/icon.png"}, "InvalidFullLink"),
        ({**JSON, "hubs": [{"type": "WebSub"}]}, "MissingAttribute"),
        ({**JSON, "_a.b": {}}, "InvalidValue"),
        ({**JSON, "website": "x"}, "UndefinedElement"),
        ({**JSON, "author": {"name": "x"}}, "ObsoleteVersion"),
        ({**JSON, "authors": [{}]}, "MissingElement"),
        ({**JSON, "feed_url": ""}, "MissingSelf"),
        (item(id=4711), "InvalidValue"),
        (item(content_html=""), "MissingContentOrAlternate"),
        (item(content_html="<img src='/i'>"), "ContainsRelRef"),
        (item(date_published="yesterday"), "InvalidRFC3339Date"),
        (item(tags=[1]), "InvalidValue"),
        (item(language="Russian language"), "InvalidLanguage"),
        (item(attachments=[{"url": "https://x.example/"}]), "InvalidMIMEType"),
    ],
)
def test_a_fault_of_json_is_seen(feed: dict[str, Any], code: str) -> None:
    assert code in codes(json.dumps(feed))


def test_a_document_of_something_else_is_no_feed() -> None:
    assert codes("<html><body/></html>") == ["NotAFeed"]
    assert codes("Not found") == ["SAXError"]
    assert codes("{") == ["InvalidJson"]
    assert codes("") == ["NotAFeed"]


def test_what_a_stranger_declares_is_not_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "&b;&b;"><!ENTITY b "xxxx">]>'
    body = RSS.replace("?>", f"?>{bomb}", 1).replace("What was signed", "&a;", 1)
    assert "InvalidDoctype" in codes(body)


def test_how_it_was_served_is_judged_where_it_is_known() -> None:
    assert codes(RSS, url="https://meridian.example/rss.xml") == []
    assert codes(RSS, url="https://meridian.example/rss") == ["SelfDoesntMatchLocation"]
    assert codes(RSS, media_type="application/rss+xml; charset=utf-8") == []
    assert codes(RSS, media_type="text/html") == ["UnexpectedContentType"]
    assert codes(json.dumps(JSON), media_type="application/xml") == ["UnexpectedContentType"]


def test_a_feed_that_weighs_too_much_is_named_with_its_weight() -> None:
    heavy = RSS.replace("It was.", "word " * 120_000)
    (fault,) = feed_lint.lint(heavy.encode())
    assert (fault.code, fault.level) == ("TooLarge", FaultLevel.WARNING)
    heavier = RSS.replace("It was.", "word " * 240_000)
    (fault,) = feed_lint.lint(heavier.encode())
    assert (fault.code, fault.level) == ("TooLarge", FaultLevel.ERROR)


def test_a_byte_order_mark_is_seen_in_every_format() -> None:
    for body in (RSS, json.dumps(JSON)):
        assert "ByteOrderMark" in codes(f"\N{BYTE ORDER MARK}{body}")


OPML = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0">
<head>
<title>Feeds</title>
<dateModified>Tue, 24 Nov 2026 09:00:00 GMT</dateModified>
<ownerId>https://meridian.example/</ownerId>
<ownerEmail>desk@meridian.example</ownerEmail>
<expansionState>1, 3</expansionState>
<windowTop>10</windowTop>
</head>
<body>
<outline text="News">
<outline type="rss" text="All" title="All" xmlUrl="https://meridian.example/rss" version="RSS2"/>
<outline type="link" text="About" url="https://meridian.example/about" isComment="false"/>
</outline>
</body>
</opml>
"""


def test_a_list_that_programs_import_is_without_fault() -> None:
    assert feed_lint.lint(OPML.encode(), media_type="text/x-opml", now=NOW) == ()


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('<opml version="2.0">', "<opml>", "InvalidOPMLVersion"),
        ('<opml version="2.0">', '<opml version="1.0">', "ObsoleteVersion"),
        ("<title>Feeds</title>", "", "MissingTitle"),
        ("<title>Feeds</title>", "<title>A</title><title>B</title>", "DuplicateElement"),
        ("<title>Feeds</title>", "<title>A</title><name>B</name>", "UndefinedElement"),
        ("Tue, 24 Nov 2026 09:00:00 GMT", "2026-11-24", "InvalidRFC2822Date"),
        ("Tue, 24 Nov", "Mon, 24 Nov", "IncorrectDOW"),
        ("https://meridian.example/<", "meridian<", "InvalidFullLink"),
        ("desk@meridian.example", "desk", "InvalidAddrSpec"),
        ("1, 3", "one", "InvalidExpansionState"),
        ("<windowTop>10", "<windowTop>high", "InvalidNonNegativeInteger"),
        (OPML[OPML.index("<head>") : OPML.index("<body>")], "", "MissingElement"),
        (OPML[OPML.index("<outline") : OPML.index("</body>")], "", "MissingElement"),
        ('text="News"', 'title="News"', "MissingAttribute"),
        ('xmlUrl="https://meridian.example/rss"', "", "MissingXmlURL"),
        ("https://meridian.example/rss", "/rss", "InvalidFullLink"),
        ('type="rss"', 'type="atom"', "InvalidOutlineType"),
        ('type="rss"', "", "InvalidOutlineType"),
        ('title="All"', "", "MissingTitleAttr"),
        ('version="RSS2"', 'version="Atom"', "InvalidOutlineVersion"),
        ('version="RSS2"', 'language="english"', "InvalidLanguage"),
        ('url="https://meridian.example/about"', "", "MissingUrlAttr"),
        ('isComment="false"', 'isComment="no"', "InvalidTrueFalse"),
        ('isComment="false"', 'created="today"', "InvalidRFC2822Date"),
        ('type="link"', 'type="rss" xmlUrl="https://meridian.example/rss"', "DuplicateValue"),
    ],
)
def test_a_fault_of_a_list_is_seen(before: str, after: str, code: str) -> None:
    assert before in OPML
    assert code in codes(OPML.replace(before, after, 1))


def test_every_fault_says_what_helps() -> None:
    source = "".join(
        path.read_text("utf-8")
        for path in [*Path(rules.__file__).parent.glob("feed_lint*.py"), Path(lint.__file__)]
    )
    calls = r'(?:error|warning|_warn)\(\s*"(\w+)"|code(?:: str)? ?= ?"(\w+)"'
    named = {one or other for one, other in re.findall(calls, source)}
    named |= {"InvalidWidth", "InvalidHeight", "MissingTitle", "MissingLink", "MissingDescription"}
    assert named - feed_lint_cures.CURES.keys() == set()
    assert feed_lint_cures.CURES.keys() - named == set(), "nobody says these"
    (fault,) = feed_lint.lint(b"<html/>")
    assert fault.cure


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (RSS.replace("<item>", "<item><x/>", 1), "item 1, line "),
        (ATOM.replace("</entry>", "<x/></entry>", 1), "entry 1, line "),
        (OPML.replace('text="News"', ""), "outline, line 12 "),
        (RSS.replace("</item>", "", 1), "line "),
    ],
)
def test_a_fault_names_its_line(given: str, where: str) -> None:
    assert any(where in f"{one.where} {one.detail}" for one in feed_lint.lint(given.encode()))


@pytest.mark.parametrize(
    ("given", "where", "words"),
    [
        ("<rss><channel><title>R&D News</title></channel></rss>", "line 1", "write &amp;"),
        ("<rss><channel><title>A & B</title></channel></rss>", "line 1", "write &amp;"),
        ('\n<?xml version="1.0"?><rss/>', "line 2", "stands before it"),
        ("<rss>\n<dc:creator>A</dc:creator></rss>", "line 2", "declare the prefix"),
        ("<rss><title>A&nbsp;B</title></rss>", "line 1", "by its number"),
        ("<rss>\n\n<title>A\x07</title></rss>", "line 3", "control character"),
        ("<rss><channel>", "line 1", "cut off"),
        ("<rss/><b>Warning</b>: mysql", "line 1", "message of an error"),
        ("<rss><p>a<br></p></rss>", "line 1", "not closed"),
        ("Warning: <rss/>", "line 1", "before the first element"),
        ("<rss><title>1 <2</title></rss>", "line 1", "write &lt;"),
        ("", "document", "is empty"),
        ("<!DOCTYPE html><html><p>Not found<br></html>", "document", "web page"),
        ("<!-- cached -->\n<HTML><p>x<br></HTML>", "document", "web page"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(given: str, where: str, words: str) -> None:
    (fault,) = feed_lint.lint(given.encode())
    assert fault.where.startswith(where)
    assert words in fault.detail
    assert "<string>" not in fault.detail


def test_a_feed_in_other_bytes_than_it_says_is_told_so() -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<rss><title>Café</title></rss>'
    (fault,) = feed_lint.lint(text.encode("latin-1"))
    assert "says UTF-8 and is not" in fault.detail


def test_text_that_a_library_calls_cdata_is_judged_as_html() -> None:
    content = '<content type="CDATA">&lt;b onclick="x()"/&gt;'
    found = codes(ATOM.replace('<content type="html">', content, 1))
    assert {"InvalidMIMEType", "SecurityRiskAttr"} <= set(found)


#: Anything at all, under names that mean something.
_NAMES = (
    "version title items id url content_html tags authors hubs attachments language image feed_url "
    "next_url date_published mime_type size_in_bytes name author _x.y"
)
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_NAMES.split()), inner, max_size=6)
    ),
    max_leaves=25,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(_NAMES.split()), _ANYTHING, max_size=9))
def test_whatever_a_stranger_puts_into_json_is_judged_and_never_raises(feed: Any) -> None:
    assert feed_lint.lint(json.dumps(feed).encode(), url="https://n.example/", now=NOW)


@settings(max_examples=300)
@given(
    st.sampled_from((ATOM, RSS, OPML)),
    st.integers(0, 2000),
    st.integers(0, 60),
    st.text(max_size=12) | st.sampled_from(("<x/>", "&#x0;", "<![CDATA[", '" y="', "<outline/>")),
)
def test_whatever_is_cut_from_a_feed_or_put_into_it_is_judged_and_never_raises(
    document: str, start: int, length: int, more: str
) -> None:
    changed = document[:start] + more + document[start + length :]
    feed_lint.lint(changed.encode(errors="replace"), url="https://n.example/", now=NOW)
