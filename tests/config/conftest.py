"""A configuration that is right, for tests that break it in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dispatch import config, errors

#: Every line counts: tests name the lines of this text.
RIGHT = """\
[publication]
names = { en = "The Meridian", ru = "Меридиан" }
site = "https://meridian.example"
public_url = "https://news.meridian.example/"
time_zone = "Europe/London"
contact = "editors@meridian.example"
postal_address = "1 Example Street"
tag_authority = "meridian.example,2026"
languages = { en = "English", ru = "Русский" }

[[publication.sections]]
key = "economy"
names = { en = "Economy", ru = "Экономика" }

[[sources]]
name = "site"
kind = "feed"
url = "https://meridian.example/feed/"
section_map = { "Бизнес" = "economy" }

[[newsletters]]
name = "weekly"
languages = ["en", "ru"]
titles = { en = "Weekly", ru = "Неделя" }
cadence = "Fridays 09:00"
blocks = ["top_reads", "latest", "appeal"]
from_name = { en = "The Meridian", ru = "Меридиан" }
from_address = "digest@meridian.example"
list_id = "weekly.meridian.example"
sections = ["economy"]

[[appeals]]
key = "support"
url = "https://meridian.example/support"
[appeals.texts.en]
title = "Help"
text = "Please."
button = "Give"
[appeals.texts.ru]
title = "Помогите"
text = "Пожалуйста."
button = "Дать"

[storage]
secret = "0123456789abcdef0123456789abcdef"
"""

Load = Callable[..., config.Config]
Report = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the configuration, entered, so that reports name "config.toml" alone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def load(folder: Path) -> Load:
    """`load(text)`: the configuration that `text` is."""

    def load_text(text: str, environ: Mapping[str, str] | None = None) -> config.Config:
        folder.joinpath("config.toml").write_text(text, encoding="utf-8")
        return config.load_config(Path("config.toml"), environ or {}, create_secret=False)

    return load_text


@pytest.fixture
def report_on(load: Load) -> Report:
    """`report_on(text)`: the report of what is wrong with it."""

    def report(text: str, environ: Mapping[str, str] | None = None) -> str:
        with pytest.raises(errors.ConfigError) as raised:
            load(text, environ)
        return str(raised.value)

    return report


@pytest.fixture
def right() -> str:
    """The text of a configuration that is right."""
    return RIGHT


@pytest.fixture
def broken() -> Callable[[str, str], tuple[str, int]]:
    """`broken(was, now)`: the right text with one change, and the line where it stands."""

    def change(was: str, now: str) -> tuple[str, int]:
        assert RIGHT.count(was) == 1, f"{was!r} must stand in the text once"
        return RIGHT.replace(was, now), RIGHT[: RIGHT.index(was)].count("\n") + 1

    return change
