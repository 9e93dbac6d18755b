"""A year of a source that does everything wrong, week by week; the dice are loaded the same way.

Nothing is mailed twice, nothing old is mailed, nothing is lost. "Mailed" is what the windows of 52
weekly issues hold.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sourcery import Sourcery

from dispatch.model.article import Author, Entry
from dispatch.model.source import Harvest, HoldReason

START = datetime(2026, 1, 5, 6, tzinfo=UTC)
WEEKS = 52
WINDOW = 15


@dataclass
class Piece:
    """One piece; its text carries its number, whatever else the source changes."""

    number: int
    entry: Entry
    written_at: datetime


class Newsroom:
    """Publishes, and lets its software do its worst. Some three pieces a day at most."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self.chance = chance
        self.pieces: list[Piece] = []
        self.serial = 0
        for number in range(WINDOW):
            self.write(now - timedelta(days=WINDOW - number))

    def write(self, now: datetime) -> None:
        number = len(self.pieces)
        words = " ".join(f"word{number}x{step}" for step in range(50))
        entry = Entry(
            source_id=f"http://news.example/?p={number}",
            url=f"http://news.example/{number}",
            title=f"Piece {number} on subject {number * 31 % 97}",
            html=f"<p>number={number}; {words}</p>",
            authors=(Author(name=f"Author {number % 5}"),),
            published_at=None if self.chance.random() < 0.05 else now,
        )
        self.pieces.append(Piece(number, entry, now))

    def misbehave(self) -> None:
        """An edit, a new slug, a new identifier, a wrong date, a counter in the text."""
        piece = self.chance.choice(self.pieces[-WINDOW:])
        self.serial += 1
        entry, dice = piece.entry, self.serial
        changes = (
            {"title": f"{entry.title}, updated"},
            {"url": f"{entry.url}-{dice}"},
            {"source_id": f"urn:{dice}"},
            {"published_at": entry.published_at and entry.published_at - timedelta(days=30)},
            {"html": f"{entry.html}<p>{dice} people read this.</p>"},
        )
        piece.entry = replace(entry, **self.chance.choice(changes))

    def rebuild_identifiers(self) -> None:
        for piece in self.pieces:
            piece.entry = replace(piece.entry, source_id=f"cms-{piece.number}")

    def move_to_https(self) -> None:
        for piece in self.pieces:
            url, name = piece.entry.url or "", piece.entry.source_id or ""
            piece.entry = replace(
                piece.entry,
                url=url.replace("http://", "https://www."),
                source_id=name.replace("http://", "https://"),
            )

    def document(self) -> list[Entry]:
        shown = [piece.entry for piece in self.pieces[-WINDOW:]]
        if self.chance.random() < 0.1:
            shown.append(replace(self.chance.choice(shown), source_id=None))
        self.chance.shuffle(shown)
        return shown


@pytest.mark.parametrize("seed", [1, 2026])
def test_a_messy_year_mails_nothing_twice_nothing_old_and_loses_nothing(seed: int) -> None:
    chance = random.Random(seed)
    site = Sourcery(START)
    try:
        newsroom = Newsroom(chance, START)
        mailed = Counter[int]()
        site.take(Harvest(entries=tuple(newsroom.document())))
        for week in range(WEEKS):
            begun = site.clock.now()
            for day in range(7):
                for hour in range(chance.randrange(3)):
                    newsroom.write(site.clock.now() - timedelta(hours=hour + 1))
                newsroom.misbehave()
                if (week, day) == (20, 3):
                    newsroom.rebuild_identifiers()
                if (week, day) == (30, 3):
                    newsroom.move_to_https()
                visit(site, newsroom, chance)
                site.later(days=1)
            for article in site.entered(begun, site.clock.now()):
                mailed[number_of(article.html)] += 1
        site.take(Harvest(entries=tuple(newsroom.document())))
        stands = Counter(number_of(one.html) for one in site.articles())
        held = {number_of(one.entry.html) for one in site.held()}
        assert max(stands.values()) == max(mailed.values()) == 1
        assert set(stands) | held == {piece.number for piece in newsroom.pieces}
        assert min(mailed) >= WINDOW, "the back catalogue is no news"
        assert not {one.reason for one in site.held()} - {HoldReason.REPAIR}
    finally:
        site.close()


def visit(site: Sourcery, newsroom: Newsroom, chance: random.Random) -> None:
    """A visit; now and then one that brought nothing comes before it."""
    if chance.random() < 0.1:
        site.take(Harvest(not_modified=True))
    site.take(Harvest(entries=tuple(newsroom.document())))


def number_of(html: str) -> int:
    return int(html.partition("number=")[2].partition(";")[0])
