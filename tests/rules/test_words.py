"""Forms of one word meet, and different words stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import words


@pytest.mark.parametrize(
    "forms",
    [
        "договор договора договоры договоров договорами",
        "экономика экономики экономику экономикой",
        "новая новое новые новый",
        "ёлка елка ёлки",
        "treaty treaties",
        "border borders border's",
        "talk talks talked talking",
        "Vote vote votes",
    ],
)
def test_the_forms_of_a_word_have_one_stem(forms: str) -> None:
    assert len({words.stems(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("бег", "берег"), ("port", "report"), ("мир", "мирный"), ("us", "use")]
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert words.stems(one) != words.stems(other)


def test_a_word_with_a_hyphen_is_found_whole_and_by_its_parts() -> None:
    found = set(words.stems("Нью-Йорк"))
    assert set(words.stems("Йорк")) < found
    assert set(words.stems("нью-йорк")) == found


@given(st.text())
def test_any_text_has_stems_and_each_once(text: str) -> None:
    found = words.stems(text)
    assert len(found) == len(set(found))
    assert all(found)
