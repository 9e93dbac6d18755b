"""Chooses the appeal that is shown today, in a language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dispatch.model.publication import Appeal


def choose(appeals: Sequence[Appeal], language: str, day: date) -> Appeal | None:
    """The appeal in `language` that runs on `day`: the heaviest, then the first by key."""
    running = [
        appeal
        for appeal in appeals
        if appeal.language == language
        and (appeal.starts_on is None or appeal.starts_on <= day)
        and (appeal.ends_on is None or day <= appeal.ends_on)
    ]
    return min(running, key=lambda appeal: (-appeal.weight, appeal.key), default=None)


def choose_each(
    appeals: Sequence[Appeal], languages: Sequence[str], day: date
) -> Mapping[str, Appeal]:
    """The chosen appeal of every language that has one."""
    chosen = {language: choose(appeals, language, day) for language in languages}
    return {language: appeal for language, appeal in chosen.items() if appeal}
