"""Objection, Effect and GateSettings: what may be wrong with an issue before it leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Effect(StrEnum):
    """What a rule of the gate does to an issue that it objects to; from strong to weak."""

    BLOCK = "block"  #: it does not leave until the cause is mended and the gate asked again
    HOLD = "hold"  #: it waits for somebody's word
    WARN = "warn"  #: it leaves, and the objection is on record
    OFF = "off"  #: the rule is not asked


class Asking(StrEnum):
    """Whether the gate asks the addresses that an issue leads to."""

    ALWAYS = "always"  #: on every site
    PUBLIC = "public"  #: unless `public_url` is on this machine, as while one tries Dispatch out
    NEVER = "never"  #: on no site


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """What each rule does, by its name; a rule that is not here does what it does by default.

    `allow_hosts` lists hosts that may resolve to a private address.
    """

    effects: Mapping[str, Effect] = field(default_factory=dict)
    asking: Asking = Asking.PUBLIC
    allow_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One thing that a rule has against an issue. `variant` is empty where all are meant."""

    rule: str
    effect: Effect
    text: str
    variant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCheck:
    """What the gate found when it last looked at an issue; `verdict` is its strongest effect."""

    issue_id: int
    checked_at: datetime
    verdict: Effect
    objections: tuple[Objection, ...] = ()
