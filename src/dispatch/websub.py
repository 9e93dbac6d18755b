"""websub: a feed that changed -> every program that listens to it.

In: the hub's rows, the feeds as they stand in their folder. Out: a report; listeners that were
asked to confirm, pushed to, or let go, and public hubs that were told. A listener that fails stops
no other one, and is tried again at growing distance. Never: a private address (`fetch` guards every
callback), or a secret in a log.

What a listener has is the digest in its row. So a kill between a push and its record repeats that
one push, a feed that changed twice meanwhile is pushed once, and nothing is pushed for ever.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from dispatch import fetch
from dispatch.model.feed import FeedSettings
from dispatch.model.listener import Listener, Ping, WishedListener
from dispatch.render import output
from dispatch.rules import websub
from dispatch.store import listeners
from dispatch.store.database import Database, Transaction

#: How many listeners there may be in all, and at one host; big readers ask once for all of theirs.
MAX_LISTENERS = 10_000
MAX_PER_HOST = 500
#: How many are attended to in one run, and how many at once.
MAX_AT_ONCE = 1_000
THREADS = 8
#: How much of an answer is read: a challenge has 43 signs.
ANSWER_BYTES = 4096
#: A listener that needs longer is a failure; there may be thousands behind it.
DEADLINES = fetch.Deadlines(connect_seconds=5, read_seconds=10, total_seconds=15)

log = logging.getLogger(__name__)

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A feed as listeners know it: its URL, its file, the type of its bytes."""

    url: str
    path: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebsubReport:
    """What one run did. `failures` are those that will be tried again."""

    confirmed: int = 0
    refused: int = 0
    pushed: int = 0
    dropped: int = 0
    expired: int = 0
    pinged: int = 0
    failures: int = 0


def ask(db: Database, wished: WishedListener, now: datetime) -> bool:
    """Keep a wish until its listener confirms it; False where there are too many already."""
    with db.write() as tx:
        if not listeners.is_known(tx, wished.topic, wished.callback):
            is_full = listeners.count(tx) >= MAX_LISTENERS
            if is_full or listeners.count(tx, wished.host) >= MAX_PER_HOST:
                log.warning("hub_full host=%s", wished.host)
                return False
        listeners.put_wish(tx, wished, now)
    return True


class Hub:
    """Everything that one run needs."""

    def __init__(
        self,
        db: Database,
        fetcher: fetch.Fetcher,
        topics: Sequence[Topic],
        settings: FeedSettings,
        hub_url: str,
        folder: Path,
        now: datetime,
        is_retired: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.db = db
        self.fetcher = fetcher
        self.topics: Mapping[str, Topic] = {one.path: one for one in topics}
        self.settings = settings
        self.hub_url = hub_url
        self.folder = folder
        self.now = now
        self.is_retired = is_retired

    def attend(self) -> WebsubReport:
        """Let go of what is over, ask for confirmations, push what changed, tell public hubs."""
        with self.db.write() as tx:
            expired = listeners.remove_expired(tx, self.now)
        lost = self._each(self._deny, self._at_lost_topics)
        asked = self._each(
            self._verify, lambda tx: listeners.list_unverified(tx, self.now, MAX_AT_ONCE)
        )
        told = self._each(self._push, lambda tx: listeners.list_to_push(tx, self.now, MAX_AT_ONCE))
        pinged = self._each(self._ping, self._pings)
        every = [*lost, *asked, *told, *pinged]
        return WebsubReport(
            expired=expired,
            confirmed=every.count("confirmed"),
            refused=every.count("refused"),
            pushed=every.count("pushed"),
            dropped=every.count("dropped"),
            pinged=every.count("pinged"),
            failures=every.count("failed"),
        )

    def _each(
        self,
        act: Callable[[Subject], str],
        listed: Callable[[Transaction], Sequence[Subject]],
    ) -> list[str]:
        """What came of each, a word for each; several at once, for most of it is waiting."""
        with self.db.read() as tx:
            subjects = listed(tx)
        if not subjects:
            return []
        with ThreadPoolExecutor(THREADS, thread_name_prefix="websub") as pool:
            return list(pool.map(act, subjects))

    def _at_lost_topics(self, tx: Transaction) -> Sequence[Listener]:
        """Only what is gone for good: a topic that merely vanished may be back tomorrow."""
        return [one for one in listeners.list_all(tx) if self.is_retired(one.path)]

    def _pings(self, tx: Transaction) -> Sequence[Ping]:
        """Of feeds alone: archives have no listeners."""
        paths = list(self.topics)
        return listeners.list_pings(tx, self.settings.ping, paths, self.now, MAX_AT_ONCE)

    def _send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> _Reply:
        return self.fetcher.send(
            method,
            url,
            body=body,
            headers=headers,
            allow_hosts=self.settings.hub_allow_hosts,
            limit_bytes=ANSWER_BYTES,
        )

    # ------------------------------------------------------------ asking back

    def _verify(self, one: Listener) -> str:
        """Ask the listener whether it was it that asked (WebSub, section 5.3)."""
        assert one.wish is not None  # noqa: S101 - the query asked for it
        challenge = secrets.token_urlsafe(32)
        lease = one.wished_lease_seconds
        url = websub.verification_url(
            one.callback, one.wish, one.topic, challenge=challenge, lease_seconds=lease
        )
        reply = self._send("GET", url, b"", {"Accept": "*/*"})
        with self.db.write() as tx:
            if isinstance(reply, fetch.Response) and reply.body.strip() == challenge.encode():
                listeners.confirm(tx, one, self.now)
                return "confirmed"
            is_answer = isinstance(reply, fetch.Response) or reply.reason == "http_404"
            if is_answer or one.attempts + 1 >= websub.MAX_VERIFICATIONS:
                listeners.forget_wish(tx, one)
                return "refused"
            until = self.now + websub.pause(one.attempts + 1)
            listeners.postpone_verification(tx, one, until)
            return "failed"

    def _deny(self, one: Listener) -> str:
        """Tell a listener that its feed is gone, once, and let it go."""
        url = websub.denial_url(one.callback, one.topic, "this feed is gone")
        self._send("GET", url, b"", {"Accept": "*/*"})
        return self._drop(one, "its feed is gone")

    # ------------------------------------------------------------ telling

    def _push(self, one: Listener) -> str:
        topic = self.topics.get(one.path)
        try:
            body = (self.folder / one.path).read_bytes()
        except OSError:
            return "failed"  # as it is being built anew; the next run will see it
        media_type = topic.media_type if topic else "application/octet-stream"
        headers = websub.push_headers(self.hub_url, one.topic, media_type, one.secret, body)
        reply = self._send("POST", one.callback, body, headers)
        if isinstance(reply, fetch.Response):
            with self.db.write() as tx:
                listeners.record_push(tx, one, output.digest(body))
            return "pushed"
        if reply.reason == "http_410":
            return self._drop(one, "it said 410")
        return self._try_again(one, reply)

    def _try_again(self, one: Listener, failure: fetch.FetchFailure) -> str:
        if one.attempts + 1 >= websub.MAX_ATTEMPTS:
            return self._drop(one, failure.reason)
        log.info("push_failed listener=%d reason=%s", one.id, failure.reason)
        with self.db.write() as tx:
            listeners.postpone_push(tx, one, self.now + websub.pause(one.attempts + 1))
        return "failed"

    def _drop(self, one: Listener, why: str) -> str:
        log.warning("listener_dropped listener=%d topic=%s why=%s", one.id, one.topic, why)
        with self.db.write() as tx:
            listeners.remove(tx, one.id)
        return "dropped"

    def _ping(self, one: Ping) -> str:
        """Tell a public hub that a topic changed; it fetches the feed by itself."""
        fields = {"hub.mode": "publish", "hub.url": self.topics[one.path].url}
        said = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = self._send("POST", one.hub, urlencode(fields).encode(), said)
        is_told = isinstance(reply, fetch.Response)
        if not is_told:
            log.warning("ping_failed hub=%s path=%s", one.hub, one.path)
        # Given up after so many: the next version of the feed is another reason to ping.
        is_last = one.attempts + 1 >= websub.MAX_ATTEMPTS
        retry_at = None if is_told or is_last else self.now + websub.pause(one.attempts + 1)
        with self.db.write() as tx:
            listeners.record_ping(tx, one, retry_at=retry_at)
        return "pinged" if is_told else "failed"


_Reply = fetch.Response | fetch.FetchFailure
