"""Looks for articles that left the middle of their feed: taken back, or merely left out?

In: what a document shows; pages whose look is due. Out: articles withdrawn or published again.
Never: a withdrawal because an article is not in a feed, by one look alone, or of a page that
robots.txt closes. Each look is remembered in the store, so that a crash costs no more than one.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from dispatch import fetch
from dispatch.collect.desk import Desk
from dispatch.collect.report import SourceReport
from dispatch.fetch import robots
from dispatch.model.publication import Source
from dispatch.model.source import Missing
from dispatch.rules import absence, canonical
from dispatch.rules.absence import Fate, Look
from dispatch.rules.identity import Decision, Step
from dispatch.sources import page, page_links
from dispatch.store import articles, missing, recognitions, source_states
from dispatch.store.database import Transaction
from dispatch.store.missing import Due

#: How many pages of one host are looked at in one round.
MAX_LOOKS = 3
#: How many hosts are asked at the same time.
CONCURRENT_HOSTS = 8

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_GONE = frozenset({"http_404", "http_410"})
_DECISIONS = {Fate.WITHDRAWN: Decision.WITHDRAWN, Fate.RETURNED: Decision.RETURNED}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look found, when, and in words."""

    due: Due
    look: Look
    at: datetime
    words: str


def note_window(
    tx: Transaction,
    source: str,
    shown: Sequence[int],
    dates: Sequence[datetime | None],
    now: datetime,
    *,
    is_other_feed: bool = False,
) -> None:
    """Remember the articles that a document shows, and suspect those that its middle lacks.

    `is_other_feed` says that the last document came from another address: it proves nothing.
    """
    window = absence.newest_first(shown, dates)
    before = missing.get_window(tx, source)
    if window == before:
        return
    missing.put_window(tx, source, window)
    missing.remove(tx, set(window) - set(before))
    lacking = () if is_other_feed else absence.vanished(before, window)
    missing.add(
        tx,
        [
            Missing(article_id=one, source=source, vanished_at=now, next_look_at=now)
            for one in lacking
        ],
    )


def look_for(desk: Desk, wanted: Iterable[Source]) -> list[SourceReport]:
    """Look at the pages that are due; a report for each source of which anything came."""
    by_name = {source.name: source for source in wanted}
    now = desk.clock.now()
    with desk.db.read() as tx:
        due = missing.list_due(tx, by_name, now)
        rests = source_states.get_rests(tx, now) if due else {}
    lanes: dict[str, list[Due]] = defaultdict(list)
    for one in due:
        lanes[canonical.host_of(one.url)].append(one)
    lanes = {host: lane for host, lane in lanes.items() if host not in rests}
    if not lanes:
        return []
    with ThreadPoolExecutor(CONCURRENT_HOSTS, thread_name_prefix="look") as pool:
        found = pool.map(lambda lane: list(_look_at(lane, by_name, desk)), lanes.values())
        seen = [one for lane in found for one in lane]
    with desk.db.write(dry_run=desk.is_dry_run) as tx:
        fates = [(one.due.missing.source, _settle(tx, one)) for one in seen]
    return _reports(fates)


def _look_at(lane: Sequence[Due], by_name: Mapping[str, Source], desk: Desk) -> Iterator[_Seen]:
    """A few pages of one host, as far as its robots.txt lets us."""
    allowed = by_name[lane[0].missing.source].allow_hosts
    rules = robots.read(desk.fetcher, lane[0].url, allowed)
    most = 1 if rules.delay_seconds else MAX_LOOKS
    for one in lane[:most]:
        at = desk.clock.now()
        if rules.may_fetch(one.url):
            look, words = _look(one.url, by_name[one.missing.source], desk.fetcher)
        else:
            look, words = Look.UNKNOWN, "robots.txt closes it to us"
        yield _Seen(one, look, at, words)


def _look(url: str, source: Source, fetcher: fetch.Fetcher) -> tuple[Look, str]:
    answer = fetcher.get(
        url, accept=_ACCEPT, allow_hosts=source.allow_hosts, limit_bytes=page.MAX_BYTES
    )
    if isinstance(answer, fetch.FetchFailure):
        return (Look.GONE if answer.reason in _GONE else Look.UNKNOWN), answer.text
    if page_links.leads_away(url, answer.url) and not _is_article(answer):
        return Look.GONE, f"it leads to {answer.url}"
    return Look.THERE, "its page answers"


def _is_article(answer: fetch.Response) -> bool:
    tree = page.tree_of(answer.body, answer.header("content-type"))
    return tree is not None and page.says_article(tree)


def _settle(tx: Transaction, seen: _Seen) -> Fate:
    """Remember a look and do what it means, unless another process was faster."""
    before, at = seen.due.missing, seen.at
    if seen.due.is_withdrawn != (before.withdrawn_at is not None):
        missing.remove(tx, [before.article_id])  # somebody else's word counts
        return Fate.NONE
    after, fate = absence.after_look(before, seen.look, at)
    if not missing.settle(tx, before, after) or fate is Fate.NONE:
        return Fate.NONE
    change = articles.withdraw_article if fate is Fate.WITHDRAWN else articles.restore_article
    change(tx, before.article_id, at)
    recognitions.add(tx, [_recognition(seen, fate)])
    log.info("article %d: %s, because %s", before.article_id, fate.value, seen.words)
    return fate


def _recognition(seen: _Seen, fate: Fate) -> recognitions.Recognition:
    where = "it left its feed, and its page was looked for twice" if fate is Fate.WITHDRAWN else ""
    return recognitions.Recognition(
        article_id=seen.due.missing.article_id,
        seen_at=seen.at,
        source=seen.due.missing.source,
        decision=_DECISIONS[fate].value,
        step=Step.NONE.value,
        why=f"{where}: {seen.words}" if where else seen.words,
    )


def _reports(fates: Iterable[tuple[str, Fate]]) -> list[SourceReport]:
    counts: dict[str, Counter[Fate]] = defaultdict(Counter)
    for source, fate in fates:
        if fate is not Fate.NONE:
            counts[source][fate] += 1
    return [
        SourceReport(
            source=source,
            withdrawn=count[Fate.WITHDRAWN],
            changed=count[Fate.RETURNED],
            not_modified=True,
        )
        for source, count in counts.items()
    ]
