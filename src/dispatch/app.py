"""App: the only place that knows every concrete class; each command and page is one method of it.

In: the configuration. Out: reports. The doors above (command line, web, clock) call nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any

from dispatch import (
    check,
    collect,
    compose,
    deliver,
    errors,
    explain,
    fetch,
    jobs,
    ports,
    site,
    subscribe,
    suppress,
    syndicate,
    tally,
    transports,
)
from dispatch.check import Finding
from dispatch.collect import CollectReport
from dispatch.compose import ComposeReport, Desk
from dispatch.config import Config, load_config
from dispatch.deliver import DeliverReport, Mailroom
from dispatch.model.feed import MEDIA_TYPES, Feed, FeedFormat, FeedVersion
from dispatch.model.newsletter import Issue, IssueState, Newsletter, Variant
from dispatch.model.publication import Source
from dispatch.model.run import Run
from dispatch.model.subscriber import Subscription, SubscriptionState, SuppressionReason
from dispatch.render import slots
from dispatch.rules import addresses, cadence, feeds, tokens
from dispatch.store import database, deliveries, feed_versions, issues, runs, subscribers
from dispatch.subscribe import SubscribeReport, Wish
from dispatch.suppress import SuppressReport
from dispatch.syndicate import SyndicateReport
from dispatch.tally import TallyReport


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectResult:
    """What came in: articles, reads, and the feeds that moved because of them."""

    articles: CollectReport
    reads: TallyReport | None
    feeds: SyndicateReport | None

    @property
    def has_failures(self) -> bool:
        """Whether a source, a log or a feed could not be dealt with."""
        failed = self.articles.failed + (self.reads.failed if self.reads else 0)
        return bool(failed or (self.feeds and self.feeds.failures))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddress:
    """One feed in one format, as the feeds page and the web server need it."""

    feed: Feed
    format: FeedFormat
    url: str
    path: str
    media_type: str


class App:
    """A site at work."""

    def __init__(self, config: Config, clock: ports.Clock | None = None) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.stop = threading.Event()
        self.signer = tokens.Signer(config.storage.secret)
        self.newsletters = {one.name: one for one in config.newsletters}

    @classmethod
    def open(
        cls,
        path: Path,
        environ: Mapping[str, str],
        clock: ports.Clock | None = None,
        *,
        create_secret: bool = True,
    ) -> App:
        """The site whose configuration is at `path`; raises ConfigError with every problem.

        `create_secret=False` keeps a dry run from making the signing key of a new site.
        """
        return cls(load_config(path, environ, create_secret=create_secret), clock)

    @cached_property
    def db(self) -> database.Database:
        """The database, opened and brought up to date at first use."""
        opened = database.open_database(self.config.storage.url)
        opened.upgrade()
        with opened.write() as tx:
            issues.register_newsletters(tx, self.newsletters, self.clock.now())
        return opened

    @cached_property
    def runner(self) -> jobs.Runner:
        """Makes the runs of the job table."""
        return jobs.Runner(self.db, self.clock, self.job_table())

    def close(self) -> None:
        """Let go of the database."""
        if "db" in self.__dict__:
            self.db.close()

    # ---------------------------------------------------------------- the job table

    def job_table(self) -> tuple[jobs.Job, ...]:
        """Every job that the clock wakes."""
        schedule = self.config.schedule
        issue_jobs = [
            jobs.CadenceJob(
                name=f"issue:{one.name}",
                cadence=one.cadence,
                late=one.late,
                late_hours=one.late_hours,
                action=self._issue_action(one),
            )
            for one in self.config.newsletters
        ]
        return (
            jobs.IntervalJob(
                name="collect",
                every_seconds=schedule.collect_seconds,
                action=lambda _: as_data(self.collect(with_reads=False)),
            ),
            jobs.IntervalJob(
                name="reads",
                every_seconds=schedule.reads_seconds,
                action=lambda _: as_data(self.tally()),
            ),
            jobs.IntervalJob(
                name="deliver",
                every_seconds=schedule.deliver_seconds,
                action=lambda _: as_data(self.deliver()),
            ),
            *issue_jobs,
        )

    def _issue_action(self, newsletter: Newsletter) -> jobs.Action:
        """Collect once more, count reads, compose, deliver: the newest of everything."""

        def act(period: cadence.Period) -> Mapping[str, Any]:
            self.collect(force=True)
            composed = self.compose(newsletter.name, period=period)
            return {"compose": composed_data(composed), "deliver": as_data(self.deliver())}

        return act

    def list_runs(self, job: str | None = None, limit: int = 20) -> list[Run]:
        """What the clock did, newest first."""
        with self.db.read() as tx:
            return runs.list_runs(tx, job=job, limit=limit)

    def read_period(self, newsletter: str, name: str, *, ahead: bool = False) -> cadence.Period:
        """The period of a newsletter that an operator names.

        Raises InputError for a name that is none, and, unless `ahead`, for a period that is not
        due: an issue made before its time would shut out what is still to come.
        """
        settings = self._newsletter(newsletter)
        period = cadence.read_period(name, settings.cadence)
        newest = cadence.latest_due(settings.cadence, self.clock.now())
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

    # ---------------------------------------------------------------- the verbs

    def collect(
        self,
        names: Sequence[str] = (),
        *,
        force: bool = False,
        accept_flood: bool = False,
        with_reads: bool = True,
        dry_run: bool = False,
        progress: ports.Progress | None = None,
    ) -> CollectResult:
        """Poll sources (those called `names`, or all), count reads, rebuild feeds that change."""
        wanted = self._sources(names)
        contact = self.config.publication.contact
        with fetch.Fetcher(contact=contact) as fetcher:
            report = collect.collect(
                self.db,
                fetcher,
                self.config.publication,
                wanted,
                clock=self.clock,
                force=force,
                accept_flood=accept_flood,
                dry_run=dry_run,
                progress=progress,
            )
        counted = self.tally(dry_run=dry_run, progress=progress) if with_reads else None
        rebuilt = None
        if report.has_changes and not dry_run:
            rebuilt = self.syndicate(progress=progress)
        return CollectResult(articles=report, reads=counted, feeds=rebuilt)

    def tally(
        self, *, dry_run: bool = False, progress: ports.Progress | None = None
    ) -> TallyReport:
        """Count reads from every place that the configuration names."""
        return tally.tally(
            self.db,
            self.config.publication,
            self.config.reads,
            now=self.clock.now(),
            dry_run=dry_run,
            progress=progress,
        )

    def syndicate(
        self, *, dry_run: bool = False, progress: ports.Progress | None = None
    ) -> SyndicateReport:
        """Build every feed and publish what moved."""
        if not dry_run:
            site.publish_stylesheet(self.config.folders.feeds)
        return syndicate.syndicate(
            self.db,
            self.config.publication,
            self.config.feeds,
            self.config.appeals,
            self.config.folders.feeds,
            now=self.clock.now(),
            dry_run=dry_run,
            progress=progress,
        )

    def compose(
        self,
        newsletter: str,
        *,
        period: cadence.Period | None = None,
        dry_run: bool = False,
        progress: ports.Progress | None = None,
    ) -> ComposeReport:
        """The issue of `newsletter` for `period`, or for the newest one that is due."""
        settings = self._newsletter(newsletter)
        now = self.clock.now()
        return compose.compose(
            self.db,
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
        settings = self._newsletter(newsletter)
        if period is None:
            upcoming = cadence.next_due(settings.cadence, self.clock.now())
            period = cadence.Period(self.clock.now(), upcoming.name)
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
            publication=self.config.publication,
            newsletters=self.newsletters,
            settings=self.config.delivery,
            transport=transports.open_transport(self.config.transport),
            signer=self.signer,
            clock=self.clock,
            stop=self.stop,
        )
        return deliver.deliver(self.db, room, dry_run=dry_run, progress=progress)

    def resend_uncertain(self, newsletter: str, period: str, *, dry_run: bool = False) -> int:
        """Owe the uncertain deliveries of an issue again; returns how many."""
        with self.db.write(dry_run=dry_run) as tx:
            issue = self._issue(tx, newsletter, period)
            count = deliveries.resend_uncertain(tx, issue.id)
            if count:
                finished = (IssueState.FINISHED,)
                issues.set_state(tx, issue.id, IssueState.SENDING, among=finished)
        return count

    def stop_issue(self, newsletter: str, period: str, *, dry_run: bool = False) -> Issue:
        """Let nothing more of an issue leave; what was handed over cannot be called back."""
        with self.db.write(dry_run=dry_run) as tx:
            issue = self._issue(tx, newsletter, period)
            open_states = (IssueState.COMPOSED, IssueState.SENDING)
            if not issues.set_state(tx, issue.id, IssueState.STOPPED, among=open_states):
                message = f"issue {period} of {newsletter!r} is {issue.state}: nothing to stop"
                raise errors.InputError(message)
            return issues.get_issue(tx, issue.id)

    def subscribe(
        self,
        wishes: Sequence[Wish],
        *,
        dry_run: bool = False,
        progress: ports.Progress | None = None,
    ) -> SubscribeReport:
        """Take in subscribers, all of them or none."""
        return subscribe.subscribe(
            self.db,
            wishes,
            secret=self.config.storage.secret,
            now=self.clock.now(),
            dry_run=dry_run,
            progress=progress,
        )

    def unsubscribe_address(
        self, address: str, newsletter: str | None = None, *, dry_run: bool = False
    ) -> tuple[Subscription, ...]:
        """Somebody said no by letter or telephone: end one subscription, or all that stand.

        Returns those that were ended (or, in a dry run, would be). Raises NotFoundError for an
        address that nobody here has.
        """
        if newsletter is not None:
            self._newsletter(newsletter)
        with self.db.read() as tx:
            subscriber = subscribers.find_subscriber(tx, address)
            if subscriber is None:
                raise errors.NotFoundError("nobody with that address is known here")
            standing = [
                one
                for one in subscribers.list_subscriptions(tx, subscriber.id)
                if one.state is not SubscriptionState.UNSUBSCRIBED
                and newsletter in (None, one.newsletter)
            ]
        if dry_run:
            return tuple(standing)
        ended = [
            subscribe.unsubscribe(self.db, one.subscriber_id, one.newsletter, now=self.clock.now())
            for one in standing
        ]
        return tuple(one for one in ended if one)

    def read_addresses(self, path: Path) -> list[str]:
        """The addresses of a file with one a line; raises InputError naming every bad line."""
        return suppress.read_list(path)

    def read_wishes(self, path: Path) -> list[Wish]:
        """The rows of a CSV file, checked; raises InputError naming every bad row."""
        return subscribe.read_csv(path, self.newsletters, self.config.publication)

    def read_wish(self, row: Mapping[str, str | None]) -> Wish:
        """One wish from its fields; raises InputError saying what is wrong with it."""
        wish = subscribe.read_wish(row, self.newsletters, self.config.publication)
        if isinstance(wish, str):
            raise errors.InputError(wish)
        return wish

    def suppress(
        self,
        wanted: Sequence[str],
        reason: SuppressionReason,
        *,
        note: str = "",
        dry_run: bool = False,
    ) -> SuppressReport:
        """Never mail these addresses again."""
        return suppress.suppress(
            self.db,
            wanted,
            reason,
            secret=self.config.storage.secret,
            now=self.clock.now(),
            note=note,
            dry_run=dry_run,
        )

    def lift_suppression(self, wanted: Sequence[str], *, dry_run: bool = False) -> SuppressReport:
        """Allow these addresses again."""
        return suppress.lift(self.db, wanted, secret=self.config.storage.secret, dry_run=dry_run)

    # ---------------------------------------------------------------- questions

    def check(self) -> tuple[Finding, ...]:
        """Look at everything that a run will need; changes nothing but the schema."""
        config, now = self.config, self.clock.now()
        templates = site.templates_in_use(config.folders.templates)
        findings = [Finding(what="configuration", detail=str(config.path))]
        findings += [Finding(what="warning", detail=one) for one in config.warnings]
        findings.append(check.check_database(lambda: self.db))
        findings.append(check.check_folder("feeds", config.folders.feeds))
        for newsletter in config.newsletters:
            findings += check.check_templates(config.publication, newsletter, templates, now)
        findings += check.check_cadences(config.newsletters, now)
        findings.append(check.check_transport(lambda: transports.open_transport(config.transport)))
        return tuple(findings)

    def why_article(self, name: str) -> explain.ArticleFacts:
        """All that decided the fate of an article."""
        today = self.clock.now().astimezone(self.config.publication.time_zone).date()
        return explain.explain_article(self.db, self.config.publication, name, today=today)

    def why_reader(self, address: str) -> explain.ReaderFacts:
        """All that decided what a reader got."""
        return explain.explain_reader(self.db, address, secret=self.config.storage.secret)

    def why_issue(self, newsletter: str, period: str) -> explain.IssueFacts:
        """All that made an issue, and how its deliveries stand."""
        return explain.explain_issue(self.db, newsletter, period)

    def list_issues(self, limit: int = 50) -> list[Issue]:
        """Issues that went out or are going out, newest first."""
        shown = (IssueState.COMPOSED, IssueState.SENDING, IssueState.FINISHED, IssueState.STOPPED)
        with self.db.read() as tx:
            return issues.list_issues(tx, states=shown, limit=limit)

    # ---------------------------------------------------------------- the readers' door

    def feed_addresses(self, language: str | None = None) -> list[FeedAddress]:
        """Every feed in every format, or those of one language."""
        publication = self.config.publication
        return [
            FeedAddress(
                feed=feed,
                format=one,
                url=addresses.feed_url(publication, feed.key, one),
                path=addresses.feed_path(feed.key, one),
                media_type=MEDIA_TYPES[one],
            )
            for feed in feeds.make_feeds(publication)
            if language is None or feed.language == language
            for one in FeedFormat
        ]

    def feed_versions(self) -> dict[str, FeedVersion]:
        """What stands at each path below the folder of feeds, and since when."""
        with self.db.read() as tx:
            return feed_versions.get_versions(tx)

    def list_issue_pages(self, language: str, limit: int = 10) -> list[tuple[Issue, str]]:
        """Issues that readers of `language` were sent, newest first, with their subjects.

        Not those that are not out yet, nor those that somebody stopped: their pages can be opened
        by whoever has the link, but nobody is sent there.
        """
        public = (IssueState.SENDING, IssueState.FINISHED)
        with self.db.read() as tx:
            return issues.list_subjects(tx, language, states=public, limit=limit)

    def is_ready(self) -> bool:
        """Whether the database answers, so that pages and tokens work."""
        try:
            return self.db.answers()
        except errors.StoreError:
            return False

    def find_issue_page(self, newsletter: str, period: str, language: str) -> Variant | None:
        """An issue as anyone may see it in the browser: without the values of a reader."""
        with self.db.read() as tx:
            issue = issues.find_issue(tx, newsletter, period)
            variant = issues.find_variant(tx, issue.id, language) if issue else None
        if variant is None:
            return None
        return replace(
            variant,
            html=slots.without_reader(variant.html),
            text=slots.without_reader(variant.text),
        )

    def find_subscription(self, token: str) -> tuple[Subscription, str] | None:
        """(subscription, the reader's language) that an unsubscribe token names."""
        found = self._read_unsubscribe(token)
        if found is None:
            return None
        subscriber_id, newsletter = found
        with self.db.read() as tx:
            subscriber = subscribers.find_subscriber_by_id(tx, subscriber_id)
            subscription = subscribers.find_subscription(tx, subscriber_id, newsletter)
        if subscriber is None or subscription is None:
            return None
        return subscription, subscriber.language

    def unsubscribe(self, token: str) -> Subscription | None:
        """The reader says no. Idempotent; None for a token that names nobody (any more)."""
        found = self._read_unsubscribe(token)
        if found is None:
            return None
        return subscribe.unsubscribe(self.db, *found, now=self.clock.now())

    # ---------------------------------------------------------------- details

    def _read_unsubscribe(self, token: str) -> tuple[int, str] | None:
        read = self.signer.read(token, tokens.Purpose.UNSUBSCRIBE)
        if read is None:
            return None
        with self.db.read() as tx:
            names = {number: name for name, number in issues.newsletter_ids(tx).items()}
        return (read.subscriber_id, names[read.scope]) if read.scope in names else None

    def _sources(self, names: Sequence[str]) -> list[Source]:
        known = {source.name: source for source in self.config.sources}
        unknown = [name for name in names if name not in known]
        if unknown:
            message = f"no source is called {unknown[0]!r}; there are {', '.join(known)}"
            raise errors.NotFoundError(message)
        if names:
            return [known[name] for name in names]
        return [source for source in known.values() if source.enabled]

    def _newsletter(self, name: str) -> Newsletter:
        if name not in self.newsletters:
            known = ", ".join(self.newsletters)
            message = f"no newsletter is called {name!r}; there are {known}"
            raise errors.NotFoundError(message)
        return self.newsletters[name]

    def _issue(self, tx: database.Transaction, newsletter: str, period: str) -> Issue:
        issue = issues.find_issue(tx, newsletter, period)
        if issue is None:
            message = f"there is no issue {period} of {newsletter!r}"
            raise errors.NotFoundError(message)
        return issue

    def _desk(self) -> Desk:
        return Desk(
            publication=self.config.publication,
            appeals=self.config.appeals,
            templates=site.templates_in_use(self.config.folders.templates),
            notes=self.config.root / "notes",
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


def as_data(value: Any) -> Any:
    """A report as plain data for JSON: dataclasses to mappings, times to ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in fields(value)]
        return {name: as_data(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(as_data(key)): as_data(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_data(one) for one in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def composed_data(report: ComposeReport) -> Mapping[str, Any]:
    """A report on composing without the mails themselves, which may be long."""
    data: dict[str, Any] = as_data(report)
    data["variants"] = [
        {"key": one.key, "subject": one.subject, "html_octets": len(one.html.encode())}
        for one in report.variants
    ]
    return data
