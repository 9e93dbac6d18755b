"""Issues: everything that the App does with issues, from composing to the last message.

In: the office. Out: reports, previews, pages. An issue that was sent is never changed here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dispatch import compose, deliver, errors, explain, ports, site, transports
from dispatch.app.office import Office
from dispatch.compose import ComposeReport
from dispatch.compose.desk import Desk
from dispatch.deliver import DeliverReport, Mailroom
from dispatch.model.newsletter import Issue, IssueState, Variant
from dispatch.render import slots
from dispatch.rules import cadence
from dispatch.store import database, deliveries
from dispatch.store import issues as issue_store


class Issues:
    """The issues of a site."""

    def __init__(self, office: Office) -> None:
        self._office = office

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
        return compose.compose(
            self._office.db,
            self._desk(),
            settings,
            period or cadence.latest_due(settings.cadence, now),
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
        settings = self._office.newsletter(newsletter)
        if period is None:
            upcoming = cadence.next_due(settings.cadence, self._office.clock.now())
            period = cadence.Period(self._office.clock.now(), upcoming.name)
        report = self.compose(newsletter, period=period, dry_run=True)
        try:
            return _write_preview(report, folder)
        except OSError as error:
            message = f"{error.filename or folder}: cannot be written: {error.strerror}"
            raise errors.OutputError(message) from error

    def deliver(
        self, *, dry_run: bool = False, progress: ports.Progress | None = None
    ) -> DeliverReport:
        """Work off all issues that owe messages."""
        room = Mailroom(
            publication=self._office.publication,
            newsletters=self._office.newsletters,
            settings=self._office.config.delivery,
            transport=transports.open_transport(self._office.config.transport),
            signer=self._office.signer,
            clock=self._office.clock,
            stop=self._office.stop,
        )
        return deliver.deliver(self._office.db, room, dry_run=dry_run, progress=progress)

    def resend_uncertain(self, newsletter: str, period: str, *, dry_run: bool = False) -> int:
        """Owe the uncertain deliveries of an issue again; returns how many."""
        with self._office.db.write(dry_run=dry_run) as tx:
            issue = self._issue(tx, newsletter, period)
            count = deliveries.resend_uncertain(tx, issue.id)
            if count:
                finished = (IssueState.FINISHED,)
                issue_store.set_state(tx, issue.id, IssueState.SENDING, among=finished)
        return count

    def stop_issue(self, newsletter: str, period: str, *, dry_run: bool = False) -> Issue:
        """Let nothing more of an issue leave; what was handed over cannot be called back."""
        with self._office.db.write(dry_run=dry_run) as tx:
            issue = self._issue(tx, newsletter, period)
            open_states = (IssueState.COMPOSED, IssueState.SENDING)
            if not issue_store.set_state(tx, issue.id, IssueState.STOPPED, among=open_states):
                message = f"issue {period} of {newsletter!r} is {issue.state}: nothing to stop"
                raise errors.InputError(message)
            return issue_store.get_issue(tx, issue.id)

    def read_period(self, newsletter: str, name: str, *, ahead: bool = False) -> cadence.Period:
        """The period of a newsletter that an operator names.

        Raises InputError for a name that is none, and, unless `ahead`, for a period that is not
        due: an issue made before its time would shut out what is still to come.
        """
        settings = self._office.newsletter(newsletter)
        period = cadence.read_period(name, settings.cadence)
        newest = cadence.latest_due(settings.cadence, self._office.clock.now())
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
        """Issues that went out or are going out, newest first."""
        shown = (IssueState.COMPOSED, IssueState.SENDING, IssueState.FINISHED, IssueState.STOPPED)
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

    def _desk(self) -> Desk:
        return Desk(
            publication=self._office.publication,
            appeals=self._office.config.appeals,
            templates=site.templates_in_use(self._office.config.folders.templates),
            notes=self._office.config.root / "notes",
        )


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
