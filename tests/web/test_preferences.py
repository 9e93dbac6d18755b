"""The page on which a reader chooses: a form without script, and no change by looking."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import html
from newsroom import html_of, text_of
from visitors import Visitors

from dispatch.rules import tokens
from dispatch.web import preferences

Field = tuple[str, str]

KIND = {"Content-Type": "application/x-www-form-urlencoded"}


def form_of(content: bytes) -> list[Field]:
    """What a browser would send of the page's form, if its button were pressed."""
    page: Any = html.fromstring(content)
    (form,) = page.forms
    return [(str(name), str(value)) for name, value in form.form_values()]


def post(client: Visitors, fields: Sequence[Field], reader: int = 1) -> bytes:
    response = client.post(f"/p/{client.token(reader)}", content=urlencode(fields), headers=KIND)
    assert response.status_code == 200, response.text
    return response.content


def title(content: bytes) -> str | None:
    return html.fromstring(content).findtext(".//h1")


def test_both_parts_of_a_mail_lead_to_the_page(client: Visitors) -> None:
    mail = client.room.mails_to("ann")[0]
    address = f"http://127.0.0.1:8025/p/{client.token()}"
    assert address in text_of(mail).splitlines()
    assert f'href="{address}"' in html_of(mail)


@pytest.mark.parametrize(
    ("reader", "heading", "languages"),
    [(1, "Your preferences", ["en", ""]), (2, "Ваши настройки", ["ru", ""])],
)
def test_the_page_shows_what_stands_and_changes_nothing(
    client: Visitors,
    contents: Callable[[], object],
    reader: int,
    heading: str,
    languages: list[str],
) -> None:
    before = contents()
    address = f"/p/{client.token(reader)}"
    response = client.get(address, headers={"Accept-Language": "de"})
    assert (response.status_code, title(response.content)) == (200, heading)
    assert form_of(response.content) == [
        *(("language", one) for one in languages),
        ("newsletter", "weekly"),
        ("sections:weekly", "foreign-policy"),
        ("sections:weekly", "economy"),
    ]
    assert client.head(address).status_code == 200
    assert contents() == before


def test_pressing_the_button_at_once_changes_nothing(
    client: Visitors, contents: Callable[[], object]
) -> None:
    before = contents()
    page = post(client, form_of(client.get(f"/p/{client.token()}").content))
    assert title(page) == "Your preferences are saved"
    assert contents() == before


def test_what_was_ticked_is_kept_and_shown_and_the_same_twice(
    client: Visitors, contents: Callable[[], object]
) -> None:
    fields = [
        ("language", "ru"),
        ("language", "en"),
        ("newsletter", "weekly"),
        ("sections:weekly", "economy"),
    ]
    first = post(client, fields)
    kept = contents()
    assert title(first) == "Настройки сохранены"
    assert form_of(first) == fields
    client.room.later(days=1)
    assert form_of(post(client, fields)) == fields
    assert contents() == kept


def test_languages_may_be_named_twice_or_with_a_gap(client: Visitors) -> None:
    fields = [("language", ""), ("language", "ru"), ("language", "ru"), ("newsletter", "weekly")]
    page = post(client, [*fields, ("sections:weekly", "economy")])
    assert form_of(page)[:2] == [("language", "ru"), ("language", "")]


def test_without_a_newsletter_nobody_is_written_to(client: Visitors) -> None:
    page = post(client, [("language", "en")])
    assert ("newsletter", "weekly") not in form_of(page)
    assert "You are already unsubscribed" in client.get(f"/u/{client.token()}").text
    ticked = [*form_of(page), ("newsletter", "weekly")]
    assert form_of(post(client, ticked)) == form_of(client.get(f"/p/{client.token()}").content)
    assert "Stop receiving" in client.get(f"/u/{client.token()}").text


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "Choose at least one language."),
        ("\udcff\udcfe", "Choose at least one language."),
        ("language=fr&newsletter=weekly", "Choose at least one language."),
        ("&".join(["a=b"] * (preferences.MAX_FIELDS + 1)), "Choose at least one language."),
        ("language=en&newsletter=weekly", "Choose at least one section."),
        (
            "language=en&newsletter=weekly&sections:weekly=horoscopes",
            "Choose at least one section.",
        ),
    ],
)
def test_a_form_that_lacks_something_says_so_beside_it_and_keeps_nothing(
    client: Visitors, contents: Callable[[], object], body: str, said: str
) -> None:
    before = contents()
    content = body.encode("utf-8", "surrogateescape")
    response = client.post(f"/p/{client.token()}", content=content, headers=KIND)
    assert response.status_code == 422
    alerts = html.fromstring(response.content).findall(".//*[@role='alert']")
    assert [one.text for one in alerts] == [said]
    assert contents() == before


def test_a_body_without_end_is_refused(client: Visitors, contents: Callable[[], object]) -> None:
    before = contents()
    body = "x" * (preferences.MAX_BODY_BYTES + 1)
    assert client.post(f"/p/{client.token()}", content=body).status_code == 413
    assert contents() == before


@pytest.mark.parametrize("kind", ["cut short", "for another purpose", "of nobody", "%00%ff"])
def test_a_token_that_names_nobody_gets_the_same_page_by_get_and_post(
    client: Visitors, contents: Callable[[], object], kind: str
) -> None:
    sign = client.room.app.office.signer.make
    forged = {
        "cut short": client.token()[:-1],
        "for another purpose": sign(tokens.Token(tokens.Purpose.DELIVERY, 1, 1)),
        "of nobody": client.token(999),
    }
    address, before = f"/p/{forged.get(kind, kind)}", contents()
    got = client.get(address)
    posted = client.post(address, content="language=en", headers=KIND)
    assert (got.status_code, posted.status_code) == (200, 200)
    assert got.text == posted.text
    assert title(got.content) == "This link does not work any more"
    assert contents() == before


def test_the_link_in_the_copy_for_everybody_says_where_the_right_one_is(client: Visitors) -> None:
    assert 'href="http://127.0.0.1:8025/p/"' in client.get("/issues/weekly/2026-W48/ru").text
    response = client.get("/p/", headers={"Accept-Language": "ru"})
    assert "откройте ссылку из письма" in response.text


def test_the_page_is_nobody_elses_and_needs_no_script_or_cookie(client: Visitors) -> None:
    for response in (
        client.get(f"/p/{client.token()}"),
        client.post(f"/p/{client.token()}", content="language=en&newsletter=weekly", headers=KIND),
        client.get("/p/abc"),
        client.get("/p/"),
    ):
        said = response.headers
        assert said["cache-control"] == "no-store"
        assert said["referrer-policy"] == "no-referrer"
        assert "noindex" in said["x-robots-tag"]
        assert "form-action 'self'" in said["content-security-policy"]
        assert not {"location", "set-cookie"} & set(said)
        assert "<script" not in response.text
        assert "reader.example" not in response.text, "no address is shown"


def test_every_field_has_its_label(client: Visitors) -> None:
    page: Any = html.fromstring(client.get(f"/p/{client.token()}").content)
    fields = page.findall(".//form//select") + page.findall(".//form//input")
    assert len(fields) == 5
    assert all(next(field.iterancestors("label")).text_content().strip() for field in fields)


def test_the_page_for_leaving_offers_to_choose_instead(client: Visitors) -> None:
    page = html.fromstring(client.get(f"/u/{client.token()}").content)
    assert f"/p/{client.token()}" in [link.get("href") for link in page.iter("a")]


def test_no_log_line_holds_a_token(client: Visitors, caplog: pytest.LogCaptureFixture) -> None:
    for logger in ("httpx2", "sqlalchemy"):  # the client of this test; the values of a statement
        caplog.set_level(logging.WARNING, logger)
    caplog.set_level(logging.DEBUG)
    post(client, [("language", "en")])
    assert "subscriber 1 chose nothing" in caplog.text
    assert client.token() not in caplog.text
