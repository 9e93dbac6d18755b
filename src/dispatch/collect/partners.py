"""Looks at the pages of new articles for their translations, where their source names none.

In: articles that were just minted; pages whose look is due. Out: claims of translation. Never: a
page of a source whose operator did not ask for it, or one more often than a few times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from dispatch import fetch
from dispatch.collect import looks
from dispatch.collect.desk import Desk
from dispatch.collect.looks import Seen
from dispatch.collect.report import SourceReport
from dispatch.model.article import Entry
from dispatch.model.publication import Source
from dispatch.rules import canonical, identity
from dispatch.rules import translations as translation_rules
from dispatch.sources import page, page_links
from dispatch.store import searches, translations
from dispatch.store.database import Transaction
from dispatch.store.searches import Search

#: Translations of older articles are in no issue any more.
NEWS = timedelta(days=30)
#: Of one document no more articles are looked after, the newest first.
MOST = 30


def begin(tx: Transaction, source: Source, minted: Mapping[int, Entry], now: datetime) -> None:
    """Have the pages of new articles looked at, if the operator wants it and they name nothing."""
    if not source.find_translations:
        return
    wanted = [
        number
        for number, entry in minted.items()
        if not entry.translations and now - (identity.said_at(entry) or now) < NEWS
    ]
    searches.begin(tx, source.name, sorted(wanted)[-MOST:], now)


def find(desk: Desk, wanted: Iterable[Source]) -> list[SourceReport]:
    """Look at the pages that are due; a report for each source of which articles found partners."""
    by_name = {source.name: source for source in wanted if source.find_translations}
    if not by_name:
        return []
    with desk.db.read() as tx:
        due = searches.list_due(tx, by_name, desk.clock.now())
    seen = looks.look(desk, [looks.Wanted(one, one.url, by_name[one.source]) for one in due])
    if not seen:
        return []
    named = [(one, _named(one)) for one in seen]
    counts: Counter[str] = Counter()
    with desk.db.write(dry_run=desk.is_dry_run) as tx:
        for one, keys in named:
            counts[one.wanted.source.name] += _settle(tx, one, keys)
    return [
        SourceReport(source=name, changed=count, not_modified=True)
        for name, count in counts.items()
        if count
    ]


def _named(seen: Seen[Search]) -> list[str]:
    """The addresses that a page calls its translations, as match keys."""
    if not isinstance(seen.answer, fetch.Response):
        return []
    tree = page.tree_of(seen.answer.body, seen.answer.header("content-type"))
    if tree is None:
        return []
    base = page_links.base_of(tree, seen.answer.url)
    links = page_links.translations(tree, base, seen.wanted.source.translation_texts)
    return [canonical.match_key(link.url) for link in links]


def _settle(tx: Transaction, seen: Seen[Search], keys: list[str]) -> bool:
    """Remember a look; whether it brought anything."""
    search = seen.wanted.topic
    again = None if keys else translation_rules.next_look_at(search.looks, seen.at)
    if not searches.settle(tx, search, again) or not keys:
        return False
    translations.put_claims(tx, {search.article_id: keys})
    return True
