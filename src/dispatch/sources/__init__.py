"""The kinds of sources: one module and one line of `KINDS` each.

In: a source, what is remembered about it, the HTTP client, the moment and the zone.
Out: a Harvest, whose entries have been through `markup.clean_entry`.
Never: touches the store, decides what is new, raises for trouble at the other end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.registry import Registry

if TYPE_CHECKING:
    from dispatch import fetch

    #: `harvest(source, state, fetcher, now, zone)`; `zone` is for dates that name none.
    Collector = Callable[[Source, SourceState, fetch.Fetcher, datetime, ZoneInfo], Harvest]

#: Kind -> the module with its `harvest`.
KINDS: Registry[Collector] = Registry(
    __name__,
    "harvest",
    {
        "feed": "feed",
        "folder": "folder",
        "ghost": "ghost",
        "pages": "pages",
        "push": "push",
        "wordpress": "wordpress",
    },
)
