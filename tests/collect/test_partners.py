"""Translations that no feed names are found on the pages of articles, which are asked for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sourcery import PUBLICATION, SOURCE, Sourcery

from dispatch import collect, fetch
from dispatch.model.article import Entry, TranslationLink
from dispatch.store import searches

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/searches",)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SITE = "https://news.example"


@dataclass
class Web:
    """A site whose feed names no translations; its pages may, by `hreflang` or in `words`."""

    shown: dict[str, str] = field(default_factory=dict)
    alternates: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    robots: str = ""
    asked: list[str] = field(default_factory=list)

    def within(self, _seconds: float) -> Web:
        return self

    def get(self, url: str, **_: Any) -> fetch.Response | fetch.FetchFailure:
        self.asked.append(url.removeprefix(SITE))
        body = self._page(url.removeprefix(SITE))
        if url.endswith("/feed"):
            items = "".join(
                f"<item><title>{title}</title><link>{SITE}{path}</link></item>"
                for path, title in self.shown.items()
            )
            body = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>"
        if url.endswith("/robots.txt"):
            body = self.robots
        return fetch.Response(status=200, url=url, headers={}, body=body.encode())

    def _page(self, path: str) -> str:
        other, words = self.alternates.get(path, ""), self.words.get(path, "")
        head = f"<link rel=alternate hreflang={other[1:3]} href={other}>" if other else ""
        return f"<html><head>{head}</head><body><article>{words}</article></body></html>"

    def looks(self) -> list[str]:
        """The pages that were looked at since the last call."""
        found = [path for path in self.asked if path not in ("/feed", "/robots.txt")]
        self.asked.clear()
        return found


@pytest.fixture
def site() -> Iterator[Sourcery]:
    opened = Sourcery(NOW)
    opened.source = replace(SOURCE, find_translations=True)
    yield opened
    opened.close()


@pytest.fixture
def any_site(database_url: str) -> Iterator[Sourcery]:
    """The same on either database."""
    opened = Sourcery(NOW, database_url)
    opened.source = replace(SOURCE, find_translations=True)
    yield opened
    opened.close()


ENGLISH, RUSSIAN = "/en/treaties", "/ru/dogovory"
BOTH = {ENGLISH: "Treaties of the rivers", RUSSIAN: "Договоры о великих реках"}


def round_of(site: Sourcery, web: Web) -> collect.CollectReport:
    return collect.collect(
        site.db,
        web,  # type: ignore[arg-type]
        PUBLICATION,
        [site.source],
        clock=site.clock,
        force=True,
    )


def partners(site: Sourcery) -> dict[str, list[str]]:
    """The translations of each article, by path."""
    return {
        one.url.removeprefix(SITE): [link.url.removeprefix(SITE) for link in one.translations]
        for one in site.articles()
    }


def test_a_page_names_the_translation_that_no_feed_does(any_site: Sourcery) -> None:
    site, web = any_site, Web(shown=BOTH, alternates={ENGLISH: RUSSIAN})
    round_of(site, web)
    assert partners(site) == {ENGLISH: [RUSSIAN], RUSSIAN: [ENGLISH]}
    for _ in range(3):
        site.later(hours=1)
        round_of(site, web)
    assert partners(site) == {ENGLISH: [RUSSIAN], RUSSIAN: [ENGLISH]}, "a mute feed parts nothing"
    assert web.looks().count(ENGLISH) == 1


def test_without_the_operators_wish_no_page_is_looked_at(site: Sourcery) -> None:
    site.source = SOURCE
    web = Web(shown=BOTH, alternates={ENGLISH: RUSSIAN})
    round_of(site, web)
    assert web.looks() == []
    assert partners(site) == {ENGLISH: [], RUSSIAN: []}


def test_a_translation_that_comes_days_later_is_found(site: Sourcery) -> None:
    web = Web(shown={ENGLISH: BOTH[ENGLISH]})
    round_of(site, web)
    for _ in range(48):
        site.later(hours=1)
        round_of(site, web)
    web.shown, web.alternates = BOTH, {ENGLISH: RUSSIAN, RUSSIAN: ENGLISH}
    for _ in range(30):
        site.later(hours=1)
        round_of(site, web)
    assert partners(site) == {ENGLISH: [RUSSIAN], RUSSIAN: [ENGLISH]}


def test_a_page_without_one_is_looked_at_a_few_times_and_no_more(site: Sourcery) -> None:
    web = Web(shown={ENGLISH: BOTH[ENGLISH]})
    for _ in range(24 * 6):
        round_of(site, web)
        site.later(hours=1)
    assert web.looks() == [ENGLISH] * 5
    with site.db.read() as tx:
        assert searches.list_due(tx, ["site"], NOW + timedelta(days=99)) == []


def test_the_operators_own_words_are_known(site: Sourcery) -> None:
    site.source = replace(site.source, translation_texts={"ru": ("оригинал",)})
    web = Web(shown=BOTH, words={ENGLISH: f"<a href={RUSSIAN}>Оригинал статьи</a>"})
    round_of(site, web)
    assert partners(site)[ENGLISH] == [RUSSIAN]


def test_robots_txt_closes_pages_to_us(site: Sourcery) -> None:
    web = Web(shown=BOTH, robots="User-agent: *\nDisallow: /en/", alternates={ENGLISH: RUSSIAN})
    round_of(site, web)
    assert web.looks() == [RUSSIAN]


def test_the_newest_of_a_new_source_are_looked_at_a_few_in_a_round(site: Sourcery) -> None:
    web = Web(shown={f"/en/story/{number}": f"Story number {number}" for number in range(50)})
    for _ in range(3):
        round_of(site, web)
    assert len(web.looks()) == 9


def test_two_processes_settle_a_look_once(any_site: Sourcery) -> None:
    site = any_site
    round_of(site, Web(shown={ENGLISH: BOTH[ENGLISH]}))
    with site.db.write() as tx:
        (due,) = searches.list_due(tx, ["site"], NOW + timedelta(days=1))
        assert searches.settle(tx, due, NOW)
        assert not searches.settle(tx, due, None)


def test_an_entry_that_names_its_translation_is_not_looked_for(site: Sourcery) -> None:
    link = TranslationLink(url=f"{SITE}{RUSSIAN}", language="ru")
    entry = Entry(source_id="1", url=f"{SITE}{ENGLISH}", title="Treaties of the rivers")
    site.visit(replace(entry, translations=(link,)))
    site.visit(entry, replace(entry, source_id="2", url=f"{SITE}/en/budget", title="Budget"))
    with site.db.read() as tx:
        due = searches.list_due(tx, ["site"], NOW + timedelta(days=1))
    assert [one.url for one in due] == [f"{SITE}/en/budget"]


def test_old_articles_are_not_looked_for(site: Sourcery) -> None:
    old = Entry(
        source_id="1",
        url=f"{SITE}{ENGLISH}",
        title="Treaties of the rivers",
        published_at=NOW - timedelta(days=31),
    )
    site.visit(old)
    with site.db.read() as tx:
        assert searches.list_due(tx, ["site"], NOW + timedelta(days=1)) == []
