"""Takes the harvest of one source into the store, in one transaction.

In: a source, what is remembered of it, its harvest. Out: a report. What is reported has been
committed, or in a dry run taken back. Never: a decision (`rules.recognition` judges the document).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from dispatch.collect import backfill, books, missing, partners, remember
from dispatch.collect.desk import Desk
from dispatch.collect.report import SourceReport
from dispatch.model.article import Entry
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, HeldEntry, HoldReason, SourceState
from dispatch.rules import bylines, canonical, conscience, identity, polling, recognition, sections
from dispatch.rules import text as text_rules
from dispatch.rules.identity import Decision, Step
from dispatch.rules.recognition import Incoming, Judgement, Verdict
from dispatch.store import articles, quarantine, recognitions, source_states, translations
from dispatch.store.database import Transaction

#: How many labels that name no section are remembered of a source, so as to be told but once.
MAX_STRANGE_LABELS = 200

#: Sections that only a second source knows of come behind those of the article's own source.
SECOND_SOURCE = 100

log = logging.getLogger(__name__)


def is_quiet(harvest: Harvest) -> bool:
    """Whether there is nothing to take in: a 304 without entries, or a failure."""
    return not harvest.entries and (harvest.not_modified or bool(harvest.failure))


def log_report(report: SourceReport) -> None:
    """One line for one visit."""
    if report.failure:
        log.warning("source %s failed: %s", report.source, report.failure)
        return
    log.info(
        "source %s: %d new, %d changed, %d unchanged, %d withdrawn, %d refused, %d held",
        report.source,
        report.new,
        report.changed,
        report.unchanged,
        report.withdrawn,
        report.refused,
        report.held,
    )


class Intake:
    """Takes one harvest. `is_trusted` takes what the flood brake would hold back."""

    def __init__(
        self, desk: Desk, source: Source, state: SourceState, *, is_trusted: bool = False
    ) -> None:
        self.desk = desk
        self.source = source
        self.state = state
        self.now = desk.clock.now()
        self.is_trusted = is_trusted
        self.is_live = False
        self.is_partial = False
        self.clock_ahead = timedelta(0)
        self.warnings: list[str] = []
        self.numbers: dict[int, int] = {}

    def take(self, harvest: Harvest) -> SourceReport:
        """Decide and store one visit."""
        self._hear(harvest)
        harvest, backfilled = self._complete(harvest)
        if harvest.not_modified or self.is_partial:
            harvest = replace(harvest, entries=(*harvest.entries, *self._due_entries()))
        titles = [entry.title for entry in harvest.entries]
        if conscience.has_same_titles(titles) and self.state.first_polled_at:
            return self._refuse_same_titles(harvest)
        document = self._prepare(harvest)
        with self.desk.db.write(dry_run=self.desk.is_dry_run) as tx:
            about = self._circumstances(is_backfilled=bool(backfilled))
            judgement = self._judge(tx, document, about)
            report = self._store(tx, judgement, harvest.language)
            if harvest.is_window:
                self._note_window(tx, document)
            visit = conscience.Visit(
                entries=None if harvest.not_modified or self.is_partial else len(harvest.entries),
                flooded=judgement.flooded,
                unrepaired=judgement.unrepaired,
                is_rebuilt=judgement.is_rebuilt,
                overflowed=judgement.overflowed and not self.is_trusted,
                backfilled=backfilled,
            )
            after, lines = remember.note(
                tx,
                remember.read_standing(tx),
                self.source,
                self.state,
                harvest,
                self.now,
                visit=visit,
                dates=[identity.said_at(entry) for entry in harvest.entries],
                has_new=bool(report.new or report.held),
                ids_are_shared=judgement.ids_are_shared,
            )
            source_states.put_state(tx, after)
        self.warnings.extend(lines)
        done = replace(report, not_modified=harvest.not_modified, backfilled=backfilled)
        log_report(done)
        return replace(done, warnings=tuple(self.warnings))

    def release(self, held: Sequence[HeldEntry]) -> SourceReport:
        """Make articles of held entries, on an operator's word."""
        by_language: dict[str | None, list[Entry]] = {}
        for one in held:
            by_language.setdefault(one.language, []).append(one.entry)
        total = SourceReport(source=self.source.name)
        with self.desk.db.write(dry_run=self.desk.is_dry_run) as tx:
            for language, entries in by_language.items():
                document = self._prepare(Harvest(entries=tuple(entries), language=language))
                about = replace(self._circumstances(), is_trusted=True, is_first_poll=False)
                judgement = self._judge(tx, document, about)
                total = _sum(total, self._store(tx, judgement, language))
        return replace(total, warnings=tuple(self.warnings))

    # ---------------------------------------------------------------- the document

    def _hear(self, harvest: Harvest) -> None:
        """What a harvest says of itself."""
        self.warnings.extend(harvest.warnings)
        self.is_live = harvest.is_live
        self.clock_ahead = timedelta(seconds=harvest.clock_ahead_seconds)
        # News alone, or what changed since a cursor: what it does not name says nothing.
        self.is_partial = any(
            (harvest.is_live, harvest.is_delta, harvest.cursor, self.state.cursor)
        )

    def _due_entries(self) -> tuple[Entry, ...]:
        """Entries whose embargo ends while their document stands unchanged.

        Their hour is the one by our clock, which their server's may be ahead of.
        """
        with self.desk.db.read() as tx:
            held = quarantine.list_entries(tx, self.source.name, [HoldReason.EMBARGO])
        return tuple(
            replace(one.entry, published_at=one.until_at)
            for one in held
            if one.until_at and one.until_at <= self.now
        )

    def _complete(self, harvest: Harvest) -> tuple[Harvest, int]:
        """The harvest with older pages, where its document may have missed something."""
        if self.state.first_polled_at is None or self.is_partial or not harvest.older_url:
            return harvest, 0
        older = backfill.older_entries(self.source, harvest, self.desk)
        return replace(harvest, entries=(*harvest.entries, *older)), len(older)

    def _refuse_same_titles(self, harvest: Harvest) -> SourceReport:
        failure = f"all {len(harvest.entries)} entries are called {harvest.entries[0].title!r}"
        broken = Harvest(failure=failure)
        visit = conscience.Visit(has_same_titles=True)
        with self.desk.db.write(dry_run=self.desk.is_dry_run) as tx:
            standing = remember.read_standing(tx)
            after, _ = remember.note(
                tx, standing, self.source, self.state, broken, self.now, visit=visit
            )
            source_states.put_state(tx, after)
        report = SourceReport(source=self.source.name, failure=failure)
        log_report(report)
        return replace(report, warnings=tuple(self.warnings))

    def _prepare(self, harvest: Harvest) -> list[Incoming]:
        """Languages, sections and hashes; what is not for this publication is left out, named."""
        prepared, unknown = [], Counter[str]()
        contradictions = Counter[str]()
        for raw in harvest.entries:
            entry = identity.with_plausible_dates(raw, self.now, self.clock_ahead)
            spoken = sections.read_language(
                entry, harvest.language, self.source, self.desk.publication
            )
            if spoken.language is None:
                self._warn(f"{_name(entry)}: language {entry.language!r} is not published")
                continue
            if spoken.contradiction:
                contradictions[spoken.contradiction] += 1
            keys, strange = sections.section_keys(
                entry.sections,
                self.source,
                self.desk.publication,
                language=spoken.language,
                aliases=entry.section_aliases,
            )
            unknown.update(strange)
            prepared.append(self._incoming(entry, spoken.language, keys))
        self._tell_strange(unknown)
        for text, count in contradictions.most_common():
            self._warn(f"{text} ({count} entries)")
        return prepared

    def _tell_strange(self, unknown: Counter[str]) -> None:
        """Labels that name no section, each told once and not at every poll."""
        for label, count in unknown.most_common():
            if label not in self.state.strange_labels:
                self._warn(f"section label {label!r} ({count} entries) names no section")
        told = dict.fromkeys((*self.state.strange_labels, *unknown))
        self.state = replace(self.state, strange_labels=tuple(told)[-MAX_STRANGE_LABELS:])

    def _incoming(self, entry: Entry, language: str, keys: tuple[str, ...]) -> Incoming:
        authors = bylines.without(entry.authors, self.desk.publication.names.values())
        if len(authors) < len(entry.authors):
            entry = replace(entry, authors=authors)
        text = text_rules.text_of_clean(entry.html)
        names = identity.keys_of(
            entry,
            self.source.name,
            ids_are_shared=self.state.ids_are_shared,
            language=language,
        )
        return Incoming(
            entry=entry,
            language=language,
            sections=keys,
            content_hash=identity.content_hash(entry, keys, text),
            keys=names,
            text=text,
        )

    def _circumstances(self, *, is_backfilled: bool = False) -> recognition.Circumstances:
        is_archive = is_backfilled or polling.is_moved_by_operator(self.state, self.source.url)
        return recognition.Circumstances(
            source=self.source.name,
            visited_at=self.now,
            is_first_poll=self.state.first_polled_at is None and not self.is_live,
            last_success_at=self.state.last_success_at,
            ids_are_shared=self.state.ids_are_shared,
            is_trusted=self.is_trusted,
            archive_before=self.state.last_success_at if is_archive else None,
            clock_ahead=self.clock_ahead,
        )

    def _judge(
        self,
        tx: Transaction,
        document: Sequence[Incoming],
        about: recognition.Circumstances,
    ) -> Judgement:
        """The verdicts, in the order in which articles are to be minted.

        Oldest first, so that numbers, and with them uids, rise with the dates of publication.
        """
        ordered = sorted(document, key=lambda one: identity.said_at(one.entry) or self.now)
        known = books.read(tx, ordered, about)
        judgement = recognition.judge(ordered, known, about)
        if judgement.ids_are_shared and not self.state.ids_are_shared:
            self._warn("it gives one identifier to several entries; only addresses count from now")
        self._embargoes(tx, ordered, known)
        return judgement

    def _embargoes(
        self,
        tx: Transaction,
        document: Sequence[Incoming],
        known: recognition.Books,
    ) -> None:
        """Entries whose hour came after they had left their source are for a person to decide."""
        shown = {key for one in document for key in one.keys}
        gone = {
            held.name
            for key, held in known.held.items()
            if held.reason is HoldReason.EMBARGO and held.until_at and held.until_at <= self.now
        } - {held.name for key, held in known.held.items() if key in shown}
        if gone and document and not self.is_partial:
            why = "it left its source before its hour"
            quarantine.put_reason(tx, self.source.name, gone, HoldReason.VANISHED, why)

    # ---------------------------------------------------------------- the store

    def _store(self, tx: Transaction, judgement: Judgement, language: str | None) -> SourceReport:
        verdicts = judgement.verdicts
        new = [one for one in verdicts if one.decision is Decision.NEW]
        minted = self._mint(tx, new)
        for one in verdicts:
            self._change(tx, one)
        self._hold(tx, [one for one in verdicts if one.decision is Decision.HELD], language)
        self._remember(tx, verdicts, minted)
        for one in verdicts:
            if one.decision is Decision.REFUSED:
                self._warn(f"{_name(one.incoming.entry)}: {one.why}")
        counts = Counter(one.decision for one in verdicts)
        return SourceReport(
            source=self.source.name,
            new=counts[Decision.NEW],
            changed=counts[Decision.CHANGED] + counts[Decision.RETURNED],
            unchanged=counts[Decision.UNCHANGED] + counts[Decision.ADOPTED],
            withdrawn=counts[Decision.WITHDRAWN],
            refused=counts[Decision.REFUSED],
            held=counts[Decision.HELD],
            repaired=sum(one.step is Step.LIKENESS and one.known is not None for one in verdicts),
        )

    def _mint(self, tx: Transaction, new: Sequence[Verdict]) -> dict[int, Verdict]:
        drafts = [
            articles.Draft(
                entry=one.incoming.entry,
                language=one.incoming.language,
                sections=one.incoming.sections,
                content_hash=one.incoming.content_hash,
                entered_at=one.entered_at or self.now,
            )
            for one in new
        ]
        ids = articles.add_articles(
            tx,
            drafts,
            source=self.source.name,
            now=self.now,
            tag_authority=self.desk.publication.tag_authority,
        )
        return dict(zip(ids, new, strict=True))

    def _change(self, tx: Transaction, one: Verdict) -> None:
        known, incoming = one.known, one.incoming
        if known is None:
            return
        if one.decision is Decision.WITHDRAWN:
            articles.withdraw_article(tx, known.article_id, self.now)
        elif one.decision is Decision.ADOPTED:
            articles.put_sections(
                tx, known.article_id, self.source.name, incoming.sections, first=SECOND_SOURCE
            )
        elif one.decision in (Decision.CHANGED, Decision.RETURNED):
            is_silent = identity.is_silent_change(incoming.entry, known)
            articles.update_article(
                tx,
                known.article_id,
                incoming.entry,
                source=self.source.name,
                language=incoming.language,
                sections=incoming.sections,
                content_hash=incoming.content_hash,
                is_significant=identity.is_significant(incoming.entry, known),
                now=self.now,
                silent_changes=known.silent_changes + 1 if is_silent else 0,
            )

    def _hold(self, tx: Transaction, held: Sequence[Verdict], language: str | None) -> None:
        before = quarantine.find_names(tx, self.source.name) if held else {}
        rows = []
        for one in held:
            keys = one.incoming.keys
            earlier = next((before[key] for key in keys if key in before), None)
            rows.append(
                HeldEntry(
                    source=self.source.name,
                    name=earlier.name if earlier else " ".join(keys[0]),
                    names=keys,
                    reason=one.hold or HoldReason.FLOOD,
                    why=one.why,
                    entry=one.incoming.entry,
                    language=language,
                    held_at=earlier.held_at if earlier else self.now,
                    until_at=one.until_at,
                )
            )
        quarantine.put_entries(tx, rows)
        flooded = sum(one.reason is HoldReason.FLOOD for one in rows)
        if flooded:
            self._warn(
                f"{flooded} entries are held in quarantine, because too much is new at once. Take "
                f"them with: dispatch source release {self.source.name}"
            )

    def _remember(
        self, tx: Transaction, verdicts: Iterable[Verdict], minted: dict[int, Verdict]
    ) -> None:
        """Names, reasons and claims; and what became an article leaves quarantine."""
        numbered = [(one.known.article_id, one) for one in verdicts if one.known is not None]
        learnt = [*minted.items(), *(pair for pair in numbered if _is_learnt(pair[1]))]
        articles.add_aliases(tx, _names(learnt))
        self.numbers = {
            id(one.incoming.entry): number
            for number, one in (*minted.items(), *numbered)
            if one.known is None or one.known.source == self.source.name
        }
        told = [pair for pair in learnt if pair[1].decision is not Decision.DUPLICATE]
        recognitions.add(tx, [self._recognition(number, one) for number, one in told])
        own = [pair for pair in numbered if self._speaks_for(pair[1])]
        claims = {number: _claims(one) for number, one in (*minted.items(), *own)}
        for one, other in translations.put_claims(tx, claims, minted=list(minted)):
            self._warn(
                f"articles {one} and {other} are said to be translations, but two of one language "
                "would meet: they are not joined"
            )
        partners.begin(
            tx,
            self.source,
            {number: one.incoming.entry for number, one in minted.items()},
            self.now,
        )
        self._let_go(tx, verdicts)

    def _speaks_for(self, one: Verdict) -> bool:
        """Whether an entry's claims stand for the article: it is its own source's, no tombstone.

        Where pages are looked at, an entry that names no translation says nothing against them.
        """
        entry = one.incoming.entry
        is_owner = one.known is not None and one.known.source == self.source.name
        is_silent = one.decision in (Decision.WITHDRAWN, Decision.DUPLICATE) or entry.withdrawn
        is_told_by_page = self.source.find_translations and not entry.translations
        return is_owner and not is_silent and not is_told_by_page

    def _note_window(self, tx: Transaction, document: Sequence[Incoming]) -> None:
        """What the document shows of our own articles, in its order."""
        shown = [
            (self.numbers[id(one.entry)], identity.said_at(one.entry))
            for one in document
            if id(one.entry) in self.numbers
        ]
        missing.note_window(
            tx,
            self.source.name,
            [number for number, _ in shown],
            [date for _, date in shown],
            self.now,
            is_other_feed=polling.is_moved_by_operator(self.state, self.source.url),
        )

    def _let_go(self, tx: Transaction, verdicts: Iterable[Verdict]) -> None:
        """What became an article, or turned out to be one, leaves quarantine."""
        stays = (Decision.HELD, Decision.DISCARDED)
        keys = {key for one in verdicts if one.decision not in stays for key in one.incoming.keys}
        held = quarantine.find_names(tx, self.source.name) if keys else {}
        quarantine.remove(tx, self.source.name, {held[key].name for key in keys if key in held})

    def _recognition(self, number: int, one: Verdict) -> recognitions.Recognition:
        return recognitions.Recognition(
            article_id=number,
            seen_at=self.now,
            source=self.source.name,
            decision=one.decision.value,
            step=one.step.value,
            why=one.why,
        )

    def _warn(self, warning: str) -> None:
        self.warnings.append(warning)


def _is_learnt(one: Verdict) -> bool:
    """Whether a verdict says anything that was not known: a change, or a new name."""
    changes = (Decision.CHANGED, Decision.RETURNED, Decision.WITHDRAWN)
    return one.decision in changes or one.has_new_names


def _names(learnt: Iterable[tuple[int, Verdict]]) -> dict[int, list[identity.Key]]:
    names: dict[int, list[identity.Key]] = {}
    for number, one in learnt:
        if one.decision is not Decision.WITHDRAWN:
            names.setdefault(number, []).extend(one.incoming.keys)
    return names


def _claims(one: Verdict) -> list[str]:
    return [canonical.match_key(link.url) for link in one.incoming.entry.translations]


def _sum(one: SourceReport, other: SourceReport) -> SourceReport:
    return replace(
        one,
        new=one.new + other.new,
        changed=one.changed + other.changed,
        unchanged=one.unchanged + other.unchanged,
        refused=one.refused + other.refused,
        held=one.held + other.held,
        repaired=one.repaired + other.repaired,
    )


def _name(entry: Entry) -> str:
    return f"entry {entry.source_id or entry.url or entry.title!r}"
