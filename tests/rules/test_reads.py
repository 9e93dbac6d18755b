"""What counts as a read, and what is discarded for which reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.reads import DiscardReason
from dispatch.rules import reads

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
HIT = reads.Hit(
    at=NOON,
    address="192.0.2.10",
    method="GET",
    path="/en/economy/cranes/",
    status=200,
    referer="",
    user_agent=BROWSER,
)


def make_judge(*staff: str, limits: reads.Limits | None = None) -> reads.Judge:
    return reads.Judge(
        zone=LONDON,
        salt=b"a salt of the tests",
        is_bot=lambda agent: "bot" in agent,
        staff=staff,
        limits=limits,
    )


def later(**passed: float) -> reads.Hit:
    return replace(HIT, at=NOON + timedelta(**passed))


def reason(discard: reads.Discard | None) -> DiscardReason | None:
    return discard.reason if discard else None


@pytest.mark.parametrize("status", [200, 304])
def test_a_page_that_was_shown_to_a_browser_is_a_read(status: int) -> None:
    assert make_judge().judge(replace(HIT, status=status), "a") is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"method": "HEAD"}, DiscardReason.METHOD),
        ({"method": "POST"}, DiscardReason.METHOD),
        ({"status": 301}, DiscardReason.STATUS),
        ({"status": 206}, DiscardReason.STATUS),
        ({"status": 404}, DiscardReason.STATUS),
        ({"user_agent": ""}, DiscardReason.NO_AGENT),
        ({"user_agent": " - "}, DiscardReason.NO_AGENT),
        ({"user_agent": "somebot/1.0"}, DiscardReason.BOT),
        ({"method": "", "path": ""}, DiscardReason.NOT_PAGE),
        ({"method": "OPTIONS", "path": "*"}, DiscardReason.NOT_PAGE),
        ({"address": "198.51.100.7"}, DiscardReason.STAFF),
        ({"address": "::ffff:198.51.100.7"}, DiscardReason.STAFF),
        ({"address": "2001:db8:5::1"}, DiscardReason.STAFF),
    ],
)
def test_a_request_that_gives_its_own_reason_is_discarded_for_it(
    change: dict[str, str | int], expected: DiscardReason
) -> None:
    judge = make_judge("198.51.100.0/24", "2001:db8:5::/48")
    assert reason(judge.judge(replace(HIT, **change), "a")) == expected  # type: ignore[arg-type] # free-form by intent


def test_an_address_beside_the_newsrooms_network_is_a_reader() -> None:
    assert make_judge("198.51.100.0/24").judge(replace(HIT, address="198.51.101.1"), "a") is None


def test_a_host_name_in_place_of_an_address_is_a_reader() -> None:
    judge = make_judge("198.51.100.0/24")
    assert judge.judge(replace(HIT, address="reader.example.org"), "a") is None


def test_coming_back_within_the_sitting_adds_nothing() -> None:
    judge = make_judge()
    assert judge.judge(HIT, "a") is None
    assert reason(judge.judge(later(minutes=29), "a")) == DiscardReason.REFRESH


def test_coming_back_after_the_sitting_is_another_read() -> None:
    judge = make_judge()
    assert judge.judge(HIT, "a") is None
    assert judge.judge(later(minutes=30), "a") is None


def test_a_page_that_reloads_itself_all_day_is_one_read() -> None:
    judge = make_judge()
    found = [judge.judge(later(minutes=20 * step), "a") for step in range(30)]
    assert found[0] is None
    assert {reason(discard) for discard in found[1:]} == {DiscardReason.REFRESH}


def test_another_article_another_browser_and_another_address_are_other_reads() -> None:
    judge = make_judge()
    hits = [HIT, replace(HIT, user_agent=BROWSER + " more"), replace(HIT, address="192.0.2.11")]
    assert [judge.judge(hit, "a") for hit in hits] == [None, None, None]
    assert judge.judge(HIT, "b") is None


def test_a_household_that_changes_its_ipv6_address_stays_one_visitor() -> None:
    judge = make_judge()
    assert judge.judge(replace(HIT, address="2001:db8:1:2:aaaa::1"), "a") is None
    same = replace(later(minutes=1), address="2001:db8:1:2:bbbb::2")
    other = replace(later(minutes=1), address="2001:db8:1:3:bbbb::2")
    assert reason(judge.judge(same, "a")) == DiscardReason.REFRESH
    assert judge.judge(other, "a") is None


def test_a_failed_request_does_not_make_the_next_one_a_refresh() -> None:
    judge = make_judge()
    judge.judge(replace(HIT, status=500), "a")
    assert judge.judge(later(seconds=2), "a") is None


def test_thirty_articles_in_a_minute_is_a_hasty_person() -> None:
    judge = make_judge()
    found = [judge.judge(later(seconds=step), f"a{step}") for step in range(30)]
    assert found == [None] * 30


def test_the_thirty_first_in_a_minute_takes_back_all_of_the_day() -> None:
    judge = make_judge()
    judge.judge(later(hours=-3), "morning")
    for step in range(30):
        assert judge.judge(later(seconds=step), f"a{step}") is None
    discard = judge.judge(later(seconds=30), "a30")
    assert discard is not None
    assert discard.reason == DiscardReason.SCRAPER
    assert sorted(discard.taken_back) == sorted(["morning", *(f"a{step}" for step in range(30))])


def test_a_scraper_is_not_counted_again_that_day_and_takes_back_only_once() -> None:
    judge = make_judge(limits=reads.Limits(burst_articles=2))
    for step in range(3):
        judge.judge(later(seconds=step), f"a{step}")
    assert judge.judge(later(hours=2), "b") == reads.Discard(reason=DiscardReason.SCRAPER)
    assert judge.judge(later(hours=24), "b") is None


def test_the_same_article_again_and_again_is_no_scraping() -> None:
    judge = make_judge(limits=reads.Limits(burst_articles=2, day_articles=2))
    found = {reason(judge.judge(later(seconds=step), "a")) for step in range(50)}
    assert found == {None, DiscardReason.REFRESH}


def test_a_patient_scraper_is_known_by_its_day() -> None:
    judge = make_judge(limits=reads.Limits(day_articles=5))
    found = [reason(judge.judge(later(minutes=40 * step), f"a{step}")) for step in range(7)]
    assert found == [None] * 5 + [DiscardReason.SCRAPER] * 2


def test_a_scraper_costs_other_visitors_nothing() -> None:
    judge = make_judge(limits=reads.Limits(burst_articles=1))
    neighbour = replace(HIT, address="192.0.2.11")
    assert judge.judge(neighbour, "a") is None
    judge.judge(HIT, "a")
    discard = judge.judge(HIT, "b")
    assert discard == reads.Discard(reason=DiscardReason.SCRAPER, taken_back=("a",))


def test_a_day_is_the_newsrooms_own() -> None:
    summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert reads.local_day(summer, LONDON).isoformat() == "2026-07-02"
    assert reads.context_start(summer, LONDON) == datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


_REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 4000),  # minutes since noon: nearly three days
        st.sampled_from(["192.0.2.1", "192.0.2.2"]),
        st.sampled_from("abcdef"),
    ),
    max_size=60,
)


@given(_REQUESTS)
def test_what_was_counted_less_what_was_taken_back_is_never_below_nothing(
    requests: list[tuple[int, str, str]],
) -> None:
    judge = make_judge(limits=reads.Limits(burst_articles=2, day_articles=3))
    total: dict[tuple[str, str], int] = {}
    for minutes, address, article in sorted(requests):
        hit = replace(later(minutes=minutes), address=address)
        day = reads.local_day(hit.at, LONDON).isoformat()
        discard = judge.judge(hit, article)
        if discard is None:
            total[article, day] = total.get((article, day), 0) + 1
            continue
        for earlier in discard.taken_back:
            total[earlier, day] -= 1
    assert all(number >= 0 for number in total.values())


def test_a_spike_is_one_agent_against_all_others() -> None:
    assert reads.spike({}) == 0
    assert reads.spike({"one": 99}) == 0
    assert reads.spike({"one": 100}) == 100
    assert reads.spike({"one": 110, "two": 11}) == 0
    assert reads.spike({"one": 111, "two": 6, "three": 5}) == 111
