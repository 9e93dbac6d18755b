"""A source is written behind what stands in the configuration, and nothing else is touched."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from newsroom import CONFIG, FILE_TRANSPORT

from dispatch import errors
from dispatch.config import additions, load_config
from dispatch.model.publication import Source

NEW = Source(
    name="new",
    kind="feed",
    url='https://n.example/"feed"',
    language="ru",
    allow_hosts=("cms.internal",),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    made = tmp_path / "config.toml"
    text = CONFIG.format(transport=FILE_TRANSPORT, database_url="sqlite:///var/dispatch.db")
    made.write_text(f"# a word\n{text}", encoding="utf-8")
    return made


def files(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_the_lines_are_read_back_as_the_source_that_they_are_of(path: Path) -> None:
    before, names = path.read_bytes(), files(path.parent)
    additions.add(path, [additions.lines_of(NEW)], {})
    assert path.read_bytes().startswith(before), "byte for byte"
    found = load_config(path, {}).sources[-1]
    assert (found.name, found.kind, found.url) == (NEW.name, NEW.kind, NEW.url)
    assert (found.language, found.allow_hosts) == (NEW.language, NEW.allow_hosts)
    assert files(path.parent) == names, "no draft is left, and no key was made"


def test_a_key_is_written_as_the_name_of_its_variable(path: Path) -> None:
    source = Source(name="g", kind="ghost", url="https://g.example/", key="secret")
    assert "find_translations" not in additions.lines_of(source)
    assert "find_translations = true" in additions.lines_of(replace(source, find_translations=True))
    lines = additions.lines_of(source, "GHOST_KEY")
    assert 'key = { env = "GHOST_KEY" }' in lines
    assert "secret" not in lines
    additions.add(path, [lines], {"GHOST_KEY": "secret"})


@pytest.mark.parametrize(
    ("ending", "expected"), [("", b'"\n\n[[sources]]'), ("\n", b'"\n\n[[sources]]')]
)
def test_a_file_without_a_last_line_break_gets_one(
    path: Path, ending: str, expected: bytes
) -> None:
    path.write_text(path.read_text(encoding="utf-8").rstrip() + ending, encoding="utf-8")
    additions.add(path, [additions.lines_of(NEW)], {})
    assert expected in path.read_bytes()


def test_the_line_breaks_of_the_file_are_kept(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    additions.add(path, [additions.lines_of(NEW)], {})
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Source(name="desk", kind="feed", url="https://n.example/"), "is the same as in line"),
        (Source(name="x", kind="nonsense", url="https://n.example/"), "is not a kind of source"),
        (Source(name="x", kind="feed"), "is missing"),
    ],
)
def test_what_could_not_be_loaded_is_taken_back(path: Path, source: Source, said: str) -> None:
    before, names = path.read_bytes(), files(path.parent)
    with pytest.raises(errors.ConfigError, match=said) as caught:
        additions.add(path, [additions.lines_of(source)], {})
    assert str(path) in str(caught.value)
    assert f".{path.name}." not in str(caught.value), "the draft's name helps nobody"
    assert path.read_bytes() == before
    assert files(path.parent) == names


def test_sources_that_are_written_on_one_line_are_not_added_to(path: Path) -> None:
    """TOML forbids it; the operator is told and nothing is broken."""
    text = path.read_text(encoding="utf-8")
    start, end = text.index("[[sources]]"), text.index("[[newsletters]]")
    inline = 'sources = [{ name = "desk", kind = "folder", path = "articles" }]\n'
    path.write_text(inline + text[:start] + text[end:], encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(errors.ConfigError):
        additions.add(path, [additions.lines_of(NEW)], {})
    assert path.read_bytes() == before


def test_the_files_rights_and_a_link_to_it_stay(path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    additions.add(link, [additions.lines_of(NEW)], {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert b'name = "new"' in path.read_bytes()


def test_an_edit_of_somebody_else_meanwhile_is_not_overwritten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = additions._check

    def edit(draft: Path, real: Path, environ: dict[str, str]) -> None:
        check(draft, real, environ)
        real.write_text("# edited", encoding="utf-8")

    monkeypatch.setattr(additions, "_check", edit)
    with pytest.raises(errors.ConfigError, match="changed by somebody else"):
        additions.add(path, [additions.lines_of(NEW)], {})
    assert path.read_text(encoding="utf-8") == "# edited"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        with pytest.raises(errors.ConfigError, match="cannot be written"):
            additions.add(path, [additions.lines_of(NEW)], {})
    finally:
        path.parent.chmod(0o700)
