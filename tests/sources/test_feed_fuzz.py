"""Random bytes to Entry: whatever a stranger serves, nothing but a FeedError and nothing unsafe.

`make test` runs it briefly; `make fuzz` (DISPATCH_FUZZ=1) for as long as it takes to be sure. The
documents are made from pieces of feeds, and from the real samples with bytes struck, doubled,
overwritten and put together anew, because random bytes alone never get past the first `<`.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from dispatch.model.article import Entry
from dispatch.sources import feed_entries, markup

SAMPLES = [
    path.read_bytes()
    for path in sorted((Path(__file__).parents[1] / "samples" / "feeds").iterdir())
    if path.is_file()
]
URL = "https://news.example/feed/"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Moscow")

IS_LONG = bool(os.environ.get("DISPATCH_FUZZ"))
EXAMPLES = 30_000 if IS_LONG else 150

DANGERS = [
    b"<script>x</script>",
    b"&lt;script&gt;x&lt;/script&gt;",
    b'<img src="x" onerror="x">',
    b"&lt;img src=x onerror=x&gt;",
    b'<a href="javascript:x">',
    b"&lt;a href=&quot;jav&#x09;ascript:x&quot;&gt;y&lt;/a&gt;",
    b"<svg><animate attributeName=href values=javascript:x /></svg>",
    b"<math><annotation-xml encoding='text/html'><style>",
    b"&lt;iframe srcdoc=&quot;&lt;script&gt;&quot;&gt;",
    b"<![CDATA[<style>@import 'x'</style>]]>",
    b"\xe2\x80\xae",
    b"&#x202e;",
    b"\x00",
    b"\xff\xfe",
    b"<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    b"&x;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"xml:base='//evil.example/'",
]


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A sample with a few wounds."""
    body = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(body)))
        span = draw(st.integers(0, 40))
        match draw(st.sampled_from(["cut", "double", "write", "danger", "splice"])):
            case "cut":
                del body[at : at + span]
            case "double":
                body[at:at] = body[at : at + span]
            case "write":
                body[at : at + 1] = draw(st.binary(max_size=4))
            case "danger":
                body[at:at] = draw(st.sampled_from(DANGERS))
            case "splice":
                other = draw(st.sampled_from(SAMPLES))
                start = draw(st.integers(0, len(other)))
                body[at:at] = other[start : start + span * 10]
    return bytes(body)


TYPES = st.sampled_from([None, "text/xml", "text/xml; charset=windows-1251", "application/json"])


@pytest.mark.timeout(7200 if IS_LONG else 120)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
)
@given(st.one_of(documents(), st.binary(max_size=200)), TYPES)
def test_fuzz_bytes_to_entry(body: bytes, content_type: str | None) -> None:
    try:
        feed = feed_entries.read_feed(body, content_type=content_type, url=URL, zone=ZONE, now=NOW)
    except feed_entries.FeedError:
        return
    for entry in feed.entries:
        cleaned = markup.clean_entry(entry, URL)
        must_be_safe(cleaned)
        assert markup.clean_entry(cleaned, URL) == cleaned, "cleaning twice is cleaning once"


@pytest.mark.parametrize("danger", DANGERS, ids=repr)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda body: repr(body[:30]))
def test_fuzz_no_danger_passes_in_any_text_of_a_sample(sample: bytes, danger: bytes) -> None:
    """Put into the text of every element of a sample, and into every string of a JSON one."""
    places = [match.end() for match in re.finditer(rb'(?<=[\w"])>|: "', sample)][:60]
    for place in places:
        try:
            feed = feed_entries.read_feed(
                sample[:place] + danger + sample[place:],
                content_type=None,
                url=URL,
                zone=ZONE,
                now=NOW,
            )
        except feed_entries.FeedError:
            continue
        for entry in feed.entries:
            must_be_safe(markup.clean_entry(entry, URL))


def must_be_safe(entry: Entry) -> None:
    """No code, no frame, no relative address, no hidden direction, no control character."""
    lines = [
        *(entry.title, entry.standfirst, *entry.sections),
        *(author.name for author in entry.authors),
        *(link.title for link in entry.translations),
    ]
    for line in lines:
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line), line
    urls = [entry.url, *(author.url for author in entry.authors)]
    urls += [link.url for link in entry.translations]
    urls += [entry.image.url] if entry.image else []
    assert all(re.match(r"https?://", url) for url in urls if url), urls
    if entry.html.strip():
        must_be_safe_html(entry.html)


def must_be_safe_html(text: str) -> None:
    tree = lxml_html.fragment_fromstring(text, create_parent="section")
    for element in tree.iterdescendants():
        assert isinstance(element.tag, str), "no comment and no instruction survives"
        forbidden = {"script", "style", "iframe", "svg", "math", "object", "form", "base", "link"}
        assert element.tag not in forbidden
        for name, value in element.attrib.items():
            assert not str(name).startswith("on"), name
            assert name != "style"
            if name in {"href", "src", "cite"}:
                assert re.match(r"(https?://|mailto:)", unescape(str(value))), value
