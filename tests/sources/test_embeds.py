"""Embeds become links, for no feed reader and no mail program runs a frame."""

from __future__ import annotations

import pytest

from dispatch.sources import embeds, markup

BASE = "https://news.example/en/story/"
REL = 'rel="noopener noreferrer"'


def link(url: str, words: str) -> str:
    return f'<p><a href="{url}" {REL}>▶ {words}</a></p>'


def still(url: str, picture: str, words: str) -> str:
    image = f'<a href="{url}" {REL}><img src="{picture}" alt=""></a><br>'
    return f'<p>{image}<a href="{url}" {REL}>▶ {words}</a></p>'


WATCH = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
STILL = "https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            '<iframe title="A talk" src="https://www.youtube.com/embed/dQw4w9WgXcQ?a=0"></iframe>',
            still(WATCH, STILL, "A talk"),
        ),
        (
            "<iframe src=x: data-src='//www.youtube-nocookie.com/embed/dQw4w9WgXcQ'></iframe>",
            still(WATCH, STILL, "youtube.com"),
        ),
        (
            '<IFRAME SRC="https://player.vimeo.com/video/76979871?h=8"></IFRAME>',
            link("https://vimeo.com/76979871", "vimeo.com"),
        ),
        (
            '<iframe src="https://datawrapper.dwcdn.net/x/1/" title="1 > 0 &amp; more"></iframe>',
            link("https://datawrapper.dwcdn.net/x/1/", "1 &gt; 0 &amp; more"),
        ),
        (
            '<video poster="/still.jpg" controls><source src="/film.mp4">Too old.</video>',
            still(
                "https://news.example/film.mp4", "https://news.example/still.jpg", "news.example"
            ),
        ),
        (
            '<audio controls src="talk.mp3"></audio>',
            link("https://news.example/en/story/talk.mp3", "news.example"),
        ),
        (
            '<iframe src="https://www.googletagmanager.com/ns"></iframe><p>x</p>',
            "<p>x</p>",
        ),
        ('<iframe src="https://ads.example/" width="1" height="1px"></iframe><p>x</p>', "<p>x</p>"),
        ('<iframe src="https://a.example/" style="display: none"></iframe><p>x</p>', "<p>x</p>"),
        ('<iframe src="https://www.facebook.com/plugins/like.php?href=x"></iframe>y', "y"),
        ('<iframe src="javascript:alert(1)"></iframe><p>x</p>', "<p>x</p>"),
        ('<iframe srcdoc="<b>x</b>"></iframe><p>x</p>', "<p>x</p>"),
        (
            '<iframe src="https://v.example/" title="&quot;><script>x</script>"></iframe>',
            link("https://v.example/", '"&gt;&lt;script&gt;x&lt;/script&gt;'),
        ),
        (
            '<p>a <iframe src="https://v.example/"></iframe> b</p>',
            f"<p>a </p>{link('https://v.example/', 'v.example')} b",
        ),
        ('<p>x</p><iframe src="https://v.example/">never closed', "<p>x</p>"),
    ],
)
def test_an_embed_becomes_a_link_to_what_people_open(given: str, expected: str) -> None:
    cleaned = markup.clean_html(given, BASE)
    assert cleaned == expected
    assert markup.clean_html(cleaned, BASE) == cleaned


def test_words_about_embeds_stay_words() -> None:
    text = "<p>Write <code>&lt;iframe src=x&gt;&lt;/iframe&gt;</code></p>"
    assert markup.clean_html(text, BASE) == text


def test_a_page_of_nothing_but_embeds_is_left_to_the_cleaner() -> None:
    page = '<iframe src="https://v.example/"></iframe>' * (embeds.MAX_EMBEDS + 1)
    assert embeds.as_links(page, lambda url: url) == page


def test_a_thousand_open_tags_cost_no_time() -> None:
    page = "<video " + 'a="' * 50_000 + "<iframe>" * 90
    assert embeds.as_links(page, lambda url: url) == page
