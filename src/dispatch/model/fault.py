"""Fault: one thing that is wrong with a feed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultLevel(StrEnum):
    """How much a fault matters."""

    ERROR = "error"  #: a specification forbids it, and some reader stumbles over it
    WARNING = "warning"  #: allowed, and known to go wrong somewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a feed.

    `code` is the name that the W3C's feed validator has for it, where it has one: its page of
    explanation is found under it. `where` names the element and its line ("feed", "entry 3, line 41
    (tag:...)"), `cure` what to do about it.
    """

    code: str
    level: FaultLevel
    where: str
    detail: str
    cure: str = ""
