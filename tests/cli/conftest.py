"""A small site of its own for each test, and somebody to work it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from operators import Operator

from dispatch import site
from dispatch.store import deliveries


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """At the command line of a new site."""
    folder = tmp_path / "site"
    site.make_site(folder, datetime.now(UTC))
    monkeypatch.chdir(folder)
    return Operator(folder)


@pytest.fixture
def issue(operator: Operator) -> str:
    """The site has an issue for one reader, ann@example.org; returns its period."""
    operator.types("collect")
    operator.types("subscribe", "ann@example.org")
    operator.types("compose", "weekly")
    return operator.newest_period()


@pytest.fixture
def doubtful(operator: Operator, issue: str) -> str:
    """The issue's one message was handed over and never answered for."""
    operator.types("deliver")
    opened = operator.open_app()
    with opened.db.write() as tx:
        tx.exec_driver_sql("UPDATE delivery SET state = 'uncertain'")
    with opened.db.read() as tx:
        assert deliveries.balance(tx, 1).counts == {"uncertain": 1}
    opened.close()
    return issue


Tables = Callable[[], dict[str, int]]


@pytest.fixture
def tables(operator: Operator) -> Tables:
    """`tables()`: how many rows each table holds."""

    def count() -> dict[str, int]:
        opened = operator.open_app()
        with opened.db.read() as tx:
            names = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
            found = {
                name: int(tx.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one())
                for (name,) in names.all()
            }
        opened.close()
        return found

    return count
