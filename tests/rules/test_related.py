"""Read also: what belongs beside an article, and what never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.article import Article
from dispatch.rules import related
from dispatch.rules.related import Outline, Relation

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def outline(number: int, title: str, days_old: float = 2, **changes: object) -> Outline:
    made = Outline(
        id=number,
        group_id=number,
        title=title,
        standfirst="",
        text="",
        authors=(),
        sections=(),
        published_at=NOW - timedelta(days=days_old),
    )
    return replace(made, **changes)  # type: ignore[arg-type] # free-form by intent


def article(one: Outline, **changes: object) -> Article:
    made = Article(
        id=one.id,
        uid=f"tag:meridian.example,2026:article:{one.id}",
        url=f"https://meridian.example/{one.id}",
        language="en",
        title=one.title,
        source="site",
        group_id=one.group_id,
        published_at=one.published_at,
        updated_at=one.published_at,
        entered_at=one.published_at,
        first_seen_at=one.published_at,
    )
    return replace(made, **changes)  # type: ignore[arg-type] # free-form by intent


CRANES = outline(1, "The Middle Corridor is short of cranes", sections=("economy",))
POOL = [
    outline(2, "Why the corridor across the Caspian waits for cranes"),
    outline(3, "A village school looks for teachers"),
    outline(4, "Mediators without a mandate"),
    outline(5, "Small states write long treaties"),
]


def beside(one: Outline, pool: list[Outline], count: int = 3) -> list[int]:
    return [relation.other_id for relation in related.Library(pool).relate(one, count)]


def test_shared_words_are_found_and_the_unrelated_is_not_used_as_filling() -> None:
    assert beside(CRANES, POOL) == [2]


def test_russian_words_are_found_in_another_case() -> None:
    pool = [
        outline(2, "Кто учит в сельской школе"),
        outline(3, "Краны срединного коридора: кто за них заплатит"),
        outline(4, "Посредники без мандата"),
    ]
    assert beside(outline(1, "Срединному коридору не хватает кранов"), pool) == [3]


def test_what_stands_in_the_text_counts_as_well() -> None:
    shown = outline(1, "A night shift", text="The crane driver waits for the container ship.")
    pool = [
        outline(2, "Patience", text="Container ships queue where no crane is left."),
        outline(3, "A school", text="The teacher of physics is the teacher of gym."),
    ]
    assert beside(shown, pool) == [2]


def test_a_shared_section_and_author_relate_and_a_relation_says_so() -> None:
    shown = replace(CRANES, authors=("Ann Petrova",))
    other = outline(7, "Wind", sections=("economy", "society"), authors=("ann petrova",))
    (relation,) = related.Library([other]).relate(shown, 3)
    assert (relation.article_id, relation.other_id) == (1, 7)
    assert (relation.sections, relation.same_author, relation.text) == (0.5, True, 0.0)


def test_of_two_alike_the_younger_comes_first() -> None:
    title = "Cranes of the corridor"
    pool = [outline(2, title, days_old=90), outline(3, title, days_old=3)]
    assert beside(CRANES, [*POOL[1:], *pool]) == [3, 2]


def test_neither_itself_nor_its_translation_is_offered() -> None:
    assert beside(CRANES, [CRANES, outline(6, CRANES.title, group_id=CRANES.group_id)]) == []


def test_beside_nothing_there_is_nothing() -> None:
    assert beside(CRANES, []) == []
    assert beside(CRANES, POOL, 0) == []
    assert related.read_also([], [], [article(CRANES)], 3) == ()


def relation(one: int, other: int, text: float = 0.5) -> Relation:
    return Relation(article_id=one, other_id=other, sections=0.0, same_author=False, text=text)


def test_of_what_is_shown_the_strongest_relation_speaks() -> None:
    shown = [article(outline(1, "a")), article(outline(2, "b"))]
    pool = [article(outline(3, "c")), article(outline(4, "d"))]
    known = [relation(1, 3, 0.2), relation(2, 3, 0.9), relation(1, 4, 0.5)]
    found = related.read_also(shown, known, pool, 3)
    assert [(one.id, why.article_id) for one, why in found] == [(3, 2), (4, 1)]


def test_a_translation_of_what_is_shown_or_chosen_and_a_withdrawn_one_are_left_out() -> None:
    shown = [article(outline(1, "a", group_id=1))]
    pool = [
        article(outline(2, "b", group_id=1)),
        article(outline(3, "c", group_id=3)),
        article(outline(4, "d", group_id=3)),
        article(outline(5, "e"), withdrawn_at=NOW),
        article(outline(6, "f")),
    ]
    known = [relation(1, number, 1 - number / 10) for number in range(2, 8)]
    assert [one.id for one, _ in related.read_also(shown, known, pool, 3)] == [3, 6]


_WORDS = st.sampled_from(
    ["cranes", "corridor", "school", "teacher", "treaty", "кран", "коридор", "школа"]
)
_POOLS = st.lists(
    st.tuples(st.lists(_WORDS, max_size=4), st.integers(1, 6), st.sampled_from("abc")), max_size=12
).map(
    lambda facts: [
        outline(number, " ".join(words), group_id=group, sections=(section,))
        for number, (words, group, section) in enumerate(facts, start=1)
    ]
)


@given(_POOLS, st.integers(0, 5), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_choice_is_sound_and_does_not_depend_on_the_order_of_the_input(
    pool: list[Outline], count: int, shuffler: Random
) -> None:
    shuffled = list(pool)
    shuffler.shuffle(shuffled)
    groups = {one.id: one.group_id for one in pool}
    for one in pool[:3]:
        found = beside(one, pool, count)
        assert len(found) <= count
        assert len(set(found)) == len(found)
        assert one.group_id not in {groups[number] for number in found}
        assert beside(one, shuffled, count) == found
