"""What editors decide is kept with who, when and why, also when it has ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from dispatch.model.ranking import RulingKind
from dispatch.store import rulings

TODAY = date(2026, 11, 27)


def test_a_ruling_stands_until_its_day_and_is_never_forgotten(newsroom: Any) -> None:
    one, two = newsroom.article("https://a.example/1"), newsroom.article("https://a.example/2")
    words = {"by": "Ann", "reason": "our anniversary", "now": newsroom.now}
    with newsroom.db.write() as tx:
        pin = rulings.add_ruling(tx, one, RulingKind.PIN, until=None, **words)
        ban = rulings.add_ruling(tx, two, RulingKind.BAN, until=TODAY, **words)
        assert rulings.get_standing(tx, TODAY) == {one: [pin], two: [ban]}
        assert rulings.get_standing(tx, TODAY + timedelta(days=1)) == {one: [pin]}
        later = newsroom.now + timedelta(hours=1)
        lifted = rulings.lift_rulings(
            tx, one, tuple(RulingKind), by="Boris", reason="enough", now=later
        )
        again = rulings.lift_rulings(tx, one, tuple(RulingKind), by="B", reason="", now=later)
        assert (lifted, again) == (1, 0)
        assert rulings.get_standing(tx, TODAY) == {two: [ban]}
        (kept,) = rulings.list_rulings(tx, one)
        assert (kept.by, kept.reason, kept.made_at) == ("Ann", "our anniversary", newsroom.now)
        assert (kept.lifted_by, kept.lifted_because, kept.lifted_at) == ("Boris", "enough", later)
        assert [found.id for found in rulings.list_rulings(tx)] == [ban.id, pin.id]


def test_lifting_ends_only_the_kinds_that_are_named(newsroom: Any) -> None:
    one = newsroom.article("https://a.example/1")
    words = {"by": "Ann", "reason": "why", "until": None, "now": newsroom.now}
    with newsroom.db.write() as tx:
        rulings.add_ruling(tx, one, RulingKind.PIN, **words)
        note = rulings.add_ruling(tx, one, RulingKind.NOTE, **words)
        rulings.lift_rulings(tx, one, [RulingKind.PIN], by="A", reason="", now=newsroom.now)
        assert rulings.get_standing(tx, TODAY) == {one: [note]}
