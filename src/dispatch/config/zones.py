"""Reads the name of a time zone, and finds the names that were perhaps meant.

In: an IANA name as the operator typed it. Out: a ZoneInfo. Never: the machine's own zone, which is
UTC in every container and London on somebody's laptop.
"""

from __future__ import annotations

import zoneinfo
from zoneinfo import ZoneInfo

from dispatch.config import problems


def parse_zone(name: str) -> ZoneInfo:
    """The zone called `name`; raises `problems.RefusedError` with the nearest names."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        # A path out of the database is a ValueError, a folder of it ("Europe") an OSError.
        raise problems.RefusedError(
            f"no time zone is called {problems.quoted(name)}",
            allowed='a name of the IANA database, such as "Europe/London" or "UTC"',
            nearest=_nearest_zones(name),
        ) from None


def _nearest_zones(name: str) -> tuple[str, ...]:
    """By city as well as by whole name, so that "London" finds Europe/London."""
    names = zoneinfo.available_timezones()
    city = name.rpartition("/")[2].casefold().replace(" ", "_")
    same_city = sorted(zone for zone in names if zone.rpartition("/")[2].casefold() == city)
    return tuple(dict.fromkeys((*same_city, *problems.nearest(name, names))))[
        : problems.SUGGESTIONS
    ]
