"""Reads "Fridays 09:00" and "daily 07:30 Europe/London" into a Cadence.

In: the operator's words and the publication's zone. Out: a Cadence. Never: counts periods (that
is `rules.cadence`), or takes a weekday by number: 1 is Monday to some programs, Tuesday to others
and, with Sunday as 0, Monday again to cron.
"""

from __future__ import annotations

import re
from datetime import time
from zoneinfo import ZoneInfo

from dispatch.config import problems, zones
from dispatch.model.newsletter import Cadence

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: What a cadence looks like, for every refusal.
ALLOWED = '"Fridays 09:00", "daily 07:30" or, in a zone of its own, "Fridays 09:00 Europe/London"'
_SHORTEST = 3  # "Fri" is a weekday, "T" is not
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_NUMBER = re.compile(r"[0-9*/,-]+")


def parse_cadence(text: str, zone: ZoneInfo) -> Cadence:
    """The cadence that `text` describes, in `zone` unless it names another.

    Raises `problems.RefusedError` (a ValueError) that says which of its words is wrong.
    """
    words = text.split()
    if words and _NUMBER.fullmatch(words[0]):
        raise problems.RefusedError(
            f"{problems.quoted(text)} gives the day as a number, "
            "which means different days to different programs: write its name",
            allowed=ALLOWED,
        )
    if len(words) not in (2, 3):
        raise problems.RefusedError(
            f"{problems.quoted(text)} is not a day and a time", allowed=ALLOWED
        )
    return Cadence(
        weekday=_weekday(words[0]),
        at=_time(words[1]),
        time_zone=zones.parse_zone(words[2]) if words[2:] else zone,
    )


def _weekday(word: str) -> int | None:
    folded = word.casefold()
    if folded in ("daily", "day"):
        return None
    for number, name in enumerate(WEEKDAYS):
        if len(folded) >= _SHORTEST and f"{name}s".casefold().startswith(folded):
            return number
    near = problems.nearest(word, [*WEEKDAYS, *(f"{name}s" for name in WEEKDAYS), "daily"])
    raise problems.RefusedError(
        f"{problems.quoted(word)} is not a weekday", allowed=ALLOWED, nearest=near[:1]
    )


def _time(word: str) -> time:
    match = _TIME.fullmatch(word)
    if match is None:
        raise problems.RefusedError(
            f"{problems.quoted(word)} is not a time of day", allowed="00:00 to 23:59, in 24 hours"
        )
    return time(int(match[1]), int(match[2]))
