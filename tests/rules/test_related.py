"""Read also: what belongs beside an article, and what never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.article import Article, Author
from dispatch.rules import related

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def make_article(number: int, title: str, days_old: float = 2, **changes: object) -> Article:
    moment = NOW - timedelta(days=days_old)
    article = Article(
        id=number,
        uid=f"tag:meridian.example,2026:article:{number}",
        url=f"https://meridian.example/{number}",
        language="en",
        title=title,
        source="site",
        group_id=number,
        published_at=moment,
        updated_at=moment,
        entered_at=moment,
        first_seen_at=moment,
    )
    return replace(article, **changes)  # type: ignore[arg-type] # free-form by intent


CRANES = make_article(1, "The Middle Corridor is short of cranes", sections=("economy",))
POOL = [
    make_article(2, "Why the corridor across the Caspian waits for cranes"),
    make_article(3, "A village school looks for teachers"),
    make_article(4, "Mediators without a mandate"),
    make_article(5, "Small states write long treaties"),
]


def ids(articles: tuple[Article, ...]) -> list[int]:
    return [article.id for article in articles]


def test_shared_words_are_found_and_the_unrelated_is_not_used_as_filling() -> None:
    assert ids(related.read_also([CRANES], POOL, 3, NOW)) == [2]


def test_russian_words_are_found_in_another_case() -> None:
    shown = make_article(1, "Срединному коридору не хватает кранов")
    pool = [
        make_article(2, "Кто учит в сельской школе"),
        make_article(3, "Краны срединного коридора: кто за них заплатит"),
        make_article(4, "Посредники без мандата"),
    ]
    assert ids(related.read_also([shown], pool, 3, NOW)) == [3]


def test_a_shared_section_and_author_relate_and_a_relation_says_so() -> None:
    ann = (Author(name="Ann Petrova"),)
    shown = replace(CRANES, authors=ann)
    other = make_article(7, "Wind", sections=("economy", "society"), authors=ann)
    (relation,) = related.relations([shown], [other], NOW)
    assert (relation.article_id, relation.shown_id) == (7, 1)
    assert (relation.sections, relation.same_author, relation.text) == (0.5, True, 0.0)
    assert relation.age_days == 2.0
    assert relation.score < relation.likeness


def test_of_two_alike_the_younger_comes_first() -> None:
    title = "Cranes of the corridor"
    pool = [make_article(2, title, days_old=90), make_article(3, title, days_old=3)]
    assert ids(related.read_also([CRANES], [*POOL[1:], *pool], 3, NOW)) == [3, 2]


def test_neither_a_shown_one_nor_its_translation_nor_a_withdrawn_one_is_offered() -> None:
    title = CRANES.title
    pool = [
        CRANES,
        make_article(6, title, group_id=CRANES.group_id, language="ru"),
        make_article(7, title, withdrawn_at=NOW),
    ]
    assert related.read_also([CRANES], pool, 3, NOW) == ()


def test_two_translations_of_one_piece_are_not_offered_together() -> None:
    pool = [
        make_article(6, "Corridor cranes", group_id=6, sections=("economy",)),
        make_article(7, "Corridor cranes", group_id=6, sections=("economy",)),
        make_article(8, "Ports", sections=("economy",)),
    ]
    assert ids(related.read_also([CRANES], pool, 3, NOW)) == [6, 8]


def test_beside_nothing_there_is_nothing() -> None:
    assert related.read_also([], POOL, 3, NOW) == ()
    assert related.read_also([CRANES], [], 3, NOW) == ()
    assert related.read_also([CRANES], POOL, 0, NOW) == ()


_WORDS = st.sampled_from(
    ["cranes", "corridor", "school", "teacher", "treaty", "кран", "коридор", "школа"]
)
_POOLS = st.lists(
    st.tuples(st.lists(_WORDS, max_size=4), st.integers(1, 6), st.sampled_from("abc")), max_size=12
).map(
    lambda facts: [
        make_article(number, " ".join(words), group_id=group, sections=(section,))
        for number, (words, group, section) in enumerate(facts, start=1)
    ]
)


@given(_POOLS, st.integers(0, 4), st.integers(0, 5), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_choice_is_sound_and_does_not_depend_on_the_order_of_the_input(
    articles: list[Article], shown_count: int, count: int, shuffler: Random
) -> None:
    shown = articles[:shown_count]
    chosen = related.read_also(shown, articles, count, NOW)
    groups = [article.group_id for article in chosen]
    assert len(chosen) <= count
    assert len(set(groups)) == len(groups)
    assert not {article.group_id for article in shown} & set(groups)
    shuffled, beside = list(articles), list(shown)
    shuffler.shuffle(shuffled)
    shuffler.shuffle(beside)
    assert related.read_also(beside, shuffled, count, NOW) == chosen
