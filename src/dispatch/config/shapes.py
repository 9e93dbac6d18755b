"""Asks the tables about themselves: which keys one has, and what kind of value a key takes.

In: the models of `tables`. Out: names and words for problems, environment and reference. Never:
reads a configuration.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeGuard, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from dispatch.config import lines, values
from dispatch.config.tables import Tables
from dispatch.config.tables.table import Table

_WORDS: Mapping[object, str] = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    date: "date",
    Path: "path",
}


def table_at(path: lines.KeyPath) -> type[Table] | None:
    """The model of the table at `path`, or None if there is no table."""
    here: object = Tables
    for part in path:
        here = _inside(here, part)
    here = bare(here)
    return here if _is_table(here) else None


def keys_at(path: lines.KeyPath) -> tuple[str, ...]:
    """The keys that the table at `path` may have."""
    table = table_at(path)
    return tuple(table.model_fields) if table else ()


def field_at(table: str, key: str) -> FieldInfo:
    """The field of a key of a table of the first level (both must exist)."""
    model = table_at((table,))
    if model is None:
        message = f"{table} is not a table"
        raise KeyError(message)
    return model.model_fields[key]


def bare(kind: object) -> object:
    """`kind` without `Annotated` and without `| None`."""
    if get_origin(kind) is Annotated:
        return bare(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return bare(_not_none(kind))
    return kind


def is_single(field: FieldInfo) -> bool:
    """Whether the key takes one value: no table, no list."""
    kind = bare(field.annotation)
    return not _is_table(kind) and get_origin(kind) not in (dict, tuple)


def word_for(field: FieldInfo) -> str:
    """What the reference calls the values of a key."""
    shape = next((part for part in field.metadata if isinstance(part, values.Shape)), None)
    return shape.name if shape else _word(field.annotation)


def tables_of(table: type[Table], path: str = "") -> Iterator[tuple[str, type[Table]]]:
    """(heading, model) of every table below `table`, in the order of the file."""
    for name, field in table.model_fields.items():
        kind = bare(field.annotation)
        heading = f"{path}{name}"
        if get_origin(kind) is tuple and _is_table(bare(get_args(kind)[0])):
            yield from _with_below(f"[[{heading}]]", heading, get_args(kind)[0])
        elif get_origin(kind) is dict and _is_table(bare(get_args(kind)[1])):
            yield from _with_below(f"[{heading}.LANGUAGE]", heading, get_args(kind)[1])
        elif _is_table(kind):
            yield from _with_below(f"[{heading}]", heading, kind)


def _not_none(union: object) -> object:
    return next(part for part in get_args(union) if part is not type(None))


def _with_below(heading: str, path: str, kind: Any) -> Iterator[tuple[str, type[Table]]]:
    yield heading, kind
    yield from tables_of(kind, f"{path}.")


def _inside(kind: object, part: str | int) -> object:
    """The kind of what lies at `part` of a value of `kind`; None if nothing can."""
    kind = bare(kind)
    if _is_table(kind):
        field = kind.model_fields.get(str(part))
        return field.annotation if field else None
    if get_origin(kind) in (tuple, dict):
        return get_args(kind)[0 if get_origin(kind) is tuple else 1]
    return None


def _is_table(kind: object) -> TypeGuard[type[Table]]:
    return isinstance(kind, type) and issubclass(kind, Table)


def _word(kind: object) -> str:
    if get_origin(kind) is Annotated:
        shapes = [part for part in get_args(kind) if isinstance(part, values.Shape)]
        return shapes[0].name if shapes else _word(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return _word(_not_none(kind))
    if get_origin(kind) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(kind))
    if get_origin(kind) is tuple:
        inner = bare(get_args(kind)[0])
        return "tables" if _is_table(inner) else f"list of: {_word(get_args(kind)[0])}"
    if get_origin(kind) is dict:
        return f"{_word(get_args(kind)[0])} = {_word(get_args(kind)[1])}"
    return "table" if _is_table(kind) else _WORDS.get(kind, "text")
