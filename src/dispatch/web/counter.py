"""Gathers counts of reads and writes them together, a moment later.

In: one read, or one that was discarded, at a time. Out: one transaction for all of some seconds. A
burst of a thousand clicks is one write then. A process that is killed loses the last seconds, and
no more; one that is stopped writes them. Never: who.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter as Tally
from collections.abc import Callable
from datetime import date

from dispatch.model.reads import DiscardReason, ReadCount

#: How long a count waits for others.
DELAY_SECONDS = 2.0

log = logging.getLogger(__name__)

Write = Callable[[list[ReadCount]], None]


class Counter:
    """Counts per article, day and reason, until they are written."""

    def __init__(self, write: Write, delay_seconds: float = DELAY_SECONDS) -> None:
        self._write = write
        self._delay_seconds = delay_seconds
        self._lock = threading.Lock()
        self._pending: Tally[tuple[int, date, DiscardReason | None]] = Tally()
        self._timer: threading.Timer | None = None

    def add(self, article_id: int, day: date, reason: DiscardReason | None, count: int = 1) -> None:
        """Remember `count` reads, or discards with their `reason`; negative ones take back."""
        with self._lock:
            self._pending[article_id, day, reason] += count
            if self._timer is None:
                self._timer = threading.Timer(self._delay_seconds, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write what is pending. What cannot be written now is tried with the next."""
        with self._lock:
            pending, self._pending, self._timer = self._pending, Tally(), None
        rows = [
            ReadCount(article_id=article_id, day=day, reason=reason, count=count)
            for (article_id, day, reason), count in pending.items()
            if count
        ]
        if not rows:
            return
        try:
            self._write(rows)
        except Exception:  # the store may be away for a moment: readers need not know
            log.exception("%d counts of reads wait for the store", len(rows))
            with self._lock:
                self._pending.update(pending)
