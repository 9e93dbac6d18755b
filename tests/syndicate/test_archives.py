"""The history of a feed: nothing lost, nothing twice, nothing rewritten without need (RFC 5005)."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from dispatch.store import feed_archives
from dispatch.syndicate import archives

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/feed_archives",)

ATOM = "{http://www.w3.org/2005/Atom}"
FH = "{http://purl.org/syndication/history/1.0}"
AT = "{http://purl.org/atompub/tombstones/1.0}"

#: From today back to August, more than a hundred in one month.
AGES = [
    *(timedelta(hours=4 * n) for n in range(125)),
    *(timedelta(days=22 + 2 * n) for n in range(30)),
]


def fill(desk: Any) -> list[int]:
    ids = [desk.add(ago=age) for age in AGES]
    desk.build()
    return ids


def ids_of(root: etree._Element) -> list[str]:
    return [str(entry.findtext(f"{ATOM}id")) for entry in root.iterfind(f"{ATOM}entry")]


def link(root: etree._Element, rel: str) -> str | None:
    found = root.find(f"{ATOM}link[@rel='{rel}']")
    return None if found is None else str(found.get("href"))


def stamps(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in sorted(folder.rglob("archive/*/*"))
    }


def test_a_reader_that_walks_back_finds_every_article(desk: Any) -> None:
    minted = {f"tag:meridian.example,2026:article:{one}" for one in fill(desk)}
    current, *archives = desk.walk_atom("en")
    assert set(ids_of(current)).union(*map(ids_of, archives)) == minted
    times = Counter(one for root in archives for one in ids_of(root))
    assert set(times.values()) == {1}
    assert len(archives) >= 4
    assert all(len(ids_of(root)) <= 100 for root in archives)


def test_the_same_in_json_and_no_document_leads_to_itself(desk: Any) -> None:
    minted = {f"tag:meridian.example,2026:article:{one}" for one in fill(desk)}
    found = [item["id"] for page in desk.walk_json("en/world") for item in page["items"]]
    assert set(found) == minted
    urls = [page["feed_url"] for page in desk.walk_json("en/world")]
    assert len(set(urls)) == len(urls)


def test_archives_say_what_they_are_and_lead_both_ways(desk: Any) -> None:
    fill(desk)
    current, *archives = desk.walk_atom("en")
    assert current.find(f"{FH}archive") is None
    assert link(current, "next-archive") is None
    newer = None
    for root in archives:
        assert root.find(f"{FH}archive") is not None
        assert root.findtext(f"{ATOM}id") == current.findtext(f"{ATOM}id")
        assert link(root, "current") == link(current, "self")
        assert link(root, "next-archive") == newer
        newer = link(root, "self")
        related = root.findall(f"{ATOM}link[@rel='related']")
        assert [one.get("hreflang") for one in related] == ["ru"]
    rss = etree.fromstring(desk.path(str(newer)).with_name("rss.xml").read_bytes())
    assert rss.find(f"channel/{FH}archive") is not None
    assert rss.find(f"channel/{ATOM}link[@rel='next-archive']") is not None


def test_the_feed_of_all_languages_has_no_history_of_its_own(desk: Any) -> None:
    fill(desk)
    assert [*map(ids_of, desk.walk_atom("all"))][1:] == []


def test_new_articles_and_passing_days_leave_old_documents_alone(desk: Any) -> None:
    fill(desk)
    before = stamps(desk.folder)
    desk.later(hours=1)
    desk.add()
    desk.build()
    assert stamps(desk.folder) == before
    for _ in range(40):
        desk.later(days=1)
        desk.add()
        desk.build()
    after = stamps(desk.folder)
    moved = {path for path in before if after[path] != before[path]}
    # What was running has been closed, and leads on to what came after it.
    assert {path.split("/archive/")[1].split("/")[0] for path in moved} <= {"2026-11", "2026-11-2"}


def test_a_corrected_article_rewrites_its_own_document_and_no_other(desk: Any) -> None:
    ids = fill(desk)
    before = stamps(desk.folder)
    desk.later(hours=1)
    desk.change(ids[-1], "Corrected", ("world",))
    report = desk.build()
    name = (desk.now - AGES[-1]).strftime("%Y-%m")
    assert {path.split("/archive/")[1].split("/")[0] for path in report.written} == {name}
    moved = {path for path, stamp in stamps(desk.folder).items() if stamp != before[path]}
    assert {path.split("/archive/")[1].split("/")[0] for path in moved} == {name}
    assert any("Corrected" in str(etree.tostring(root)) for root in desk.walk_atom("en"))


def test_a_withdrawn_article_leaves_a_tombstone_in_its_place_for_ever(desk: Any) -> None:
    ids = fill(desk)
    gone = ids[-5]
    desk.later(hours=1)
    desk.withdraw(gone)
    desk.build()
    uid = f"tag:meridian.example,2026:article:{gone}"
    for has_stone in (True, False):  # the subscription feed tells of it for thirty days
        current, *archives = desk.walk_atom("en")
        assert (current.find(f"{AT}deleted-entry") is not None) is has_stone
        assert uid not in set().union(*map(ids_of, archives))
        refs = [one.get("ref") for root in archives for one in root.iterfind(f"{AT}deleted-entry")]
        assert refs == [uid]
        desk.later(days=60)
        desk.build()


def test_an_article_that_merely_left_the_window_is_never_called_deleted(desk: Any) -> None:
    fill(desk)
    for root in desk.walk_atom("en"):
        assert root.find(f"{AT}deleted-entry") is None


def test_a_section_that_an_article_left_no_longer_has_it_anywhere(desk: Any) -> None:
    ids = fill(desk)
    desk.later(hours=1)
    desk.change(ids[-1], "Moved", ("economy",))
    desk.build()
    uid = f"tag:meridian.example,2026:article:{ids[-1]}"
    assert uid not in set().union(*map(ids_of, desk.walk_atom("en/world")))
    assert uid in set().union(*map(ids_of, desk.walk_atom("en/economy")))


def test_without_archives_nothing_leads_back_and_nothing_is_written(desk: Any) -> None:
    desk.set(archives=False)
    fill(desk)
    assert stamps(desk.folder) == {}
    assert len([*desk.walk_atom("en")]) == 1


def test_archives_are_free_of_appeals_so_that_they_stay(desk: Any) -> None:
    fill(desk)
    desk.later(days=10)  # the appeal begins
    desk.build()
    current, *archives = desk.walk_atom("en")
    assert b"Keep us independent" in etree.tostring(current)
    assert all(b"Keep us independent" not in etree.tostring(root) for root in archives)


def test_a_substantial_correction_says_so_in_the_text_and_a_typo_does_not(desk: Any) -> None:
    article_id = desk.add()
    desk.build()
    desk.later(days=1)
    desk.change(article_id, "A typo", ("world",))
    desk.build()
    before = desk.path(FEED).read_bytes()
    assert b"Updated" not in before
    desk.change(article_id, "Quite another story", ("world",), significant=True)
    desk.build()
    after = desk.path(FEED).read_bytes()
    assert b"&lt;em&gt;Updated November 25, 2026&lt;/em&gt;" in after
    assert after.count(b"<updated>2026-11-25T12:00:00+00:00</updated>") == 2


def test_a_notice_stands_for_the_text_before_the_tombstone_and_never_beside_it(desk: Any) -> None:
    desk.set(retraction_days=3)
    ids = fill(desk)
    recent, old = ids[0], ids[-5]
    desk.later(hours=1)
    for one in (recent, old):
        desk.withdraw(one)
    desk.build()
    assert told(desk) == {"recent": "notice", "old": "notice"}
    desk.later(days=4)
    desk.build()
    assert told(desk) == {"recent": "stone", "old": "stone"}


FEED = "https://news.meridian.example/feeds/en/atom.xml"


def told(desk: Any) -> dict[str, str]:
    """What the feed and its history say of the two withdrawn articles."""
    said = {}
    ids = {"recent": 1, "old": len(AGES) - 4}
    for name, number in ids.items():
        uid = f"tag:meridian.example,2026:article:{number}"
        notices = stones = 0
        for root in desk.walk_atom("en"):
            for entry in root.iterfind(f"{ATOM}entry"):
                if entry.findtext(f"{ATOM}id") == uid:
                    assert "withdrawn" in str(entry.findtext(f"{ATOM}content"))
                    notices += 1
            stones += len(root.findall(f"{AT}deleted-entry[@ref='{uid}']"))
        assert not (notices and stones)
        said[name] = "notice" if notices else "stone" if stones else "nothing"
    return said


def test_a_history_that_was_lost_is_there_again_after_the_next_build(desk: Any) -> None:
    fill(desk)
    before = {path.relative_to(desk.folder): path.read_bytes() for path in files(desk)}
    shutil.rmtree(desk.folder / "en/archive")
    desk.later(minutes=5)
    desk.build()
    assert {path.relative_to(desk.folder): path.read_bytes() for path in files(desk)} == before
    assert not desk.build().written


def test_a_single_file_that_was_lost_is_missed_within_some_builds(desk: Any) -> None:
    fill(desk)
    before = files(desk)
    for number, path in enumerate((before[7], before[len(before) // 2], before[-1])):
        kept = stamps(desk.folder)
        path.unlink()
        for _ in range(2 + months(desk) // archives.PATROL_MONTHS):
            desk.later(minutes=5)
            desk.build()
        assert path.exists(), number
        moved = {name for name, at in stamps(desk.folder).items() if kept[name] != at}
        assert {Path(name).parent for name in moved} <= {path.relative_to(desk.folder).parent}


def files(desk: Any) -> list[Path]:
    return sorted(path for path in desk.folder.rglob("archive/*/*") if path.is_file())


def months(desk: Any) -> int:
    with desk.db.read() as tx:
        return len(feed_archives.list_after(tx, ("", "", 0), 1000))
