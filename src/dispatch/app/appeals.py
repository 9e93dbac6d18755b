"""Appeals: everything that the App does with donation requests and what they bring.

In: the office; files, figures and signed words of the donation side. Out: reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dispatch import errors, fundraise
from dispatch.app.office import Office
from dispatch.fundraise import AppealReport
from dispatch.rules import mailbox, signatures
from dispatch.rules.signatures import Refusal
from dispatch.store import fund, issues


class Appeals:
    """The donation requests of a site."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def report(self) -> tuple[AppealReport, ...]:
        """How every appeal did."""
        return fundraise.report(self._office.db, self._office.config.appeals)

    def take_donations(self, path: Path, *, dry_run: bool = False) -> int:
        """Keep the donations of a file, each id once; returns how many were new."""
        found = fundraise.read_donations(path)
        return fundraise.take_donations(self._office.db, found, dry_run=dry_run)

    def take_donors(self, path: Path, *, dry_run: bool = False) -> int:
        """Leave the donors of a file of hashes alone; returns how many are news."""
        found = fundraise.read_donors(path)
        return fundraise.take_donors(self._office.db, found, dry_run=dry_run)

    @property
    def is_open(self) -> bool:
        """Whether the donation side may tell us by itself."""
        return self._office.config.donations.secret is not None

    def check_signature(self, header: str, body: bytes) -> Refusal | None:
        """Whether `body` is the donation side's, and fresh."""
        settings = self._office.config.donations
        return signatures.check(
            header,
            body,
            settings.secret or "",
            now=self._office.clock.now(),
            tolerance_seconds=settings.tolerance_seconds,
        )

    def take_gift(self, document: Mapping[str, object]) -> bool | str:
        """Keep one donation, each id once; whether it was new, or what is wrong with it."""
        config = self._office.config
        today = self._office.clock.now().astimezone(config.publication.time_zone).date()
        gift = fundraise.read_gift(
            document, config.appeals, secret=config.storage.secret, today=today
        )
        if isinstance(gift, str):
            return gift
        return fundraise.take_gift(self._office.db, gift)

    def hash_address(self, text: str) -> str:
        """The keyed hash by which a donor is known; raises InputError for what is no address."""
        address = mailbox.read_address(text)
        if address is None:
            raise errors.InputError("that is not an e-mail address")
        return mailbox.address_hash(address, self._office.config.storage.secret)

    def set_raised(self, key: str, cents: int, *, dry_run: bool = False) -> None:
        """Say what an appeal has brought by now; raises NotFoundError."""
        known = dict.fromkeys(one.key for one in self._office.config.appeals)
        if key not in known:
            message = f"no appeal is called {key!r}; there are {', '.join(known) or 'none'}"
            raise errors.NotFoundError(message)
        with self._office.db.write(dry_run=dry_run) as tx:
            fund.set_raised(tx, key, cents)

    def set_quiet(
        self, newsletter: str, period: str, *, quiet: bool, dry_run: bool = False
    ) -> None:
        """Let an issue that is still to be composed carry no appeal, or let it again."""
        self._office.newsletter(newsletter)
        with self._office.db.write(dry_run=dry_run) as tx:
            if issues.find_issue(tx, newsletter, period):
                message = f"issue {period} of {newsletter!r} is composed already: its appeal stands"
                raise errors.InputError(message)
            fund.set_quiet(tx, newsletter, period, quiet=quiet)
