"""The publication's sections and languages for what a source says in its own words."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.article import Entry
from dispatch.model.publication import Publication, Section, Source
from dispatch.rules import sections

PUBLICATION = Publication(
    names={"en": "News"},
    site="https://news.example/",
    public_url="https://dispatch.example/",
    languages={"en": "English", "ru": "Русский"},
    sections=(
        Section(key="world", names={"en": "Foreign Policy", "ru": "Внешняя политика"}),
        Section(key="economy", names={"en": "Economy", "ru": "Экономика"}),
    ),
    time_zone=ZoneInfo("Europe/London"),
    contact="desk@news.example",
)
SOURCE = Source(name="site", kind="feed")


@pytest.mark.parametrize(
    ("labels", "keys", "unknown"),
    [
        (("world",), ("world",), ()),
        (("WORLD", "foreign policy"), ("world",), ()),
        (("ЭКОНОМИКА", "Foreign Policy"), ("economy", "world"), ()),
        (("Wirtschaft", "Sport"), ("economy",), ("Sport",)),
        ((), (), ()),
    ],
)
def test_a_label_is_a_key_a_name_or_the_sources_own_word(
    labels: tuple[str, ...], keys: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    source = replace(SOURCE, section_map={"wirtschaft": "economy"})
    assert sections.section_keys(labels, source, PUBLICATION) == (keys, unknown)


def test_a_label_may_mean_another_section_in_each_language() -> None:
    by_language = {"ru": {"жизнь": "world", "12": "economy"}}
    source = replace(SOURCE, section_map={"жизнь": "economy"}, section_map_by_language=by_language)
    keys = {
        language: sections.section_keys(("Жизнь",), source, PUBLICATION, language=language)[0]
        for language in ("en", "ru")
    }
    assert keys == {"en": ("economy",), "ru": ("world",)}


def test_a_terms_slug_or_number_names_a_section_where_its_label_does_not() -> None:
    source = replace(SOURCE, section_map={"12": "world"})
    aliases = {"Деньги": ("economy", "7"), "Мир": ("mir", "12"), "Спорт": ("sport", "9")}
    found = sections.section_keys(tuple(aliases), source, PUBLICATION, aliases=aliases)
    assert found == (("economy", "world"), ("Спорт",))


@pytest.mark.parametrize(
    ("url", "language"),
    [
        ("https://n.example/ru/a", "ru"),
        ("https://n.example/RU/", "ru"),
        ("https://n.example/en", "en"),
        ("https://n.example/rush-hour/", None),
        ("https://n.example/a/ru/", None),
        ("", None),
    ],
)
def test_a_path_may_begin_with_a_language(url: str, language: str | None) -> None:
    assert sections.path_language(url, ("en", "ru")) == language


def test_the_sections_of_the_source_follow_and_repeat_nothing() -> None:
    source = replace(SOURCE, sections=("economy", "world"))
    assert sections.section_keys(("world",), source, PUBLICATION)[0] == ("world", "economy")


def test_the_operators_map_wins_over_names_and_a_key_over_another_sections_name() -> None:
    source = replace(SOURCE, section_map={"world": "economy"})
    assert sections.section_keys(("World",), source, PUBLICATION)[0] == ("economy",)
    confusing = replace(
        PUBLICATION, sections=(*PUBLICATION.sections, Section(key="x", names={"en": "World"}))
    )
    assert sections.section_keys(("world",), SOURCE, confusing)[0] == ("world",)


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", "en"),
        ("EN-gb", "en-GB"),
        ("en_US", "en"),
        ("en-AU", "en"),
        ("ru-RU", "ru"),
        ("zh-Hant-TW", "zh-Hans"),
        ("de", None),
        ("", None),
    ],
)
def test_a_tag_names_a_language_exactly_or_by_its_first_part(
    tag: str, language: str | None
) -> None:
    languages = ("en", "en-GB", "ru", "zh-Hans")
    assert sections.match_language(tag, languages) == language


@given(st.text(max_size=12))
def test_no_tag_names_a_language_that_is_not_published(tag: str) -> None:
    assert sections.match_language(tag, ("en", "ru")) in {"en", "ru", None}


@pytest.mark.parametrize(
    ("entry", "source", "said", "language"),
    [
        ("ru", "en", "en", "ru"),
        (None, "en", "ru", "en"),
        (None, None, "ru-RU", "ru"),
        ("de", "en", "en", None),
    ],
)
def test_the_word_closest_to_the_text_counts(
    entry: str | None, source: str | None, said: str | None, language: str | None
) -> None:
    found = sections.language_of(
        Entry(source_id="1", url=None, title="Экономика", language=entry),
        said,
        replace(SOURCE, language=source),
        PUBLICATION,
    )
    assert found == language


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Ветер в степи и кто его купит", "ru"),
        ("Wind on the steppe, and who buys it", "en"),
        ("2026", "en"),
    ],
)
def test_where_nobody_says_anything_the_letters_do(title: str, language: str) -> None:
    entry = Entry(source_id="1", url=None, title=title)
    assert sections.language_of(entry, None, SOURCE, PUBLICATION) == language


@pytest.mark.parametrize(
    ("said", "title", "language"),
    [
        ("en-US", "Ветер в степи и кто его купит", "ru"),
        ("de", "Ветер в степи и кто его купит", "ru"),
        ("fr", "Réforme de l'État étendue aux régions", None),
        ("de-DE", "Der Wind in der Steppe, und wer ihn kauft", None),
    ],
)
def test_letters_deny_the_word_of_a_document_only_where_it_cannot_be_true(
    said: str, title: str, language: str | None
) -> None:
    entry = Entry(source_id="1", url=None, title=title)
    assert sections.language_of(entry, said, SOURCE, PUBLICATION) == language
