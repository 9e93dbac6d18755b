"""Insight: who reads the feeds, and how well feeds are made.

In: the office; visits, as the web server tells them. Out: audiences; faults of feeds, ours or
anybody's. Never: an address of a visitor in the store.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from dispatch import errors, fetch, lint, tally
from dispatch.app.feeds import Feeds
from dispatch.app.office import Office
from dispatch.lint import CheckedFeed
from dispatch.model.feed_poll import FeedAudience, FeedDay
from dispatch.reads import feed_polls as counting
from dispatch.rules import addresses, feed_audience
from dispatch.rules import feeds as feed_rules
from dispatch.store import feed_polls
from dispatch.tally import PollsReport

#: How often sums go from memory to the store.
FLUSH_SECONDS = 300.0
WINDOW = timedelta(hours=24)


class Insight:
    """What can be known of readers and feeds."""

    def __init__(self, office: Office, feeds: Feeds) -> None:
        self._office = office
        self._feeds = feeds
        self._counter = counting.Counter()
        self._flushed_at = time.monotonic()
        office.at_close(self.flush)

    def note(self, path: str, agent: str, address: str, status: int, *, conditional: bool) -> bool:
        """Count a visit; True when it is time to `flush`, from a thread that may wait."""
        poll = counting.Poll(
            path=path,
            agent=agent,
            address=address,
            status=status,
            at=self._office.clock.now(),
            is_conditional=conditional,
        )
        self._counter.note(poll)
        return time.monotonic() - self._flushed_at >= FLUSH_SECONDS

    def flush(self) -> None:
        """Give the sums to the store."""
        self._flushed_at = time.monotonic()
        if self._counter.is_empty or not self._is_ready():
            return  # what was counted waits for the database
        counted = self._counter.take()
        with self._office.db.write() as tx:
            feed_polls.add(tx, counted, self._office.clock.now().date())

    def tally(self, logs: Sequence[Path] = ()) -> tuple[PollsReport, ...]:
        """Take in what the web server that hands out the files has logged since the last time.

        `logs` are looked at beside the one that the configuration names.
        """
        configured = self._office.config.web.access_log
        every = (*([configured] if configured else []), *logs)
        if not every:
            return ()
        public = urlsplit(self._office.publication.public_url).path
        feeds = {one.path for one in self._feeds.list_addresses()}
        return tuple(
            tally.tally_polls(
                self._office.db,
                log,
                folder=f"{public}{addresses.FEEDS}/",
                feeds=feeds,
                now=self._office.clock.now(),
            )
            for log in every
        )

    def _is_ready(self) -> bool:
        try:
            return self._office.db.answers()
        except errors.StoreError:
            return False

    def list_audiences(self) -> tuple[FeedAudience, ...]:
        """The readers of each feed over the last 24 hours."""
        self.flush()
        with self._office.db.read() as tx:
            polls = feed_polls.list_since(tx, self._office.clock.now() - WINDOW)
        return feed_audience.sum_up(polls)

    def list_days(self, days: int) -> tuple[FeedDay, ...]:
        """How many read the feeds on each of the last days, today's first."""
        self.flush()
        first = self._office.clock.now().date() - timedelta(days=days - 1)
        with self._office.db.read() as tx:
            return feed_audience.by_day(feed_polls.list_days(tx, first))

    def lint(self, places: Sequence[str], allow_hosts: Sequence[str] = ()) -> list[CheckedFeed]:
        """The faults of feeds at URLs and in files; of our own published files without any."""
        now = self._office.clock.now()
        if not places:
            folder = self._office.config.folders.feeds
            lists = self._feeds.list_files().items()
            return [
                *(
                    lint.check_file(folder / one.path, now, url=one.url, media_type=one.media_type)
                    for one in self._feeds.list_addresses()
                ),
                *(lint.check_file(folder / path, now, media_type=kind) for path, kind in lists),
            ]
        with fetch.Fetcher(contact=self._office.publication.contact) as fetcher:
            return [self._lint_one(fetcher, place, allow_hosts) for place in places]

    def lint_public(self, allow_hosts: Sequence[str] = ()) -> list[CheckedFeed]:
        """The faults of our main feeds as readers get them: by their public address."""
        own = urlsplit(self._office.publication.public_url).hostname or ""
        folder, now = self._office.config.folders.feeds, self._office.clock.now()
        mains = {*self._office.publication.languages, feed_rules.ALL}
        with fetch.Fetcher(contact=self._office.publication.contact) as fetcher:
            return [
                lint.check_url(
                    fetcher,
                    one.url,
                    now,
                    allow_hosts=(own, *allow_hosts),
                    published=_read(folder / one.path),
                )
                for one in self._feeds.list_configured()
                if one.feed.key in mains
            ]

    def _lint_one(
        self, fetcher: fetch.Fetcher, place: str, allow_hosts: Sequence[str]
    ) -> CheckedFeed:
        now = self._office.clock.now()
        if place.startswith(("http://", "https://")):
            return lint.check_url(fetcher, place, now, allow_hosts=allow_hosts)
        return lint.check_file(Path(place), now)


def _read(path: Path) -> bytes | None:
    """What was published; None tells nothing: the way to it is judged all the same."""
    try:
        return path.read_bytes()
    except OSError:
        return None
