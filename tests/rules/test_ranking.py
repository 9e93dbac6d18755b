"""Top reads: who gets a place, which, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.article import Article, Author, Translation
from dispatch.model.newsletter import TopReadsSettings
from dispatch.model.ranking import Cap, RankedArticle, Ruling, RulingKind, Standing
from dispatch.rules import ranking

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
SETTINGS = TopReadsSettings()
Reads = Mapping[int, Mapping[date, int]]


def make_article(
    number: int, days_old: float = 2, section: str = "", author: str = "", **changes: object
) -> Article:
    moment = NOW - timedelta(days=days_old)
    article = Article(
        id=number,
        uid=f"tag:meridian.example,2026:article:{number}",
        url=f"https://meridian.example/{number}",
        language="en",
        title=f"Article {number}",
        source="site",
        sections=(section or f"section-{number}",),
        authors=(Author(name=author or f"Author {number}"),),
        group_id=number,
        published_at=moment,
        updated_at=moment,
        entered_at=moment,
        first_seen_at=moment,
    )
    return replace(article, **changes)  # type: ignore[arg-type] # free-form by intent


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def rank(
    articles: list[Article], reads: Reads, settings: TopReadsSettings = SETTINGS
) -> tuple[RankedArticle, ...]:
    return ranking.rank(articles, evidence(reads), settings, NOW, LONDON)


def evidence(reads: Reads, **more: Any) -> ranking.Evidence:
    by_origin = {
        number: {(day, "site"): count for day, count in days.items()}
        for number, days in reads.items()
    }
    return ranking.Evidence(reads=by_origin, **more)


def ids(places: tuple[RankedArticle, ...]) -> list[int]:
    return [place.article_id for place in places]


def test_the_most_read_comes_first_and_places_are_numbered() -> None:
    articles = [make_article(1), make_article(2), make_article(3)]
    places = rank(articles, {1: {TODAY: 10}, 2: {TODAY: 30}, 3: {TODAY: 20}})
    assert [(place.position, place.article_id) for place in places] == [(1, 2), (2, 3), (3, 1)]


def test_a_place_says_why() -> None:
    (place,) = rank([make_article(1, days_old=8)], {1: {TODAY: 10, ago(7): 8}})
    assert place.reads == 18
    assert place.score == 10 + 8 / 4  # seven days are two half-lives
    assert place.age_days == 8.0


def test_a_read_of_half_a_week_ago_is_worth_half() -> None:
    settings = replace(SETTINGS, half_life_days=3)
    articles = [make_article(1), make_article(2)]
    assert ids(rank(articles, {1: {ago(3): 20}, 2: {TODAY: 11}}, settings)) == [2, 1]
    assert ids(rank(articles, {1: {ago(3): 20}, 2: {TODAY: 9}}, settings)) == [1, 2]


def test_reads_before_the_window_and_of_tomorrow_do_not_count() -> None:
    reads = {1: {ago(8): 99}, 2: {ago(-1): 99}, 3: {ago(7): 5}}
    assert ids(rank([make_article(1), make_article(2), make_article(3)], reads)) == [3]


def test_the_window_is_made_of_the_newsrooms_days() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert ranking.window(SETTINGS, late, LONDON) == (date(2026, 6, 25), date(2026, 7, 2))


def test_fewer_places_rather_than_invented_ones() -> None:
    articles = [make_article(number) for number in range(1, 9)]
    assert ids(rank(articles, {1: {TODAY: 3}, 2: {TODAY: 2}})) == [1]
    assert rank(articles, {}) == ()


def test_an_article_nobody_read_is_not_ranked_even_if_no_minimum_is_set() -> None:
    settings = replace(SETTINGS, min_reads=0)
    assert ids(rank([make_article(1), make_article(2)], {1: {TODAY: 1}, 2: {}}, settings)) == [1]


def test_an_old_and_a_withdrawn_article_are_left_out() -> None:
    articles = [make_article(1, days_old=31), make_article(2, withdrawn_at=NOW), make_article(3)]
    assert ids(rank(articles, {number: {TODAY: 9} for number in (1, 2, 3)})) == [3]


def test_ties_go_to_the_newer_article_then_to_the_smaller_id() -> None:
    articles = [make_article(3), make_article(2), make_article(1, days_old=4)]
    assert ids(rank(articles, {number: {TODAY: 9} for number in (1, 2, 3)})) == [2, 3, 1]


def test_a_third_article_of_one_author_gives_way() -> None:
    articles = [make_article(number, author="Ann") for number in (1, 2, 3)]
    articles += [make_article(number) for number in (4, 5, 6)]
    reads = {number: {TODAY: 100 - number} for number in range(1, 7)}
    assert ids(rank(articles, reads)) == [1, 2, 4, 5, 6]


def test_a_fourth_article_of_one_section_gives_way() -> None:
    articles = [make_article(number, section="economy") for number in (1, 2, 3, 4)]
    articles += [make_article(number) for number in (5, 6)]
    reads = {number: {TODAY: 100 - number} for number in range(1, 7)}
    assert ids(rank(articles, reads)) == [1, 2, 3, 5, 6]


def test_a_newsroom_of_one_section_and_one_author_still_gets_its_list() -> None:
    articles = [make_article(number, section="all", author="Ann") for number in range(1, 8)]
    reads = {number: {TODAY: 100 - number} for number in range(1, 8)}
    assert ids(rank(articles, reads)) == [1, 2, 3, 4, 5]


_ARTICLES = st.lists(
    st.builds(
        lambda days, section, author: (days, section, author),
        st.integers(0, 35),
        st.sampled_from(["economy", "society"]),
        st.sampled_from(["Ann", "Boris", "Clara"]),
    ),
    min_size=1,
    max_size=12,
).map(
    lambda facts: [
        make_article(number, days, section, author)
        for number, (days, section, author) in enumerate(facts, start=1)
    ]
)
_READS = st.dictionaries(
    st.integers(1, 12),
    st.dictionaries(st.integers(-1, 9).map(ago), st.integers(-1, 12), max_size=4),
    max_size=12,
)


@given(_ARTICLES, _READS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_of_the_input_does_not_matter(
    articles: list[Article], reads: Reads, shuffler: Random
) -> None:
    expected = rank(articles, reads)
    shuffled = list(articles)
    shuffler.shuffle(shuffled)
    assert (
        rank(shuffled, {key: dict(reversed(list(reads[key].items()))) for key in reads}) == expected
    )


@given(_ARTICLES, _READS)
@settings(max_examples=60)
def test_every_place_was_earned(articles: list[Article], reads: Reads) -> None:
    places = rank(articles, reads)
    first, last = ranking.window(SETTINGS, NOW, LONDON)
    assert len(places) <= SETTINGS.count
    assert len(set(ids(places))) == len(places)
    for place in places:
        days = reads[place.article_id].items()
        assert place.reads == sum(number for day, number in days if first <= day <= last)
        assert place.reads >= SETTINGS.min_reads


@given(_ARTICLES, _READS, st.integers(0, 11), st.integers(0, 7), st.integers(1, 30))
@settings(max_examples=150)
def test_more_reads_never_cost_an_article_its_place(
    articles: list[Article], reads: dict[int, dict[date, int]], which: int, days: int, more: int
) -> None:
    article = articles[which % len(articles)].id
    before = rank(articles, reads)
    own = dict(reads.get(article, {}))
    own[ago(days)] = own.get(ago(days), 0) + more
    after = rank(articles, {**reads, article: own})
    if article in ids(before):
        assert article in ids(after)
        assert ids(after).index(article) <= ids(before).index(article)


# ------------------------------------------------------------------ mails, translations, editors


def judged(
    articles: list[Article],
    found: ranking.Evidence,
    settings: TopReadsSettings = SETTINGS,
) -> dict[int, RankedArticle]:
    places = ranking.judge(articles, found, settings, NOW, LONDON)
    assert len(places) == len(articles), "every candidate is told of"
    return {place.article_id: place for place in places}


def by_origin(**counts: int) -> dict[tuple[date, str], int]:
    return {(TODAY, origin): count for origin, count in counts.items()}


def ruling(number: int, kind: RulingKind, *, until: date | None = None, id: int = 1) -> Ruling:  # noqa: A002
    return Ruling(
        id=id,
        article_id=number,
        kind=kind,
        by="Ann",
        reason="our anniversary",
        made_at=NOW,
        until=until,
    )


def test_clicks_in_mails_make_up_no_more_than_their_share() -> None:
    found = ranking.Evidence(reads={1: by_origin(site=30, mail=500), 2: by_origin(site=41)})
    places = judged([make_article(1), make_article(2)], found)
    assert (places[1].reads, places[1].score, places[1].mail_cut) == (40, 40.0, 490)
    assert places[1].origins == {"mail": 500, "site": 30}
    assert [places[2].position, places[1].position] == [1, 2]


def test_what_only_mails_lead_to_is_not_ranked_unless_the_operator_says_so() -> None:
    found = ranking.Evidence(reads={1: by_origin(mail=500)})
    assert judged([make_article(1)], found)[1].standing is Standing.FEW
    every = replace(SETTINGS, mail_share=1.0)
    assert judged([make_article(1)], found, every)[1].reads == 500


def test_a_group_shares_its_reads_only_where_the_operator_says_so() -> None:
    shared = replace(SETTINGS, share_translations=True)
    russian = Translation(article_id=9, language="ru", url="https://meridian.example/9", title="9")
    articles = [make_article(1, translations=(russian,)), make_article(2)]
    found = evidence({1: {TODAY: 5}, 9: {TODAY: 20}, 2: {TODAY: 10}})
    assert judged(articles, found)[2].position == 1
    place = judged(articles, found, shared)[1]
    assert (place.position, place.reads, place.shared_reads) == (1, 25, 20)
    assert place.origins == {"site": 5}


def test_a_pin_stands_first_whatever_its_reads_and_says_why() -> None:
    articles = [make_article(1, days_old=200), make_article(2), make_article(3)]
    pins = {1: [ruling(1, RulingKind.PIN, id=2)], 3: [ruling(3, RulingKind.PIN, id=1)]}
    places = judged(articles, evidence({2: {TODAY: 99}}, rulings=pins))
    assert [places[number].position for number in (3, 1, 2)] == [1, 2, 3]
    assert (places[1].standing, places[1].note) == (Standing.PINNED, "our anniversary")


def test_a_ban_keeps_out_and_wins_over_a_pin() -> None:
    rulings = {1: [ruling(1, RulingKind.PIN), ruling(1, RulingKind.BAN)]}
    place = judged([make_article(1)], evidence({1: {TODAY: 99}}, rulings=rulings))[1]
    assert (place.position, place.standing) == (0, Standing.BANNED)


def test_a_ruling_holds_until_its_day_and_a_note_decides_nothing() -> None:
    for until, standing in ((TODAY, Standing.BANNED), (ago(1), Standing.RANKED)):
        rulings = {1: [ruling(1, RulingKind.BAN, until=until)]}
        place = judged([make_article(1)], evidence({1: {TODAY: 9}}, rulings=rulings))[1]
        assert place.standing is standing
    noted = {1: [ruling(1, RulingKind.NOTE)]}
    place = judged([make_article(1)], evidence({1: {TODAY: 9}}, rulings=noted))[1]
    assert (place.standing, place.note) == (Standing.RANKED, "our anniversary")


def test_what_an_issue_showed_comes_back_only_if_it_may_and_has_grown() -> None:
    articles = [make_article(1), make_article(2), make_article(3)]
    reads = {1: {TODAY: 14}, 2: {TODAY: 15}, 3: {TODAY: 9}}
    found = evidence(reads, shown={1, 2, 3}, last_reads={1: 10, 2: 10})
    assert {one.standing for one in judged(articles, found).values()} == {Standing.REPEATED}
    grown = judged(articles, found, replace(SETTINGS, repeat_growth=0.5))
    assert grown[1].standing is Standing.REPEATED
    assert (grown[2].position, grown[3].position) == (1, 2)


def test_every_candidate_that_is_out_is_told_why() -> None:
    articles = [
        *(make_article(number, author="Ann") for number in (1, 2, 3)),
        make_article(4, days_old=31),
        make_article(5, withdrawn_at=NOW),
        make_article(6),
    ]
    reads = {number: {TODAY: 100 - number} for number in range(1, 6)}
    places = judged(articles, evidence(reads), replace(SETTINGS, count=2))
    assert places[3].cap is Cap.AUTHOR
    assert {number: place.standing for number, place in places.items()} == {
        1: Standing.RANKED,
        2: Standing.RANKED,
        3: Standing.BEYOND,
        4: Standing.OLD,
        5: Standing.WITHDRAWN,
        6: Standing.FEW,
    }


def test_a_limit_of_none_lets_one_author_fill_the_list() -> None:
    articles = [make_article(number, author="Ann", section="economy") for number in range(1, 6)]
    articles.append(make_article(6))
    reads = {number: {TODAY: 100 - number} for number in range(1, 7)}
    settings = replace(SETTINGS, author_limit=0, section_limit=0)
    assert ids(rank(articles, reads, settings)) == [1, 2, 3, 4, 5]


@given(
    st.integers(0, 50),
    st.integers(0, 50),
    st.integers(0, 20),
    st.integers(0, 20),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)
def test_more_reads_of_either_kind_never_weigh_less_and_mails_keep_to_their_share(
    site: int, mail: int, more_site: int, more_mail: int, share: float
) -> None:
    settings = replace(SETTINGS, mail_share=share, min_reads=1)

    def place(*counts: int) -> RankedArticle:
        found = ranking.Evidence(reads={1: by_origin(site=counts[0], mail=counts[1])})
        return judged([make_article(1)], found, settings)[1]

    before, after = place(site, mail), place(site + more_site, mail + more_mail)
    assert after.score >= before.score
    assert after.reads >= before.reads
    assert before.score - site <= share * before.score + 1e-9
