"""The text part's lines: short, but no address is ever cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.render import plain

WORD = st.one_of(
    st.text("abcы -–א", min_size=1, max_size=30),
    st.just("слово" * 40),
    st.just("https://a.test/" + "x" * 100),
)


@given(st.lists(WORD, max_size=20).map(" ".join), st.sampled_from(["", "   "]))
@settings(max_examples=80, deadline=None)
def test_lines_are_short_and_keep_every_character(text: str, indent: str) -> None:
    lines = plain.wrapped(text, indent).split("\n")
    for line in lines:
        assert len(line) <= plain.LINE_CHARACTERS or "://" in line
        assert line == line.rstrip()
    assert "".join(lines).replace(" ", "") == "".join(text.split())


def test_an_address_stays_whole_and_the_first_line_may_have_a_mark() -> None:
    url = "https://a.test/" + "x" * 100
    assert plain.wrapped(f"See {url} now", "  ", "1.") == f"1.See\n  {url}\n  now"


def test_a_heading_is_underlined_to_its_length() -> None:
    assert plain.underlined("Top reads", "=") == "Top reads\n========="
    assert plain.underlined("word " * 30, "-").split("\n")[-1] == "-" * 74
