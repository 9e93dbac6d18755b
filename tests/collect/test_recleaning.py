"""Stored texts are cleaned again when the policy has changed, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sourcery import Sourcery

from dispatch import collect
from dispatch.collect import recleaning
from dispatch.model.article import Entry
from dispatch.sources import markup
from dispatch.store import schema

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/sweeps",)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SAFE = "<p>What was safe.</p>"
UNSAFE = "<p>What was safe.<script>alert(1)</script></p>"


@pytest.fixture
def site(database_url: str) -> Iterator[Sourcery]:
    opened = Sourcery(NOW, database_url)
    yield opened
    opened.close()


def publish(site: Sourcery, count: int) -> None:
    entries = [
        Entry(
            source_id=f"n{number}",
            url=f"https://news.example/{number}",
            title=f"Article number {number}",
            html=SAFE,
        )
        for number in range(count)
    ]
    site.visit(*entries, trusted=True)


def spoil(site: Sourcery) -> None:
    """The texts as an older policy left them."""
    with site.db.write() as tx:
        tx.execute(sa.update(schema.article).values(html=UNSAFE))


def texts(site: Sourcery) -> set[str]:
    return {one.html for one in site.articles()}


def test_a_new_store_has_nothing_to_clean(site: Sourcery) -> None:
    assert recleaning.clean_again(site.desk) == 0
    publish(site, 3)
    spoil(site)
    assert recleaning.clean_again(site.desk) == 0, "what came since is clean by the policy of today"
    assert texts(site) == {UNSAFE}


def test_a_new_policy_cleans_what_is_stored_a_part_in_each_round(
    site: Sourcery, monkeypatch: pytest.MonkeyPatch
) -> None:
    recleaning.clean_again(site.desk)
    publish(site, 7)
    spoil(site)
    before = {one.id: one.updated_at for one in site.articles()}
    monkeypatch.setattr(recleaning, "MAX_TEXTS", 3)
    monkeypatch.setattr(markup, "POLICY_VERSION", markup.POLICY_VERSION + 1)
    assert [recleaning.clean_again(site.desk) for _ in range(5)] == [3, 3, 1, 0, 0]
    assert texts(site) == {SAFE}
    assert {one.id: one.updated_at for one in site.articles()} == before, "no reader is told"


def test_a_round_begins_with_it_and_feeds_follow(
    site: Sourcery, monkeypatch: pytest.MonkeyPatch
) -> None:
    recleaning.clean_again(site.desk)
    publish(site, 2)
    spoil(site)
    monkeypatch.setattr(markup, "POLICY_VERSION", markup.POLICY_VERSION + 1)
    publication, clock = site.desk.publication, site.clock
    dry = collect.collect(site.db, site.fetcher, publication, [], clock=clock, dry_run=True)
    assert (dry.recleaned, texts(site)) == (2, {UNSAFE})
    report = collect.collect(site.db, site.fetcher, publication, [], clock=clock)
    assert (report.recleaned, report.has_changes) == (2, True)
    assert texts(site) == {SAFE}
