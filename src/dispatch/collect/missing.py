"""Looks for articles that left the middle of their feed: taken back, or merely left out?

In: what a document shows; pages whose look is due. Out: articles withdrawn or published again.
Never: a withdrawal because an article is not in a feed, by one look alone, or of a page that
robots.txt closes. Each look is remembered in the store, so that a crash costs no more than one.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from dispatch import fetch
from dispatch.collect import looks
from dispatch.collect.desk import Desk
from dispatch.collect.looks import Seen
from dispatch.collect.report import SourceReport
from dispatch.model.publication import Source
from dispatch.model.source import Missing
from dispatch.rules import absence
from dispatch.rules.absence import Fate, Look
from dispatch.rules.identity import Decision, Step
from dispatch.sources import page, page_links
from dispatch.store import articles, missing, recognitions
from dispatch.store.database import Transaction
from dispatch.store.missing import Due

_GONE = frozenset({"http_404", "http_410"})
_DECISIONS = {Fate.WITHDRAWN: Decision.WITHDRAWN, Fate.RETURNED: Decision.RETURNED}

log = logging.getLogger(__name__)


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
    with desk.db.read() as tx:
        due = missing.list_due(tx, by_name, desk.clock.now())
    seen = looks.look(desk, [looks.Wanted(one, one.url, by_name[one.source]) for one in due])
    if not seen:
        return []
    found = [(one, *_found(one)) for one in seen]
    with desk.db.write(dry_run=desk.is_dry_run) as tx:
        fates = [(one.wanted.source.name, _settle(tx, one, look, why)) for one, look, why in found]
    return _reports(fates)


def _found(seen: Seen[Due]) -> tuple[Look, str]:
    """What a look found, and in words."""
    answer, url = seen.answer, seen.wanted.url
    if answer is None:
        return Look.UNKNOWN, "robots.txt closes it to us"
    if isinstance(answer, fetch.FetchFailure):
        return (Look.GONE if answer.reason in _GONE else Look.UNKNOWN), answer.text
    tree = page.tree_of(answer.body, answer.header("content-type"))
    if tree is not None and page.says_article(tree):
        return Look.THERE, "its page answers"
    if page_links.leads_away(url, answer.url):
        return Look.GONE, f"it leads to {answer.url}"
    if tree is not None and page.says_not_found(tree):
        return Look.GONE, "its page says that it is not found"
    return Look.THERE, "its page answers"


def _settle(tx: Transaction, seen: Seen[Due], look: Look, why: str) -> Fate:
    """Remember a look and do what it means, unless another process was faster."""
    due = seen.wanted.topic
    before = due.missing
    if due.is_withdrawn != (before.withdrawn_at is not None):
        missing.remove(tx, [before.article_id])  # somebody else's word counts
        return Fate.NONE
    after, fate = absence.after_look(before, look, seen.at)
    if not missing.settle(tx, before, after) or fate is Fate.NONE:
        return Fate.NONE
    change = articles.withdraw_article if fate is Fate.WITHDRAWN else articles.restore_article
    change(tx, before.article_id, seen.at)
    recognitions.add(tx, [_recognition(seen, fate, why)])
    log.info("article %d: %s, because %s", before.article_id, fate.value, why)
    return fate


def _recognition(seen: Seen[Due], fate: Fate, why: str) -> recognitions.Recognition:
    where = "it left its feed, and its page was looked for twice" if fate is Fate.WITHDRAWN else ""
    return recognitions.Recognition(
        article_id=seen.wanted.topic.missing.article_id,
        seen_at=seen.at,
        source=seen.wanted.source.name,
        decision=_DECISIONS[fate].value,
        step=Step.NONE.value,
        why=f"{where}: {why}" if where else why,
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
