"""Turns what pydantic found into problems that an operator understands.

In: the errors of one validation, the raw tables, the lines, the variables. Out: Problems. Never:
pydantic's own words where we have better ones, or the value of a key (it may be a secret; a
RefusedError repeats it where that is safe).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from dispatch.config import lines, problems, shapes

#: pydantic puts it behind the path when the name of a key is bad, not its value.
_KEY_MARK = "[key]"
#: How a key is told that names its table of an array.
_NAMES = ("name", "key")
_TOML_NAMES: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a table",
    datetime.date: "a date",
    datetime.datetime: "a date with a time",
    datetime.time: "a time",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origins:
    """Where everything came from: `name` is the file as the operator gave it."""

    name: str
    raw: Mapping[str, Any]
    line_numbers: Mapping[lines.KeyPath, int]
    variables: Mapping[lines.KeyPath, str]

    def problem(
        self,
        path: lines.KeyPath,
        what: str,
        *,
        allowed: str = "",
        nearest: tuple[str, ...] = (),
    ) -> problems.Problem:
        """A problem of the key at `path`, with the line or variable that it came from."""
        variable = self.variables.get(path[:2])
        line = lines.line_of(self.line_numbers, path)
        return problems.Problem(
            where=variable or f"{self.name}:{line}",
            order=problems.AFTER_THE_FILE if variable else line,
            key=dotted(path, self.raw),
            what=what,
            allowed=allowed,
            nearest=nearest,
        )


def dotted(path: lines.KeyPath, raw: Mapping[str, Any]) -> str:
    """`newsletters[weekly].titles.en`: tables of an array by name, else by place from 1."""
    text = ""
    here: object = raw
    for part in path:
        here = _below(here, part)
        if isinstance(part, int):
            text += f"[{_label(here, part)}]"
        else:
            text += f".{_quoted(part)}" if text else _quoted(part)
    return text


def problem_of(error: ErrorDetails, origins: Origins) -> problems.Problem:
    """One of pydantic's errors as a problem."""
    path = tuple(part for part in error["loc"] if part != _KEY_MARK)
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, problems.RefusedError):
        return origins.problem(path, cause.what, allowed=cause.allowed, nearest=cause.nearest)
    if error["type"] == "extra_forbidden":
        return _unknown_key(path, origins)
    what, allowed = _SENTENCES.get(error["type"], _as_it_is)(error)
    nearest = _nearest_choice(error) if error["type"] == "literal_error" else ()
    return origins.problem(path, what, allowed=allowed, nearest=nearest)


def problems_of(errors: Iterable[ErrorDetails], origins: Origins) -> list[problems.Problem]:
    """All of pydantic's errors as problems."""
    return [problem_of(error, origins) for error in errors]


def _unknown_key(path: lines.KeyPath, origins: Origins) -> problems.Problem:
    known = shapes.keys_at(path[:-1])
    what = "unknown table" if len(path) == 1 else "unknown key"
    near = problems.nearest(str(path[-1]), known)
    return origins.problem(path, what, allowed=problems.listed(known), nearest=near)


def _below(here: object, part: str | int) -> object:
    if isinstance(part, str):
        return here.get(part) if isinstance(here, dict) else None
    return here[part] if isinstance(here, list) and part < len(here) else None


def _label(table: object, place: int) -> str:
    names = table if isinstance(table, dict) else {}
    found = (names[key] for key in _NAMES if isinstance(names.get(key), str))
    return next(map(_quoted, found), f"#{place + 1}")


def _quoted(part: str) -> str:
    return part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else problems.quoted(part)


_Sentence = tuple[str, str]


def _as_it_is(error: ErrorDetails) -> _Sentence:
    return error["msg"], ""


def _must_be(kind: str) -> Callable[[ErrorDetails], _Sentence]:
    def sentence(error: ErrorDetails) -> _Sentence:
        given = _TOML_NAMES.get(type(error["input"]), "something else")
        return f"must be {kind}, not {given}", ""

    return sentence


def _missing(error: ErrorDetails) -> _Sentence:
    kind = shapes.table_at(tuple(part for part in error["loc"] if part != _KEY_MARK))
    return ("this table is missing" if kind else "is missing"), ""


def _limit(words: str, name: str) -> Callable[[ErrorDetails], _Sentence]:
    def sentence(error: ErrorDetails) -> _Sentence:
        return f"must be {words} {error.get('ctx', {})[name]}", ""

    return sentence


def _choice(error: ErrorDetails) -> _Sentence:
    return "is none of the words that are allowed here", ", ".join(_choices(error))


def _choices(error: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", error.get("ctx", {}).get("expected", ""))


def _nearest_choice(error: ErrorDetails) -> tuple[str, ...]:
    return problems.nearest(str(error["input"]), _choices(error))


def _list_or_tables(error: ErrorDetails) -> _Sentence:
    path = error["loc"]
    name = ".".join(part for part in path if isinstance(part, str))
    if shapes.table_at((*path, 0)) is not None:
        return f"must be an array of tables: write [[{name}]]", ""
    return _must_be("a list")(error)


def _empty(_error: ErrorDetails) -> _Sentence:
    return "must not be empty", ""


_SENTENCES: Mapping[str, Callable[[ErrorDetails], _Sentence]] = {
    "missing": _missing,
    "string_type": _must_be("text in quotes"),
    "path_type": _must_be("a path in quotes"),
    "int_type": _must_be("a whole number"),
    "int_from_float": _must_be("a whole number"),
    "float_type": _must_be("a number"),
    "bool_type": _must_be("true or false"),
    "date_type": _must_be("a date such as 2026-11-24"),
    "date_from_datetime_parsing": _must_be("a date such as 2026-11-24"),
    "date_from_datetime_inexact": _must_be("a date such as 2026-11-24"),
    "dict_type": _must_be("a table"),
    "model_type": _must_be("a table"),
    "tuple_type": _list_or_tables,
    "literal_error": _choice,
    "string_too_short": _empty,
    "greater_than_equal": _limit("at least", "ge"),
    "greater_than": _limit("more than", "gt"),
    "less_than_equal": _limit("at most", "le"),
    "finite_number": _must_be("a finite number"),
}
