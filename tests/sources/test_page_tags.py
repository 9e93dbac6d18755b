"""Tags with more attributes than any page has."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from dispatch.sources import page, page_tags

MANY = [f"a{number}=b" for number in range(page_tags.MAX_ATTRIBUTES + 10)]


@pytest.mark.parametrize(
    "attributes",
    [
        " ".join(MANY),
        " ".join(one.removesuffix("=b") for one in MANY),
        "/".join(one.removesuffix("=b") for one in MANY),
        "".join(one.replace("=b", "='b'") for one in MANY),
        "x='>' " + " ".join(MANY),
        'x="' + "'" + '" ' + "\n".join(MANY),
    ],
)
@pytest.mark.parametrize("end", [">", "/>", ""])
def test_a_crowded_tag_keeps_its_name_alone(attributes: str, end: str) -> None:
    crowded = f"<html><body><P {attributes}{end}"
    assert page_tags.without_crowds(crowded) == "<html><body><P>"


@pytest.mark.parametrize(
    "text",
    [
        "<p class='a'>It is 1 < 2, isn't it? a=b " + " ".join(MANY) + "</p>",
        "<!-- <p " + " ".join(MANY) + "> --><p>x</p>",
        "<script>if (a<b) { " + " ".join(MANY) + " }</script>",
        '<script type="application/ld+json">{"x": "<p ' + " ".join(MANY) + '>"}</script>',
        "<div data-props='" + " ".join(MANY) + "'>x</div>",
        '<div data-props="' + "x > y " * 5000 + '">x</div>',
        "<p " + " ".join(MANY[:300]) + ">x</p>",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert page_tags.without_crowds(text) == text


def test_an_attribute_behind_a_crowd_is_no_way_around_it() -> None:
    text = "<script " + " ".join(MANY) + ">x</script><p id=here>y</p>"
    assert page_tags.without_crowds(text) == "<script>x</script><p id=here>y</p>"


@settings(max_examples=200)
@given(st.text(alphabet="<>/='\"!- apscript\n", max_size=200))
def test_a_page_without_crowds_is_never_touched(text: str) -> None:
    assert page_tags.without_crowds(text) == text


def test_pages_are_parsed_without_them() -> None:
    tree = page.tree_of(f"<html><body><p {' '.join(MANY)}>x</p>".encode(), "text/html")
    assert tree is not None
    assert html.tostring(tree, encoding="unicode") == "<html><body><p>x</p></body></html>"
