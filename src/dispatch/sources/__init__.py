"""The kinds of sources: one module and one line of `KINDS` each.

In: a source, what is remembered about it, the HTTP client, the moment and the zone.
Out: a Harvest, whose entries have been through `markup.clean_entry`.
Never: touches the store, decides what is new, raises for trouble at the other end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dispatch import fetch
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.sources import feed, folder, ghost, pages, push, wordpress

#: `harvest(source, state, fetcher, now, zone)`; `zone` is for dates that name none.
Collector = Callable[[Source, SourceState, fetch.Fetcher, datetime, ZoneInfo], Harvest]

KINDS: Mapping[str, Collector] = MappingProxyType(
    {
        "feed": feed.harvest,
        "folder": folder.harvest,
        "ghost": ghost.harvest,
        "pages": pages.harvest,
        "push": push.harvest,
        "wordpress": wordpress.harvest,
    }
)
