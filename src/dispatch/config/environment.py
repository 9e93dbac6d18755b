"""Lays environment variables over the file: `DISPATCH_TRANSPORT__PASSWORD` wins over the file.

In: the raw tables and the environment. Out: the raw tables with what the variables say, which
variable said what, and a problem for each variable that names no key. Never: reaches into an array
of tables (which of the newsletters would it be?), or tells what a variable holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from dispatch.config import lines, problems, shapes
from dispatch.config.tables import Tables

PREFIX = "DISPATCH_"
#: Between table and key. A variable of ours without it (DISPATCH_CONFIG) is no key of the file.
SEPARATOR = "__"
_TRUTHS: Mapping[str, bool] = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """The tables after the environment, and from which variable each of its keys came."""

    raw: Mapping[str, Any]
    variables: Mapping[lines.KeyPath, str]
    problems: tuple[problems.Problem, ...]


def overlay(raw: Mapping[str, Any], environ: Mapping[str, str]) -> Overlaid:
    """`raw` with every `DISPATCH_TABLE__KEY` of `environ` in its place; `raw` is not changed."""
    known = variables_of()
    tables: dict[str, Any] = dict(raw)
    variables: dict[lines.KeyPath, str] = {}
    bad: list[problems.Problem] = []
    for name in sorted(_ours(environ)):
        if name in known:
            path, field = known[name]
            tables[path[0]] = _with(tables.get(path[0], {}), path[1], _typed(environ[name], field))
            variables[path] = name
        else:
            bad.append(_unknown(name, known))
    return Overlaid(raw=tables, variables=variables, problems=tuple(bad))


def variables_of() -> Mapping[str, tuple[tuple[str, str], FieldInfo]]:
    """Every variable that is read, with the table and key that it stands for."""
    found = {}
    for table in Tables.model_fields:
        for key in shapes.keys_at((table,)):
            field = shapes.field_at(table, key)
            if shapes.is_single(field):
                found[variable(table, key)] = ((table, key), field)
    return found


def variable(table: str, key: str) -> str:
    """The name of the variable that stands for a key."""
    return f"{PREFIX}{table}{SEPARATOR}{key}".upper()


def _ours(environ: Mapping[str, str]) -> list[str]:
    return [name for name in environ if name.startswith(PREFIX) and SEPARATOR in name]


def _with(table: object, key: str, value: object) -> object:
    """The table with one more key; its other way of giving the same secret falls away."""
    if not isinstance(table, dict):
        return table
    other = key.removesuffix("_file") if key.endswith("_file") else f"{key}_file"
    return {name: was for name, was in table.items() if name != other} | {key: value}


def _typed(text: str, field: FieldInfo) -> object:
    """What TOML would have made of it. What cannot be read stays text, and is refused as such."""
    kind = shapes.bare(field.annotation)
    if kind is bool:
        return _TRUTHS.get(text.strip().casefold(), text)
    if kind in (int, float):
        return _number(text)
    return text


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return text


def _unknown(name: str, known: Mapping[str, object]) -> problems.Problem:
    table, _, key = name.removeprefix(PREFIX).lower().partition(SEPARATOR)
    is_key = key in shapes.keys_at((table,))
    # In a table that exists only its own keys can be meant; otherwise the table is misspelt.
    beside = [other for other in known if other.startswith(variable(table, ""))]
    by_key = {other.partition(SEPARATOR)[2].lower(): other for other in beside}
    meant = tuple(by_key[near] for near in problems.nearest(key, by_key))
    return problems.Problem(
        where=name,
        order=problems.AFTER_THE_FILE,
        key=f"{table}.{key}",
        what="is no single value: set it in the file"
        if is_key
        else "no key is set by this variable",
        nearest=() if is_key else meant or problems.nearest(name, known),
    )
