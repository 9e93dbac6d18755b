"""A newsroom with feeds, two readers and an issue that went out, and a client at its door."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from newsroom import Newsroom, SetClock
from visitors import Visitors


class CopiedRoom(Newsroom):
    """A newsroom whose past is already in its folder."""

    def __init__(self, root: Path, now: datetime) -> None:
        self.root = root
        self.clock = SetClock(now)
        self.app = self.open_app()


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """The folder of a newsroom on a Friday, made once: each test gets a copy.

    Two articles in two languages, collected, and mailed to Ann (English) and Olga (Russian).
    """
    root = tmp_path_factory.mktemp("past") / "site"
    made = Newsroom(root, "sqlite:///var/dispatch.db")
    made.article("Treaties & trade", sections=["foreign-policy"])
    made.article("Договоры", language="ru", sections=["economy"])
    made.reader("ann", language="en")
    made.reader("olga", language="ru")
    made.friday()
    made.deliver()
    made.close()
    return root, made.clock.now()


@pytest.fixture
def room(tmp_path: Path, past: tuple[Path, datetime]) -> Iterator[Newsroom]:
    """A newsroom with feeds, two readers and an issue that went out to them."""
    shutil.copytree(past[0], tmp_path / "site")
    made = CopiedRoom(tmp_path / "site", past[1])
    yield made
    made.close()


@pytest.fixture
def client(room: Newsroom) -> Iterator[Visitors]:
    """Somebody at the readers' door."""
    visitors = Visitors(room)
    yield visitors
    visitors.close()


#: Every row of every table, as one comparable value.
Contents = Callable[[], dict[str, list[tuple[object, ...]]]]


@pytest.fixture
def contents(room: Newsroom) -> Contents:
    """`contents()` is all that the store holds at this moment."""

    def read() -> dict[str, list[tuple[object, ...]]]:
        engine = room.app.db.engine
        names = sa.inspect(engine).get_table_names()
        with engine.connect() as connection:
            return {
                name: sorted(
                    (tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}"))),
                    key=repr,
                )
                for name in names
            }

    return read


@pytest.fixture(scope="session")
def missing() -> Callable[[str, str], None]:
    """Skip visibly where a tool is not installed, fail where CI says that it must be."""
    required = os.environ.get("DISPATCH_TEST_REQUIRE", "").split(",")

    def say(name: str, reason: str) -> None:
        if name in required:
            pytest.fail(f"{name} is required here, but {reason}")
        pytest.skip(f"needs {name}: {reason}")

    return say
