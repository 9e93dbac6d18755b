"""Slows down whoever fetches the same feed in full over and over (off unless configured).

In: who fetches which feed, now. Out: how long to wait, or 0. Never: an address kept (a salted hash
in memory is enough), or a word to those who send a validator: asking with one is what they should
do, and costs next to nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dispatch.reads import visitor
from dispatch.web.asked import Asked

#: Newsboat fetches a new feed twice before it sends its first validator.
LEAST_PER_HOUR = 3
WINDOW = timedelta(hours=1)
#: How many visitors are remembered; beyond that those seen longest ago are forgotten.
MAX_VISITORS = 20_000


class Brake:
    """Counts full fetches of the last hour by visitor and feed."""

    def __init__(self, per_hour: int) -> None:
        self.per_hour = max(per_hour, LEAST_PER_HOUR)
        self._salt = visitor.Salt()
        self._seen: dict[bytes, list[datetime]] = {}

    def wait_seconds(self, path: str, asked: Asked, now: datetime) -> int:
        """0 if the feed may be fetched in full, which is counted; else the seconds to wait."""
        name = self._salt.name(now.date(), asked.address, asked.agent, path)
        times = [one for one in self._seen.pop(name, []) if now - one < WINDOW]
        self._seen[name] = times  # the last in the order of the dict: the last to be forgotten
        if len(times) >= self.per_hour:
            return max(1, int((times[0] + WINDOW - now).total_seconds()))
        times.append(now)
        if len(self._seen) > MAX_VISITORS:
            del self._seen[next(iter(self._seen))]
        return 0
