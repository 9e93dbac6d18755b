"""collect: Source -> Entry -> Article.

In: sources, the HTTP client, the store. Out: a report with a line per source. A broken source
stops no other; the entries of one visit and its validators are committed together or not at all.
Never: a decision of its own (`rules` decide), more than a handful of harvests in memory at once, or
two visits to one host at the same time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue

from dispatch import fetch, ports, sources
from dispatch.collect import intake, missing, partners, recleaning, remember
from dispatch.collect import report as lines
from dispatch.collect.desk import Desk
from dispatch.collect.report import CollectReport, SourceReport
from dispatch.model.article import Entry
from dispatch.model.publication import Publication, Source
from dispatch.model.source import Harvest, SourceState
from dispatch.rules import canonical, polling
from dispatch.store import quarantine, source_states
from dispatch.store.database import Database

__all__ = ["CollectReport", "SourceReport", "collect", "take_in"]

#: How many hosts are asked at the same time.
CONCURRENT_HOSTS = 8

#: How many visits may be under way or wait to be stored: the bound of memory.
MAX_HARVESTS = 2 * CONCURRENT_HOSTS

#: How long one visit may take in all: a server that drips must not keep the others waiting.
VISIT_SECONDS = 240.0

#: How many visits that brought nothing share a transaction, if no more than so long passes between
#: the first and the last: those that are not committed are made again after a crash.
QUIET_BATCH = 200
QUIET_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Visit:
    """A source that is due, with what is remembered of it."""

    source: Source
    known: SourceState  #: as it is stored
    state: SourceState  #: as it is right for a visit now
    has_embargo_over: bool = False


def collect(
    db: Database,
    fetcher: fetch.Fetcher,
    publication: Publication,
    wanted: Sequence[Source],
    *,
    clock: ports.Clock,
    force: bool = False,
    is_named: bool = False,
    accept_flood: bool = False,
    dry_run: bool = False,
    progress: ports.Progress | None = None,
) -> CollectReport:
    """Ask those of `wanted` that are due (all with `force`) and take in what they brought.

    `accept_flood` takes the entries that the flood brake would hold back. Not even `force` asks a
    server before the end of the time for which it wanted to be left alone (Retry-After), or a
    source that is gone for good (410): for that an operator must have named it (`is_named`).
    """
    desk = Desk(db=db, publication=publication, fetcher=fetcher, clock=clock, is_dry_run=dry_run)
    recleaned = recleaning.clean_again(desk)
    due = _due(db, wanted, clock.now(), force=force, is_named=is_named)
    reports: list[SourceReport] = []
    quiet: list[tuple[_Visit, Harvest]] = []
    noted_at = time.monotonic()
    for visit, harvest in _harvests(due, desk):
        if intake.is_quiet(harvest) and not (visit.has_embargo_over and harvest.not_modified):
            quiet.append((visit, harvest))
            if len(quiet) < QUIET_BATCH and time.monotonic() - noted_at < QUIET_SECONDS:
                continue
            reports += _note_quiet(desk, quiet)
            quiet = []
            noted_at = time.monotonic()
        else:
            one = intake.Intake(desk, visit.source, visit.state, is_trusted=accept_flood)
            reports.append(one.take(harvest))
        if progress:
            progress(len(reports), len(due), "sources")
    reports += _note_quiet(desk, quiet)
    if progress and due:
        progress(len(reports), len(due), "sources")
    reports = lines.joined(reports, missing.look_for(desk, wanted))
    reports = lines.joined(reports, partners.find(desk, wanted))
    return CollectReport(sources=tuple(reports), recleaned=recleaned, is_dry_run=dry_run)


def take_in(
    db: Database,
    publication: Publication,
    source: Source,
    entries: Sequence[Entry],
    *,
    clock: ports.Clock,
) -> SourceReport:
    """Take in clean entries that came by themselves, through the same door as all others."""
    with db.read() as tx:
        state = source_states.get_state(tx, source.name)
    with fetch.Fetcher(contact=publication.contact) as fetcher:
        desk = Desk(db=db, publication=publication, fetcher=fetcher, clock=clock)
        harvest = Harvest(entries=tuple(entries), is_live=True)
        return intake.Intake(desk, source, state).take(harvest)


def _due(
    db: Database, wanted: Sequence[Source], now: datetime, *, force: bool, is_named: bool
) -> list[_Visit]:
    with db.read() as tx:
        states = source_states.get_states(tx, [source.name for source in wanted])
        rests = source_states.get_rests(tx, now)
        over = quarantine.list_over(tx, now)
    found = []
    for source in wanted:
        known = states[source.name]
        state = polling.ready(known, source, now)
        is_asked = is_named or polling.is_due(state, now, force=force)
        if is_asked and host_of(source, state) not in rests:
            found.append(_Visit(source, known, state, has_embargo_over=source.name in over))
    return found


def host_of(source: Source, state: SourceState) -> str:
    """The host that a visit goes to; "" for what lies on the disk."""
    return "" if source.path else canonical.host_of(state.url or source.url or "")


def _harvests(due: Iterable[_Visit], desk: Desk) -> Iterator[tuple[_Visit, Harvest]]:
    """Every visit with what it brought, as they come; the sources of one host one after another.

    No more than `MAX_HARVESTS` are under way or wait for the caller.
    """
    lanes: dict[str, deque[_Visit]] = defaultdict(deque)
    for visit in due:
        lanes[host_of(visit.source, visit.state) or f"disk:{visit.source.name}"].append(visit)
    waiting = deque(sorted(lanes.values(), key=len, reverse=True))
    todo: SimpleQueue[deque[_Visit] | None] = SimpleQueue()
    done: SimpleQueue[tuple[deque[_Visit], Harvest | BaseException]] = SimpleQueue()
    threads = [
        threading.Thread(target=_work, args=(desk, todo, done), name=f"collect-{number}")
        for number in range(min(CONCURRENT_HOSTS, len(lanes)))
    ]
    for thread in threads:
        thread.start()
    running = 0
    try:
        while waiting or running:
            while waiting and running < MAX_HARVESTS:
                todo.put(waiting.popleft())
                running += 1
            lane, harvest = done.get()
            running -= 1
            if isinstance(harvest, BaseException):
                raise harvest
            visit = lane.popleft()
            if lane:
                waiting.append(lane)
            yield visit, harvest
    finally:
        for _ in threads:
            todo.put(None)
        for thread in threads:
            thread.join()


def _work(
    desk: Desk,
    todo: SimpleQueue[deque[_Visit] | None],
    done: SimpleQueue[tuple[deque[_Visit], Harvest | BaseException]],
) -> None:
    """What one thread does: the first visit of every lane that it is given, until there is none."""
    while lane := todo.get():
        try:
            done.put((lane, _ask(lane[0], desk)))
        except BaseException as error:  # noqa: BLE001 - it ends the round, where the caller is
            done.put((lane, error))


def _ask(visit: _Visit, desk: Desk) -> Harvest:
    """One visit. A fault in the code of a kind is that source's failure, and is logged whole."""
    source = visit.source
    try:
        kind = sources.KINDS[source.kind]
        patient = desk.fetcher.within(VISIT_SECONDS)
        zone = desk.publication.zone_of(source)
        return kind(source, visit.state, patient, desk.clock.now(), zone)
    except Exception as error:  # one bad source must not stop the others
        log.exception("source %s: its kind %r failed", source.name, source.kind)
        return Harvest(failure=f"internal error: {type(error).__name__}: {error}")


def _note_quiet(desk: Desk, visits: Sequence[tuple[_Visit, Harvest]]) -> list[SourceReport]:
    """Remember visits that brought nothing: they share a transaction, for they cost little else."""
    if not visits:
        return []
    now = desk.clock.now()
    reports = []
    changes = []
    with desk.db.write(dry_run=desk.is_dry_run) as tx:
        standing = remember.read_standing(tx)
        for visit, harvest in visits:
            state, noted = remember.note(tx, standing, visit.source, visit.state, harvest, now)
            changes.append((visit.known, state))
            reports.append(
                SourceReport(
                    source=visit.source.name,
                    not_modified=harvest.not_modified,
                    failure=harvest.failure,
                    warnings=(*harvest.warnings, *noted),
                )
            )
        source_states.put_changes(tx, changes)
    for report in reports:
        intake.log_report(report)
    return reports
