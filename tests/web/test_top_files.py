"""Top reads at the readers' door: the files below feeds/top/, for anybody's page."""

from __future__ import annotations

import pytest
from newsroom import Newsroom
from visitors import Visitors


@pytest.mark.parametrize("folder", ["/top", "/feeds/top"])
@pytest.mark.parametrize(
    ("suffix", "media_type"), [("json", "application/json"), ("html", "text/html")]
)
def test_a_ranking_is_served_as_it_lies_in_the_folder(
    client: Visitors, room: Newsroom, folder: str, suffix: str, media_type: str
) -> None:
    room.app.top.publish()
    answer = client.get(f"{folder}/en.{suffix}")
    assert answer.status_code == 200
    assert answer.content == (room.root / "feeds" / "top" / f"en.{suffix}").read_bytes()
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
    again = client.get(f"{folder}/en.{suffix}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["fr.json", "en.xml", "..%2Fen%2Frss.xml", "en"])
def test_nothing_else_is_there(client: Visitors, name: str) -> None:
    answer = client.get(f"/top/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")


def test_what_is_not_made_yet_may_be_asked_for_again(client: Visitors, room: Newsroom) -> None:
    for path in (room.root / "feeds" / "top").glob("*"):
        path.unlink()
    answer = client.get("/top/en.json")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
