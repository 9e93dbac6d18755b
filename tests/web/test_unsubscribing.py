"""Letting a reader go: by page and button, and by the mail program's own button (RFC 8058)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from lxml import html
from newsroom import Newsroom
from visitors import Visitors

from dispatch.model.subscriber import SubscriptionState
from dispatch.rules import tokens
from dispatch.web import unsubscribing

ONE_CLICK = "List-Unsubscribe=One-Click"
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
MULTIPART_BODY = (
    '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
)


def state(room: Newsroom, subscriber_id: int = 1) -> SubscriptionState:
    token = room.app.office.signer.make(tokens.Token(tokens.Purpose.UNSUBSCRIBE, subscriber_id, 1))
    found = room.app.readers.find_subscription(token)
    assert found is not None
    return found[0].state


@pytest.mark.parametrize(
    ("reader", "title", "button"),
    [
        (1, "Stop receiving “The Meridian Weekly”?", "Yes, unsubscribe me"),
        (2, "Больше не получать «Меридиан за неделю»?", "Да, отписать меня"),
    ],
)
@pytest.mark.parametrize("path", ["/u/", "/one-click/"])
def test_the_page_asks_in_the_reader_s_language_and_changes_nothing(
    client: Visitors, reader: int, title: str, button: str, path: str
) -> None:
    token = client.token(reader)
    response = client.get(f"{path}{token}", headers={"Accept-Language": "de"})
    assert response.status_code == 200
    root = html.fromstring(response.content)
    (form,) = root.findall(".//form")
    assert root.findtext(".//h1") == title
    assert (form.get("method"), form.get("action")) == ("post", f"/u/{token}")
    assert form.findtext(".//button") == button
    assert state(client.room, reader) is SubscriptionState.CONFIRMED


def test_the_button_ends_this_subscription_and_no_other(client: Visitors) -> None:
    response = client.post(f"/u/{client.token()}")
    assert response.status_code == 200
    assert "You are unsubscribed" in response.text
    assert "You will not receive “The Meridian Weekly” any more." in response.text
    assert state(client.room, 1) is SubscriptionState.UNSUBSCRIBED
    assert state(client.room, 2) is SubscriptionState.CONFIRMED


def test_whoever_comes_back_is_told_that_it_is_done(client: Visitors) -> None:
    client.post(f"/u/{client.token()}")
    first = client.room.app.readers.find_subscription(client.token())
    client.room.later(days=400)
    page = client.get(f"/u/{client.token()}")
    assert "You are already unsubscribed" in page.text
    assert not html.fromstring(page.content).findall(".//form")
    assert client.post(f"/u/{client.token()}").status_code == 200
    assert client.room.app.readers.find_subscription(client.token()) == first


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (URLENCODED, ONE_CLICK),
        (MULTIPART, MULTIPART_BODY),
        ({}, ""),
        ({"Content-Type": "multipart/form-data"}, "not multipart at all"),
        ({"Content-Type": "application/json"}, "{"),
        (URLENCODED, "x" * unsubscribing.MAX_BODY_BYTES),
    ],
)
@pytest.mark.parametrize("path", ["/one-click/", "/u/"])
def test_a_post_is_obeyed_whatever_its_body(
    client: Visitors, headers: dict[str, str], body: str, path: str
) -> None:
    response = client.post(f"{path}{client.token(2)}", content=body, headers=headers)
    assert response.status_code == 200
    assert state(client.room, 2) is SubscriptionState.UNSUBSCRIBED


def test_a_mail_program_gets_a_plain_answer_without_redirect_or_cookie(client: Visitors) -> None:
    foreign = {
        **URLENCODED,
        "Origin": "https://mail.example",
        "Referer": "https://mail.example/inbox",
        "Sec-Fetch-Site": "cross-site",
        "Cookie": "session=of-somebody",
    }
    response = client.post(f"/one-click/{client.token()}", content=ONE_CLICK, headers=foreign)
    assert (response.status_code, response.text) == (200, "OK\n")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert not {"location", "set-cookie"} & set(response.headers)


def test_one_click_may_be_clicked_twice(client: Visitors) -> None:
    first, second = (client.post(f"/one-click/{client.token()}") for _ in range(2))
    assert (first.status_code, first.text) == (second.status_code, second.text)


@pytest.mark.parametrize("path", ["/one-click/", "/u/"])
def test_a_body_without_end_is_refused(client: Visitors, path: str) -> None:
    body = "x" * (unsubscribing.MAX_BODY_BYTES + 1)
    response = client.post(f"{path}{client.token()}", content=body)
    assert response.status_code == 413
    assert state(client.room) is SubscriptionState.CONFIRMED


def forged(client: Visitors, kind: str) -> str:
    real, sign = client.token(), client.room.app.office.signer.make
    unsubscribe = tokens.Purpose.UNSUBSCRIBE
    match kind:
        case "cut short":
            return real[:-1]
        case "with one letter changed":
            return real[:-1] + ("a" if real[-1] != "a" else "b")
        case "of another site":
            return tokens.Signer("another secret").make(tokens.Token(unsubscribe, 1, 1))
        case "for another purpose":
            return sign(tokens.Token(tokens.Purpose.CONFIRM, 1, 1))
        case "of nobody":
            return sign(tokens.Token(unsubscribe, 999, 1))
        case "of no newsletter":
            return sign(tokens.Token(unsubscribe, 1, 999))
        case _:
            return kind


@pytest.mark.parametrize(
    "kind",
    [
        "cut short",
        "with one letter changed",
        "of another site",
        "for another purpose",
        "of nobody",
        "of no newsletter",
        "%00%ff%0d%0a",
        "%D0%B9" * 16,
    ],
)
def test_a_token_that_names_nobody_gets_the_same_page_by_get_and_post(
    client: Visitors, contents: Callable[[], object], kind: str
) -> None:
    token, before = forged(client, kind), contents()
    got, posted = client.get(f"/u/{token}"), client.post(f"/u/{token}")
    clicked = client.post(f"/one-click/{token}")
    assert got.status_code == posted.status_code == clicked.status_code == 200
    assert got.text == posted.text
    assert "This link does not work any more" in got.text
    assert clicked.text == "OK\n"
    assert contents() == before


def test_letter_case_does_not_break_a_link(client: Visitors) -> None:
    assert "Stop receiving" in client.get(f"/u/{client.token().upper()}").text


def test_the_link_in_the_copy_for_everybody_says_where_the_right_one_is(client: Visitors) -> None:
    (link,) = set(re.findall(r'href="([^"]*/u/)"', client.get("/issues/weekly/2026-W48/ru").text))
    path = link.removeprefix("http://127.0.0.1:8025")
    response = client.get(path, headers={"Accept-Language": "ru"})
    assert response.status_code == 200
    assert "откройте ссылку из письма, которое вы получили" in response.text


def test_a_page_behind_a_token_is_nobody_else_s(client: Visitors) -> None:
    for response in (
        client.get(f"/u/{client.token()}"),
        client.post(f"/u/{client.token()}"),
        client.get("/u/abc"),
        client.get("/u/"),
        client.get(f"/one-click/{client.token()}"),
        client.delete(f"/u/{client.token()}"),
    ):
        headers = response.headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "noindex" in headers["x-robots-tag"]
        assert "script-src" not in headers["content-security-policy"]
        assert "<script" not in response.text
        assert "reader.example" not in response.text, "no address is shown"


def test_a_newsletter_that_was_given_up_can_still_be_left(room: Newsroom) -> None:
    token = Visitors(room).token(2)
    path = room.root / "config.toml"
    text = path.read_text(encoding="utf-8").replace('name = "weekly"', 'name = "monthly"')
    path.write_text(text, encoding="utf-8")
    room.close()
    room.app = room.open_app()
    client = Visitors(room)
    assert "«weekly»" in client.get(f"/u/{token}").text
    client.post(f"/one-click/{token}")
    assert state(room, 2) is SubscriptionState.UNSUBSCRIBED


def test_no_log_line_holds_a_token(client: Visitors, caplog: pytest.LogCaptureFixture) -> None:
    token = client.token()
    for logger in ("httpx2", "sqlalchemy"):  # the client of this test; the values of a statement
        caplog.set_level(logging.WARNING, logger)
    caplog.set_level(logging.DEBUG)
    client.get(f"/u/{token}")
    client.post(f"/one-click/{token}")
    client.post(f"/u/{token}")
    assert "unsubscribed" in caplog.text
    assert token not in caplog.text
