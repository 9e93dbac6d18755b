"""A key says languages in order, sections, cohort and appeal, in one spelling."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dispatch.rules import audience

KEYS = st.from_regex(r"[a-z][a-z0-9-]{0,9}", fullmatch=True)
TAGS = ["en", "ru", "zh-Hant", "pt-BR"]
LANGUAGES = st.lists(st.sampled_from(TAGS), unique=True, min_size=1)
SECTIONS = st.lists(KEYS, unique=True, max_size=5)


@given(LANGUAGES, SECTIONS)
def test_a_choice_is_read_back_with_its_order_of_languages(
    languages: list[str], sections: list[str]
) -> None:
    key = audience.choice_key(languages, sections)
    assert audience.read_choice(key) == (tuple(languages), tuple(sorted(sections)))


@given(LANGUAGES, SECTIONS, st.randoms())
def test_the_order_of_sections_makes_no_new_choice(
    languages: list[str], sections: list[str], random: Random
) -> None:
    key = audience.choice_key(languages, sections)
    random.shuffle(sections)
    assert audience.choice_key(languages, sections) == key


@given(LANGUAGES, SECTIONS, st.integers(-1, 1 << 60))
def test_a_page_says_whose_choice_it_is(
    languages: list[str], sections: list[str], cohort: int
) -> None:
    choice = audience.choice_key(languages, sections)
    assert audience.choice_of(audience.page_key(choice, cohort)) == choice


def test_all_sections_is_the_language_alone() -> None:
    assert audience.choice_key(("en",), ()) == "en"
    assert audience.read_choice("en") == (("en",), ())
    assert audience.page_key("en") == audience.variant_key("en") == "en"


def test_a_newsletter_speaks_those_languages_of_a_reader_that_it_comes_in() -> None:
    assert audience.spoken_in(("he", "ru", "en"), ("en", "ru")) == ("ru", "en")
