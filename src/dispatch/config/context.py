"""Context: what one key must know of the rest of the file, and of the world, to be judged.

In: the raw tables, the folder of the file, the environment, the registries. Out: a frozen value
that every check in `values` and `tables` is given. Never: complains; what is broken in the tables
it reads is left out here, and reported by the check of the table itself.

It is read from the raw tables so that one pass finds every problem: a wrong time zone must not
hide that a newsletter names a section that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationInfo

from dispatch import reads, sources
from dispatch.config import problems, zones
from dispatch.render import blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known around one key.

    `root` is absolute; `time_zone` is UTC where the file names none that exists. `languages` and
    `sections` are None where the file is too broken to say: then nothing is checked against them,
    for one mistake must not be told twenty times.
    """

    root: Path
    environ: Mapping[str, str]
    languages: tuple[str, ...] | None
    sections: tuple[str, ...] | None
    time_zone: ZoneInfo
    source_kinds: tuple[str, ...] = tuple(sources.KINDS)
    reads_kinds: tuple[str, ...] = tuple(reads.KINDS)
    blocks: tuple[str, ...] = tuple(blocks.BLOCKS)


def make_context(raw: Mapping[str, Any], root: Path, environ: Mapping[str, str]) -> Context:
    """What the raw tables define for one another."""
    publication = _table(raw.get("publication"))
    return Context(
        root=root,
        environ=environ,
        languages=_languages(publication.get("languages")),
        sections=_sections(publication.get("sections", [])),
        time_zone=_zone(publication.get("time_zone")),
    )


def of(info: ValidationInfo) -> Context:
    """The context that a check was given."""
    context = info.context
    if not isinstance(context, Context):
        message = "the configuration's tables are checked with a Context"
        raise TypeError(message)
    return context


def names_of(tables: object, key: str) -> list[str]:
    """The texts under `key` in an array of tables; whatever is no text is left out."""
    entries = tables if isinstance(tables, list) else []
    names = [_table(entry).get(key) for entry in entries]
    return [name for name in names if isinstance(name, str)]


def _languages(value: object) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, dict) else None


def _sections(value: object) -> tuple[str, ...] | None:
    keys = names_of(value, "key")
    is_whole = isinstance(value, list) and len(keys) == len(value)
    return tuple(dict.fromkeys(keys)) if is_whole else None


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _zone(name: object) -> ZoneInfo:
    try:
        return zones.parse_zone(str(name))
    except problems.RefusedError:
        return ZoneInfo("UTC")
