"""Checks a finished mail against what mail programs, filters and readers ask of it, line by line.

In: one rendered variant. Out: what is wrong with it, each with the name of its line. Pure: it
fetches nothing and changes nothing; what only a browser or a filter can tell (forced dark mode,
a spam score) is asked by the acceptance tests. Never: raises for a bad mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dispatch.render.checklist import colours, document, parts, styles
from dispatch.render.checklist.page import Mail

Line = Callable[[Mail], Iterator[str]]

#: Every line of the list. `docs/reference/gate.md` explains each.
LINES: Final[Mapping[str, Line]] = {
    "document": document.check_head,
    "wrapper": document.check_wrapper,
    "tables": document.check_tables,
    "headings": document.check_headings,
    "images": document.check_images,
    "links": document.check_links,
    "elements": document.check_elements,
    "conditionals": document.check_conditionals,
    "width": document.check_width,
    "type": styles.check_type,
    "taps": styles.check_taps,
    "inlined": styles.check_inlined,
    "kept": styles.check_kept,
    "buttons": styles.check_buttons,
    "light": colours.check_light,
    "dark": colours.check_dark,
    "forced": colours.check_forced,
    "extremes": colours.check_extremes,
    "preheader": parts.check_preheader,
    "unsubscribe": parts.check_unsubscribe,
    "size": parts.check_size,
    "controls": parts.check_controls,
    "text": parts.check_text,
    "text_links": parts.check_text_links,
}

#: How many faults of one line are told; a wrong template repeats its mistake for each article.
MOST_FAULTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong: the line of the list that says so, and what it saw."""

    line: str
    text: str


def check(html: str, text: str, *, preheader: str = "") -> tuple[Fault, ...]:
    """Everything that is wrong with a variant, in the order of the list."""
    mail = Mail.read(html, text, preheader)
    return tuple(
        Fault(line=name, text=found)
        for name, line in LINES.items()
        for found in _first_different(line(mail))
    )


def _first_different(found: Iterator[str]) -> list[str]:
    seen = list(dict.fromkeys(found))
    more = len(seen) - MOST_FAULTS
    return [*seen[:MOST_FAULTS], f"and {more} more of the kind"] if more > 0 else seen
