"""The kinds of places that reads come from: one module and one line of `KINDS` each.

In: where the reads are, and an errand: how far they were taken in, the zone, the articles, the
HTTP client, the moment. Out: a ReadBatch. Never: touches the store, says who read, raises for what
stands in a log or an export.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.registry import Registry

if TYPE_CHECKING:
    from dispatch.reads.errand import Errand

    Importer = Callable[[ReadsImport, Errand], ReadBatch]

#: Kind -> the module with its `gather`.
KINDS: Registry[Importer] = Registry(
    __name__,
    "gather",
    {
        "access-log": "access_log",
        "csv": "csv_file",
        "plausible": "plausible",
        "matomo": "matomo",
        "umami": "umami",
        "goaccess": "goaccess",
    },
)
#: Those whose program may be asked itself, with a URL and a token.
API_KINDS = frozenset({"plausible", "matomo", "umami"})
