"""Any history of a source: edits, moves, new identifiers, withdrawals, doubles, new dates, floods.

Whatever the source does, an article is minted once, none is lost, none comes twice, and nothing old
enters the window of an issue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sourcery import Sourcery

from dispatch.model.article import Author, Entry
from dispatch.rules import identity

START = datetime(2026, 11, 2, 6, tzinfo=UTC)
WORDS = ["treaty", "river", "budget", "opera", "bridge", "winter", "market", "signal", "court"]


@dataclass
class Piece:
    """One piece of the newsroom, whatever its source says of it. `text` never leaves it."""

    number: int
    entry: Entry
    written_at: datetime
    was_shown: bool = False
    is_re_dated: bool = False


def text_of(number: int) -> str:
    words = [f"{WORDS[(number + step) % len(WORDS)]}{number}x{step}" for step in range(60)]
    return f"<p>{' '.join(words)}</p>"


class History(RuleBasedStateMachine):
    """The source shows its newest twelve; the collector looks whenever it likes."""

    WINDOW = 12

    def __init__(self) -> None:
        super().__init__()
        self.site = Sourcery(START)
        self.pieces: list[Piece] = []
        self.doubles: list[Entry] = []
        self.serial = 0

    def teardown(self) -> None:
        self.site.close()

    @initialize(count=st.integers(3, 12))
    def begin(self, count: int) -> None:
        for number in range(count):
            self._write(START - timedelta(days=2 * (count - number)))
        self.visit()

    # ------------------------------------------------------------ what the newsroom does

    @rule(minutes=st.integers(0, 50))
    def publish(self, minutes: int) -> None:
        self._write(self.site.clock.now() - timedelta(minutes=minutes))

    @rule(data=st.data(), what=st.sampled_from(["title", "standfirst", "html", "author"]))
    def edit(self, data: st.DataObject, what: str) -> None:
        piece = self._any(data)
        self.serial += 1
        changes: dict[str, Any] = {
            "title": {"title": f"{piece.entry.title} {self.serial}"},
            "standfirst": {"standfirst": f"Line {self.serial}"},
            "html": {"html": f"{piece.entry.html}<p>Edit {self.serial}.</p>"},
            "author": {"authors": (Author(name=f"Author {self.serial}"),)},
        }
        piece.entry = replace(piece.entry, **changes[what])

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        piece = self._any(data)
        self.serial += 1
        piece.entry = replace(piece.entry, url=f"https://news.example/moved/{self.serial}")
        self._see_if_dated_anew(piece)

    @rule(data=st.data())
    def re_identify(self, data: st.DataObject) -> None:
        piece = self._any(data)
        self.serial += 1
        piece.entry = replace(piece.entry, source_id=f"urn:new:{self.serial}")
        self._see_if_dated_anew(piece)

    @rule(count=st.integers(1, 12))
    def lose_all_names(self, count: int) -> None:
        """Identifier and address at once, while title, text and date stay: of one, or of many."""
        self.visit()
        whole = [piece for piece in self.pieces[-self.WINDOW :] if not piece.is_re_dated]
        for piece in whole[:count]:
            self.serial += 1
            piece.entry = replace(
                piece.entry,
                source_id=f"urn:lost:{self.serial}",
                url=f"https://news.example/lost/{self.serial}",
            )
        self.visit()
        if self.site.held():
            self.site.release()

    @rule()
    def move_to_https_and_another_host(self) -> None:
        self.serial += 1
        for piece in self.pieces:
            host = f"https://host{self.serial}.example"
            piece.entry = replace(
                piece.entry, url=f"{host}/{piece.number}", source_id=piece.entry.source_id
            )
        self.visit()

    @rule(data=st.data(), days=st.integers(-40, 20))
    def re_date(self, data: st.DataObject, days: int) -> None:
        piece = self._any(data)
        if piece.was_shown and piece.entry.published_at:
            date = piece.entry.published_at + timedelta(days=days)
            piece.entry = replace(piece.entry, published_at=date)
            piece.is_re_dated = True
            self.visit()

    @rule(data=st.data())
    def withdraw_and_return(self, data: st.DataObject) -> None:
        piece = self._any(data)
        if piece.was_shown:
            before = piece.entry
            piece.entry = replace(before, withdrawn=True)
            self.visit()
            piece.entry = before
            self.visit()

    @rule(data=st.data())
    def show_twice(self, data: st.DataObject) -> None:
        piece = self._any(data)
        self.serial += 1
        self.doubles = [replace(piece.entry, source_id=f"urn:double:{self.serial}")]
        self.visit()
        self.doubles = []

    # ------------------------------------------------------------ what the collector does

    @rule(hours=st.integers(1, 30))
    def visit_later(self, hours: int) -> None:
        self.site.later(hours=hours)
        self.visit()

    def visit(self) -> None:
        shown = self.pieces[-self.WINDOW :]
        self.site.visit(*self.doubles, *(piece.entry for piece in reversed(shown)))
        for piece in shown:
            piece.was_shown = True

    # ------------------------------------------------------------ what must hold

    @invariant()
    def every_piece_is_one_article_or_is_held(self) -> None:
        shown = [piece for piece in self.pieces if piece.was_shown]
        assert len(self.site.articles()) + len(self.site.held()) == len(shown)

    @invariant()
    def nothing_old_enters_a_window(self) -> None:
        entered = self.site.entered(START, self.site.clock.now() + timedelta(seconds=1))
        written = sum(
            piece.was_shown and piece.written_at >= START - timedelta(hours=1)
            for piece in self.pieces
        )
        assert len(entered) <= written

    @invariant()
    def uids_are_minted_once(self) -> None:
        uids = [article.uid for article in self.site.articles()]
        assert len(set(uids)) == len(uids)

    # ------------------------------------------------------------

    def _write(self, published_at: datetime) -> None:
        number = len(self.pieces)
        entry = Entry(
            source_id=f"https://news.example/?p={number}",
            url=f"https://news.example/{number}",
            title=f"{WORDS[number % len(WORDS)]} of the year {number} and its {number * 7} sides",
            html=text_of(number),
            authors=(Author(name=f"Author {number % 4}"),),
            published_at=published_at,
        )
        self.pieces.append(Piece(number=number, entry=entry, written_at=published_at))
        self.pieces.sort(key=lambda piece: piece.written_at)
        assert identity.is_usable(entry)

    def _see_if_dated_anew(self, piece: Piece) -> None:
        """What loses its date and both of its names between two visits is another article."""
        if piece.is_re_dated:
            self.visit()

    def _any(self, data: st.DataObject) -> Piece:
        return data.draw(st.sampled_from(self.pieces[-self.WINDOW :]))


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=20,
    stateful_step_count=20,
    deadline=None,
    # Explaining a failure traces every line on Python 3.11: minutes for a hint.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
