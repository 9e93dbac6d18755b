"""An issue in the browser: the mail as it was sent, without anything of its reader."""

from __future__ import annotations

import pytest
from newsroom import html_of, text_of
from visitors import Visitors

HTML = "/issues/weekly/2026-W48/en"
TEXT = "/issues/weekly/2026-W48/en.txt"


def normal(text: str) -> str:
    return "\n".join(text.splitlines())


def test_the_page_is_the_mail_but_for_the_reader_s_token(client: Visitors) -> None:
    mail = client.room.mails_to("ann")[0]
    token = client.token(1)
    assert token in html_of(mail)
    page = client.get(HTML)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == "en"
    assert normal(page.text) == normal(html_of(mail).replace(token, ""))
    assert normal(client.get(TEXT).text) == normal(text_of(mail).replace(token, ""))


def test_the_text_is_plain(client: Visitors) -> None:
    assert client.get(TEXT).headers["content-type"] == "text/plain; charset=utf-8"


def test_each_language_has_its_page(client: Visitors) -> None:
    assert "Договоры" in client.get("/issues/weekly/2026-W48/ru").text
    assert "Договоры" not in client.get(HTML).text


def test_a_mail_in_the_browser_may_load_images_and_nothing_else(client: Visitors) -> None:
    policy = client.get(HTML).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "img-src https: data: http://127.0.0.1:* http://localhost:*" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy


def test_an_issue_is_frozen_and_can_be_kept(client: Visitors) -> None:
    first = client.get(HTML)
    assert first.headers["cache-control"] == "public, max-age=3600"
    again = client.get(HTML, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/issues/weekly/2026-W49/en",
        "/issues/daily/2026-W48/en",
        "/issues/weekly/2026-W48/de",
        "/issues/weekly/2026-W48/de.txt",
        "/issues/weekly/2026-W48/",
        "/issues/weekly%00/2026-W48/en",
        "/issues/weekly/2026-W48/en%0d%0aSet-Cookie:a=b",
        "/issues/weekly",
    ],
)
def test_an_issue_that_is_not_there_is_a_page_that_says_so(client: Visitors, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "Page not found" in response.text


def test_the_page_says_so_in_the_language_of_its_address(client: Visitors) -> None:
    for path in ("/issues/weekly/2026-W49/ru", "/issues/weekly/2026-W49/ru.txt"):
        assert "Страница не найдена" in client.get(path).text
