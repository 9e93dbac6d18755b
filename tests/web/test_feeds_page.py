"""The page of feeds and newsletters: what readers, feed readers and search engines find there."""

from __future__ import annotations

import pytest
from lxml import html
from newsroom import Newsroom
from visitors import Visitors

from dispatch.model.feed import FeedFormat
from dispatch.model.newsletter import IssueState
from dispatch.store import issues


def page(client: Visitors, language: str = "en") -> html.HtmlElement:
    response = client.get(f"/{language}/")
    assert response.status_code == 200
    return html.fromstring(response.content)


@pytest.mark.parametrize(
    ("language", "name", "section"),
    [("en", "The Meridian", "Foreign policy"), ("ru", "Меридиан", "Внешняя политика")],
)
def test_the_page_speaks_one_language(
    client: Visitors, language: str, name: str, section: str
) -> None:
    response = client.get(f"/{language}/")
    root = html.fromstring(response.content)
    assert (root.get("lang"), root.get("dir")) == (language, "ltr")
    assert response.headers["content-language"] == language
    assert name in root.findtext(".//title", "")
    assert section in [cell.text for cell in root.iterfind(".//th[@scope='row']")]


def test_every_feed_of_the_language_is_there_in_every_format(client: Visitors) -> None:
    app = client.room.app
    wanted = {one.url for one in app.feeds.list_addresses() if one.feed.language in ("en", None)}
    root = page(client)
    linked = {link.get("href") for link in root.iterfind(".//ul[@class='formats']//a")}
    copied = {
        button.get("data-copy") for button in root.iterfind(".//ul[@class='formats']//button")
    }
    assert linked == copied == wanted
    # all, two sections, all languages, and the newsletter that went out
    assert len(linked) == 5 * len(FeedFormat)


def test_all_feeds_can_be_taken_as_one_file(client: Visitors) -> None:
    link = page(client, "ru").find(".//a[@download]")
    assert link is not None
    response = client.get(str(link.get("href")).removeprefix("http://127.0.0.1:8025"))
    assert response.headers["content-type"].partition(";")[0] == "text/x-opml"
    assert b"/feeds/ru/economy/rss.xml" in response.content
    assert b"/feeds/en/" not in response.content


def test_buttons_that_need_the_script_are_hidden_without_it(client: Visitors) -> None:
    buttons = list(page(client).iterfind(".//button"))
    assert buttons
    assert all(button.get("hidden") is not None and button.get("aria-label") for button in buttons)


def test_programs_find_our_own_language_first_and_others_with_their_language(
    client: Visitors,
) -> None:
    links = [
        link
        for link in page(client, "ru").iterfind(".//link[@rel='alternate']")
        if link.get("type") is not None
    ]
    kinds = [(link.get("type"), link.get("hreflang"), link.get("href")) for link in links]
    base = "http://127.0.0.1:8025/feeds"
    assert kinds == [
        ("application/rss+xml", None, f"{base}/ru/rss.xml"),
        ("application/rss+xml", None, f"{base}/ru/foreign-policy/rss.xml"),
        ("application/rss+xml", None, f"{base}/ru/economy/rss.xml"),
        ("application/atom+xml", None, f"{base}/ru/atom.xml"),
        ("application/feed+json", None, f"{base}/ru/feed.json"),
        ("application/rss+xml", "en", f"{base}/en/rss.xml"),
    ]


def test_readers_can_go_to_the_other_language(client: Visitors) -> None:
    links = page(client).findall(".//nav/a")
    assert [(link.get("hreflang"), link.get("lang"), link.text) for link in links] == [
        ("en", "en", "English"),
        ("ru", "ru", "Русский"),
    ]
    assert [link.get("aria-current") for link in links] == ["true", None]


def test_a_newsletter_says_how_often_it_comes_and_what_came_last(client: Visitors) -> None:
    client.room.later(hours=1)
    card = page(client).find(".//article")
    assert card is not None
    text = " ".join("".join(card.itertext()).split())
    assert text.startswith(
        "The Meridian Weekly Every Friday at 09:00 (London) · Next issue: December 4, 2026"
    )
    link = card.find(".//a")
    assert link is not None
    assert link.get("href") == "http://127.0.0.1:8025/issues/weekly/2026-W48/en"
    assert link.text == "Treaties & trade"


def test_the_mail_s_link_to_subscribe_leads_to_the_newsletters(client: Visitors) -> None:
    target = page(client).get_element_by_id("email")
    assert target.text == "Newsletters"
    assert not page(client).findall(".//form"), "there is no sign-up here, so none is promised"


def test_past_issues_are_those_that_went_out_in_this_language(client: Visitors) -> None:
    room = client.room
    room.later(days=1)
    room.article("Only in English")
    room.friday(week=1)
    with room.app.db.write() as tx:
        issue = room.issue("2026-W49")
        issues.set_state(tx, issue.id, IssueState.COMPOSED, among=[IssueState.FINISHED])
    dates = [time.get("datetime") for time in page(client).iterfind(".//ol//time")]
    assert dates == ["2026-11-27"]
    room.deliver()
    dates = [time.get("datetime") for time in page(client).iterfind(".//ol//time")]
    assert dates == ["2026-12-04", "2026-11-27"]
    dates = [time.get("datetime") for time in page(client, "ru").iterfind(".//ol//time")]
    assert dates == ["2026-11-27"]


def test_an_issue_that_somebody_stopped_is_not_listed_and_can_be_opened(room: Newsroom) -> None:
    with room.app.db.write() as tx:
        issue = room.issue()
        issues.set_state(tx, issue.id, IssueState.STOPPED, among=[IssueState.FINISHED])
    client = Visitors(room)
    assert not page(client).findall(".//ol//time")
    assert client.get("/issues/weekly/2026-W48/en").status_code == 200


def test_the_page_can_be_kept_and_asked_for_again(client: Visitors) -> None:
    first = client.get("/en/")
    assert first.headers["cache-control"] == "public, max-age=300"
    again = client.get("/en/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


def test_nothing_on_the_page_needs_more_than_its_policy_allows(client: Visitors) -> None:
    root = page(client)
    policy = client.get("/en/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    assert not root.xpath("//style | //*[@style] | //script[not(@src)] | //*[@onclick]")
    for element in root.xpath("//script | //link[@rel='stylesheet' or @rel='icon']"):
        address = element.get("src") or element.get("href")
        assert address.startswith("/assets/")
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("asked", "language"),
    [("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("en-GB", "en"), ("de", "en"), ("", "en")],
)
def test_the_door_leads_readers_to_their_language(
    client: Visitors, asked: str, language: str
) -> None:
    response = client.get("/", headers={"Accept-Language": asked})
    assert response.status_code == 303
    assert response.headers["location"] == f"/{language}/"
    assert response.headers["vary"] == "Accept-Language"
    assert response.headers["cache-control"] == "no-cache"
    links = html.fromstring(response.content).findall(".//li/a")
    assert [link.get("hreflang") for link in links] == ["en", "ru"]


def test_a_page_has_one_address(client: Visitors) -> None:
    response = client.get("/ru", headers={"Host": "evil.example"})
    assert (response.status_code, response.headers["location"]) == (308, "/ru/")


@pytest.mark.parametrize("path", ["/de/", "/de", "/EN/", "/en/more", "//evil.example/"])
def test_a_language_that_the_publication_does_not_speak_is_not_found(
    client: Visitors, path: str
) -> None:
    assert client.get(f"http://testserver{path}").status_code == 404


def test_authors_are_folded_away_and_each_is_within(room: Newsroom) -> None:
    assert page(Visitors(room)).find(".//details") is None
    client = Visitors(room.with_config("[feeds]\nauthor_articles = 1"))
    client.room.app.feeds.syndicate()
    fold = page(client).find(".//details")
    assert fold is not None
    assert fold.get("open") is None
    assert " ".join(fold.find("summary").text_content().split()) == "Authors 1"
    assert [cell.text for cell in fold.iterfind(".//th[@scope='row']")] == ["Maria Lindqvist"]


@pytest.mark.parametrize(
    ("path", "status", "leads_to"),
    [("/feeds", 303, "/ru/"), ("/feeds/", 303, "/ru/"), ("/feeds/en/", 308, "/en/")],
)
def test_who_cuts_the_address_of_a_feed_comes_to_the_page(
    client: Visitors, path: str, status: int, leads_to: str
) -> None:
    response = client.get(path, headers={"Accept-Language": "ru"})
    assert (response.status_code, response.headers["location"]) == (status, leads_to)


def test_a_folder_of_no_language_is_not_found(client: Visitors) -> None:
    assert client.get("/feeds/xx/").status_code == 404
    assert client.get("/feeds/en/nowhere/").status_code == 404
