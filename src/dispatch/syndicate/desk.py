"""What one build goes by: the publication, the settings, the feeds, the moment.

In: configuration and now. Out: contexts of documents. Never: the store.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from dispatch.model.feed import Feed, FeedContext, FeedHistory, FeedSettings
from dispatch.model.publication import Appeal, Publication
from dispatch.rules import addresses, appeals
from dispatch.rules import feeds as feed_rules
from dispatch.store.feed_places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The decisions that hold for a whole build."""

    publication: Publication
    settings: FeedSettings
    appeals: tuple[Appeal, ...]
    feeds: tuple[Feed, ...]
    folder: Path
    now: datetime
    everything: bool

    def context(self, feed: Feed, history: FeedHistory) -> FeedContext:
        """What the subscription feed needs beside its articles."""
        languages = tuple(self.publication.languages)
        page = addresses.feeds_page_url(self.publication, feed.language or languages[0])
        today = self.now.astimezone(self.publication.time_zone).date()
        return FeedContext(
            publication=self.publication,
            settings=feed_rules.settings_of(feed, self.settings),
            born_at=feed_rules.born_at(self.publication),
            alternates=feed_rules.make_alternates(feed, self.feeds),
            appeals=appeals.choose_each(self.appeals, languages, today),
            feeds_page_url=page,
            subscribe_url=f"{page}#email",
            hub_url=next(iter(addresses.list_hubs(self.publication, self.settings)), None),
            history=history,
        )

    def archive_context(self, feed: Feed, history: FeedHistory) -> FeedContext:
        """The same without what changes from day to day: an archive stays as it is."""
        context = self.context(feed, history)
        return replace(
            context,
            settings=replace(context.settings, appeal=False, read_also=0),
            appeals={},
            hub_url=None,
        )

    def is_told(self, place: Place) -> bool:
        """Whether a notice still stands where the article was withdrawn."""
        withdrawn_at = place.withdrawn_at
        return withdrawn_at is not None and withdrawn_at > self.notices_since

    @property
    def notices_since(self) -> datetime:
        """Articles that were withdrawn after this have a notice in their place."""
        return self.now - timedelta(days=self.settings.retraction_days)
