"""One pass over a log and its elders: what is new, and before it the old by which it is judged.

In: a shelf of logs, how far each was read, how to read a line's time. Out: lines, each with whether
it is new; the positions where to go on. Never: knows what a line means, keeps one, or stops at a
log that is damaged: what came before the damage counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import zip_longest

from dispatch.model.reads import ReadPosition
from dispatch.reads import rotation

#: From when on the past matters to what happens at a moment.
Since = Callable[[datetime], datetime]


class Passage:
    """Goes through a shelf once. `since` is from when on old lines are given too."""

    def __init__(
        self,
        shelf: rotation.Shelf,
        positions: Mapping[str, int],
        timer: rotation.Timer,
        context: Since,
    ) -> None:
        self._shelf, self._positions, self._timer = shelf, positions, timer
        self._ends: dict[str, int] = {}
        self.problems = list(shelf.problems)
        self.since = self._context_start(context)

    def lines(self) -> Iterator[tuple[bytes, bool]]:
        """(line, whether it is new), oldest log first; old lines may be older than `since`."""
        logs = self._shelf.logs
        for log, younger in zip_longest(logs, logs[1:]):
            last_at = younger.first_at if younger else rotation.NEVER
            if self._has_more(log) or last_at > self.since:
                yield from self._read(log)

    @property
    def positions(self) -> tuple[ReadPosition, ...]:
        """How far each log with new lines was read."""
        return tuple(
            ReadPosition(fingerprint=fingerprint, offset=end)
            for fingerprint, end in self._ends.items()
        )

    def _offset(self, log: rotation.Log) -> int:
        return self._positions.get(log.fingerprint, 0)

    def _has_more(self, log: rotation.Log) -> bool:
        return log.has_more(self._offset(log))

    def _context_start(self, context: Since) -> datetime:
        """From when on lines matter: a while before the first new one; NEVER if there is none."""
        firsts: list[datetime] = []
        for log in filter(self._has_more, self._shelf.logs):
            try:
                firsts.append(rotation.moment_after(log, self._offset(log), self._timer))
            except rotation.DAMAGE:
                continue  # told by _read, which meets the same damage
        first = min(firsts, default=rotation.NEVER)
        return first if first == rotation.NEVER else context(first)

    def _read(self, log: rotation.Log) -> Iterator[tuple[bytes, bool]]:
        offset = self._offset(log)
        try:
            start = rotation.find_offset(log, self.since, offset, self._timer)
            for end, line in rotation.read_lines(log, start):
                yield line, end > offset
                if end > offset:
                    self._ends[log.fingerprint] = end
        except rotation.DAMAGE as error:
            self.problems.append(rotation.problem(log.name, error))
