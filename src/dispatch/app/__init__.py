"""App: the only place that knows every concrete class; each command and page is one method of it.

In: the configuration. Out: reports. The doors above (command line, web, clock) call nothing else.
What it can do stands in its parts, a module each, loaded when it is first asked for: a command that
builds feeds waits for no mail. Here are the parts, the job table and the checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dispatch import errors
from dispatch.app.office import Office
from dispatch.config import Config, load_config
from dispatch.store import database

if TYPE_CHECKING:
    from dispatch import jobs, ports
    from dispatch.app.appeals import Appeals
    from dispatch.app.asked import AskedFeeds
    from dispatch.app.editors import Editors
    from dispatch.app.feeds import Feeds
    from dispatch.app.hub import Hub
    from dispatch.app.insight import Insight
    from dispatch.app.intake import Intake
    from dispatch.app.issues import Issues
    from dispatch.app.push import Push
    from dispatch.app.readers import Readers
    from dispatch.app.related import Related
    from dispatch.app.scout import Scout
    from dispatch.app.top import Top
    from dispatch.check import Finding
    from dispatch.model.newsletter import Newsletter
    from dispatch.model.run import Run
    from dispatch.rules import cadence


class App:
    """A site at work."""

    def __init__(self, config: Config, clock: ports.Clock | None = None) -> None:
        self.office = Office(config, clock)
        self.clock = self.office.clock
        self.stop = self.office.stop

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

    @property
    def config(self) -> Config:
        """What the operator decided."""
        return self.office.config

    @property
    def db(self) -> database.Database:
        """The database, opened and brought up to date at first use."""
        return self.office.db

    @cached_property
    def feeds(self) -> Feeds:
        """What is published."""
        from dispatch.app.feeds import Feeds

        return Feeds(self.office)

    @cached_property
    def asked(self) -> AskedFeeds:
        """Feeds that a reader asks for: a person's own, a search."""
        from dispatch.app.asked import AskedFeeds

        return AskedFeeds(self.office)

    @cached_property
    def hub(self) -> Hub:
        """Who is told of what is published."""
        from dispatch.app.hub import Hub

        return Hub(self.office, self.feeds)

    @cached_property
    def insight(self) -> Insight:
        """Who reads the feeds, and how well they are made."""
        from dispatch.app.insight import Insight

        return Insight(self.office, self.feeds)

    @cached_property
    def top(self) -> Top:
        """What is read most."""
        from dispatch.app.top import Top

        return Top(self.office)

    @cached_property
    def related(self) -> Related:
        """What is read beside what."""
        from dispatch.app.related import Related

        return Related(self.office)

    @cached_property
    def intake(self) -> Intake:
        """What comes in."""
        from dispatch.app.intake import Intake

        return Intake(self.office, self.feeds, self.top, self.related)

    @cached_property
    def issues(self) -> Issues:
        """What is mailed."""
        from dispatch.app.issues import Issues

        return Issues(self.office, self.feeds, self.top)

    @cached_property
    def editors(self) -> Editors:
        """What editors decide about it."""
        from dispatch.app.editors import Editors

        return Editors(self.office, self.issues)

    @cached_property
    def readers(self) -> Readers:
        """Who is mailed."""
        from dispatch.app.readers import Readers

        return Readers(self.office)

    @cached_property
    def appeals(self) -> Appeals:
        """What is asked of readers, and what they gave."""
        from dispatch.app.appeals import Appeals

        return Appeals(self.office)

    @cached_property
    def push(self) -> Push:
        """What is sent to us."""
        from dispatch.app.push import Push

        return Push(self.office, self.feeds)

    @cached_property
    def scout(self) -> Scout:
        """What could come in."""
        from dispatch.app.scout import Scout

        return Scout(self.office)

    @cached_property
    def runner(self) -> jobs.Runner:
        """Makes the runs of the job table."""
        from dispatch import jobs

        return jobs.Runner(self.db, self.clock, self.job_table())

    def close(self) -> None:
        """Keep what was counted, and let go of the database."""
        self.office.close()

    def job_table(self) -> tuple[jobs.Job, ...]:
        """Every job that the clock wakes."""
        from dispatch import jobs
        from dispatch.app import reports

        schedule = self.config.schedule
        issue_jobs = [
            jobs.CadenceJob(
                name=f"issue:{one.name}",
                cadence=one.cadence,
                late=one.late,
                late_hours=one.late_hours,
                lead=timedelta(seconds=one.draft_seconds),
                action=self._issue_action(one),
            )
            for one in self.config.newsletters
        ]
        return (
            jobs.IntervalJob(
                name="collect",
                every_seconds=schedule.collect_seconds,
                action=lambda _: reports.as_data(self.intake.collect(with_reads=False)),
            ),
            jobs.IntervalJob(
                name="reads",
                every_seconds=schedule.reads_seconds,
                action=lambda _: reports.as_data(self._tally()),
            ),
            jobs.IntervalJob(
                name="deliver",
                every_seconds=schedule.deliver_seconds,
                action=lambda _: reports.as_data(self.issues.deliver()),
            ),
            jobs.IntervalJob(
                name="websub",
                every_seconds=schedule.websub_seconds,
                action=lambda _: reports.as_data(self.hub.attend()),
            ),
            *issue_jobs,
        )

    def _tally(self) -> Mapping[str, Any]:
        """Reads of articles, and polls of feeds."""
        from dispatch.app import reports

        return {**reports.as_data(self.intake.tally()), "polls": self.insight.tally()}

    def _issue_action(self, newsletter: Newsletter) -> jobs.Action:
        """Collect once more, count reads, compose, deliver: the newest of everything."""
        from dispatch.app import reports

        def act(period: cadence.Period) -> Mapping[str, Any]:
            self.intake.collect(force=True)
            composed = self.issues.compose(newsletter.name, period=period)
            return {
                "compose": reports.composed_data(composed),
                "deliver": reports.as_data(self.issues.deliver()),
            }

        return act

    def list_runs(self, job: str | None = None, limit: int = 20) -> list[Run]:
        """What the clock did, newest first."""
        from dispatch.store import runs

        with self.db.read() as tx:
            return runs.list_runs(tx, job=job, limit=limit)

    def check(self) -> tuple[Finding, ...]:
        """Look at everything that a run will need; changes nothing but the schema."""
        from dispatch import check, site, transports
        from dispatch.check import Finding

        config, now = self.config, self.clock.now()
        templates = site.templates_in_use(config.folders.templates)
        findings = [Finding(what="configuration", detail=str(config.path))]
        findings += [Finding(what="warning", detail=one) for one in config.warnings]
        findings.append(check.check_database(lambda: self.db))
        findings.append(check.check_folder("feeds", config.folders.feeds))
        logs = [(f"reads {one.name}", one.path) for one in config.reads if one.kind == "access-log"]
        for what, log in (*logs, ("web.access_log", config.web.access_log)):
            findings += [check.check_log(what, log)] if log else []
        for newsletter in config.newsletters:
            findings += check.check_templates(config.publication, newsletter, templates, now)
        findings += check.check_cadences(config.newsletters, now)
        findings.append(check.check_transport(lambda: transports.open_transport(config.transport)))
        return tuple(findings)

    def is_ready(self) -> bool:
        """Whether the database answers, so that pages and tokens work."""
        try:
            return self.db.answers()
        except errors.StoreError:
            return False
