"""A variant's key says its language and sections, in one spelling."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import audience

KEYS = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True)
LANGUAGES = st.sampled_from(["en", "ru", "zh-Hant", "pt-BR"])


@given(LANGUAGES, st.lists(KEYS, unique=True, max_size=5))
def test_a_key_is_read_back_with_sorted_sections(language: str, sections: list[str]) -> None:
    key = audience.variant_key(language, sections)
    assert audience.variant_choice(key) == (language, tuple(sorted(sections)))


@given(LANGUAGES, st.lists(KEYS, unique=True, max_size=5), st.randoms())
def test_the_order_of_choosing_makes_no_new_variant(
    language: str, sections: list[str], random: Random
) -> None:
    key = audience.variant_key(language, sections)
    random.shuffle(sections)
    assert audience.variant_key(language, sections) == key


def test_all_sections_is_the_language_alone() -> None:
    assert audience.variant_key("en", ()) == "en"
    assert audience.variant_choice("en") == ("en", ())
