"""Read also at the readers' door: by number and by address, for anybody's page."""

from __future__ import annotations

import pytest
from newsroom import Newsroom
from visitors import Visitors


@pytest.fixture
def url(room: Newsroom) -> str:
    """An article with another one beside it."""
    for title in ("Cranes of the corridor", "The corridor waits for cranes"):
        room.article(title)
    room.collect()
    return next(one.url for one in room.articles() if one.title.startswith("Cranes"))


def test_a_page_asks_by_its_own_address(client: Visitors, url: str) -> None:
    answer = client.get("/related.json", params={"url": url})
    assert answer.status_code == 200
    assert answer.json()["articles"][0]["title"] == "The corridor waits for cranes"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    number = answer.json()["article"]["id"]
    page = client.get(f"/related/{number}.html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "The corridor waits for cranes" in page.text
    tag = {"If-None-Match": page.headers["etag"]}
    assert client.get(f"/related/{number}.html", headers=tag).status_code == 304


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/related/999.json", 404),
        ("/related/99999999999999999999.json", 404),
        ("/related/1.xml", 404),
        ("/related.json", 400),
        ("/related.json?url=javascript:alert(1)", 400),
        ("/related.json?url=https://elsewhere.example/", 404),
    ],
)
def test_anything_else_is_refused_in_plain_words(client: Visitors, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("count", "shown"), [("1", 1), ("0", 1), ("x", 3), ("9999", 3), ("10", 10)]
)
def test_no_more_are_shown_than_a_page_can_use(
    client: Visitors, room: Newsroom, url: str, count: str, shown: int
) -> None:
    for number in range(12):
        room.article(f"Cranes of the corridor {number}")
    room.collect()
    answer = client.get("/related.json", params={"url": url, "count": count})
    assert len(answer.json()["articles"]) == shown
