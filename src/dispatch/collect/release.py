"""Lets held entries go: into articles, or away, on an operator's word.

In: a source, what the operator said. Out: a report. Never: an embargo broken; what is dated ahead
waits for its hour.
"""

from __future__ import annotations

from dataclasses import replace

from dispatch.collect import remember
from dispatch.collect.desk import Desk
from dispatch.collect.intake import Intake
from dispatch.collect.report import SourceReport
from dispatch.model.publication import Source
from dispatch.model.source import HoldReason
from dispatch.store import quarantine, source_states

#: What waits for a person.
WAITING = (HoldReason.FLOOD, HoldReason.REPAIR, HoldReason.VANISHED)


def release(desk: Desk, source: Source, *, discard: bool = False) -> SourceReport:
    """Take what waits of `source`, or discard it: it is then refused for as long as it comes."""
    with desk.db.read() as tx:
        state = source_states.get_state(tx, source.name)
        held = quarantine.list_entries(tx, source.name, WAITING)
    if discard:
        with desk.db.write(dry_run=desk.is_dry_run) as tx:
            names = [one.name for one in held]
            why = "an operator discarded it"
            quarantine.put_reason(tx, source.name, names, HoldReason.DISCARDED, why)
            remember.clear_flood(tx, source.name, desk.clock.now())
        return SourceReport(source=source.name, refused=len(held))
    report = Intake(desk, source, state, is_trusted=True).release(held)
    with desk.db.write(dry_run=desk.is_dry_run) as tx:
        remember.clear_flood(tx, source.name, desk.clock.now())
    return replace(report, held=0)
