"""The table as a whole: safe headers everywhere, no cookies, no change by looking."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from newsroom import Newsroom, html_of, text_of
from visitors import Visitors

OURS = "http://127.0.0.1:8025"
_URL = re.compile(r"""https?://[^\s"'<>()]+""")


def paths_in(*texts: str) -> set[str]:
    """The paths of every address of ours in a text, also those that pages give without a host."""
    absolute = {url for text in texts for url in _URL.findall(text) if url.startswith(OURS)}
    relative = {
        path for text in texts for path in re.findall(r'(?:href|src|action)="(/[^"]*)"', text)
    }
    return {urlsplit(url).path + f"?{urlsplit(url).query}" for url in absolute} | relative


@pytest.fixture
def everything(client: Visitors) -> set[str]:
    """Every address that anyone can find: in the mails, in their headers, and on the pages."""
    mails = client.room.mails()
    texts = [html_of(mail) for mail in mails] + [text_of(mail) for mail in mails]
    texts += [str(mail["List-Unsubscribe"]) for mail in mails]
    found, fresh = set[str](), paths_in(*texts) | {"/", "/healthz", "/readyz"}
    while fresh:
        found |= fresh
        fresh = paths_in(*(client.get(path).text for path in sorted(fresh))) - found
    return found


def test_a_scanner_that_opens_every_link_changes_nothing(
    client: Visitors, everything: set[str], contents: Callable[[], object]
) -> None:
    before = contents()
    tokens = {client.token(1), client.token(2)}
    assert all(any(token in path for path in everything) for token in tokens)
    assert len([path for path in everything if path.startswith("/feeds/")]) > 20
    for path in sorted(everything):
        for method in ("GET", "HEAD"):
            response = client.request(method, path, headers={"User-Agent": "a mail scanner"})
            assert response.status_code in (200, 303), f"{method} {path}"
    assert contents() == before


def test_every_answer_is_labelled_and_sets_no_cookie(
    client: Visitors, everything: set[str]
) -> None:
    for path in sorted(everything | {"/nothing", "/feeds/nothing", "/ru"}):
        response = client.get(path, headers={"Cookie": "a=b"})
        assert response.headers["x-content-type-options"] == "nosniff", path
        assert response.headers["cache-control"], path
        assert "set-cookie" not in response.headers
        if response.headers["content-type"].startswith("text/html"):
            assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
            assert response.headers["referrer-policy"]


def test_behind_a_folder_of_a_proxy_every_link_works_both_ways(
    tmp_path: Path, migrated_sqlite_url: str
) -> None:
    made = Newsroom(tmp_path / "site", migrated_sqlite_url)
    config = made.root / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(f"{OURS}/", f"{OURS}/news/"), encoding="utf-8")
    made.close()
    made.app = made.open_app()
    made.article("Treaties")
    made.reader("ann", language="en")
    made.friday()
    client = Visitors(made)
    page = client.get("/news/en/")
    assert page.text == client.get("/en/").text
    assert client.get("/", headers={}).headers["location"] == "/news/en/"
    linked = paths_in(page.text)
    assert "/news/feeds/en/rss.xml?" in linked
    for path in linked:
        assert path.startswith("/news/")
        assert client.get(path).status_code == 200
        assert client.get(path.removeprefix("/news")).status_code == 200
    asked = client.get(f"/news/u/{client.token()}").text
    assert f'action="/news/u/{client.token()}"' in asked
    assert "unsubscribed" in client.post(f"/news/u/{client.token()}").text
    assert client.get("/news").status_code in (200, 303, 404)
    made.close()
