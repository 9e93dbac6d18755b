"""Names the variant that fits a reader: a language and the sections that they chose."""

from __future__ import annotations

from collections.abc import Sequence


def variant_key(language: str, sections: Sequence[str]) -> str:
    """The key of the variant for readers of `language` who chose `sections` (none means all)."""
    return f"{language}:{','.join(sorted(sections))}" if sections else language


def variant_choice(key: str) -> tuple[str, tuple[str, ...]]:
    """(language, sections) of a variant's key."""
    language, _, sections = key.partition(":")
    return language, tuple(sections.split(",")) if sections else ()
