"""Articles that left the middle of their feed: taken back, left out, or back again.

The web is a dictionary; a round is a process that starts, collects and ends: what it learns of a
page is in the store, or it is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sourcery import PUBLICATION, SOURCE, Sourcery

from dispatch import collect, fetch
from dispatch.collect import SourceReport
from dispatch.rules import absence
from dispatch.store import missing, recognitions

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "collect/looks",
    "store/missing",
    "store/robots_texts",
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SITE = "https://news.example"
PAGE = b"<html><title>A page</title><h1>A page</h1></html>"


@dataclass
class Web:
    """One site: a feed of `shown`, newest first, and pages; a status says what else they answer."""

    shown: list[int] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    feed_status: int = 200
    robots: str = ""

    def within(self, _seconds: float) -> Web:
        return self

    def get(self, url: str, **_: Any) -> fetch.Response | fetch.FetchFailure:
        self.asked.append(url)
        if url.endswith("feed"):
            return self._answer(self.feed_status, url, self._feed())
        if url.endswith("/robots.txt"):
            return self._answer(200 if self.robots else 404, url, self.robots.encode())
        target = self.leads.get(url, url)
        body = self.bodies.get(url, PAGE)
        return self._answer(self.status.get(url, 200), target, body)

    def _answer(self, status: int, url: str, body: bytes) -> fetch.Response | fetch.FetchFailure:
        if status >= 400:
            text = f"{url}: the server answered {status}"
            return fetch.FetchFailure(reason=f"http_{status}", text=text)
        return fetch.Response(status=status, url=url, headers={}, body=body)

    def _feed(self) -> bytes:
        items = "".join(
            f"<item><title>Article number {number}</title><guid>n{number}</guid>"
            f"<link>{page(number)}</link><pubDate>{written(number):%d %b %Y %H:%M:%S} GMT</pubDate>"
            "</item>"
            for number in self.shown
        )
        return f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()

    def looks(self) -> list[str]:
        """The pages that were looked at since the last call."""
        found = [url for url in self.asked if "/story/" in url]
        self.asked.clear()
        return found


def page(number: int) -> str:
    return f"{SITE}/story/{number}"


def written(number: int) -> datetime:
    return NOW - timedelta(days=10) + timedelta(hours=number)


@pytest.fixture
def site() -> Iterator[Sourcery]:
    opened = Sourcery(NOW)
    yield opened
    opened.close()


@pytest.fixture
def any_site(database_url: str) -> Iterator[Sourcery]:
    """The same on either database."""
    opened = Sourcery(NOW, database_url)
    yield opened
    opened.close()


@pytest.fixture
def web(site: Sourcery) -> Web:
    return web_of(site)


def web_of(site: Sourcery) -> Web:
    """A known feed of ten articles."""
    made = Web(shown=list(range(9, -1, -1)))
    round_of(site, made)
    made.asked.clear()
    return made


def round_of(site: Sourcery, web: Web, *, force: bool = True) -> Mapping[str, SourceReport]:
    report = collect.collect(
        site.db,
        web,  # type: ignore[arg-type]
        PUBLICATION,
        [site.source],
        clock=site.clock,
        force=force,
    )
    return {one.source: one for one in report.sources}


def numbers(site: Sourcery) -> list[int]:
    """What stands, newest first."""
    return [int(one.url.rpartition("/")[2]) for one in site.articles()]


def is_suspected(site: Sourcery) -> bool:
    with site.db.read() as tx:
        return bool(missing.list_due(tx, [site.source.name], NOW + timedelta(days=400)))


def test_what_was_taken_back_is_withdrawn_at_the_second_look(any_site: Sourcery) -> None:
    site, web = any_site, web_of(any_site)
    web.shown.remove(5)
    web.status[page(5)] = 404
    round_of(site, web)
    assert web.looks() == [page(5)]
    assert 5 in numbers(site), "one look is no proof"
    site.later(minutes=14)
    round_of(site, web)
    assert web.looks() == [], "nor are two within a quarter of an hour"
    site.later(minutes=1)
    report = round_of(site, web)["site"]
    assert (report.withdrawn, report.has_changes) == (1, True)
    assert numbers(site) == [9, 8, 7, 6, 4, 3, 2, 1, 0]
    with site.db.read() as tx:
        *_, last = recognitions.list_of(tx, 6)
    assert last.decision == "withdrawn"
    assert last.why == (
        "it left its feed, and its page was looked for twice: "
        "https://news.example/story/5: the server answered 404"
    )


def test_the_second_look_needs_no_new_document(site: Sourcery, web: Web) -> None:
    web.shown.remove(5)
    web.status[page(5)] = 410
    round_of(site, web)
    web.looks()
    site.later(minutes=15)
    report = round_of(site, web, force=False)["site"]
    assert SOURCE.url not in web.asked, "the feed is not due"
    assert (report.withdrawn, report.not_modified) == (1, True)


def test_what_the_end_of_the_window_pushed_out_is_left_alone(site: Sourcery, web: Web) -> None:
    web.status |= {page(number): 404 for number in range(3)}
    web.shown = [12, 11, 10, *web.shown[:-3]]
    for _ in range(3):
        round_of(site, web)
        site.later(hours=1)
    assert web.looks() == []
    assert len(numbers(site)) == 13


def test_a_window_that_reaches_further_back_shows_that_its_last_one_was_taken_back(
    site: Sourcery, web: Web
) -> None:
    web.shown = list(range(9, 2, -1))
    round_of(site, web)
    assert web.looks() == [], "a shorter document says nothing of what it leaves off"
    web.shown = [9, 8, 7, 6, 5, 4, 2]
    round_of(site, web)
    assert web.looks() == [page(3)]


@pytest.mark.parametrize("target", ["/", "/en/", "/story/", "/story"])
def test_a_page_that_leads_home_or_to_its_section_is_gone(
    site: Sourcery, web: Web, target: str
) -> None:
    web.shown.remove(5)
    web.leads[page(5)] = f"{SITE}{target}"
    round_of(site, web)
    site.later(minutes=15)
    assert round_of(site, web)["site"].withdrawn == 1


def test_a_page_that_says_with_200_that_it_is_none_is_gone(site: Sourcery, web: Web) -> None:
    web.shown.remove(5)
    web.bodies[page(5)] = b"<html><title>Page not found | News</title></html>"
    round_of(site, web)
    site.later(minutes=15)
    assert round_of(site, web)["site"].withdrawn == 1


def test_a_page_that_says_that_it_is_an_article_is_there_whatever_it_is_called(
    site: Sourcery, web: Web
) -> None:
    web.shown.remove(5)
    says_so = b"<meta property=og:type content=article><title>Not found</title>"
    web.bodies[page(5)] = b"<html>" + says_so + b"</html>"
    web.leads[page(5)] = f"{SITE}/story/"
    for _ in range(4):
        round_of(site, web)
        site.later(hours=1)
    assert 5 in numbers(site)


@pytest.mark.parametrize(
    "target", [f"{SITE}/story/5/", f"{SITE}/story/5-moved", f"{SITE}/culture/5"]
)
def test_a_page_that_moved_is_there(site: Sourcery, web: Web, target: str) -> None:
    web.shown.remove(5)
    web.leads[page(5)] = target
    for _ in range(4):
        round_of(site, web)
        site.later(hours=1)
    assert 5 in numbers(site)


def test_what_is_merely_left_out_is_looked_for_a_day_long_and_stays(
    site: Sourcery, web: Web
) -> None:
    web.shown.remove(5)
    for _ in range(24 * 4):
        round_of(site, web)
        site.later(hours=1)
    assert web.looks() == [page(5)] * 4
    assert 5 in numbers(site)
    assert not is_suspected(site)


def test_a_page_that_a_cache_still_shows_is_found_out_later(site: Sourcery, web: Web) -> None:
    web.shown.remove(5)
    round_of(site, web)
    web.status[page(5)] = 404
    for _ in range(3):
        site.later(hours=1)
        round_of(site, web)
    assert 5 not in numbers(site)


def test_one_bad_moment_between_two_good_ones_withdraws_nothing(site: Sourcery, web: Web) -> None:
    web.shown.remove(5)
    for status in (404, 200, 404, 200):
        web.status[page(5)] = status
        round_of(site, web)
        site.later(hours=1, minutes=1)
    assert 5 in numbers(site)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_server_in_trouble_withdraws_nothing(site: Sourcery, web: Web, status: int) -> None:
    web.shown.remove(5)
    web.status[page(5)] = status
    for _ in range(10):
        round_of(site, web)
        site.later(hours=12)
    assert 5 in numbers(site)
    assert len(web.looks()) <= 4


def test_what_is_shown_again_is_published_again(any_site: Sourcery) -> None:
    site, web = any_site, web_of(any_site)
    web.shown.remove(5)
    web.status[page(5)] = 404
    round_of(site, web)
    site.later(minutes=15)
    round_of(site, web)
    uid = {one.url: one.uid for one in site.articles()}
    web.shown.insert(4, 5)
    web.status.clear()
    site.later(hours=1)
    report = round_of(site, web)["site"]
    assert (report.new, report.changed) == (0, 1)
    assert numbers(site) == list(range(9, -1, -1))
    assert uid.items() <= {one.url: one.uid for one in site.articles()}.items()
    assert not is_suspected(site)


def test_a_page_that_is_back_is_published_again_though_no_feed_shows_it(
    site: Sourcery, web: Web
) -> None:
    web.shown.remove(5)
    web.status[page(5)] = 404
    round_of(site, web)
    site.later(minutes=15)
    round_of(site, web)
    web.shown = list(range(40, 30, -1))
    web.status.clear()
    site.later(hours=2)
    round_of(site, web)
    (back,) = [one for one in site.articles() if one.url == page(5)]
    assert back.entered_at < NOW, "it is in no issue for that"
    assert not is_suspected(site)


def test_robots_txt_closes_a_page_to_us(site: Sourcery, web: Web) -> None:
    web.robots = "User-agent: *\nDisallow: /story/"
    web.shown.remove(5)
    web.status[page(5)] = 404
    for _ in range(5):
        round_of(site, web)
        site.later(hours=1)
    assert web.looks() == []
    assert 5 in numbers(site)


def test_robots_txt_is_believed_for_a_day(any_site: Sourcery) -> None:
    site, web = any_site, web_of(any_site)
    web.shown.remove(5)
    web.asked.clear()
    for _ in range(7):
        round_of(site, web)
        site.later(hours=1)
    assert web.asked.count(f"{SITE}/robots.txt") == 1
    web.robots = "User-agent: *\nDisallow: /story/"
    web.asked.clear()
    site.later(hours=20)
    round_of(site, web)
    assert web.asked.count(f"{SITE}/robots.txt") == 1
    assert web.looks() == [], "what it says now counts"


def test_a_few_pages_are_looked_at_in_a_round(site: Sourcery, web: Web) -> None:
    web.shown = [9, 0]
    round_of(site, web)
    assert web.looks() == [page(8), page(7), page(6)]
    assert web.asked == []
    round_of(site, web)
    assert web.looks() == [page(5), page(4), page(3)]


def test_a_delta_is_no_window(site: Sourcery, web: Web) -> None:
    """RFC 3229: what a 226 leaves out is what has not changed."""
    web.shown = [10, 0]
    web.feed_status = 226
    report = round_of(site, web)["site"]
    assert report.new == 1
    web.feed_status, web.shown = 200, list(range(10, 0, -1))
    round_of(site, web)
    assert web.looks() == []


def test_another_address_in_the_configuration_is_no_proof(site: Sourcery, web: Web) -> None:
    site.source = replace(site.source, url=f"{SITE}/other-feed")
    web.shown = [9, 7, 0]
    round_of(site, web)
    assert web.looks() == []


def test_another_process_that_looked_first_is_believed(any_site: Sourcery) -> None:
    """Both ask at once; the page is missed once and not twice."""
    site, web = any_site, web_of(any_site)
    web.shown.remove(5)
    web.status[page(5)] = 404
    round_of(site, web)
    with site.db.read() as tx:
        (due,) = missing.list_due(tx, ["site"], NOW + timedelta(days=1))
    later = NOW + timedelta(hours=1)
    after, fate = absence.after_look(due.missing, absence.Look.GONE, later)
    assert fate is absence.Fate.WITHDRAWN
    with site.db.write() as tx:
        assert missing.settle(tx, due.missing, after)
        assert not missing.settle(tx, due.missing, after)


class Crash(BaseException):
    """The process is killed."""


@pytest.mark.parametrize("kill_at", range(1, 6))
def test_a_crash_costs_no_more_than_a_look(site: Sourcery, web: Web, kill_at: int) -> None:
    web.shown.remove(5)
    web.status[page(5)] = 404
    asked, real = 0, web.get

    def get(url: str, **how: Any) -> fetch.Response | fetch.FetchFailure:
        nonlocal asked
        asked += 1
        if asked == kill_at:
            raise Crash
        return real(url, **how)

    web.get = get  # type: ignore[method-assign]
    for _ in range(4):
        try:
            round_of(site, web)
        except Crash:
            assert numbers(site) in ([*range(9, -1, -1)], [9, 8, 7, 6, 4, 3, 2, 1, 0])
        site.later(minutes=20)
    assert numbers(site) == [9, 8, 7, 6, 4, 3, 2, 1, 0]


HAPPENINGS = st.sampled_from(["publish", "take back", "put back", "leave out", "break", "mend"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(HAPPENINGS, st.integers(0, 30), st.sampled_from([1, 10, 20, 90])), max_size=30
    )
)
def test_whatever_a_feed_does_only_what_is_gone_is_withdrawn(
    history: list[tuple[str, int, int]],
) -> None:
    """No article is withdrawn whose page answered within the last quarter of an hour, none that is
    there stays withdrawn, and what the feed shows stands."""
    site, web = Sourcery(NOW), Web(shown=list(range(11, -1, -1)))
    answered = dict.fromkeys(range(12), NOW)
    hidden, stood = set[int](), set[int]()
    newest, is_broken = 11, False
    try:
        round_of(site, web)
        for what, which, minutes in history:
            number = max(0, newest - which)
            if what == "publish":
                newest += 1
                answered[newest] = site.clock.now()
            elif what in ("take back", "put back"):
                web.status[page(number)] = 404 if what == "take back" else 200
                hidden = hidden | {number} if what == "take back" else hidden - {number}
            elif what == "leave out":
                hidden.add(number)
            else:
                is_broken = what == "break"
            shown = [one for one in range(newest, -1, -1) if one not in hidden]
            web.shown = shown[:12]
            before = dict(web.status)
            if is_broken:  # a deployment: everything is 404 for a while, the feed is not
                web.status = {page(one): 404 for one in range(newest + 1)}
            for one in range(newest + 1):
                if web.status.get(page(one), 200) == 200:
                    answered[one] = site.clock.now()
            round_of(site, web)
            web.status = before
            stands = set(numbers(site))
            for one in stood - stands:
                assert site.clock.now() - answered[one] >= absence.APART
            assert set(web.shown) <= stands
            stood = stands
            site.later(minutes=minutes)
        for _ in range(14):
            round_of(site, web)
            site.later(days=2)
        there = {one for one in range(newest + 1) if web.status.get(page(one), 200) == 200}
        assert there <= set(numbers(site))
    finally:
        site.close()
