"""Issues: everything that the App does with issues, from composing to the last message.

In: the office. Out: reports, previews, pages. An issue that was sent is never changed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from dispatch import compose, deliver, edit, errors, explain, fetch, gate, ports, site, transports
from dispatch.app.feeds import Feeds
from dispatch.app.office import Office
from dispatch.app.top import Top
from dispatch.compose import ComposeReport
from dispatch.compose.desk import Desk
from dispatch.deliver import DeliverReport, proof
from dispatch.deliver.letters import Letters, Mailroom
from dispatch.deliver.proof import ProofReport
from dispatch.edit import Word
from dispatch.gate.desk import Gatekeeper
from dispatch.model.article import Article
from dispatch.model.gate import GateCheck
from dispatch.model.newsletter import (
    Issue,
    IssueAction,
    IssueChange,
    IssueState,
    Newsletter,
    Variant,
)
from dispatch.render import slots
from dispatch.rules import audience, cadence, canonical, mailbox
from dispatch.store import articles, database, deliveries, gate_checks, links, subscribers
from dispatch.store import issues as issue_store


class Issues:
    """The issues of a site."""

    def __init__(self, office: Office, feeds: Feeds, top: Top) -> None:
        self._office = office
        self._top = top
        self._feeds = feeds

    def compose(
        self,
        newsletter: str,
        *,
        period: cadence.Period | None = None,
        dry_run: bool = False,
        progress: ports.Progress | None = None,
    ) -> ComposeReport:
        """The issue of `newsletter` for `period`, or for the newest one that is due."""
        settings = self._office.newsletter(newsletter)
        now = self._office.clock.now()
        with fetch.Fetcher(contact=self._office.publication.contact) as fetcher:
            return compose.compose(
                self._office.db,
                replace(self._desk(), fetcher=fetcher),
                settings,
                period or cadence.latest_due(settings.cadence, now + _lead(settings)),
                now=now,
                dry_run=dry_run,
                progress=progress,
            )

    def preview(
        self, newsletter: str, folder: Path, *, period: cadence.Period | None = None
    ) -> tuple[Path, ...]:
        """Write every variant as .html and .txt into `folder`; nothing is kept or sent.

        Without a period it shows the next issue as it would be if it were made now.
        """
        period = period or self._upcoming(newsletter)
        report = self.compose(newsletter, period=period, dry_run=True)
        try:
            return _write_preview(report, folder)
        except OSError as error:
            message = f"{error.filename or folder}: cannot be written: {error.strerror}"
            raise errors.OutputError(message) from error

    def draft(self, newsletter: str) -> ComposeReport:
        """The next issue as it would be now, without a question to anybody outside."""
        return compose.compose(
            self._office.db,
            self._desk(),
            self._office.newsletter(newsletter),
            self._upcoming(newsletter),
            now=self._office.clock.now(),
            dry_run=True,
        )

    def shaping_folders(self) -> tuple[Path, ...]:
        """Where the files are that shape an issue, beside the configuration."""
        desk = self._desk()
        return (desk.templates, desk.notes)

    def deliver(
        self, *, dry_run: bool = False, progress: ports.Progress | None = None
    ) -> DeliverReport:
        """Work off all issues that owe messages; the gate looks at each before anything leaves."""
        if not dry_run:
            self._inspect_due()
        report = deliver.deliver(
            self._office.db, self._mailroom(), dry_run=dry_run, progress=progress
        )
        if report.issues and not dry_run:
            self._top.publish()  # an issue is out: the site shows its ranking from now on
            self._feeds.syndicate_others()  # an issue that is out has its place in feeds
        return report

    def inspect(self, newsletter: str, period: str, *, dry_run: bool = False) -> GateCheck:
        """Hold an issue that has not left against the rules of the gate, now."""
        with self._office.db.read() as tx:
            issue = self._issue(tx, newsletter, period)
        if issue.state not in (IssueState.COMPOSED, IssueState.HELD, IssueState.BLOCKED):
            message = f"issue {period} of {newsletter!r} is {issue.state}: the gate is behind it"
            raise errors.InputError(message)
        return self._inspect(issue, dry_run=dry_run)

    def newest_period(self, newsletter: str) -> str:
        """The period of the newest issue that stands; raises NotFoundError where there is none."""
        self._office.newsletter(newsletter)
        with self._office.db.read() as tx:
            found = issue_store.last_issue(tx, newsletter)
        if found is None:
            message = f"there is no issue of {newsletter!r} yet; `dispatch compose` makes one"
            raise errors.NotFoundError(message)
        return found.period

    def _inspect_due(self) -> None:
        """Look at the issues that are about to leave, unless that was done since they were due."""
        now = self._office.clock.now()
        with self._office.db.read() as tx:
            waiting = issue_store.list_issues(tx, states=(IssueState.COMPOSED,))
            looks = {one.id: gate_checks.find_check(tx, one.id) for one in waiting}
        for issue in waiting:
            goes_at, look = issue.goes_at or issue.composed_at, looks[issue.id]
            is_due = goes_at <= now and issue.newsletter in self._office.newsletters
            if is_due and (look is None or look.checked_at < goes_at):
                self._inspect(issue)

    def _inspect(self, issue: Issue, *, dry_run: bool = False) -> GateCheck:
        deadlines = fetch.Deadlines(connect_seconds=5, read_seconds=10, total_seconds=20)
        contact = self._office.publication.contact
        with fetch.Fetcher(contact=contact, deadlines=deadlines) as fetcher:
            keeper = Gatekeeper(
                publication=self._office.publication,
                newsletter=self._office.newsletter(issue.newsletter),
                settings=self._office.config.gate,
                templates=site.templates_in_use(self._office.config.folders.templates),
                signer=self._office.signer,
                fetcher=fetcher,
            )
            now = self._office.clock.now()
            return gate.inspect(self._office.db, keeper, issue, now=now, dry_run=dry_run)

    def resend_uncertain(self, newsletter: str, period: str, *, dry_run: bool = False) -> int:
        """Owe the uncertain deliveries of an issue again; returns how many."""
        with self._office.db.write(dry_run=dry_run) as tx:
            issue = self._issue(tx, newsletter, period)
            count = deliveries.resend_uncertain(tx, issue.id)
            if count:
                finished = (IssueState.FINISHED,)
                issue_store.set_state(tx, issue.id, IssueState.SENDING, among=finished)
        return count

    def move(self, newsletter: str, period: str, word: Word, *, dry_run: bool = False) -> Issue:
        """Hold, release, approve or stop an issue; what was handed over cannot be called back."""
        self._office.newsletter(newsletter)
        now = self._office.clock.now()
        return edit.move(self._office.db, newsletter, period, word, now=now, dry_run=dry_run)

    def find_link(self, article_id: int) -> str | None:
        """Where a mail's link to an article leads today; None for one that never was."""
        with self._office.db.read() as tx:
            return links.find_target(tx, article_id)

    def lead_link(
        self,
        article: str,
        url: str | None,
        *,
        by: str = "",
        note: str = "",
        dry_run: bool = False,
    ) -> Article:
        """Lead the links of an article to `url` in every mail that went out; None takes it back.

        Raises NotFoundError for an article that nobody knows, InputError for an address that is
        none.
        """
        target = canonical.absolute_url(url) if url else None
        if url and target is None:
            message = f"{url!r} is no web address"
            raise errors.InputError(message)
        with self._office.db.write(dry_run=dry_run) as tx:
            found = articles.find_article(tx, article)
            if found is None:
                message = f"there is no article {article!r} (give its number, uid or address)"
                raise errors.NotFoundError(message)
            if target is None:
                links.remove_target(tx, found.id)
            else:
                now = self._office.clock.now()
                links.put_target(tx, found.id, target, now=now, by=by, note=note)
        return found

    def list_history(self, newsletter: str, period: str) -> Sequence[IssueChange]:
        """Who held, released, approved, stopped or corrected an issue."""
        return edit.list_history(self._office.db, newsletter, period)

    def send_proofs(
        self,
        newsletter: str,
        to: Sequence[str],
        *,
        period: str | None = None,
        keys: Sequence[str] = (),
        by: str = "",
    ) -> list[ProofReport]:
        """Send an issue, or without a period the next as it would be now, to the newsroom.

        Every language in all sections goes, or the variants called `keys`. Raises InputError for an
        address that is none, or that is suppressed: the standing order holds for everybody.
        """
        wanted = self._proof_variants(newsletter, period, keys)
        accepted = self._proof_addresses(to)
        room = self._mailroom()
        with self._office.db.read() as tx:
            newsletter_id = issue_store.newsletter_ids(tx)[newsletter]
        settings = self._office.newsletter(newsletter)
        issue, variants = wanted
        letters = Letters(room, settings, newsletter_id, issue)
        with room.transport.open_session() as session:
            sent = proof.send_proofs(session, letters, variants, accepted)
        if period is not None:
            word = Word(action=IssueAction.TESTED, by=by, note=f"{len(sent)} messages")
            with self._office.db.write() as tx:
                edit.record(tx, issue.id, word, self._office.clock.now())
        return sent

    def _proof_addresses(self, to: Sequence[str]) -> list[str]:
        accepted = []
        for number, text in enumerate(to, 1):
            address = mailbox.read_address(text)
            if address is None:
                message = f"address {number} of {len(to)} is not an e-mail address"
                raise errors.InputError(message)
            hashed = mailbox.address_hash(address, self._office.config.storage.secret)
            with self._office.db.read() as tx:
                if subscribers.find_suppression(tx, hashed):
                    message = f"address {number} of {len(to)} is suppressed"
                    raise errors.InputError(message)
            accepted.append(address)
        return accepted

    def _proof_variants(
        self, newsletter: str, period: str | None, keys: Sequence[str]
    ) -> tuple[Issue, list[Variant]]:
        issue, variants = (
            self._kept_variants(newsletter, period) if period else self._next_variants(newsletter)
        )
        languages = self._office.newsletter(newsletter).languages
        wanted = keys or [audience.choice_key((language,), ()) for language in languages]
        by_key = {variant.key: variant for variant in variants}
        missing = [key for key in wanted if key not in by_key]
        if missing and (keys or len(missing) == len(wanted)):
            message = f"there is no variant {missing[0]!r}; there are {', '.join(by_key) or 'none'}"
            raise errors.NotFoundError(message)
        return issue, [by_key[key] for key in wanted if key in by_key]

    def _kept_variants(self, newsletter: str, period: str) -> tuple[Issue, list[Variant]]:
        with self._office.db.read() as tx:
            issue = edit.get_issue(tx, newsletter, period)
            return issue, issue_store.list_variants(tx, issue.id)

    def _next_variants(self, newsletter: str) -> tuple[Issue, list[Variant]]:
        """The next issue as it would be now; it has no number yet, and neither have they."""
        report = self.compose(newsletter, period=self._upcoming(newsletter), dry_run=True)
        now = self._office.clock.now()
        issue = Issue(
            id=0,
            newsletter=newsletter,
            period=report.period,
            state=IssueState.HELD,
            window_start=now,
            window_end=now,
            composed_at=now,
        )
        variants = [
            Variant(
                id=number,
                issue_id=0,
                key=draft.key,
                language=draft.language,
                sections=draft.sections,
                subject=draft.subject,
                preheader=draft.preheader,
                html=draft.html,
                text=draft.text,
            )
            for number, draft in enumerate(report.variants, 1)
        ]
        return issue, variants

    def _upcoming(self, newsletter: str) -> cadence.Period:
        """The next period, as if it were made now."""
        now = self._office.clock.now()
        upcoming = cadence.next_due(self._office.newsletter(newsletter).cadence, now)
        return cadence.Period(now, upcoming.name)

    def read_period(self, newsletter: str, name: str, *, ahead: bool = False) -> cadence.Period:
        """The period of a newsletter that an operator names.

        Raises InputError for a name that is none, and, unless `ahead`, for a period that is not
        due: an issue made before its time would shut out what is still to come.
        """
        settings = self._office.newsletter(newsletter)
        period = cadence.read_period(name, settings.cadence)
        newest = cadence.latest_due(settings.cadence, self._office.clock.now() + _lead(settings))
        if period is None:
            kind = "a date" if settings.cadence.weekday is None else "an ISO week"
            message = f"{name!r} is no period of {newsletter!r}: give {kind}, such as {newest.name}"
            raise errors.InputError(message)
        if period.due_at > newest.due_at and not ahead:
            message = (
                f"issue {name} of {newsletter!r} is not due before {period.due_at:%Y-%m-%d %H:%M} "
                f"UTC; the newest that is due is {newest.name} (`dispatch preview` shows the next)"
            )
            raise errors.InputError(message)
        return period

    def why(self, newsletter: str, period: str) -> explain.IssueFacts:
        """All that made an issue, and how its deliveries stand."""
        return explain.explain_issue(self._office.db, newsletter, period)

    def list_issues(self, limit: int = 50) -> list[Issue]:
        """Issues that were made, newest first."""
        shown = [state for state in IssueState if state is not IssueState.SKIPPED]
        with self._office.db.read() as tx:
            return issue_store.list_issues(tx, states=shown, limit=limit)

    def list_pages(self, language: str, limit: int = 10) -> list[tuple[Issue, str]]:
        """Issues that readers of `language` were sent, newest first, with their subjects.

        Not those that are not out yet, nor those that somebody stopped: their pages can be opened
        by whoever has the link, but nobody is sent there.
        """
        public = (IssueState.SENDING, IssueState.FINISHED)
        with self._office.db.read() as tx:
            return issue_store.list_subjects(tx, language, states=public, limit=limit)

    def find_page(self, newsletter: str, period: str, language: str) -> Variant | None:
        """An issue as anyone may see it in the browser: without the values of a reader."""
        with self._office.db.read() as tx:
            issue = issue_store.find_issue(tx, newsletter, period)
            variant = issue_store.find_variant(tx, issue.id, language) if issue else None
        if variant is None:
            return None
        return replace(
            variant,
            html=slots.without_reader(variant.html),
            text=slots.without_reader(variant.text),
        )

    def _issue(self, tx: database.Transaction, newsletter: str, period: str) -> Issue:
        issue = issue_store.find_issue(tx, newsletter, period)
        if issue is None:
            message = f"there is no issue {period} of {newsletter!r}"
            raise errors.NotFoundError(message)
        return issue

    def _mailroom(self) -> Mailroom:
        return Mailroom(
            publication=self._office.publication,
            newsletters=self._office.newsletters,
            settings=self._office.config.delivery,
            transport=transports.open_transport(self._office.config.transport),
            signer=self._office.signer,
            clock=self._office.clock,
            stop=self._office.stop,
            has_gate=True,
        )

    def _desk(self) -> Desk:
        return Desk(
            publication=self._office.publication,
            appeals=self._office.config.appeals,
            templates=site.templates_in_use(self._office.config.folders.templates),
            notes=self._office.config.root / "notes",
        )


def _lead(newsletter: Newsletter) -> timedelta:
    """How long before its time an issue is composed."""
    return timedelta(seconds=newsletter.draft_seconds)


def _write_preview(report: ComposeReport, folder: Path) -> tuple[Path, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for draft in report.variants:
        name = f"{report.newsletter}-{report.period}-{draft.key}"
        stem = name.replace(":", "-").replace(",", "+")
        for suffix, text in ((".html", draft.html), (".txt", draft.text)):
            path = folder / f"{stem}{suffix}"
            path.write_text(slots.without_reader(text), encoding="utf-8")
            written.append(path)
    return tuple(written)
