"""A table of kinds, each in a module of its own that is loaded when it is first asked for.

In: a package, what to take from each module, the kinds. Out: a mapping. Never: loads a module for a
look at the names alone. The configuration asks for the names at each start of the program, and the
modules bring parsers and clients that most commands have no use for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

Kind = TypeVar("Kind")


class Registry(Mapping[str, Kind]):
    """`kinds` maps the name of each kind to its module below `package`."""

    def __init__(self, package: str, taken: str, kinds: Mapping[str, str]) -> None:
        self._package, self._taken, self._kinds = package, taken, dict(kinds)

    def __getitem__(self, name: str) -> Kind:
        module = import_module(f"{self._package}.{self._kinds[name]}")
        kind: Kind = getattr(module, self._taken)
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)
