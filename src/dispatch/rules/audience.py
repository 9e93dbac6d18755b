"""Names the variant that fits a reader: their languages in order, their sections, and their past.

In: what a reader chose, what they were sent before. Out: keys. Rendering follows keys and not
readers: whoever has the same key gets the same page.

A choice is spelled "en+ru:economy,society": languages in the reader's order of preference, then
sections in alphabetical order (none means all). A variant's key is a choice, "~" and its cohort
where the readers' past sets them apart, and "@" and its appeal where it carries one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence


def choice_key(languages: Sequence[str], sections: Sequence[str]) -> str:
    """The key of the choice of `languages`, in order, and `sections` (none means all)."""
    spoken = "+".join(languages)
    return f"{spoken}:{','.join(sorted(sections))}" if sections else spoken


def read_choice(key: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(languages, sections) of a choice's key."""
    languages, _, sections = key.partition(":")
    return tuple(languages.split("+")), tuple(sections.split(",")) if sections else ()


def page_key(choice: str, cohort: int = 0) -> str:
    """The key of what variants share that differ in their appeal alone: the articles."""
    return f"{choice}~{cohort}" if cohort else choice


def choice_of(key: str) -> str:
    """The choice that a page's key begins with."""
    return key.partition("~")[0]


def variant_key(page: str, appeal: str = "") -> str:
    """The key of the variant that shows a page with an appeal."""
    return f"{page}@{appeal}" if appeal else page


def spoken_in(languages: Sequence[str], offered: Collection[str]) -> tuple[str, ...]:
    """Those of a reader's `languages` that a newsletter is offered in, in the reader's order."""
    return tuple(language for language in languages if language in offered)
