"""When a source is to be asked again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

#: The slowest that a failing source is asked, so that it is never given up silently.
SLOWEST = timedelta(days=1)

#: The longest that a server's Retry-After or ttl is believed.
LONGEST_WISH = timedelta(days=7)


def next_poll_at(
    name: str,
    now: datetime,
    poll_seconds: int,
    *,
    failures: int,
    wished_seconds: int | None = None,
) -> datetime:
    """The moment of the next poll of source `name`.

    The interval doubles with each failure in a row up to a day. What the server wishes for
    (Retry-After, ttl) is never undercut. A spread of up to a tenth, fixed per source, keeps sources
    of one interval from coming in one burst, also after a restart.
    """
    interval = timedelta(seconds=poll_seconds)
    backed_off = min(interval * (1 << min(failures, 16)), max(SLOWEST, interval))
    wished = min(timedelta(seconds=wished_seconds or 0), LONGEST_WISH)
    return now + max(backed_off * (1 + _spread(name) / 10), wished)


def _spread(name: str) -> float:
    """A number in [0, 1) that belongs to the name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
