"""The editor's preview: every variant in every light, and mistakes with their place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from newsroom import Newsroom
from starlette.testclient import TestClient

from dispatch.app import App
from dispatch.app.watching import Watcher
from dispatch.config import load_config
from dispatch.web import preview


@pytest.fixture
def watcher(room: Newsroom) -> Watcher:
    room.later(hours=2)
    room.article("Newer than all")
    room.article("Новее всех", language="ru")
    room.collect()
    room.later(minutes=1)
    config = room.root / "config.toml"
    return Watcher(lambda: App(load_config(config, {}), room.clock), config, "weekly")


@pytest.fixture
def browser(watcher: Watcher) -> Iterator[TestClient]:
    with TestClient(preview.make_preview(watcher), base_url="http://127.0.0.1:8030") as client:
        yield client


def state(browser: TestClient) -> dict[str, Any]:
    answer = browser.get("/state")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_every_variant_is_told_with_size_and_faults(browser: TestClient) -> None:
    found = state(browser)
    assert found["title"] == "weekly 2026-W49"
    assert [one["key"] for one in found["variants"]] == ["en", "ru"]
    english = found["variants"][0]
    assert english["subject"] == "Newer than all"
    assert english["kB"] > 5
    assert english["faults"] == []


def test_a_mail_is_shown_in_either_light_and_as_text(browser: TestClient) -> None:
    dark, light = (browser.get(f"/mail/0/{one}").text for one in ("dark", "light"))
    assert "@media all { .page" in dark
    assert "@media not all { .page" in light
    assert "xslot" not in dark
    assert "Newer than all" in browser.get("/text/0").text
    assert "Новее всех" in browser.get("/text/1").text


@pytest.mark.parametrize("path", ["/mail/9/dark", "/mail/0/dusk", "/text/9", "/page.css", "/x"])
def test_what_is_not_there_is_not_found(browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_the_page_brings_all_it_needs(browser: TestClient) -> None:
    page = browser.get("/")
    assert "http" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for name in ("preview.css", "preview.js"):
        file = browser.get(f"/{name}")
        assert file.status_code == 200
        assert "://" not in file.text


def test_no_other_name_leads_here(watcher: Watcher) -> None:
    with TestClient(preview.make_preview(watcher), base_url="http://evil.example") as stranger:
        assert stranger.get("/state").status_code == 400
