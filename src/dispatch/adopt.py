"""adopt: a feed that was there before -> the identifiers of our articles.

In: the bytes of a feed. Out: a report; matched articles carry the identifier of the old feed from
then on, verbatim, so that no reader shows them again. All of it or nothing: a conflict stops it.
Never: an article made of an entry, or an identifier guessed, changed or completed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch import errors
from dispatch.model.article import Article, Entry
from dispatch.rules import canonical
from dispatch.rules.identity import Key
from dispatch.sources import feed_entries
from dispatch.store import articles
from dispatch.store.database import Database, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """One article, the identifier that it had, and the one that it takes."""

    article_id: int
    title: str
    old_uid: str
    uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptReport:
    """What an adoption did, or would do.

    `already` counts entries whose identifier their article has; `unmatched` names entries that are
    no article here, `conflicts` says what stopped it, and then nothing was changed.
    """

    entries: int
    adopted: tuple[Adoption, ...]
    already: int
    unmatched: tuple[str, ...]
    conflicts: tuple[str, ...]
    is_dry_run: bool = False


def adopt(
    db: Database,
    body: bytes,
    *,
    url: str,
    sources: Iterable[str],
    zone: ZoneInfo,
    now: datetime,
    dry_run: bool = False,
) -> AdoptReport:
    """Give articles the identifiers that the feed in `body` has for them.

    `sources` are the names under which articles were collected: their own ids match as well as
    addresses do. Raises InputError for a document that is no feed.
    """
    try:
        feed = feed_entries.read_feed(body, content_type=None, url=url, zone=zone, now=now)
    except feed_entries.FeedError as error:
        message = f"{url}: {error}"
        raise errors.InputError(message) from error
    with db.write(dry_run=dry_run) as tx:
        report = _match(tx, feed.entries, tuple(sources), dry_run=dry_run)
        if not report.conflicts:
            articles.set_uids(tx, {one.article_id: one.uid for one in report.adopted}, now)
    return report


def _match(
    tx: Transaction, entries: tuple[Entry, ...], sources: tuple[str, ...], *, dry_run: bool
) -> AdoptReport:
    keys = {number: _keys(entry, sources) for number, entry in enumerate(entries)}
    known = articles.find_known(tx, [key for every in keys.values() for key in every])
    found = {
        number: sorted({known[key].article_id for key in every if key in known})
        for number, every in keys.items()
    }
    named = articles.get_articles(tx, [one for every in found.values() for one in every])
    conflicts = [*_conflicts(entries, found, named)]
    matched = {number: every[0] for number, every in found.items() if len(every) == 1}
    adopted = [
        Adoption(
            article_id=article_id,
            title=named[article_id].title,
            old_uid=named[article_id].uid,
            uid=uid,
        )
        for number, article_id in matched.items()
        if (uid := _uid(entries[number])) and uid != named[article_id].uid
    ]
    taken = articles.uids_in_use(tx, [one.uid for one in adopted])
    moving = {one.article_id for one in adopted}
    conflicts += [
        f"{one.uid}: is the identifier of article {taken[one.uid]} already"
        for one in adopted
        if one.uid in taken and taken[one.uid] not in moving
    ]
    return AdoptReport(
        entries=len(entries),
        adopted=tuple(adopted),
        already=len(matched) - len(adopted),
        unmatched=tuple(_name(entries[number]) for number, every in found.items() if not every),
        conflicts=tuple(conflicts),
        is_dry_run=dry_run,
    )


def _keys(entry: Entry, sources: tuple[str, ...]) -> list[Key]:
    """The names under which the article may be known here."""
    keys: list[Key] = [("url", canonical.match_key(entry.url))] if entry.url else []
    if entry.source_id:
        keys += [("id", f"{source} {entry.source_id}") for source in sources]
    return keys


def _uid(entry: Entry) -> str:
    """What readers remember: the guid or id, and where there is none the link, as it stands."""
    return entry.source_id or entry.url or ""


def _name(entry: Entry) -> str:
    return entry.url or entry.source_id or entry.title


def _conflicts(
    entries: tuple[Entry, ...], found: Mapping[int, list[int]], named: Mapping[int, Article]
) -> Iterable[str]:
    for number, every in found.items():
        if len(every) > 1:
            numbers = " and ".join(map(str, every))
            yield f"{_name(entries[number])}: its address and its id name articles {numbers}"
    wanted: dict[int, set[str]] = {}
    for number, every in found.items():
        if len(every) == 1:
            wanted.setdefault(every[0], set()).add(_uid(entries[number]))
    for article_id, uids in wanted.items():
        if len(uids) > 1:
            listed = " and ".join(sorted(uids))
            yield f"article {article_id} ({named[article_id].title}) has two identifiers: {listed}"
    for uid, times in Counter(_uid(entries[number]) for number, e in found.items() if e).items():
        if times > 1:
            yield f"{uid}: {times} entries have this identifier"
