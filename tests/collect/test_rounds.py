"""A round over many sources that bring nothing: what is written when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from newsroom import SetClock
from sqlalchemy import event

from dispatch import collect, fetch, sources
from dispatch.model.publication import Publication, Source
from dispatch.model.source import Harvest, SourceState
from dispatch.store import source_states
from dispatch.store.database import Database

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PUBLICATION = Publication(
    names={"en": "The Meridian"},
    site="https://news.example/",
    public_url="https://news.example/",
    languages={"en": "English"},
    sections=(),
    time_zone=ZoneInfo("UTC"),
    contact="desk@news.example",
    tag_authority="news.example,2026",
)
#: Of one host, so that they are asked one after another.
SOURCES = [
    Source(name=f"feed{number}", kind="feed", url=f"https://news.example/{number}")
    for number in range(5)
]
Answer = Callable[[Source], Harvest]


def go(db: Database, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that a round reports of."""
    monkeypatch.setattr(sources, "KINDS", {"feed": lambda source, *_: answer(source)})
    with fetch.Fetcher(contact="desk@news.example") as fetcher:
        report = collect.collect(db, fetcher, PUBLICATION, SOURCES, clock=SetClock(NOW))
    return [one.source for one in report.sources]


def states(db: Database) -> dict[str, SourceState]:
    with db.read() as tx:
        return source_states.get_states(tx, [one.name for one in SOURCES])


def unchanged(_source: Source) -> Harvest:
    return Harvest(not_modified=True, etag='"1"')


def test_visits_that_brought_nothing_are_written_together(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def note(*args: Any) -> None:
        if "source_state" in args[2] and not args[2].startswith("SELECT"):
            written.append(args[2])

    monkeypatch.setattr(collect, "QUIET_SECONDS", 3600)
    event.listen(db.engine, "before_cursor_execute", note)
    assert go(db, unchanged, monkeypatch) == [one.name for one in SOURCES]
    assert len(written) == 1
    assert {state.last_polled_at for state in states(db).values()} == {NOW}


def test_a_slow_round_remembers_as_it_goes(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed_at_the_fourth(source: Source) -> Harvest:
        if source.name == "feed3":
            raise KeyboardInterrupt
        return unchanged(source)

    monkeypatch.setattr(collect, "QUIET_SECONDS", 0)
    with pytest.raises(KeyboardInterrupt):
        go(db, killed_at_the_fourth, monkeypatch)
    polled = [state.last_polled_at for state in states(db).values()]
    assert polled == [NOW, NOW, NOW, None, None]
