"""tally: logs and exports of the newsroom's own site -> Reads; logs of the feeds' server -> polls.

In: where reads come from, the store's articles. Out: a report with what was counted and what was
not, by reason. Counts and positions are committed together, so an import that is killed is simply
made again, and of two at once one counts. Never: who read.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from dispatch import fetch, ports, reads
from dispatch.model.publication import Publication, ReadsImport
from dispatch.model.reads import ReadBatch, ReadCount
from dispatch.reads import feed_log
from dispatch.reads.errand import Errand
from dispatch.reads.feed_log import PollBatch
from dispatch.store import articles, feed_polls
from dispatch.store import reads as read_store
from dispatch.store.database import Database, Transaction

#: Under which name positions in logs of feeds are kept; no place of reads can be called so.
POLLS: Final = "feeds:polls"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginReport:
    """What one place gave. `discards` counts requests by the reason for not counting them."""

    origin: str
    lines: int
    reads: int
    malformed: int
    discards: Mapping[str, int]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PollsReport:
    """What the log of the feeds' server gave."""

    log: str
    lines: int
    polls: int
    malformed: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyReport:
    """What all places gave."""

    origins: tuple[OriginReport, ...]

    @property
    def failed(self) -> int:
        """How many places could not be read to their end."""
        return sum(bool(report.problems) for report in self.origins)


def tally(
    db: Database,
    publication: Publication,
    imports: Sequence[ReadsImport],
    fetcher: fetch.Fetcher,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: ports.Progress | None = None,
) -> TallyReport:
    """Take in what every place has to say since the last time."""
    reports = []
    for done, settings in enumerate(imports, 1):
        with db.read() as tx:
            positions = read_store.get_positions(tx, settings.name)
            errand = Errand(
                positions=positions,
                article_at=partial(_article_at, tx),
                zone=publication.time_zone,
                fetcher=fetcher,
                now=now,
            )
            batch = reads.KINDS[settings.kind](settings, errand)
        try:
            with db.write(dry_run=dry_run) as tx:
                read_store.advance(tx, settings.name, positions, batch.positions, now)
                _store(tx, settings.name, batch)
        except read_store.Overtaken:
            log.info("reads from %s: another process counts them at this moment", settings.name)
            batch = ReadBatch()
        reports.append(_report(settings.name, batch))
        if progress:
            progress(done, len(imports), "logs of reads")
    return TallyReport(origins=tuple(reports))


def tally_polls(
    db: Database, log_path: Path, *, folder: str, feeds: Collection[str], now: datetime
) -> PollsReport:
    """Take in what a web server's log says of the polls of `feeds` since the last time."""
    with db.read() as tx:
        positions = read_store.get_positions(tx, POLLS)
    batch = feed_log.gather(log_path, positions, folder, feeds)
    try:
        with db.write() as tx:
            read_store.advance(tx, POLLS, positions, batch.positions, now)
            feed_polls.add(tx, batch.polls, now.date())
    except read_store.Overtaken:
        log.info("polls from %s: another process counts them at this moment", log_path)
        batch = PollBatch()
    polls = sum(one.polls for one in batch.polls)
    log.info("polls from %s: %d lines, %d polls", log_path, batch.lines, polls)
    for problem in batch.problems:
        log.warning("polls from %s: %s", log_path, problem)
    return PollsReport(
        log=str(log_path),
        lines=batch.lines,
        polls=polls,
        malformed=batch.malformed,
        problems=batch.problems,
    )


def add_counts(tx: Transaction, origin: str, counts: Sequence[ReadCount]) -> None:
    """Add counts that came one by one (clicks); those of articles that are gone are left out."""
    known = articles.get_articles(tx, {one.article_id for one in counts})
    for one in counts:
        if one.article_id not in known:
            continue
        if one.reason is None:
            read_store.add_reads(tx, one.article_id, one.day, origin, one.count)
        else:
            read_store.add_discards(
                tx, one.article_id, one.day, origin, one.reason.value, one.count
            )


def _article_at(tx: Transaction, key: str) -> int | None:
    return articles.find_by_keys(tx, [key])


def _store(tx: Transaction, origin: str, batch: ReadBatch) -> None:
    keys = {one[0] for one in batch.counts} | {one[0] for one in batch.discards}
    by_key = articles.ids_at(tx, keys)
    for (key, day), count in batch.counts.items():
        read_store.add_reads(tx, by_key[key], day, origin, count)
    for (article_id, day), count in batch.totals.items():
        read_store.put_reads(tx, article_id, day, origin, count)
    for (key, day, reason), hits in batch.discards.items():
        read_store.add_discards(tx, by_key.get(key, 0), day, origin, reason.value, hits)


def _report(origin: str, batch: ReadBatch) -> OriginReport:
    discards: Counter[str] = Counter()
    for (_, _, reason), hits in batch.discards.items():
        discards[reason.value] += hits
    counted = sum(batch.counts.values()) + sum(batch.totals.values())
    log.info("reads from %s: %d lines, %d reads", origin, batch.lines, counted)
    for problem in batch.problems:
        log.warning("reads from %s: %s", origin, problem)
    return OriginReport(
        origin=origin,
        lines=batch.lines,
        reads=counted,
        malformed=batch.malformed,
        discards=dict(discards.most_common()),
        problems=batch.problems,
    )
