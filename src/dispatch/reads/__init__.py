"""The kinds of places that reads come from: one module and one line of `KINDS` each.

In: where the reads are, how far they were taken in, the zone, the match keys of all articles.
Out: a ReadBatch. Never: touches the store, says who read, raises for what stands in a log.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads import access_log

#: `gather(settings, positions, zone, article_keys)`; offsets by fingerprint, keys by match_key.
Importer = Callable[[ReadsImport, Mapping[str, int], ZoneInfo, Collection[str]], ReadBatch]

KINDS: Mapping[str, Importer] = MappingProxyType(
    {
        "access-log": access_log.gather,
    }
)
