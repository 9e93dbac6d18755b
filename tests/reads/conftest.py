"""A site of three articles, and somebody to send out for its reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch import fetch, reads
from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads.errand import Errand
from dispatch.rules import canonical

SITE = "https://meridian.example/"
SAMPLES = Path(__file__).parent.parent / "samples" / "reads"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CRANES, KRANY, SCHOOL = 1, 2, 3
PATHS = {"en/economy/cranes/": CRANES, "ru/economy/краны/": KRANY, "en/society/school/": SCHOOL}

Import = Callable[..., ReadBatch]


@pytest.fixture
def fetcher() -> Iterator[fetch.Fetcher]:
    deadlines = fetch.Deadlines(connect_seconds=2, read_seconds=5, total_seconds=10)
    with fetch.Fetcher(contact="editors@meridian.example", deadlines=deadlines) as opened:
        yield opened


@pytest.fixture
def gather(fetcher: fetch.Fetcher) -> Import:
    """`gather(kind, path)`: what an import of that kind says."""
    errand = Errand(
        positions={},
        article_at={canonical.match_key(SITE + path): number for path, number in PATHS.items()}.get,
        zone=ZoneInfo("Europe/London"),
        fetcher=fetcher,
        now=NOW,
    )

    def run(kind: str, path: Path | None = None, **more: object) -> ReadBatch:
        settings = ReadsImport(
            name="site",
            kind=kind,
            path=path,
            site=SITE,
            **more,  # type: ignore[arg-type] # free-form by intent
        )
        return reads.KINDS[kind](settings, errand)

    return run
