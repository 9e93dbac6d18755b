"""collect: Source -> Entry -> Article.

In: sources, the HTTP client, the store. Out: a report with a line per source. A broken source
stops no other; the entries of one poll and its validators are committed together or not at all.
Never: a decision of its own (`rules.identity`, `rules.sections`, `rules.polling` decide).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch import fetch, ports, sources
from dispatch.model.article import Entry
from dispatch.model.publication import Publication, Source
from dispatch.model.source import Harvest, SourceState
from dispatch.rules import bylines, canonical, identity, polling, sections
from dispatch.rules.identity import Decision
from dispatch.sources import markup
from dispatch.store import articles, source_states
from dispatch.store.database import Database, Transaction

#: How many sources are asked at the same time.
CONCURRENT_SOURCES = 8

#: How many labels that name no section are remembered of a source, so as to be told but once.
MAX_STRANGE_LABELS = 200

#: Sections that only a second source knows of come behind those of the article's own source.
SECOND_SOURCE = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """What one poll of one source brought. `failure` is empty when it went well."""

    source: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    refused: int = 0
    not_modified: bool = False
    failure: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Whether anything that readers could see moved."""
        return bool(self.new or self.changed or self.withdrawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectReport:
    """What one round brought; sources that were not due do not appear."""

    sources: tuple[SourceReport, ...]
    is_dry_run: bool = False

    @property
    def failed(self) -> int:
        """How many sources could not be read."""
        return sum(bool(report.failure) for report in self.sources)

    @property
    def has_changes(self) -> bool:
        """Whether feeds may have to be built anew."""
        return any(report.has_changes for report in self.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """An entry with all that the decision needs."""

    entry: Entry
    language: str
    sections: tuple[str, ...]
    content_hash: str
    keys: tuple[identity.Key, ...]


def collect(
    db: Database,
    fetcher: fetch.Fetcher,
    publication: Publication,
    wanted: Sequence[Source],
    *,
    clock: ports.Clock,
    force: bool = False,
    accept_flood: bool = False,
    dry_run: bool = False,
    progress: ports.Progress | None = None,
) -> CollectReport:
    """Poll those of `wanted` that are due (all with `force`) and take in what they brought.

    `accept_flood` takes the entries of a source that the flood brake would hold back.
    """
    with db.read() as tx:
        states = [(source, source_states.get_state(tx, source.name)) for source in wanted]
    due = [(source, state) for source, state in states if force or _is_due(state, clock.now())]
    reports: list[SourceReport] = []
    with ThreadPoolExecutor(CONCURRENT_SOURCES) as pool:
        harvests = pool.map(lambda pair: _visit(pair[0], pair[1], fetcher, publication, clock), due)
        for (source, state), harvest in zip(due, harvests, strict=True):
            intake = _Intake(db, publication, source, state, clock.now(), accept_flood, dry_run)
            reports.append(intake.take(harvest))
            if progress:
                progress(len(reports), len(due), "sources")
    return CollectReport(sources=tuple(reports), is_dry_run=dry_run)


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
    intake = _Intake(db, publication, source, state, clock.now(), False, False)
    return intake.take(Harvest(entries=tuple(entries), is_live=True))


def _is_due(state: SourceState, now: datetime) -> bool:
    return state.next_poll_at is None or state.next_poll_at <= now


def _visit(
    source: Source,
    state: SourceState,
    fetcher: fetch.Fetcher,
    publication: Publication,
    clock: ports.Clock,
) -> Harvest:
    """One poll. A fault in the code of a kind is that source's failure, and is logged whole."""
    try:
        kind = sources.KINDS[source.kind]
        return kind(source, state, fetcher, clock.now(), publication.time_zone)
    except Exception as error:  # one bad source must not stop the others
        log.exception("source %s: its kind %r failed", source.name, source.kind)
        return Harvest(failure=f"internal error: {type(error).__name__}: {error}")


class _Intake:
    """Takes the harvest of one source into the store, in one transaction."""

    def __init__(
        self,
        db: Database,
        publication: Publication,
        source: Source,
        state: SourceState,
        now: datetime,
        accept_flood: bool,
        dry_run: bool,
    ) -> None:
        self.db = db
        self.publication = publication
        self.source = source
        self.state = state
        self.now = now
        self.accept_flood = accept_flood
        self.dry_run = dry_run
        self.is_live = False
        self.warnings: list[str] = []

    def take(self, harvest: Harvest) -> SourceReport:
        """Decide and store; what is reported has been committed (or, in a dry run, taken back)."""
        self.warnings.extend(harvest.warnings)
        self.is_live = harvest.is_live
        prepared = [] if harvest.failure else self._prepare(harvest)
        report = SourceReport(source=self.source.name, failure=harvest.failure)
        with self.db.write(dry_run=self.dry_run) as tx:
            if not harvest.failure:
                report = self._store(tx, prepared, harvest)
            source_states.put_state(tx, self._next_state(harvest, report.failure))
        self._log(report)
        return replace(report, warnings=tuple(self.warnings))

    def _log(self, report: SourceReport) -> None:
        if report.failure:
            log.warning("source %s failed: %s", report.source, report.failure)
        else:
            log.info(
                "source %s: %d new, %d changed, %d unchanged, %d withdrawn, %d refused",
                report.source,
                report.new,
                report.changed,
                report.unchanged,
                report.withdrawn,
                report.refused,
            )

    def _prepare(self, harvest: Harvest) -> list[_Prepared]:
        """Languages, sections and hashes; what is not for this publication is left out, named."""
        prepared, unknown = [], Counter[str]()
        for entry in harvest.entries:
            language = sections.language_of(entry, harvest.language, self.source, self.publication)
            if language is None:
                self._warn(f"{_name(entry)}: language {entry.language!r} is not published")
                continue
            keys, strange = sections.section_keys(
                entry.sections,
                self.source,
                self.publication,
                language=language,
                aliases=entry.section_aliases,
            )
            unknown.update(strange)
            authors = bylines.without(entry.authors, self.publication.names.values())
            entry = replace(entry, authors=authors)  # noqa: PLW2901 - the same entry, cleaner
            prepared.append(
                _Prepared(
                    entry=entry,
                    language=language,
                    sections=keys,
                    content_hash=identity.content_hash(entry, keys, markup.text_of(entry.html)),
                    keys=identity.keys_of(entry, self.source.name),
                )
            )
        self._tell_strange(unknown)
        return prepared

    def _tell_strange(self, unknown: Counter[str]) -> None:
        """Labels that name no section, each told once and not at every poll."""
        for label, count in unknown.most_common():
            if label not in self.state.strange_labels:
                self._warn(f"section label {label!r} ({count} entries) names no section")
        told = dict.fromkeys((*self.state.strange_labels, *unknown))
        self.state = replace(self.state, strange_labels=tuple(told)[-MAX_STRANGE_LABELS:])

    def _store(
        self, tx: Transaction, prepared: Sequence[_Prepared], harvest: Harvest
    ) -> SourceReport:
        names = {key for one in prepared for key in one.keys}
        known = articles.find_known(tx, names)
        failure = self._flood(prepared, known)
        counts: Counter[Decision] = Counter()
        if not failure:
            for one in self._oldest_first(prepared):
                counts[self._take_one(tx, one, known)] += 1
        return SourceReport(
            source=self.source.name,
            new=counts[Decision.NEW],
            changed=counts[Decision.CHANGED] + counts[Decision.RETURNED],
            unchanged=counts[Decision.UNCHANGED] + counts[Decision.ADOPTED],
            withdrawn=counts[Decision.WITHDRAWN],
            refused=counts[Decision.REFUSED],
            not_modified=harvest.not_modified,
            failure=failure,
        )

    def _flood(
        self, prepared: Sequence[_Prepared], known: dict[identity.Key, identity.Known]
    ) -> str:
        fresh = [one for one in prepared if not one.entry.is_backlog]
        new = sum(identity.find(one.keys, known) is None for one in fresh)
        is_flood = identity.is_flood(new, len(fresh), is_first_poll=self._is_first_poll)
        if not is_flood or self.accept_flood:
            return ""
        return (
            f"held back: {new} of {len(fresh)} entries are new at once. If that is right, take "
            f"them with: dispatch collect --accept-flood {self.source.name}"
        )

    @property
    def _is_first_poll(self) -> bool:
        return self.state.first_polled_at is None

    def _oldest_first(self, prepared: Iterable[_Prepared]) -> list[_Prepared]:
        """So that numbers, and with them uids, rise with the dates of publication."""
        return sorted(prepared, key=lambda one: identity.said_at(one.entry) or self.now)

    def _take_one(
        self, tx: Transaction, one: _Prepared, known: dict[identity.Key, identity.Known]
    ) -> Decision:
        match = identity.find(one.keys, known)
        decision = identity.decide(one.entry, one.content_hash, match, self.source.name)
        if decision is Decision.REFUSED:
            self._warn(f"{_name(one.entry)}: it has no {'address' if one.entry.title else 'title'}")
            return decision
        if match is None:
            article_id = self._add(tx, one)
            self._remember(known, one, article_id)
        else:
            article_id = match.article_id
            self._change(tx, one, match, decision)
        if decision is not Decision.WITHDRAWN:
            articles.add_aliases(tx, article_id, one.keys)
            self._claim_translations(tx, article_id, one.entry, decision)
        return decision

    def _add(self, tx: Transaction, one: _Prepared) -> int:
        return articles.add_article(
            tx,
            one.entry,
            source=self.source.name,
            language=one.language,
            sections=one.sections,
            content_hash=one.content_hash,
            entered_at=identity.entered_at(
                one.entry,
                self.now,
                is_first_poll=one.entry.is_backlog or (self._is_first_poll and not self.is_live),
            ),
            now=self.now,
            tag_authority=self.publication.tag_authority,
        )

    def _remember(
        self, known: dict[identity.Key, identity.Known], one: _Prepared, article_id: int
    ) -> None:
        """A document that shows one article twice makes one article."""
        fresh = identity.Known(
            article_id=article_id,
            source=self.source.name,
            content_hash=one.content_hash,
            title=one.entry.title,
            standfirst=one.entry.standfirst,
            is_withdrawn=False,
        )
        known.update(dict.fromkeys(one.keys, fresh))

    def _change(
        self, tx: Transaction, one: _Prepared, match: identity.Known, decision: Decision
    ) -> None:
        if decision is Decision.WITHDRAWN:
            articles.withdraw_article(tx, match.article_id, self.now)
        elif decision is Decision.ADOPTED:
            articles.put_sections(
                tx, match.article_id, self.source.name, one.sections, first=SECOND_SOURCE
            )
        elif decision in (Decision.CHANGED, Decision.RETURNED):
            articles.update_article(
                tx,
                match.article_id,
                one.entry,
                source=self.source.name,
                language=one.language,
                sections=one.sections,
                content_hash=one.content_hash,
                is_significant=identity.is_significant(one.entry, match),
                now=self.now,
            )

    def _claim_translations(
        self, tx: Transaction, article_id: int, entry: Entry, decision: Decision
    ) -> None:
        """Also without claims of its own: others may have claimed the address of a new article."""
        claims = [canonical.match_key(link.url) for link in entry.translations]
        if claims or decision is Decision.NEW:
            articles.claim_translations(tx, article_id, claims)

    def _next_state(self, harvest: Harvest, failure: str) -> SourceState:
        failures = self.state.failures + 1 if failure else 0
        wished = harvest.retry_after_seconds or harvest.ttl_seconds
        next_poll_at = polling.next_poll_at(
            self.source.name,
            self.now,
            self.source.poll_seconds,
            failures=failures,
            wished_seconds=wished,
        )
        polled = replace(
            self.state,
            last_polled_at=self.now,
            next_poll_at=next_poll_at,
            failures=failures,
            last_error=failure,
        )
        if failure:
            return polled
        return replace(
            polled,
            url=harvest.moved_to or self.state.url,
            cursor=self.state.cursor if harvest.cursor is None else harvest.cursor,
            # A 304 may come without validators; those we hold are still right (RFC 9110, 15.4.5).
            etag=harvest.etag or (self.state.etag if harvest.not_modified else None),
            last_modified=harvest.last_modified
            or (self.state.last_modified if harvest.not_modified else None),
            first_polled_at=self.state.first_polled_at or self.now,
            last_success_at=self.now,
        )

    def _warn(self, warning: str) -> None:
        self.warnings.append(warning)


def _name(entry: Entry) -> str:
    return f"entry {entry.source_id or entry.url or entry.title!r}"
