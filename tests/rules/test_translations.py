"""Groups of translations: whose word counts, and what no word can join."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import translations
from dispatch.rules.translations import Member


def member(number: int, language: str, source: str = "site", host: str = "a.example") -> Member:
    return Member(article_id=number, language=language, source=source, host=host)


def groups(*members: Member, claims: list[tuple[int, int]]) -> dict[int, int]:
    return dict(translations.group({one.article_id: one for one in members}, claims).groups)


def test_one_claim_is_enough_within_one_house() -> None:
    assert groups(member(1, "en"), member(2, "ru"), claims=[(2, 1)]) == {1: 1, 2: 1}
    other_source = member(2, "ru", source="site-ru")
    assert groups(member(1, "en"), other_source, claims=[(2, 1)]) == {1: 1, 2: 1}


def test_a_strangers_claim_counts_only_when_it_is_returned() -> None:
    stranger = member(2, "ru", source="wire", host="wire.example")
    assert groups(member(1, "en"), stranger, claims=[(2, 1)]) == {1: 1, 2: 2}
    assert groups(member(1, "en"), stranger, claims=[(2, 1), (1, 2)]) == {1: 1, 2: 1}


def test_what_both_sides_say_comes_before_what_one_side_says() -> None:
    found = translations.group(
        {1: member(1, "en"), 2: member(2, "ru"), 3: member(3, "en")}, [(1, 2), (2, 3), (3, 2)]
    )
    assert found.groups == {1: 1, 2: 2, 3: 2}
    assert found.conflicts == ((1, 2),)


@given(
    st.lists(st.sampled_from(["en", "ru", "de"]), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20),
    st.randoms(use_true_random=False),
)
def test_no_language_comes_twice_and_no_order_matters(
    languages: list[str], claims: list[tuple[int, int]], chance: object
) -> None:
    members = {number: member(number, language) for number, language in enumerate(languages)}
    found = translations.group(members, claims)
    for group in set(found.groups.values()):
        inside = [members[number].language for number, one in found.groups.items() if one == group]
        assert len(set(inside)) == len(inside)
        assert group == min(number for number, one in found.groups.items() if one == group)
    shuffled = list(claims)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert translations.group(members, shuffled) == found
