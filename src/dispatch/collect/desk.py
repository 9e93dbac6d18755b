"""Desk: what every intake of one round shares."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch import fetch, ports
from dispatch.model.publication import Publication
from dispatch.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Store, publication, HTTP client and clock; in a dry run nothing is committed."""

    db: Database
    publication: Publication
    fetcher: fetch.Fetcher
    clock: ports.Clock
    is_dry_run: bool = False
