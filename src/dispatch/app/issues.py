"""Issues: everything that the App does with issues, from composing to the last message.

In: the office. Out: reports, previews, pages. An issue that was sent is never changed here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from dispatch import compose, deliver, errors, explain, fetch, gate, ports, site, transports
from dispatch.app.feeds import Feeds
from dispatch.app.office import Office
from dispatch.app.top import Top
from dispatch.compose import ComposeReport
from dispatch.compose.desk import Desk
from dispatch.deliver import DeliverReport
from dispatch.deliver.letters import Mailroom
from dispatch.gate.desk import Gatekeeper
from dispatch.model.gate import GateCheck
from dispatch.model.newsletter import (
    Issue,
    IssueState,
    Newsletter,
    Variant,
)
from dispatch.render import slots
from dispatch.rules import cadence
from dispatch.store import database, deliveries, gate_checks
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
                replace(self.open_desk(), fetcher=fetcher),
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
        period = period or self.upcoming(newsletter)
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
            self.open_desk(),
            self._office.newsletter(newsletter),
            self.upcoming(newsletter),
            now=self._office.clock.now(),
            dry_run=True,
        )

    def shaping_folders(self) -> tuple[Path, ...]:
        """Where the files are that shape an issue, beside the configuration."""
        desk = self.open_desk()
        return (desk.templates, desk.notes)

    def deliver(
        self, *, dry_run: bool = False, progress: ports.Progress | None = None
    ) -> DeliverReport:
        """Work off all issues that owe messages; the gate looks at each before anything leaves."""
        if not dry_run:
            self._inspect_due()
        report = deliver.deliver(
            self._office.db, self.open_mailroom(), dry_run=dry_run, progress=progress
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

    def upcoming(self, newsletter: str) -> cadence.Period:
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

    def open_mailroom(self) -> Mailroom:
        """What building and sending messages takes."""
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

    def open_desk(self) -> Desk:
        """What composing takes."""
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
