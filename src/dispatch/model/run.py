"""Job and Run: a named action, and one execution of it for one period (design: invariant 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class RunState(StrEnum):
    """Where one execution of a job stands."""

    RUNNING = "running"  #: somebody holds it under a lease
    DONE = "done"  #: it came to an end; the report says how
    FAILED = "failed"  #: it stopped with an error, and may be tried again
    SKIPPED = "skipped"  #: it was missed and the job's policy said not to make it


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution: UNIQUE(job, period). `late` says that it was made after its time."""

    id: int
    job: str
    period: str
    state: RunState
    worker: str
    attempt: int
    late: bool
    started_at: datetime
    finished_at: datetime | None = None
    report: Mapping[str, Any] | None = None
    error: str = ""
