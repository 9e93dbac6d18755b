"""Errand: what an importer of reads is sent out with, beside its own settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatch import fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """The world around one import.

    `positions` are the offsets by fingerprint that earlier batches gave, `articles` the ids by
    match key of every address that an article was ever known under. Days are those of `zone`.
    """

    positions: Mapping[str, int]
    articles: Mapping[str, int]
    zone: ZoneInfo
    fetcher: fetch.Fetcher
    now: datetime
