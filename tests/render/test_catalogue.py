"""The catalogues: complete in every language, and right where languages differ."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import jinja2.ext
import pytest
from babel import Locale
from babel.messages import catalog, checkers, pofile

from dispatch.render import catalogue

ROOT = Path(__file__).parents[2]
Message = str | tuple[str, ...]

#: How many of a call's arguments, after the language, are messages.
FUNCTIONS = {"text": 1, "plural": 2}
TEMPLATE_KEYWORDS = ("_", "ngettext")


def messages_of_code() -> Iterator[Message]:
    """What `catalogue.text(language, "...")` and `catalogue.plural(...)` are called with."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield from messages_of_call(node, inside=path.name == "catalogue.py")


def messages_of_call(call: ast.Call, *, inside: bool) -> Iterator[Message]:
    match call.func:
        case ast.Attribute(value=ast.Name(id="catalogue"), attr=name):
            count = FUNCTIONS.get(name, 0)
        case ast.Name(id=name) if inside:
            count = FUNCTIONS.get(name, 0)
        case _:
            count = 0
    arguments = [
        argument.value
        for argument in call.args[1 : 1 + count]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    if arguments:
        yield as_message(arguments)


def messages_of_templates() -> Iterator[Message]:
    for path in sorted({*(ROOT / "src").rglob("*.j2"), *(ROOT / "templates").rglob("*.j2")}):
        with path.open("rb") as file:
            found = jinja2.ext.babel_extract(file, TEMPLATE_KEYWORDS, (), {"silent": "false"})
            for _, _, said, _ in found:
                strings = (said,) if isinstance(said, str) else said or ()
                yield as_message([string for string in strings if isinstance(string, str)])


def as_message(strings: list[str]) -> Message:
    return strings[0] if len(strings) == 1 else tuple(strings)


def read(language: str) -> catalog.Catalog:
    with catalogue.catalogue_path(language).open("rb") as file:
        return pofile.read_po(file, locale=language, domain=catalogue.DOMAIN, abort_invalid=True)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def pairs(language: str) -> Iterator[tuple[catalog.Message, list[str], list[str]]]:
    """Each message with its ids and its translations, singular or not."""
    for message in read(language):
        if message.id:
            yield message, strings_of(message.id), strings_of(message.string)


def strings_of(value: object) -> list[str]:
    found = [value] if isinstance(value, str) else value
    assert isinstance(found, (list, tuple))
    return [string for string in found if isinstance(string, str)]


def test_there_are_messages_in_code_and_in_templates() -> None:
    assert "Read in this language" in set(messages_of_code())
    assert "Top reads" in set(messages_of_templates())


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_message_used_exists_in_every_catalogue(language: str) -> None:
    known = {message.id for message in read(language)}
    used = {*messages_of_code(), *messages_of_templates()}
    assert not sorted(map(str, used - known))


@pytest.mark.parametrize("language", catalogue.languages())
def test_no_message_is_fuzzy_empty_or_missing_a_plural(language: str) -> None:
    known = read(language)
    plurals = known.num_plurals
    for message, _, strings in pairs(language):
        assert not message.fuzzy, message.id
        assert all(strings), message.id
        assert len(strings) == (plurals if message.pluralizable else 1), message.id
        for check in checkers.checkers:
            check(known, message)


@pytest.mark.parametrize("language", catalogue.languages())
def test_a_translation_has_the_fields_of_its_message(language: str) -> None:
    for message, ids, strings in pairs(language):
        wanted = set().union(*map(fields, ids))
        for translation in strings:
            assert fields(translation) | {"count"} == wanted | {"count"}, message.id


def test_all_catalogues_have_the_same_messages() -> None:
    english, *others = ({m.id for m in read(tag)} for tag in catalogue.languages())
    assert all(other == english for other in others)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "1 прочтение"),
        (2, "2 прочтения"),
        (5, "5 прочтений"),
        (11, "11 прочтений"),
        (21, "21 прочтение"),
        (22, "22 прочтения"),
        (25, "25 прочтений"),
        (112, "112 прочтений"),
        (1234, "1\u00a0234 прочтения"),
    ],
)
def test_russian_counts_as_russian_does(count: int, said: str) -> None:
    assert catalogue.plural("ru", "{count} read", "{count} reads", count) == said


@pytest.mark.parametrize("language", catalogue.languages())
def test_each_counted_message_takes_the_form_that_the_language_has_for_the_number(
    language: str,
) -> None:
    """The rule of the catalogue's head against that of CLDR, which Babel brings."""
    rule = Locale.parse(language).plural_form
    counted = [message for message in read(language) if message.pluralizable]
    assert counted
    for message in counted:
        one, other = strings_of(message.id)
        forms: dict[str, set[str]] = {}
        for count in (*range(131), 1000, 1001, 1002):
            said = catalogue.plural(language, one, other, count, headline="")
            digits = catalogue.format_number(count, language)
            forms.setdefault(rule(count), set()).add(said.replace(digits, "N", 1))
        assert all(len(found) == 1 for found in forms.values()), forms
        assert len(set.union(*forms.values())) == len(strings_of(message.string)), forms


def test_hebrew_counts_one_without_a_digit() -> None:
    assert catalogue.plural("he", "{count} read", "{count} reads", 1) == "קריאה אחת"
    assert catalogue.plural("he", "{count} read", "{count} reads", 3) == "3 קריאות"


def test_each_language_is_offered_in_its_own_words() -> None:
    assert catalogue.read_in("en") == "Read in English"
    assert catalogue.read_in("ru-RU") == "Читать по-русски"
    assert catalogue.read_in("he") == "לקריאה בעברית"
    assert catalogue.read_in("fr") == "Français"
    assert catalogue.read_in("xx-unknown") == "xx-unknown"


@pytest.mark.parametrize(
    ("language", "answer"),
    [("ru", "Новое"), ("ru-RU", "Новое"), ("RU_ru", "Новое"), ("fr", "Latest"), ("??", "Latest")],
)
def test_a_language_is_answered_by_its_nearest_catalogue(language: str, answer: str) -> None:
    assert catalogue.text(language, "Latest") == answer


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("ru", "ltr"), ("he", "rtl"), ("ar", "rtl")]
)
def test_a_language_has_its_direction(language: str, direction: str) -> None:
    assert catalogue.direction(language) == direction


def test_dates_are_written_as_readers_write_them() -> None:
    day = date(2026, 11, 24)
    assert catalogue.format_date(day, "en") == "November 24, 2026"
    assert catalogue.format_date(day, "en-GB") == "24 November 2026"
    assert catalogue.format_date(day, "ru").startswith("24 ноября 2026")
    assert catalogue.format_date(day, "he") == "24 בנובמבר 2026"


def test_names_are_listed_with_the_languages_own_and() -> None:
    assert catalogue.list_names((), "en") == ""
    assert catalogue.list_names(("Ann",), "ru") == "Ann"
    assert catalogue.list_names(("Ann", "Bob", "Eve"), "ru") == "Ann, Bob и Eve"


def test_a_value_with_braces_is_not_a_field() -> None:
    assert catalogue.text("en", "by {authors}", authors="{x}") == "by {x}"
