"""Office: what every part of the App shares: configuration, clock, store, keys.

In: the configuration. Out: the opened store, at first use. Never: a verb.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property

from dispatch import errors, ports
from dispatch.config import Config
from dispatch.model.newsletter import Newsletter
from dispatch.rules import tokens
from dispatch.store import database, issues


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class Office:
    """One site's shared things. `stop` tells long work to come to a safe end."""

    def __init__(self, config: Config, clock: ports.Clock | None = None) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.stop = threading.Event()
        self.signer = tokens.Signer(config.storage.secret)
        self.publication = config.publication
        self.newsletters = {one.name: one for one in config.newsletters}
        self._at_close: list[Callable[[], None]] = []

    @cached_property
    def db(self) -> database.Database:
        """The database, opened and brought up to date at first use."""
        opened = database.open_database(self.config.storage.url)
        opened.upgrade()
        with opened.read() as tx:
            new = self.newsletters.keys() - issues.newsletter_ids(tx).keys()
        if new:  # a start that has nothing to say waits for no writer
            with opened.write() as tx:
                issues.register_newsletters(tx, sorted(new), self.clock.now())
        return opened

    def at_close(self, action: Callable[[], None]) -> None:
        """Have `action` done while the database is still there."""
        self._at_close.append(action)

    def close(self) -> None:
        """Do what was left for the end, and let go of the database."""
        for action in self._at_close:
            action()
        self._at_close.clear()
        if "db" in self.__dict__:
            self.db.close()

    def newsletter(self, name: str) -> Newsletter:
        """The newsletter called `name`; raises NotFoundError that lists what there is."""
        if name not in self.newsletters:
            known = ", ".join(self.newsletters)
            message = f"no newsletter is called {name!r}; there are {known}"
            raise errors.NotFoundError(message)
        return self.newsletters[name]
