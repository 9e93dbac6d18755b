"""One word for one thing: the glossary, the nouns and the names in the code say the same."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dispatch import model

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

_CODE = re.compile(r"`([^`]+)`")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class Word(NamedTuple):
    """A line of the glossary."""

    word: str
    meaning: str
    code: str
    refused: tuple[str, ...]


def words() -> Iterator[Word]:
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0] not in {"word", "---"}:
            code = "".join(_CODE.findall(cells[2]))
            yield Word(cells[0], cells[1], code, tuple(_CODE.findall(cells[3])))


WORDS = tuple(words())
REFUSED = {refused: word.word for word in WORDS for refused in word.refused}


def nouns() -> set[str]:
    found = set()
    for entry in pkgutil.iter_modules(model.__path__, "dispatch.model."):
        module = importlib.import_module(entry.name)
        classes = inspect.getmembers(module, inspect.isclass)
        found |= {name for name, one in classes if one.__module__ == entry.name}
    return found


def names_in(path: Path) -> Iterator[str]:
    """Every name that the code gives: of modules, classes, functions, arguments, values."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def test_the_glossary_has_words() -> None:
    assert len(WORDS) > 25
    assert {word.word for word in WORDS if not word.meaning} == set()


@pytest.mark.parametrize("word", [word for word in WORDS if word.code], ids=lambda word: word.word)
def test_what_the_glossary_names_is_in_the_code(word: Word) -> None:
    module, _, name = word.code.rpartition(".")

    found = importlib.import_module(f"dispatch.{module}")

    assert hasattr(found, name)


def test_every_noun_of_the_model_is_in_the_glossary() -> None:
    named = {code.rpartition(".")[2] for code in _CODE.findall(PAGE)}

    assert nouns() - named == set()


def test_no_word_is_refused_and_used_at_once() -> None:
    assert not {word.word.lower() for word in WORDS} & set(REFUSED)


def test_refused_words_are_no_names_in_the_code() -> None:
    used = {
        (path.name, name, f"say {REFUSED[part]}")
        for path in sorted((ROOT / "src").rglob("*.py"))
        for name in names_in(path)
        for part in {part.lower() for part in _PARTS.findall(name)}
        | {name.replace("_", "").lower()}
        if part in REFUSED
    }

    assert not used
