"""What feeds name beside each article: it changes with the others, and only then."""

from __future__ import annotations

from typing import Any

from dispatch import relate


def read_beside(desk: Any, key: str) -> dict[str, list[str]]:
    document = next(desk.walk_json(key))
    return {
        item["title"]: [one["title"] for one in item.get("_dispatch", {}).get("read_also", [])]
        for item in document["items"]
    }


def test_what_to_read_beside_an_article_follows_what_becomes_of_the_others(desk: Any) -> None:
    one = desk.add(sections=("world", "economy"))
    desk.later(minutes=5)
    desk.add()
    desk.build()
    assert read_beside(desk, "en") == {"Article 1": [], "Article 2": []}
    relate.relate(desk.db, now=desk.now)
    desk.later(minutes=5)
    desk.build()
    assert read_beside(desk, "en") == {"Article 1": [], "Article 2": ["Article 1"]}
    assert desk.build().written == ()
    desk.later(minutes=5)
    desk.change(one, "Renamed", ("economy",))
    desk.build()
    assert read_beside(desk, "en/world") == {"Article 2": ["Renamed"]}
    assert b"Read also" in (desk.folder / "en/world/rss.xml").read_bytes()
    desk.later(minutes=5)
    desk.withdraw(one)
    desk.build()
    assert read_beside(desk, "en/world") == {"Article 2": []}


def test_a_new_article_leaves_the_entries_of_the_others_as_readers_have_them(desk: Any) -> None:
    for _ in range(4):
        desk.add()
        desk.later(minutes=5)
    relate.relate(desk.db, now=desk.now)
    desk.build()
    before = next(desk.walk_json("en"))["items"]
    desk.add()
    relate.relate(desk.db, now=desk.now)
    desk.build()
    assert next(desk.walk_json("en"))["items"][1:] == before


def test_no_more_is_read_beside_an_article_than_the_newsroom_wants(desk: Any) -> None:
    for _ in range(5):
        desk.add()
    relate.relate(desk.db, now=desk.now)
    desk.set(read_also=2)
    desk.build()
    assert sorted(len(found) for found in read_beside(desk, "en").values()) == [0, 1, 2, 2, 2]
    desk.set(read_also=0)
    desk.build()
    assert {len(found) for found in read_beside(desk, "en").values()} == {0}
