"""The frame of every page."""

from __future__ import annotations

import pytest
from lxml import html
from newsroom import Newsroom
from starlette.requests import Request
from visitors import Visitors

from dispatch.web import pages


def request(path: str, accept_language: str = "") -> Request:
    raw = [(b"accept-language", accept_language.encode())]
    return Request({"type": "http", "method": "GET", "path": path, "headers": raw})


@pytest.mark.parametrize(
    ("path", "asked", "language"),
    [
        ("/ru/", "en", "ru"),
        ("/issues/weekly/2026-W48/ru.txt", "en", "ru"),
        ("/u/abc", "ru", "ru"),
        ("/u/abc", "", "en"),
        ("/u/abc", "fr", "en"),
    ],
)
def test_a_page_speaks_as_its_address_says_then_as_the_browser_does(
    room: Newsroom, path: str, asked: str, language: str
) -> None:
    assert pages.Printer(room.app).language_of(request(path, asked)) == language


def test_what_is_said_on_a_page_is_escaped(room: Newsroom) -> None:
    notice = pages.Notice(title="<b>", lines=["&", "</p>"], button="<", action='/"><script>')
    text = bytes(pages.Printer(room.app).notice(notice, "en").body).decode()
    assert "<b>" not in text
    assert "<script" not in text
    assert "<p>&amp;</p>" in text


def test_a_page_in_hebrew_runs_from_right_to_left(room: Newsroom) -> None:
    text = pages.Printer(room.app).html("languages.html.j2", "he", {})
    assert html.fromstring(text).get("dir") == "rtl"


def test_a_page_can_be_walked_with_the_keyboard(client: Visitors) -> None:
    root = html.fromstring(client.get("/en/").content)
    first = next(root.iterfind(".//body//a"))
    assert first.get("href") == "#content"
    assert root.find(".//main[@id='content']") is not None
