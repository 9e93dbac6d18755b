"""Whatever happened in between: the folder is what a build from nothing would make of it."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dispatch import relate
from dispatch.render import output
from dispatch.store import articles, database, schema

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "store/feed_bases",
    "store/feed_places",
    "store/triggers",
    "syndicate/basis",
    "syndicate/desk",
    "syndicate/press",
)

SECTIONS = st.sampled_from([(), ("world",), ("economy",), ("world", "economy")])
#: What can happen, with what it needs.
ADD = st.tuples(st.just("add"), st.sampled_from(["en", "ru"]), SECTIONS, st.integers(0, 100))
EDIT = st.tuples(st.just("edit"), st.integers(0, 30), SECTIONS, st.booleans())
WITHDRAW = st.tuples(st.just("withdraw"), st.integers(0, 30))
TRANSLATE = st.tuples(st.just("translate"), st.integers(0, 30), st.integers(0, 30))
WAIT = st.tuples(st.just("wait"), st.integers(0, 40))
CONFIGURE = st.tuples(
    st.just("configure"),
    st.sampled_from(
        [
            {"entries": 3},
            {"appeal": False},
            {"retraction_days": 3},
            {"full_text": False},
            {"read_also": 0},
        ]
    ),
)
RELATE = st.tuples(st.just("relate"))
STEPS = st.lists(
    st.one_of(ADD, ADD, EDIT, WITHDRAW, TRANSLATE, RELATE, WAIT, CONFIGURE), max_size=12
)


class Story:
    """Plays steps at a desk."""

    def __init__(self, desk: Any) -> None:
        self.desk, self.ids = desk, [desk.add(ago=timedelta(days=one)) for one in (0, 20, 45)]

    def play(self, step: tuple[Any, ...]) -> None:
        self.desk.later(seconds=1)
        getattr(self, f"_{step[0]}")(*step[1:])

    def _add(self, language: str, sections: tuple[str, ...], days: int) -> None:
        self.ids.append(self.desk.add(language, sections, timedelta(days=days)))

    def _edit(self, number: int, sections: tuple[str, ...], significant: bool) -> None:
        article_id = self.ids[number % len(self.ids)]
        self.desk.change(article_id, f"Edited {number}", sections, significant=significant)

    def _withdraw(self, number: int) -> None:
        self.desk.withdraw(self.ids[number % len(self.ids)])

    def _translate(self, one: int, other: int) -> None:
        self.desk.translate(self.ids[one % len(self.ids)], self.ids[other % len(self.ids)])

    def _relate(self) -> None:
        relate.relate(self.desk.db, now=self.desk.now)

    def _wait(self, days: int) -> None:
        self.desk.later(days=days)

    def _configure(self, changes: dict[str, Any]) -> None:
        self.desk.set(**changes)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def forget_everything(db: database.Database) -> None:
    """As if no feed had ever been built from this store."""
    with db.write() as tx:
        for table in (schema.feed_basis, schema.feed_archive, schema.feed_place):
            tx.execute(sa.delete(table))
        tx.execute(sa.delete(schema.feed_version))
        tx.execute(sa.delete(schema.feed_history))
        tx.execute(sa.delete(schema.article_change))
        every = sa.select(schema.article.c.id, sa.literal(1))
        tx.execute(sa.insert(schema.article_change).from_select(["article_id", "changes"], every))


def assert_is_as_from_nothing(desk: Any, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    forget_everything(desk.db)
    desk.build(folder=folder)
    built, fresh = tree(desk.folder), tree(folder)
    assert built.keys() == fresh.keys()
    differing = [path for path in fresh if built[path] != fresh[path]]
    assert differing == []


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_building_bit_by_bit_is_building_from_nothing(
    quick_desk: Any, tmp_path: Path, steps: list[tuple[Any, ...]]
) -> None:
    shutil.rmtree(quick_desk.folder, ignore_errors=True)
    with quick_desk.db.write() as tx:
        tx.execute(sa.delete(schema.article_section))
        tx.execute(sa.delete(schema.article))
    forget_everything(quick_desk.db)
    quick_desk.later(days=1)
    quick_desk.set(entries=10, appeal=True, retraction_days=0, full_text=True, read_also=3)
    story = Story(quick_desk)
    quick_desk.build()
    for step in steps:
        story.play(step)
        quick_desk.build()
    assert_is_as_from_nothing(quick_desk, tmp_path / "fresh")


def test_the_same_on_each_database(desk: Any, tmp_path: Path) -> None:
    story = Story(desk)
    desk.build()
    for step in (
        ("add", "ru", ("world",), 0),
        ("translate", 0, 3),
        ("relate",),
        ("edit", 1, ("economy",), True),
        ("relate",),
        ("withdraw", 2),
        ("wait", 40),
        ("edit", 0, ("world", "economy"), False),
        ("configure", {"entries": 3}),
    ):
        story.play(step)
        desk.build()
    assert_is_as_from_nothing(desk, tmp_path / "fresh")


def test_nothing_new_means_that_no_article_is_loaded(desk: Any, monkeypatch: Any) -> None:
    for number in range(30):
        desk.add(ago=timedelta(days=3 * number))
    relate.relate(desk.db, now=desk.now)
    desk.build()

    def refuse(*_: Any) -> None:
        raise AssertionError("an article was loaded")

    monkeypatch.setattr(articles, "get_articles", refuse)
    desk.later(hours=1)
    assert desk.build().written == ()


def test_a_build_that_is_killed_anywhere_is_healed_by_the_next(
    quick_desk: Any, tmp_path: Path
) -> None:
    """The process ends at a random system call of its own: no tidying up, as with kill -9."""
    for number in range(40):
        quick_desk.add(ago=timedelta(days=2 * number))
    quick_desk.build()
    for seconds in (0.0, 0.02, 0.05, 0.1, 0.2):
        quick_desk.later(seconds=1)
        quick_desk.change(1, f"Edited {seconds}", ("economy",))
        quick_desk.add()
        child = os.fork()
        if child == 0:  # pragma: no cover
            signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            quick_desk.db.engine.dispose(close=False)
            quick_desk.build()
            os._exit(0)
        os.waitpid(child, 0)
    quick_desk.build()
    assert not [*(quick_desk.folder / output.STAGING).iterdir()]
    assert_is_as_from_nothing(quick_desk, tmp_path / "fresh")
