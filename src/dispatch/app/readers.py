"""Readers: everything that the App does with subscribers, their wishes and their refusals.

In: the office; addresses from an operator, tokens from readers. Out: reports, subscriptions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from dispatch import choose, errors, explain, ports, subscribe, suppress
from dispatch.app.office import Office
from dispatch.choose import Choice, Lack, Offer
from dispatch.model.subscriber import Subscription, SubscriptionState, SuppressionReason
from dispatch.rules import tokens
from dispatch.store import issues, subscribers
from dispatch.subscribe import SubscribeReport, Wish
from dispatch.suppress import SuppressReport


class Readers:
    """The readers of a site."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def subscribe(
        self,
        wishes: Sequence[Wish],
        *,
        dry_run: bool = False,
        progress: ports.Progress | None = None,
    ) -> SubscribeReport:
        """Take in subscribers, all of them or none."""
        return subscribe.subscribe(
            self._office.db,
            wishes,
            secret=self._office.config.storage.secret,
            now=self._office.clock.now(),
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
            self._office.newsletter(newsletter)
        with self._office.db.read() as tx:
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
            subscribe.unsubscribe(
                self._office.db, one.subscriber_id, one.newsletter, now=self._office.clock.now()
            )
            for one in standing
        ]
        return tuple(one for one in ended if one)

    def read_addresses(self, path: Path) -> list[str]:
        """The addresses of a file with one a line; raises InputError naming every bad line."""
        return suppress.read_list(path)

    def read_wishes(self, path: Path) -> list[Wish]:
        """The rows of a CSV file, checked; raises InputError naming every bad row."""
        return subscribe.read_csv(path, self._office.newsletters, self._office.publication)

    def read_wish(self, row: Mapping[str, str | None]) -> Wish:
        """One wish from its fields; raises InputError saying what is wrong with it."""
        wish = subscribe.read_wish(row, self._office.newsletters, self._office.publication)
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
            self._office.db,
            wanted,
            reason,
            secret=self._office.config.storage.secret,
            now=self._office.clock.now(),
            note=note,
            dry_run=dry_run,
        )

    def lift_suppression(self, wanted: Sequence[str], *, dry_run: bool = False) -> SuppressReport:
        """Allow these addresses again."""
        return suppress.lift(
            self._office.db, wanted, secret=self._office.config.storage.secret, dry_run=dry_run
        )

    def why(self, address: str) -> explain.ReaderFacts:
        """All that decided what a reader got."""
        return explain.explain_reader(
            self._office.db, address, secret=self._office.config.storage.secret
        )

    def find_subscription(self, token: str) -> tuple[Subscription, str] | None:
        """(subscription, the reader's language) that an unsubscribe token names."""
        found = self._read_unsubscribe(token)
        if found is None:
            return None
        subscriber_id, newsletter = found
        with self._office.db.read() as tx:
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
        return subscribe.unsubscribe(self._office.db, *found, now=self._office.clock.now())

    @property
    def offer(self) -> Offer:
        """What readers may choose from."""
        return Offer(
            publication=self._office.publication, newsletters=dict(self._office.newsletters)
        )

    def find_choice(self, token: str) -> Choice | None:
        """What the reader whom an unsubscribe token names has chosen."""
        found = self._read_unsubscribe(token)
        if found is None:
            return None
        with self._office.db.read() as tx:
            return choose.find_choice(tx, found[0], self.offer)

    def choose(self, token: str, wanted: Choice) -> tuple[tuple[Lack, str], ...] | None:
        """The reader chooses. Idempotent; None for a token that names nobody (any more).

        Returns what the choice lacks, of which newsletter; then nothing was kept of it.
        """
        found, offer = self._read_unsubscribe(token), self.offer
        if found is None:
            return None
        lacks = tuple(choose.list_lacks(wanted, offer))
        if not lacks:
            secret, now = self._office.config.storage.secret, self._office.clock.now()
            choose.choose(self._office.db, found[0], wanted, offer, secret=secret, now=now)
        return lacks

    def _read_unsubscribe(self, token: str) -> tuple[int, str] | None:
        read = self._office.signer.read(token, tokens.Purpose.UNSUBSCRIBE)
        if read is None:
            return None
        with self._office.db.read() as tx:
            names = {number: name for name, number in issues.newsletter_ids(tx).items()}
        return (read.subscriber_id, names[read.scope]) if read.scope in names else None
