"""One author, one key, however the name is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import author_keys


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ann Lee", "ann-lee"),
        ("  ANN\N{NO-BREAK SPACE}Lee ", "ann-lee"),
        ("Ana O’Neill", "ana-oneill"),
        ("Ana O'Neill", "ana-oneill"),
        ("Łukasz Żółć", "lukasz-zolc"),
        ("Jürgen Groß", "jurgen-gross"),
        ("Мария Орлова", "mariia-orlova"),
        ("Щербаков, Юрий", "shcherbakov-iurii"),
        ("Є. Їжак", "ie-izhak"),
        ("Jean-Luc Picard III", "jean-luc-picard-iii"),
    ],
)
def test_a_name_becomes_a_path(name: str, key: str) -> None:
    assert author_keys.author_key(name) == key


def test_letters_with_accents_apart_are_the_same_letters() -> None:
    assert author_keys.author_key("Йозеф") == author_keys.author_key("И\N{COMBINING BREVE}озеф")


def test_another_script_has_a_key_of_its_own() -> None:
    keys = {author_keys.author_key(name) for name in ("村上春樹", "דוד גרוסמן", "春樹")}
    assert len(keys) == 3
    assert all(re.fullmatch(r"[0-9a-f]{10}", key) for key in keys)


@given(st.text())
def test_any_name_has_a_key_that_a_path_may_hold(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", author_keys.author_key(name))
