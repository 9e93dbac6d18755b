"""The kinds of places that reads come from: one module and one line of `KINDS` each.

In: where the reads are, and an errand: how far they were taken in, the zone, the articles, the
HTTP client, the moment. Out: a ReadBatch. Never: touches the store, says who read, raises for what
stands in a log or an export.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads import access_log, csv_file, goaccess, matomo, plausible, umami
from dispatch.reads.errand import Errand

Importer = Callable[[ReadsImport, Errand], ReadBatch]

KINDS: Mapping[str, Importer] = MappingProxyType(
    {
        "access-log": access_log.gather,
        "csv": csv_file.gather,
        "plausible": plausible.gather,
        "matomo": matomo.gather,
        "umami": umami.gather,
        "goaccess": goaccess.gather,
    }
)
#: Those whose program may be asked itself, with a URL and a token.
API_KINDS = frozenset({"plausible", "matomo", "umami"})
