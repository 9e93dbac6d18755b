"""Says to readers how often a newsletter comes: "Every Friday at 09:00 (London)".

In: a cadence, a language. Out: a sentence without a full stop. Never: a date, which needs a
clock. Each weekday is a message of its own, because languages bend its name: «По пятницам».
"""

from __future__ import annotations

from dispatch.model.newsletter import Cadence
from dispatch.render import catalogue


def describe(cadence: Cadence, language: str) -> str:
    """The day, the hour (24 hours) and the place whose clock counts."""
    said = _days(language)[-1 if cadence.weekday is None else cadence.weekday]
    place = catalogue.format_place(cadence.time_zone, language)
    return said.format(time=format(cadence.at, "%H:%M"), place=place)


def _days(language: str) -> tuple[str, ...]:
    """From Monday to Sunday, and at last every day."""
    return (
        catalogue.text(language, "Every Monday at {time} ({place})"),
        catalogue.text(language, "Every Tuesday at {time} ({place})"),
        catalogue.text(language, "Every Wednesday at {time} ({place})"),
        catalogue.text(language, "Every Thursday at {time} ({place})"),
        catalogue.text(language, "Every Friday at {time} ({place})"),
        catalogue.text(language, "Every Saturday at {time} ({place})"),
        catalogue.text(language, "Every Sunday at {time} ({place})"),
        catalogue.text(language, "Every day at {time} ({place})"),
    )
