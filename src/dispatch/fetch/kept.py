"""Keeps connections that served a request for the next one to the same server.

In: where a server is, which hosts may be private. Out: a connection that was dialled, and so
checked, with the very same leave; or none. Never: lends one to two requests at once, or one that
the server closed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from dispatch.fetch import dial, wire

#: How many wait for a next request; the one that waits longest gives way.
MAX_IDLE = 64


class Kept:
    """Shared by all threads of a Fetcher."""

    def __init__(self) -> None:
        #: By where it leads, and the hosts that might have been private when it was dialled.
        self._idle: OrderedDict[tuple[dial.Place, frozenset[str]], wire.Wire] = OrderedDict()
        self._lock = threading.Lock()
        self._is_closed = False

    def take(self, place: dial.Place, hosts: frozenset[str]) -> wire.Wire | None:
        """The connection that waits, now the caller's; None if there is none that can be used."""
        with self._lock:
            found = self._idle.pop((place, hosts), None)
        if found is None or found.is_usable():
            return found
        found.close()
        return None

    def put(self, place: dial.Place, hosts: frozenset[str], one: wire.Wire) -> None:
        """Keep `one` if it can serve another request, else close it."""
        if not one.rest():
            one.close()
            return
        with self._lock:
            over = [self._idle.pop((place, hosts), None)]
            self._idle[place, hosts] = one
            if self._is_closed or len(self._idle) > MAX_IDLE:
                over.append(self._idle.popitem(last=False)[1])
        for other in over:
            if other is not None:
                other.close()

    def close(self) -> None:
        """Close what waits, and from now on what comes back."""
        with self._lock:
            self._is_closed = True
            waiting = list(self._idle.values())
            self._idle.clear()
        for one in waiting:
            one.close()
