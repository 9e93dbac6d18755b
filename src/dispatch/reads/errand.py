"""Errand: what an importer of reads is sent out with, beside its own settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch import fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """The world around one import.

    `positions` are the offsets by fingerprint that earlier batches gave. `article_at` gives the id
    of the article that was ever known under an address, by its match key: a log names few of an
    archive. Days are those of `zone`.
    """

    positions: Mapping[str, int]
    article_at: Callable[[str], int | None]
    zone: ZoneInfo
    fetcher: fetch.Fetcher
    now: datetime
