"""Hub: everything that the App does as a WebSub hub.

In: the office, the feeds. Out: answers to those who want to listen, and reports of pushes.
"""

from __future__ import annotations

from collections.abc import Mapping

from dispatch import fetch, websub
from dispatch.app.feeds import Feeds
from dispatch.app.office import Office
from dispatch.model.listener import Listener
from dispatch.rules import websub as rules
from dispatch.store import listeners
from dispatch.websub import Topic, WebsubReport


class Hub:
    """The hub of a site."""

    def __init__(self, office: Office, feeds: Feeds) -> None:
        self._office = office
        self._feeds = feeds

    @property
    def is_open(self) -> bool:
        """Whether the site has a hub of its own."""
        return self._office.config.feeds.hub

    def ask(self, form: Mapping[str, str]) -> tuple[int, str]:
        """(status, text) for a request; 202 is a promise to ask the listener itself."""
        topics = {one.url: one.path for one in self._feeds.list_addresses()}
        wished = rules.read_request(form, topics)
        if isinstance(wished, str):
            return 400, wished
        if not websub.ask(self._office.db, wished, self._office.clock.now()):
            return 429, "there are too many listeners already; please try later"
        return 202, "the callback will be asked to confirm"

    def attend(self) -> WebsubReport:
        """Confirm, push and ping what is owed now."""
        config = self._office.config
        topics = [
            Topic(url=one.url, path=one.path, media_type=one.media_type)
            for one in self._feeds.list_addresses()
        ]
        contact = self._office.publication.contact
        with fetch.Fetcher(contact=contact, deadlines=websub.DEADLINES) as fetcher:
            hub = websub.Hub(
                self._office.db,
                fetcher,
                topics,
                config.feeds,
                next(iter(self._feeds.list_hubs()), ""),
                config.folders.feeds,
                self._office.clock.now(),
                self._feeds.is_retired,
            )
            return hub.attend()

    def list_listeners(self) -> list[Listener]:
        """Who listens, and who has still to confirm."""
        with self._office.db.read() as tx:
            return listeners.list_all(tx)
