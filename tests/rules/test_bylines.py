"""Who wrote it, from what bylines say."""

from __future__ import annotations

import pytest

from dispatch.model.article import Author
from dispatch.rules import bylines


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Maria Lindqvist", ("Maria Lindqvist",)),
        ("By Maria Lindqvist", ("Maria Lindqvist",)),
        ("Автор: Иван Петров", ("Иван Петров",)),
        ("Текст: Иван Петров, Анна Белова", ("Иван Петров", "Анна Белова")),
        ("Иван Петров и Анна Белова", ("Иван Петров", "Анна Белова")),
        ("Ann Reed, Bo Lund and Cy Dahl", ("Ann Reed", "Bo Lund", "Cy Dahl")),
        ("Ann Reed & Bo Lund; Cy Dahl", ("Ann Reed", "Bo Lund", "Cy Dahl")),
        ("Ann Reed, Ann Reed", ("Ann Reed",)),
        ("Lindqvist, Maria", ("Lindqvist, Maria",)),
        ("Martin Luther King, Jr.", ("Martin Luther King, Jr.",)),
        ("Centre for Science and Technology", ("Centre for Science and Technology",)),
        ("Ivan and Maria Petrov", ("Ivan and Maria Petrov",)),
        ("Bystrov Andrei", ("Bystrov Andrei",)),
        ("ann@news.example (Ann Reed)", ("Ann Reed",)),
        ("Ann Reed <ann@news.example>", ("Ann Reed",)),
        ('"Ann Reed" <ann@news.example>', ("Ann Reed",)),
        ("ann@news.example", ()),
        ("Ann Reed ann@a.example bo@b.example", ()),
        ("admin", ()),
        ("Редакция", ()),
        ("Editorial staff", ()),
        ("", ()),
        (" , ", ()),
    ],
)
def test_a_byline_names_people(byline: str, names: tuple[str, ...]) -> None:
    assert bylines.names(byline) == names


def test_the_publication_is_nobody() -> None:
    authors = (Author(name="The Meridian"), Author(name="Ann Reed"), Author(name="меридиан"))
    assert bylines.without(authors, ["The Meridian", "Меридиан"]) == (Author(name="Ann Reed"),)
