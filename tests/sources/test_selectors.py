"""The operator's CSS selectors."""

from __future__ import annotations

import pytest
from lxml import html

from dispatch.sources import selectors


@pytest.mark.parametrize(
    ("selector", "found"),
    [("p", 3), ("article > p", 2), (".note", 1), ("p:not(.note)", 2), ("p.nothing", 0)],
)
def test_a_selector_finds_what_browsers_would(selector: str, found: int) -> None:
    tree = html.fromstring("<div><article><p>1<p>2</article><p class=note>3</div>")
    assert len(selectors.find(tree, selectors.checked(selector))) == found


@pytest.mark.parametrize("wrong", ["", ">", "a[", "p::before", "p:nonsense", "..x"])
def test_what_is_no_selector_is_refused(wrong: str) -> None:
    with pytest.raises(selectors.SelectorError):
        selectors.checked(wrong)
