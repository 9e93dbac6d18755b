"""Running text for mails: an editor's Markdown, and whole articles."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.render import prose

NOTE = """\
Dear **readers**, see [our map](https://a.test/m?x=1&y=2).

# A head

- one
- two

> We read
> everything.

1. first
2. [second](mailto:editors@a.test)

---

The end.
"""


def test_markdown_becomes_the_elements_that_mail_knows() -> None:
    html = str(prose.from_markdown(NOTE))
    assert '<p class="paragraph">Dear <strong>readers</strong>, see <a class="link"' in html
    assert 'href="https://a.test/m?x=1&amp;y=2"' in html
    assert '<h3 class="subhead">A head</h3>' in html
    assert '<li class="point">two</li>' in html
    assert '<div class="quote">\n<p class="paragraph">We read everything.</p>\n</div>' in html
    assert '<ol class="list">' in html
    assert '<div class="pause">' in html


def test_markdown_as_text_keeps_its_shape_and_has_every_address_on_a_line() -> None:
    text = prose.text_from_markdown(NOTE)
    assert text.startswith("Dear readers, see our map.\nhttps://a.test/m?x=1&y=2\n\nA head\n\n")
    assert "- one\n- two" in text
    assert "> We read everything." in text
    assert "1. first\n2. second\n   editors@a.test" in text
    assert text.endswith("* * *\n\nThe end.")


def test_heads_are_as_deep_as_the_place_asks() -> None:
    assert "<h4" in prose.from_html("<h1>a</h1>", 4)
    assert "<h2" in prose.from_markdown("# a", 2)


@pytest.mark.parametrize(
    "nasty",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](data:text/html,hi)",
        '<p style="position:fixed">x</p>',
        "![x](http://a.test/pixel.svg)",
        '<a href="https://a.test" onclick="x()">y</a>',
    ],
)
def test_nothing_harmful_comes_through(nasty: str) -> None:
    for html in (prose.from_markdown(nasty), prose.from_html(nasty)):
        assert "<script" not in html
        assert not re.search(r"<[^>]*\son[a-z]+=", html)
        assert not re.search(r'(?:href|src)="(?!https?:|mailto:)', html)
        assert "<p style" not in html


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_whatever_an_editor_types_is_a_few_known_elements(text: str) -> None:
    html = str(prose.from_markdown(text))
    tags = set(re.findall(r"<([a-z0-9]+)", html))
    known = {"p", "h3", "ul", "ol", "li", "div", "img", "a", "strong", "em", "br"}
    assert tags <= known
    prose.text_from_markdown(text)


def test_an_article_keeps_words_images_and_captions() -> None:
    html = str(
        prose.from_html(
            '<p>A <b>b </b>c<br>d</p><figure><a href="https://a.test/big"><img '
            'src="https://a.test/i.jpg" alt="A &quot;b&quot;" width="1200" height="600"></a>'
            "<figcaption>Caption</figcaption></figure>loose <em>words</em>"
            "<table><tr><td>1</td><td>2</td></tr></table><dl><dt>term</dt><dd>said</dd></dl>"
        )
    )
    assert "A <strong>b </strong>c<br>d" in html
    assert 'alt="A &quot;b&quot;" width="544" height="272"' in html
    assert '<p class="caption">Caption</p>' in html
    assert '<p class="paragraph">loose <em>words</em></p>' in html
    assert '<p class="paragraph">1 2</p>' in html
    assert html.index("term") < html.index("said")


def test_the_beginning_of_an_article_ends_between_paragraphs() -> None:
    html = "".join(f"<p>Paragraph {number}</p>" for number in range(10))
    half = prose.beginning(html, 0.5)
    assert html.startswith(half)
    assert half.count("<p>") == 5
    assert prose.beginning(html, 0.0) == "<p>Paragraph 0</p>"
    assert prose.beginning("", 0.5) == ""
