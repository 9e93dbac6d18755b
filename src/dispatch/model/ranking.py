"""Rankings of top reads, as they went out with an issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPlace:
    """One place of a frozen ranking: the article, and the facts that chose it then."""

    position: int
    article_id: int
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenRanking:
    """The top reads of one issue in one language, as they were mailed. They never change."""

    newsletter: str
    period: str
    language: str
    frozen_at: datetime
    places: tuple[FrozenPlace, ...]
