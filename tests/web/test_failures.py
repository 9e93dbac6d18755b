"""What cannot be had: said in the reader's language, and to programs in plain text."""

from __future__ import annotations

import pytest
from lxml import html
from newsroom import Newsroom
from visitors import Visitors


@pytest.mark.parametrize(
    ("path", "asked", "language", "title"),
    [
        ("/nothing/here", "en", "en", "Page not found"),
        ("/nothing/here", "ru, en;q=0.5", "ru", "Страница не найдена"),
        ("/ru/nothing", "en", "ru", "Страница не найдена"),
        ("/nothing", "", "en", "Page not found"),
    ],
)
def test_a_page_that_is_not_there(
    client: Visitors, path: str, asked: str, language: str, title: str
) -> None:
    response = client.get(path, headers={"Accept-Language": asked})
    root = html.fromstring(response.content)
    assert response.status_code == 404
    assert (root.get("lang"), root.findtext(".//h1")) == (language, title)
    assert response.headers["vary"] == "Accept-Language"
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/ru/", "GET, HEAD"), ("/u/abc", "GET, HEAD, POST"), ("/one-click/abc", "GET, HEAD, POST")],
)
def test_a_method_that_a_page_does_not_know(client: Visitors, path: str, allowed: str) -> None:
    response = client.put(path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert "<h1>" in response.text


@pytest.mark.parametrize("path", ["/assets/nothing.css", "/feeds/nothing"])
def test_programs_get_plain_text(client: Visitors, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (
        404,
        "text/plain; charset=utf-8",
    )


def test_a_failure_of_ours_is_admitted_without_its_reason(room: Newsroom) -> None:
    client = Visitors(room)
    with room.app.db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE issue RENAME TO gone")
    response = client.get("/ru/")
    assert response.status_code == 500
    assert "Что-то пошло не так" in response.text
    assert "gone" not in response.text
    assert "OperationalError" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"


def test_what_a_stranger_asks_for_is_not_said_back(client: Visitors) -> None:
    response = client.get("/<script>alert(1)</script>/")
    assert response.status_code == 404
    assert "alert" not in response.text
