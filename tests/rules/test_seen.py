"""Which pasts make a difference, and what a cohort has seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dispatch.model.article import Article
from dispatch.rules import seen

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
DAY = timedelta(days=1)
OWN: dict[int, datetime] = {1: FRIDAY}
SENT = {
    ("weekly", "ru"): {1: FRIDAY},
    ("weekly", "he"): {2: FRIDAY},
    ("daily", "en"): {3: FRIDAY, 2: FRIDAY + DAY},
}


def article(group: int) -> Article:
    return Article(
        id=group,
        uid=f"tag:{group}",
        url="https://news.example/",
        language="en",
        title="Title",
        source="site",
        group_id=group,
        published_at=FRIDAY - DAY,
        updated_at=FRIDAY - DAY,
        entered_at=FRIDAY - DAY,
        first_seen_at=FRIDAY - DAY,
    )


def tell(streams: list[seen.Stream]) -> tuple[seen.Past, ...]:
    found = [article(group) for group in (1, 2, 3)]
    return seen.tell_apart("en", streams, SENT, OWN, found, repeat_updated=False)


def test_what_was_had_is_due_again_once_it_is_marked_and_not_before() -> None:
    one = article(1)
    marked = replace(one, marked_updated_at=FRIDAY + DAY)
    assert not seen.is_due(one, OWN, repeat_updated=True)
    assert seen.is_due(marked, OWN, repeat_updated=False)
    assert not seen.is_due(marked, {1: FRIDAY + 2 * DAY}, repeat_updated=False)


def test_an_update_repeats_an_article_only_where_the_newsletter_says_so() -> None:
    updated = replace(article(1), updated_at=FRIDAY + DAY)
    assert seen.is_due(updated, OWN, repeat_updated=True)
    assert not seen.is_due(updated, OWN, repeat_updated=False)


def test_a_past_that_holds_nothing_back_has_no_bit() -> None:
    pasts = tell([("weekly", "ru"), ("weekly", "he"), ("daily", "en"), ("weekly", "gone")])
    assert [one.bit for one in pasts] == [0, 1, 2, 0]


def test_a_cohort_has_seen_what_each_of_its_streams_carried_and_its_own() -> None:
    pasts = tell([("weekly", "he"), ("daily", "en")])
    assert seen.seen_by(0, pasts, SENT, OWN) == OWN
    assert seen.seen_by(1, pasts, SENT, OWN) == {1: FRIDAY, 2: FRIDAY}
    everything = {1: FRIDAY, 2: FRIDAY + DAY, 3: FRIDAY}
    assert seen.seen_by(3, pasts, SENT, OWN) == everything
    assert seen.seen_by(seen.REST, pasts, SENT, OWN) == everything


def test_bits_stay_within_a_bigint_however_many_streams_there_are() -> None:
    many = {("weekly", f"x{number}"): {2: FRIDAY} for number in range(100)}
    pasts = seen.tell_apart("en", list(many), many, {}, [article(2)], repeat_updated=False)
    assert max(one.bit for one in pasts) == 1 << 59
    assert len({one.bit for one in pasts}) == seen.STREAMS


def test_the_largest_cohorts_get_a_page_and_the_others_share_one() -> None:
    counted = {0: 500, **{number: number for number in range(1, 20)}}
    chosen = seen.choose_cohorts(counted)
    assert chosen[0] == 0
    assert chosen[1] == 19
    assert chosen[-1] == seen.REST
    assert len(chosen) == seen.COHORTS + 2
    assert seen.choose_cohorts({1: 1}) == (0, 1)
