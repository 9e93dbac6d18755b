"""Search, its feed, and a reader's own feed: made on request, with validators."""

from __future__ import annotations

import io

import feedparser
import pytest
from lxml import html
from visitors import Visitors

from dispatch.model.feed import MEDIA_TYPES, FeedFormat
from dispatch.rules import feed_lint, tokens

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "app/asked",
    "store/own_feeds",
    "store/search",
)

BASE = "http://127.0.0.1:8025/"


def titles(body: bytes) -> list[str]:
    parsed = feedparser.parse(io.BytesIO(body))
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


def unsubscribe_token(client: Visitors, name: str) -> str:
    mail = client.room.mails_to(name)[0]
    return str(mail["List-Unsubscribe"]).rpartition("/")[2].rstrip(">")


def own_address(client: Visitors, name: str, *, renew: bool = False) -> str:
    path = f"/u/{unsubscribe_token(client, name)}/feed"
    response = client.post(path) if renew else client.get(path)
    assert response.status_code == 200
    page = html.fromstring(response.content)
    lines = ["".join(map(str, line.itertext())) for line in page.iter("p")]
    (found,) = [line for line in lines if line.endswith(".rss")]
    return f"/{found.removeprefix(BASE)}"


@pytest.mark.parametrize(
    ("language", "question", "found"),
    [
        ("en", "treaty", ["Treaties & trade"]),
        ("en", "TRADES treaties", ["Treaties & trade"]),
        ("en", "lindqvist", ["Treaties & trade"]),
        ("en", "treaty peace", []),
        ("en", "договор", []),
        ("ru", "договора", ["Договоры"]),
        ("ru", "%_'\"; DROP TABLE article", []),
    ],
)
def test_words_find_articles_in_any_form(
    client: Visitors, language: str, question: str, found: list[str]
) -> None:
    page = html.fromstring(client.get(f"/{language}/search", params={"q": question}).content)
    assert [link.text for link in page.iterfind(".//ol/li/a")] == found
    field = page.find(".//input[@type='search']")
    assert field is not None
    assert field.get("value") == question


def test_a_search_without_words_is_a_form(client: Visitors) -> None:
    response = client.get("/en/search")
    assert response.status_code == 200
    assert "form-action 'self'" in response.headers["content-security-policy"]
    assert response.headers["x-robots-tag"] == "noindex"
    assert not html.fromstring(response.content).findall(".//ol")


@pytest.mark.parametrize("feed_format", list(FeedFormat))
def test_a_search_is_a_valid_feed_at_its_own_address(
    client: Visitors, feed_format: FeedFormat
) -> None:
    path = f"/en/search.{feed_format}?q=treaty"
    response = client.get(path)
    faults = feed_lint.lint(
        response.content,
        url=f"{BASE}{path[1:]}",
        media_type=response.headers["content-type"],
    )
    assert (response.status_code, faults) == (200, ())
    assert response.headers["content-type"].startswith(MEDIA_TYPES[feed_format])
    again = client.get(path, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_question_has_a_limit(client: Visitors) -> None:
    long = "treaty " * 1000
    assert client.get("/en/search", params={"q": long}).status_code == 200
    body = client.get("/en/search.rss", params={"q": long}).content
    assert len(feedparser.parse(io.BytesIO(body)).feed.title) < 200


@pytest.mark.parametrize("path", ["/de/search", "/en/search.rss", "/en/search.xml?q=a"])
def test_what_cannot_be_searched_is_not_found(client: Visitors, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_reader_s_own_feed_has_their_language(client: Visitors) -> None:
    response = client.get(own_address(client, "olga"))
    assert response.status_code == 200
    assert titles(response.content) == ["Договоры"]
    assert response.headers["cache-control"] == "private, no-cache"
    assert response.headers["x-robots-tag"] == "noindex"
    assert feed_lint.lint(response.content) == ()
    known = {"If-None-Match": response.headers["etag"]}
    again = client.get(own_address(client, "olga"), headers=known)
    assert again.status_code == 304


def test_a_reader_s_own_feed_has_their_sections_only(client: Visitors) -> None:
    client.room.reader("eve", language="en", sections="economy")
    room = client.room
    room.later(days=1)
    room.article("Tariffs", sections=["economy"])
    room.friday(week=1)
    room.deliver()
    assert titles(client.get(own_address(client, "eve")).content) == ["Tariffs"]


def test_looking_at_the_page_changes_nothing(client: Visitors) -> None:
    assert own_address(client, "ann") == own_address(client, "ann")


def test_a_new_address_makes_the_old_one_worthless(client: Visitors) -> None:
    old = own_address(client, "ann")
    new = own_address(client, "ann", renew=True)
    assert new != old
    assert client.get(old).status_code == 410
    assert client.get(new).status_code == 200
    assert client.get(own_address(client, "olga")).status_code == 200


def test_a_token_for_something_else_opens_no_feed(client: Visitors) -> None:
    token = unsubscribe_token(client, "ann")
    assert client.get(f"/mine/{token}.rss").status_code == 404
    assert client.get("/mine/zzzz.rss").status_code == 404
    assert client.get(f"/u/{'a' * tokens.LENGTH}/feed").status_code == 404


def test_the_page_for_leaving_leads_to_one_s_own_feed(client: Visitors) -> None:
    token = unsubscribe_token(client, "ann")
    page = html.fromstring(client.get(f"/u/{token}").content)
    assert f"/u/{token}/feed" in [link.get("href") for link in page.iter("a")]
