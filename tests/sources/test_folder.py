from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from dispatch import fetch
from dispatch.model.article import Author, Enclosure, Entry, Image
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.sources import folder

NOBODY = cast("fetch.Fetcher", None)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, now: datetime) -> Write:
    """Write a file as it was left `age` seconds before now."""

    def write_one(name: str, content: str | bytes, age: float = 60) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        moment = now.timestamp() - age
        os.utime(path, (moment, moment))
        return path

    return write_one


@pytest.fixture
def visit(tmp_path: Path, now: datetime) -> Callable[..., Harvest]:
    def visit_once(etag: str | None = None, at: datetime = now) -> Harvest:
        source = Source(name="desk", kind="folder", path=tmp_path, url="https://n.example/en")
        state = SourceState(name="desk", etag=etag)
        return folder.harvest(source, state, NOBODY, at, ZoneInfo("Europe/Moscow"))

    return visit_once


def article(title: str = "A", **front: str) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f"---\ntitle: {title}\n{lines}---\nBody\n"


def only(harvest: Harvest) -> Entry:
    assert harvest.warnings == ()
    assert len(harvest.entries) == 1
    return harvest.entries[0]


def test_a_file_with_everything(write: Write, visit: Callable[..., Harvest]) -> None:
    write(
        "2026/ferry.md",
        "---\n"
        "title: 'Ferries & <fog>'\nslug: ferry\nlang: en_gb\nsections: [Transport, City]\n"
        "authors:\n  - Ann Lee\n  - {name: Bob, url: /bob}\n"
        "standfirst: Crews   walked out\n"
        "date: 2026-11-24 10:00\nupdated: 2026-11-24T11:30:00+03:00\n"
        "image: /i.jpg\nimage_alt: Fog\nimage_credit: Olga Petrova\nid: story-1\n"
        "enclosures:\n  - talk.mp3\n  - {url: /paper, type: application/pdf, length: 9}\n  - 7\n"
        "---\n# Head\n\nText *here* <script>x</script>[link](/l)\n\n| a |\n|---|\n| b |\n",
    )
    found = only(visit())
    assert (found.source_id, found.url) == ("story-1", "https://n.example/en/ferry")
    assert (found.title, found.language) == ("Ferries & <fog>", "en-GB")
    assert found.sections == ("Transport", "City")
    assert found.authors == (
        Author(name="Ann Lee"),
        Author(name="Bob", url="https://n.example/bob"),
    )
    assert found.standfirst == "Crews walked out"
    assert found.published_at == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert found.updated_at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert found.image == Image(url="https://n.example/i.jpg", alt="Fog", credit="Olga Petrova")
    assert found.enclosures == (
        Enclosure(url="https://n.example/en/talk.mp3", media_type="audio/mpeg"),
        Enclosure(url="https://n.example/paper", media_type="application/pdf", length=9),
    )
    assert "<h2>Head</h2>" in found.html
    assert "<table>" in found.html
    assert "script" not in found.html
    assert 'href="https://n.example/l"' in found.html


def test_identity_is_the_path_and_the_address_the_name(
    write: Write, visit: Callable[..., Harvest]
) -> None:
    write("a/первая.md", article())
    found = only(visit())
    assert found.source_id == "a/первая.md"
    assert found.url == "https://n.example/en/a/первая"
    assert found.published_at is None


def test_a_url_of_its_own_wins_over_the_slug(write: Write, visit: Callable[..., Harvest]) -> None:
    write("a.md", article(url="https://other.example/x", slug="y"))
    assert only(visit()).url == "https://other.example/x"


def test_drafts_hidden_files_and_other_types_are_left_out(
    write: Write, visit: Callable[..., Harvest]
) -> None:
    write("a.md", article(draft="true"))
    write(".b.md", article())
    write("_drafts/c.md", article())
    write("d.txt", article())
    assert visit().entries == ()
    assert visit().warnings == ()


def test_a_file_that_is_being_written_waits(
    write: Write, visit: Callable[..., Harvest], now: datetime
) -> None:
    write("a.md", article("Old"))
    write("b.md", article("New"), age=0.5)
    first = visit()
    assert [entry.title for entry in first.entries] == ["Old"]
    second = visit(first.etag, now + timedelta(seconds=5))
    assert [entry.title for entry in second.entries] == ["Old", "New"]


def test_an_unchanged_folder_is_not_read_again(write: Write, visit: Callable[..., Harvest]) -> None:
    write("a.md", article())
    first = visit()
    assert visit(first.etag) == Harvest(not_modified=True, etag=first.etag)
    write("a.md", article("Changed"), age=30)
    assert only(visit(first.etag)).title == "Changed"


def test_a_future_article_appears_when_its_time_has_come(
    write: Write, visit: Callable[..., Harvest], now: datetime
) -> None:
    due = now + timedelta(hours=1)
    write("a.md", article(published=due.isoformat()))
    first = visit()
    assert first.entries == ()
    assert visit(first.etag, due - timedelta(seconds=1)).not_modified
    assert only(visit(first.etag, due)).title == "A"


def test_a_vanished_file_is_no_withdrawal(write: Write, visit: Callable[..., Harvest]) -> None:
    path = write("a.md", article())
    first = visit()
    path.unlink()
    second = visit(first.etag)
    assert (second.entries, second.not_modified) == ((), False)


@pytest.mark.parametrize(
    ("content", "warning"),
    [
        ("no front matter", "bad.md:1: has no front matter"),
        ("---\ntitle: A\nlist: [1,\n---\n", "bad.md:"),
        ("---\n- a\n---\n", "bad.md:1: the front matter has no keys"),
        ("---\nlang: en\n---\n", "bad.md:1: there is no title"),
        ("---\ntitle: A\nlang: en\ndate: soon\n---\n", "bad.md:4: date: soon is not a date"),
        ("---\ntitle: A\ndate: 2026-02-30\n---\n", "bad.md:"),
        ("---\ntitle: A\nurl: 'javascript:1'\n---\n", "bad.md:3: no address"),
        ("---\ntitle: \udcff\n---\n".encode("utf-8", "surrogateescape"), "bad.md:2: is not UTF-8"),
        (b"---\ntitle: A\n---\n" + b"x" * 2_100_000, "bad.md:1: is longer"),
        ("---\ntitle: !!python/object:os.system x\n---\n", "bad.md:"),
    ],
)
def test_a_bad_file_is_named_and_stops_nobody(
    write: Write, visit: Callable[..., Harvest], content: str | bytes, warning: str
) -> None:
    write("bad.md", content)
    write("good.md", article("Good"))
    harvest = visit()
    assert [entry.title for entry in harvest.entries] == ["Good"]
    assert len(harvest.warnings) == 1
    assert harvest.warnings[0].startswith(warning)


@pytest.mark.parametrize(
    "claim",
    [
        "translation_of: ru/parom.md",
        "translations: [ru/parom]",
        "translations: {ru: parom-vstal}",
        "translation_of: https://n.example/en/parom-vstal",
    ],
)
def test_a_translation_is_named_by_path_slug_or_url(
    write: Write, visit: Callable[..., Harvest], claim: str
) -> None:
    write("a.md", f"---\ntitle: A\nlang: en\n{claim}\n---\n")
    write("ru/parom.md", article("Паром", lang="ru", slug="parom-vstal"))
    english = visit().entries[0]
    assert [(link.url, link.language, link.title) for link in english.translations] == [
        ("https://n.example/en/parom-vstal", "ru", "Паром")
    ]


def test_a_path_that_is_no_folder_is_a_failure(tmp_path: Path, now: datetime) -> None:
    source = Source(name="desk", kind="folder", path=tmp_path / "none")
    state = SourceState(name="desk")
    harvest = folder.harvest(source, state, NOBODY, now, ZoneInfo("UTC"))
    assert "not a folder" in harvest.failure
    nowhere = folder.harvest(replace(source, path=None), state, NOBODY, now, ZoneInfo("UTC"))
    assert nowhere.failure
