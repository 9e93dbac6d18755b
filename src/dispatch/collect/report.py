"""What collecting brought: a line for each source, and one for the whole round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What one visit to one source brought. `failure` is empty when it went well.

    `held` entries wait in quarantine, `repaired` ones had lost their identifiers and were
    recognised, `backfilled` ones came from older pages of the source.
    """

    source: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    refused: int = 0
    held: int = 0
    repaired: int = 0
    backfilled: int = 0
    not_modified: bool = False
    failure: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Whether anything that readers could see moved."""
        return bool(self.new or self.changed or self.withdrawn)


def joined(reports: Iterable[SourceReport], more: Iterable[SourceReport]) -> list[SourceReport]:
    """`reports` with what `more` adds to them; a source that has none yet comes at the end."""
    found = {one.source: one for one in reports}
    for one in more:
        mine = found.get(one.source)
        found[one.source] = (
            replace(
                mine,
                withdrawn=mine.withdrawn + one.withdrawn,
                changed=mine.changed + one.changed,
            )
            if mine
            else one
        )
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectReport:
    """What one round brought; sources that were not due do not appear.

    `recleaned` counts stored texts that a new policy of cleaning changed.
    """

    sources: tuple[SourceReport, ...]
    recleaned: int = 0
    is_dry_run: bool = False

    @property
    def failed(self) -> int:
        """How many sources could not be read."""
        return sum(bool(report.failure) for report in self.sources)

    @property
    def has_changes(self) -> bool:
        """Whether feeds may have to be built anew."""
        return bool(self.recleaned) or any(report.has_changes for report in self.sources)
