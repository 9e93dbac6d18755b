"""What an orchestrator asks."""

from __future__ import annotations

from newsroom import Newsroom
from visitors import Visitors


def test_a_site_at_work_is_alive_and_ready(client: Visitors) -> None:
    alive, ready = client.get("/healthz"), client.get("/readyz")
    assert (alive.status_code, alive.text) == (200, "ok\n")
    assert (ready.status_code, ready.text) == (200, "ready\n")
    assert alive.headers["cache-control"] == ready.headers["cache-control"] == "no-store"


def test_a_site_without_its_database_is_alive_and_not_ready(room: Newsroom) -> None:
    client = Visitors(room)
    with room.app.db.write() as tx:
        tx.exec_driver_sql("DROP TABLE alembic_version")
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert (response.status_code, response.text) == (503, "not ready\n")
    assert response.headers["retry-after"] == "5"


def test_a_database_that_cannot_be_opened_is_not_ready(room: Newsroom) -> None:
    room.close()
    room.app = room.open_app()
    database = room.app.config.storage.url.removeprefix("sqlite:///")
    with open(database, "wb") as file:  # noqa: PTH123
        file.write(b"this is no database" * 100)
    assert Visitors(room).get("/readyz").status_code == 503
