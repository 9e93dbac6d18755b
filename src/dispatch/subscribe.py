"""subscribe: a person's wish -> Subscription.

In: addresses from the command line, a CSV file, or a signed token from the web. Out: frozen
reports. Never: a subscription of a suppressed address, or an import that is taken by half.
"""

from __future__ import annotations

import csv
import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dispatch import errors, ports
from dispatch.model.newsletter import Newsletter
from dispatch.model.publication import Publication
from dispatch.model.subscriber import Subscriber, Subscription, SubscriptionState
from dispatch.rules import audience, mailbox
from dispatch.store import subscribers
from dispatch.store.database import Database, Transaction

#: The columns of an import; only `address` must be there.
COLUMNS = ("address", "language", "languages", "newsletter", "sections", "state")

#: What parts the languages of a reader from each other, as an operator types them.
_PARTED = re.compile(r"[\s,;]+")

#: How many bad rows an error lists before it only counts them.
SHOWN_PROBLEMS = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One row of a request to subscribe, checked and ready to be stored."""

    address: str
    languages: tuple[str, ...]
    newsletter: str
    sections: tuple[str, ...] = ()
    state: SubscriptionState = SubscriptionState.CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeReport:
    """What became of the wishes. `suppressed` were refused: suppression wins over import."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    suppressed: int = 0
    is_dry_run: bool = False


def subscribe(
    db: Database,
    wishes: Sequence[Wish],
    *,
    secret: str,
    now: datetime,
    dry_run: bool = False,
    progress: ports.Progress | None = None,
) -> SubscribeReport:
    """Store all of `wishes`, or none. One who unsubscribed stays so, whatever a list says."""
    counts: Counter[str] = Counter()
    with db.write(dry_run=dry_run) as tx:
        for done, wish in enumerate(wishes, 1):
            counts[_take(tx, wish, secret, now)] += 1
            if progress and done % 500 == 0:
                progress(done, len(wishes), "subscribers")
    return SubscribeReport(
        added=counts["added"],
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        suppressed=counts["suppressed"],
        is_dry_run=dry_run,
    )


def read_wish(
    row: Mapping[str, str | None], newsletters: Mapping[str, Newsletter], publication: Publication
) -> Wish | str:
    """One row as a wish, or what is wrong with it (never with the address in it)."""
    values = {key: (value or "").strip() for key, value in row.items() if key}
    address = mailbox.read_address(values.get("address", ""))
    if address is None:
        return "address: not an e-mail address"
    name = values.get("newsletter") or next(iter(newsletters), "")
    newsletter = newsletters.get(name)
    if newsletter is None:
        return f"newsletter: no such newsletter {name!r}; there are {', '.join(newsletters)}"
    languages = _read_languages(values, newsletter, publication)
    if isinstance(languages, str):
        return languages
    chosen = tuple(part.strip() for part in values.get("sections", "").split(";") if part.strip())
    unknown = set(chosen) - {section.key for section in publication.sections}
    if unknown:
        return f"sections: no such section {sorted(unknown)}"
    state = values.get("state") or SubscriptionState.CONFIRMED.value
    if state not in tuple(SubscriptionState):
        return f"state: {state!r} is not one of {', '.join(SubscriptionState)}"
    return Wish(
        address=address,
        languages=languages,
        newsletter=name,
        sections=chosen,
        state=SubscriptionState(state),
    )


def _read_languages(
    values: Mapping[str, str], newsletter: Newsletter, publication: Publication
) -> tuple[str, ...] | str:
    """The languages of a row in order, or what is wrong with them."""
    if values.get("language") and values.get("languages"):
        return "languages: language is given as well; give one of them"
    said = values.get("languages") or values.get("language") or newsletter.languages[0]
    languages = tuple(dict.fromkeys(part for part in _PARTED.split(said) if part))
    unknown = [one for one in languages if one not in publication.languages]
    if unknown:
        return f"language: the publication has no {unknown} but {tuple(publication.languages)}"
    if not audience.spoken_in(languages, newsletter.languages):
        said = ", ".join(languages)
        return f"language: {newsletter.name} does not come in {said!r} but {newsletter.languages}"
    return languages


def read_csv(
    path: Path, newsletters: Mapping[str, Newsletter], publication: Publication
) -> list[Wish]:
    """The wishes of a CSV file with a header row (`COLUMNS`, UTF-8).

    Raises InputError naming the file and every bad row; then nothing of it is taken.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            _check_columns(path, reader.fieldnames)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path}: cannot be read as CSV in UTF-8: {error}"
        raise errors.InputError(message) from error
    wishes, problems = [], []
    for line, row in rows:
        wish = read_wish(row, newsletters, publication)
        if isinstance(wish, str):
            problems.append(f"{path}:{line}: {wish}")
        else:
            wishes.append(wish)
    if problems:
        raise errors.InputError(_problem_text(problems, len(rows)))
    return wishes


def unsubscribe(
    db: Database, subscriber_id: int, newsletter: str, *, now: datetime
) -> Subscription | None:
    """The reader says no; at once, and for every delivery not yet handed over. Idempotent."""
    with db.write() as tx:
        subscriber = subscribers.find_subscriber_by_id(tx, subscriber_id)
        subscription = subscribers.find_subscription(tx, subscriber_id, newsletter)
        if subscriber is None or subscription is None:
            return None
        if subscription.state is SubscriptionState.UNSUBSCRIBED:
            return subscription
        ended = replace(subscription, state=SubscriptionState.UNSUBSCRIBED, unsubscribed_at=now)
        subscribers.put_subscription(tx, ended, subscriber.languages)
    log.info("subscriber %d unsubscribed from %s", subscriber_id, newsletter)
    return ended


def _take(tx: Transaction, wish: Wish, secret: str, now: datetime) -> str:
    address_hash = mailbox.address_hash(wish.address, secret)
    if subscribers.find_suppression(tx, address_hash):
        return "suppressed"
    subscriber = subscribers.add_subscriber(
        tx, wish.address, address_hash=address_hash, languages=wish.languages, now=now
    )
    existing = subscribers.find_subscription(tx, subscriber.id, wish.newsletter)
    wanted = _merge(existing, wish, subscriber, now)
    if wanted == existing and subscriber.languages == wish.languages:
        return "unchanged"
    if wanted != existing:
        subscribers.put_subscription(tx, wanted, wish.languages)
    if subscriber.languages != wish.languages:
        subscribers.set_languages(tx, subscriber.id, wish.languages)
    return "changed" if existing else "added"


def _merge(
    existing: Subscription | None, wish: Wish, subscriber: Subscriber, now: datetime
) -> Subscription:
    """What a wish makes of a subscription: a list cannot overrule a reader who said no."""
    if existing is None:
        return Subscription(
            subscriber_id=subscriber.id,
            newsletter=wish.newsletter,
            state=wish.state,
            sections=wish.sections,
            confirmed_at=now if wish.state is SubscriptionState.CONFIRMED else None,
            unsubscribed_at=now if wish.state is SubscriptionState.UNSUBSCRIBED else None,
        )
    if existing.state is SubscriptionState.UNSUBSCRIBED:
        return existing
    if wish.state is SubscriptionState.UNSUBSCRIBED:
        return replace(existing, state=wish.state, unsubscribed_at=now)
    if wish.state is SubscriptionState.CONFIRMED and existing.confirmed_at is None:
        return replace(existing, state=wish.state, sections=wish.sections, confirmed_at=now)
    return replace(existing, sections=wish.sections)


def _check_columns(path: Path, names: Iterable[str] | None) -> None:
    found = list(names or ())
    unknown = [name for name in found if name not in COLUMNS]
    if "address" not in found or unknown:
        message = (
            f"{path}:1: the header row must name columns among {', '.join(COLUMNS)}, and 'address' "
            f"must be one of them; it names {', '.join(map(str, found)) or 'nothing'}"
        )
        raise errors.InputError(message)


def _problem_text(problems: Sequence[str], rows: int) -> str:
    shown = list(problems[:SHOWN_PROBLEMS])
    if len(problems) > len(shown):
        shown.append(f"... and {len(problems) - len(shown)} more")
    head = f"{len(problems)} of {rows} rows are bad; nothing was imported"
    return "\n".join([head, *shown])
