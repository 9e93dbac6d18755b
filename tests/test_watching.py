"""A look at the next issue, made anew when a file that shapes it changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from newsroom import Newsroom

from dispatch import site
from dispatch.app import App
from dispatch.app.watching import Watcher
from dispatch.config import load_config

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("app/watching",)


@pytest.fixture
def templates(newsroom: Newsroom) -> Path:
    folder = newsroom.root / "templates" / "email"
    shutil.copytree(site.default_templates(), folder)
    return folder


@pytest.fixture
def watcher(newsroom: Newsroom, templates: Path) -> Watcher:
    assert templates.is_dir()
    newsroom.article("One")
    newsroom.collect()
    config = newsroom.root / "config.toml"
    return Watcher(lambda: App(load_config(config, {}), newsroom.clock), config, "weekly")


def test_nothing_is_made_twice_while_no_file_moves(watcher: Watcher) -> None:
    assert watcher.look() is watcher.look()
    assert [one.key for one in watcher.look().variants] == ["en"]


@pytest.mark.parametrize("file", ["style.css", "blocks/latest.html.j2", "issue.txt.j2"])
def test_a_saved_template_is_seen(watcher: Watcher, templates: Path, file: str) -> None:
    before = watcher.look()
    path = templates / file
    path.write_text(path.read_text() + "\n")
    assert watcher.look().stamp != before.stamp


def test_a_new_note_is_seen(newsroom: Newsroom, watcher: Watcher) -> None:
    config = newsroom.root / "config.toml"
    text = config.read_text().replace('blocks = ["top_reads"', 'blocks = ["note", "top_reads"')
    config.write_text(text)
    assert "Hello" not in watcher.look().variants[0].text
    note = newsroom.root / "notes" / "weekly" / "2026-W48.en.md"
    note.parent.mkdir(parents=True)
    note.write_text("# Hello\n\nReaders.")
    assert "Hello" in watcher.look().variants[0].text


def test_a_mistake_is_told_with_its_place_and_goes_when_it_is_mended(
    watcher: Watcher, templates: Path
) -> None:
    path = templates / "blocks" / "latest.html.j2"
    good = path.read_text()
    path.write_text("\n{{ block.nothing }}")
    shown = watcher.look()
    assert f"{path}:2" in shown.error
    assert shown.variants == ()
    path.write_text(good)
    assert watcher.look().error == ""


def test_a_mistake_in_the_configuration_is_told_with_its_line(
    newsroom: Newsroom, watcher: Watcher
) -> None:
    watcher.look()
    config = newsroom.root / "config.toml"
    config.write_text(config.read_text().replace("Fridays", "Fridaze"))
    assert "config.toml:" in watcher.look().error


def test_the_checklist_speaks_beside_the_mail(watcher: Watcher, templates: Path) -> None:
    style = templates / "style.css"
    style.write_text(style.read_text().replace("color: #454037", "color: #d4cdc0"))
    assert watcher.look().variants[0].faults[0].startswith("light: ")


def test_a_look_keeps_nothing(newsroom: Newsroom, watcher: Watcher) -> None:
    watcher.look()
    assert newsroom.app.issues.list_issues() == []
