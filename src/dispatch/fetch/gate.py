"""The gate before every host: one request at a time, a pause between two, rest where it was asked.

In: a host, and what it answered. Out: leave to ask. Never: a wait for a host that asked to be left
alone (the caller is told how long), or one host's wait at the cost of another.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Iterator


class _Place:
    """What is remembered of one host."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.free_at = 0.0
        self.rests_until = 0.0


class Gate:
    """Shared by all threads of a Fetcher; `delay_seconds` part two requests to one host."""

    def __init__(self, delay_seconds: float) -> None:
        self._delay = delay_seconds
        self._places: dict[str, _Place] = defaultdict(_Place)
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """The host's only place, after the pause; the next one waits until the block ends."""
        place = self._place(host)
        with place.lock:
            wait = place.free_at - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            try:
                yield
            finally:
                place.free_at = time.monotonic() + self._delay

    def rest(self, host: str, seconds: float) -> None:
        """The host asked to be left alone (Retry-After)."""
        place = self._place(host)
        place.rests_until = max(place.rests_until, time.monotonic() + seconds)

    def rest_left(self, host: str) -> float:
        """For how many seconds the host is still to be left alone; 0 if it may be asked."""
        return max(0.0, self._place(host).rests_until - time.monotonic())

    def _place(self, host: str) -> _Place:
        with self._lock:
            return self._places[host]
