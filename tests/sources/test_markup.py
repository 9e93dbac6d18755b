from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.article import Author, Enclosure, Entry, Image, TranslationLink
from dispatch.sources import markup

BASE = "https://news.example/en/story/"


@pytest.mark.parametrize(
    ("given_html", "expected"),
    [
        ("<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"),
        ("plain & simple", "plain &amp; simple"),
        ("<script>alert(1)</script><p>x</p>", "<p>x</p>"),
        ("<p onclick=x style='color:red' class=y id=z>x</p>", "<p>x</p>"),
        ("<svg><animate onbegin=x /></svg><p>x</p>", "<p>x</p>"),
        ("<math><annotation-xml>y</annotation-xml></math><p>x</p>", "<p>x</p>"),
        (
            "<math><annotation-xml encoding='text/html'><style><img src=x></style></math>x",
            "x",
        ),
        ("<svg><set attributeName='href' to='javascript:alert(1)'/><a>y</a></svg>x", "x"),
        ("<iframe srcdoc='<script>x</script>'></iframe>x", "x"),
        (
            "<p><a href='data:text/html,x' target=_blank ping='/t'>x</a></p>",
            '<p><a rel="noopener noreferrer">x</a></p>',
        ),
        ("<a href=' java&#10;script:alert(1)'>x</a>", '<a rel="noopener noreferrer">x</a>'),
        (
            "<input value=x><textarea>y</textarea><base href='//evil'><meta content=z><p>x</p>",
            "<p>x</p>",
        ),
        ("<p>x<!--><script>alert(1)</script>--></p>", "<p>x--&gt;</p>"),
        ("<blockquote cite='/x'>x</blockquote>", "<blockquote>x</blockquote>"),
        (
            "<details open><summary>Who?</summary>Ann</details>",
            "<p><strong>Who?</strong></p>Ann",
        ),
        ("<a href='javascript:alert(1)'>x</a>", '<a rel="noopener noreferrer">x</a>'),
        (
            "<a href='//cdn.example/x'>x</a>",
            '<a href="https://cdn.example/x" rel="noopener noreferrer">x</a>',
        ),
        (
            "<a href='../b#c'>x</a>",
            '<a href="https://news.example/en/b#c" rel="noopener noreferrer">x</a>',
        ),
        ("<h1>A</h1><h5>b</h5>", "<h2>A</h2><h4>b</h4>"),
        ("<custom-tag>x</custom-tag>", "x"),
        ("<p></p><p>x</p><p> </p>", "<p>x</p>"),
        ("<p>a\u202eb\U000e0041</p>", "<p>ab</p>"),
        ("<p>open", "<p>open</p>"),
        ("<p>в&nbsp;Москве &copy; &lt;i&gt;</p>", "<p>в\u00a0Москве © &lt;i&gt;</p>"),
        ("<!-- note --><p>x</p>", "<p>x</p>"),
    ],
)
def test_html_is_cut_to_the_allow_list(given_html: str, expected: str) -> None:
    assert markup.clean_html(given_html, BASE) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('src="/a.jpg" alt="A"', 'src="https://news.example/a.jpg" alt="A"'),
        (
            'src="a.jpg" width="9" height="50%"',
            'src="https://news.example/en/story/a.jpg" alt="" width="9"',
        ),
        (
            'src="data:image/gif;base64,R0" data-src="/l.jpg"',
            'src="https://news.example/l.jpg" alt=""',
        ),
        (
            'src="/wp/placeholder.png" data-lazy-src="/l.jpg"',
            'src="https://news.example/l.jpg" alt=""',
        ),
        ('src="http://cdn.example/a.jpg"', 'src="https://cdn.example/a.jpg" alt=""'),
        ('srcset="/s.jpg 300w, /b.jpg 900w"', 'src="https://news.example/b.jpg" alt=""'),
        ('data-srcset="/1.jpg 1x, /2.jpg 2x"', 'src="https://news.example/2.jpg" alt=""'),
        (
            'src="/a.jpg" alt="a > b &quot;c&quot;" onerror="x"',
            'src="https://news.example/a.jpg" alt="a &gt; b &quot;c&quot;"',
        ),
    ],
)
def test_images_have_their_real_absolute_address(attributes: str, expected: str) -> None:
    assert markup.clean_html(f"<img {attributes}>", BASE) == f"<img {expected}>"


@pytest.mark.parametrize(
    "attributes",
    [
        'src="https://t.example/x.gif" width="1" height="1"',
        'src="https://pixel.wp.com/g.gif?x=1"',
        'src="https://stats.example/matomo.php?idsite=1"',
        'src="https://feeds.feedburner.com/~r/x/~4/y"',
        'src="data:image/png;base64,AAAA"',
        'data-src="javascript:alert(1)"',
        'alt="no address"',
    ],
)
def test_pixels_and_images_without_address_go(attributes: str) -> None:
    assert markup.clean_html(f"<p><a href='/x'><img {attributes}></a></p>", BASE) == ""


def test_an_image_of_an_https_page_is_asked_for_by_https_and_no_other() -> None:
    image = '<img src="http://n.example/a.jpg" alt="">'
    assert markup.clean_html(image, "http://n.example/") == image
    named = Entry(source_id=None, url=None, title="T", image=Image(url="http://n.example/a.jpg"))
    secured, plain = (
        markup.clean_entry(named, f"{scheme}://n.example/x").image for scheme in ("https", "http")
    )
    assert secured == Image(url="https://n.example/a.jpg")
    assert plain == named.image


def test_without_a_base_relative_addresses_go() -> None:
    assert markup.clean_html('<a href="/x">x</a><img src="y.png">', None) == (
        '<a rel="noopener noreferrer">x</a>'
    )


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 100_000,
        "<b>" * 100_000 + "x",
        "<div></b>" * 50_000,
        '<img "' * 80_000,
        "<!--" * 80_000,
        "<a <a" * 80_000,
        "<p>" * 150_000,
        "<table><td>" * 40_000,
        "&" * 500_000,
    ],
)
def test_hostile_html_ends_small_and_soon(hostile: str) -> None:
    assert len(markup.clean_html(hostile, BASE)) <= 8 * markup.MAX_CHARACTERS
    assert len(markup.text_of(hostile)) <= markup.MAX_CHARACTERS


def test_deep_nesting_becomes_text() -> None:
    deep = "<div>" * 1000 + "news & <i>more</i>" + "</div>" * 1000
    assert markup.clean_html(deep, BASE) == "<p>news &amp; more</p>"


def test_long_documents_are_cut() -> None:
    assert len(markup.clean_html("<p>word</p>" * 100_000, BASE)) <= markup.MAX_CHARACTERS + 10


PIECES = st.sampled_from(
    ["<p>", "</p>", "<img src=", "'/a'", '"b"', " alt=x", ">", "<", "&lt;", "&amp;lt;", "&", "text"]
)
MORE = st.sampled_from(
    ["<svg>", "<math>", "<style>", "<a href=", "javascript:x", "</a>", "<!--", "-->", "<table>"]
)
SOUP = st.lists(st.one_of(PIECES, MORE, st.text(max_size=3)), max_size=25).map("".join)


@settings(max_examples=300)
@given(SOUP)
def test_cleaning_is_idempotent_and_leaves_only_allowed_tags(soup: str) -> None:
    once = markup.clean_html(soup, BASE)
    assert markup.clean_html(once, BASE) == once
    outside = re.sub(r'"[^"]*"', '""', once)
    assert not re.search(r"<(?!/?(?:" + "|".join(markup._TAGS) + r")[\s>])", outside)
    assert not re.search(r"<[^>]*\s(?:on\w+|style|srcset|data-\w+)=", outside)


PROSE = st.sampled_from(
    (
        "<p> </p> <h1> </h2> <br> <b> </b> <i> </i> <em> </em> <strong> </strong> <a> </a> word "
        "<a_href='/a_b?c&amp;d=%20'> <a_title='x&quot;&lt;y'_href=b> &nbsp; &#13; &#10; &amp;lt; "
        "<p_dir=rtl> <b_lang=ru> < & &lt;b&gt; <ul> <li> </ul> <blockquote>"
    )
    .replace("_", "\x00")
    .split()
)


@settings(max_examples=1000)
@given(st.lists(PROSE, max_size=20).map(lambda some: "".join(some).replace("\x00", " ")))
def test_plain_prose_needs_no_second_look(soup: str) -> None:
    """What is taken for prose is cleaned once; cleaned again it must be the same."""
    once = markup.clean_html(f"<p>one</p>{soup}<p>two</p>", BASE)
    assert markup._clean_once(once, BASE) == once


def test_text_of_html_keeps_the_words_of_blocks_apart() -> None:
    html = "<h2>Title</h2><p>One<br>two</p><ul><li>a</li><li>b &amp; c</li></ul><script>x</script>"
    assert markup.text_of(html) == "Title One two a b & c"
    assert markup.text_of("<p>w<b>or</b>d</p>") == "word"


def test_an_entry_is_cleaned_in_every_field() -> None:
    raw = Entry(
        source_id="  kept verbatim ",
        url="/en/a?utm_source=x",
        title="<b>AT&amp;T</b>\u202e news",
        language="en_gb",
        standfirst="<p>Short</p><p>line</p>",
        html="<script>x</script><p>Body</p><img src='/b.png' alt='Bee'>",
        authors=(Author(name="By Ann", url="/ann"), Author(name="desk@n.example"), Author(name="")),
        sections=("Arts &amp; Life", "Arts & Life", ""),
        translations=(
            TranslationLink(url="/ru/a", language="RU", title="А\u200b"),
            TranslationLink(url="javascript:1", language="de"),
        ),
    )
    clean = markup.clean_entry(raw, "https://news.example/feed/")
    assert clean.source_id == "  kept verbatim "
    assert clean.url == "https://news.example/en/a?utm_source=x"
    assert (clean.title, clean.language) == ("AT&T news", "en-GB")
    assert clean.standfirst == "Short line"
    assert clean.html == '<p>Body</p><img src="https://news.example/b.png" alt="Bee">'
    assert clean.authors == (Author(name="Ann", url="https://news.example/ann"),)
    assert clean.sections == ("Arts & Life",)
    assert clean.image == Image(url="https://news.example/b.png", alt="Bee")
    assert clean.translations == (
        TranslationLink(url="https://news.example/ru/a", language="ru", title="А"),
    )
    assert markup.clean_entry(clean, None) == clean


def test_a_long_description_without_content_is_the_body() -> None:
    body = "<p>First paragraph.</p>" + "<p>More text of the article here.</p>" * 40
    clean = markup.clean_entry(Entry(source_id="1", url=BASE, standfirst=body), None)
    assert clean.standfirst == "First paragraph."
    assert clean.html.startswith("<p>First paragraph.</p><p>More")


def test_an_entry_without_a_web_address_has_none() -> None:
    assert markup.clean_entry(Entry(source_id="1", url="javascript:x"), BASE).url is None


def test_an_image_of_the_description_leads_when_there_is_no_body() -> None:
    entry = Entry(source_id="1", url=BASE, standfirst='<img src="/d.jpg" alt="D"> Short')
    clean = markup.clean_entry(entry, None)
    assert clean.image == Image(url="https://news.example/d.jpg", alt="D")
    assert clean.standfirst == "Short"


def test_an_entry_without_title_is_called_by_its_first_words() -> None:
    entry = Entry(source_id="1", url=BASE, html="<p>" + "The fog lifted at noon. " * 20 + "</p>")
    title = markup.clean_entry(entry, None).title
    assert title.startswith("The fog lifted")
    assert title.endswith("…")
    assert len(title) <= 120


def test_a_page_of_nothing_but_images_becomes_text() -> None:
    html = "<p>before</p>" + "<img src=x>" * (markup.MAX_IMAGES + 1) + "<p>after</p>"
    assert markup.clean_html(html, "https://news.example/") == "<p>before after</p>"


def test_an_episode_without_a_page_leads_to_its_file() -> None:
    sound = Enclosure(url="/2.mp3", media_type="audio/mpeg")
    picture = Enclosure(url="/2.jpg", media_type="image/jpeg")
    episode = Entry(source_id="2", url=None, title="Two", enclosures=(picture, sound))
    assert markup.clean_entry(episode, BASE).url == "https://news.example/2.mp3"


def test_a_thumbnail_yields_to_the_picture_in_the_text() -> None:
    thumbnail = Image(url="https://news.example/s72/a.jpg", width=72)
    text = '<p>x</p><img src="https://news.example/s320/a.jpg" width="320">'
    found = Entry(source_id="1", url=BASE, title="x", html=text, image=thumbnail)
    chosen = markup.clean_entry(found, BASE).image
    assert chosen is not None
    assert chosen.url == "https://news.example/s320/a.jpg"
    alone = markup.clean_entry(replace(found, html="<p>x</p>"), BASE).image
    assert alone == thumbnail


def test_wordpress_signs_no_text() -> None:
    signed = (
        '<p>Text.</p><p>The post <a href="/a">A &amp; b</a> appeared first on '
        '<a href="/">The Gazette</a>.</p>\n'
    )
    found = markup.clean_entry(Entry(source_id="1", url=BASE, title="x", html=signed), BASE)
    assert found.html == "<p>Text.</p>"


@pytest.mark.parametrize("hidden", ["&#x202e;", "&#8238;", "&#x200b;", "&#xe0041;", "\u202e"])
def test_a_reference_hides_no_character(hidden: str) -> None:
    assert markup.clean_html(f"<h1>{hidden}Bridge</h1><p>{hidden}open</p>", None) == (
        "<h2>Bridge</h2><p>open</p>"
    )


def test_what_is_clean_is_not_cleaned_again() -> None:
    fields = '<span class="field field--name-title">x</span>'
    literal = Entry(
        source_id="1", url=None, title="A", standfirst=fields, plain=frozenset({"standfirst"})
    )
    assert markup.clean_entry(literal, None).standfirst == fields
    lines = markup.clean_entry(
        Entry(source_id="1", url=None, title="A", html="One &amp; two\nthree"), None
    )
    assert lines.html == "<p>One &amp; two</p>\n<p>three</p>"
    assert markup.clean_entry(lines, None).html == lines.html
