from __future__ import annotations

import errno
import io
import json
import os
from pathlib import Path

import feedparser
import pytest
from newsroom import Newsroom

from dispatch import errors
from dispatch.render import output
from dispatch.store import articles

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "app/feeds",
    "syndicate/__init__",
)


def feed(newsroom: Newsroom, path: str) -> Path:
    return newsroom.root / "feeds" / path


def titles(newsroom: Newsroom, path: str) -> list[str]:
    parsed = feedparser.parse(io.BytesIO(feed(newsroom, path).read_bytes()))
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


def test_a_new_article_appears_in_the_feeds_of_its_language_and_sections_only(
    newsroom: Newsroom,
) -> None:
    newsroom.article("Long treaties", sections=["foreign-policy"])
    newsroom.article("Деньги", language="ru", sections=["economy"])
    newsroom.collect()
    assert titles(newsroom, "en/rss.xml") == ["Long treaties"]
    assert titles(newsroom, "en/foreign-policy/atom.xml") == ["Long treaties"]
    assert titles(newsroom, "en/economy/atom.xml") == []
    assert titles(newsroom, "ru/economy/rss.xml") == ["Деньги"]
    assert sorted(titles(newsroom, "all/atom.xml")) == ["Long treaties", "Деньги"]
    items = json.loads(feed(newsroom, "ru/feed.json").read_bytes())["items"]
    assert [item["title"] for item in items] == ["Деньги"]


def test_a_rebuild_without_a_change_writes_nothing(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    before = {path: path.stat().st_mtime_ns for path in feed(newsroom, "").rglob("*.*")}
    newsroom.later(days=1)
    report = newsroom.app.feeds.syndicate()
    assert (report.written, report.failures) == ((), ())
    assert report.unchanged == 24  # seven feeds in three formats, three lists of feeds
    assert before == {path: path.stat().st_mtime_ns for path in feed(newsroom, "").rglob("*.*")}


def test_only_feeds_that_show_a_changed_article_are_written(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties", sections=["foreign-policy"])
    newsroom.article("Деньги", language="ru")
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.article("Деньги", language="ru", text="Новый текст.")
    result = newsroom.collect()
    assert result.feeds is not None
    keys = {path.rpartition("/")[0] for path in result.feeds.written}
    assert keys == {"ru", "ru/economy", "all"}


def test_a_withdrawn_article_leaves_the_feeds_and_a_tombstone(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    from_store = newsroom.articles()[0]
    with newsroom.app.db.write() as tx:
        articles.withdraw_article(tx, from_store.id, newsroom.clock.now())
    newsroom.app.feeds.syndicate()
    assert titles(newsroom, "en/atom.xml") == []
    assert b"deleted-entry" in feed(newsroom, "en/atom.xml").read_bytes()
    assert from_store.uid.encode() in feed(newsroom, "en/atom.xml").read_bytes()


def test_a_full_disk_leaves_the_old_feed_whole_and_the_others_written(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    old = feed(newsroom, "en/atom.xml").read_bytes()
    newsroom.later(hours=1)
    newsroom.article("A second piece")
    stage = output.stage

    def full(folder: Path, path: str, *rest: object) -> object:
        if path == "en/atom.xml":
            raise errors.OutputError(f"{folder / path}: {os.strerror(errno.ENOSPC)}")
        return stage(folder, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(output, "stage", full)
    result = newsroom.collect()
    assert result.feeds is not None
    assert result.has_failures
    assert result.feeds.failures == (f"{feed(newsroom, 'en/atom.xml')}: No space left on device",)
    assert feed(newsroom, "en/atom.xml").read_bytes() == old
    assert "A second piece" in titles(newsroom, "en/rss.xml")
    monkeypatch.undo()
    assert newsroom.app.feeds.syndicate().written == ("en/atom.xml",)


def test_a_dry_run_says_what_would_move_and_writes_nothing(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect(dry_run=True)
    report = newsroom.app.feeds.syndicate(dry_run=True)
    assert len(report.written) == 24
    assert not feed(newsroom, "en").exists()


def test_a_missing_file_is_written_again(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    feed(newsroom, "en/rss.xml").unlink()
    assert newsroom.app.feeds.syndicate().written == ("en/rss.xml",)


def test_feeds_follow_the_day_and_the_configuration_without_an_article(
    newsroom: Newsroom,
) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    newsroom.later(minutes=5)
    assert newsroom.collect().feeds is None, "nothing has changed"
    assert b"All our texts stay free" in feed(newsroom, "en/atom.xml").read_bytes()
    path = newsroom.root / "config.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('key = "support"', 'key = "support"\nends_on = 2026-11-25'))
    newsroom.with_config("")
    newsroom.later(minutes=5)
    assert newsroom.collect().feeds is not None, "other words, maybe"
    assert b"All our texts stay free" in feed(newsroom, "en/atom.xml").read_bytes()
    newsroom.later(days=2)
    report = newsroom.collect().feeds
    assert report is not None
    assert "en/atom.xml" in report.written
    assert b"All our texts stay free" not in feed(newsroom, "en/atom.xml").read_bytes()
    assert newsroom.collect().feeds is None


def test_a_build_that_failed_is_made_again_without_an_article(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.article("Long treaties")
    with monkeypatch.context() as patch:
        patch.setattr(output, "sync", full_disk)
        assert newsroom.collect().has_failures
    newsroom.later(minutes=5)
    assert not newsroom.collect().has_failures
    assert titles(newsroom, "en/rss.xml") == ["Long treaties"]


def full_disk(_: object) -> None:
    raise errors.OutputError(os.strerror(errno.ENOSPC))
