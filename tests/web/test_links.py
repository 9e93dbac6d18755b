"""Links of mails lead to the article wherever it is, and count people, never who."""

from __future__ import annotations

from datetime import date

import pytest
from newsroom import FRIDAY, html_of
from visitors import Visitors

from dispatch.model.reads import DiscardReason
from dispatch.store import reads

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/links",)

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Safari/604.1"}
DAY = FRIDAY.date()


def counted(client: Visitors, article_id: int = 1) -> tuple[int, dict[str, int]]:
    """(reads of an article, discards by reason) once all is written."""
    client.flush()
    with client.room.app.db.read() as tx:
        found = reads.get_reads(tx, DAY, date(2026, 12, 1), [article_id])
        discards = reads.get_discards(tx, DAY, date(2026, 12, 1), article_id)
    return sum(found.get(article_id, {}).values()), discards


def test_a_link_leads_to_the_article_and_counts_a_reader_once(client: Visitors) -> None:
    for _ in range(3):
        answer = client.get("/r/1", headers=PHONE, follow_redirects=False)
        assert answer.status_code == 302
        assert answer.headers["location"].endswith("/treaties-trade/")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers
    assert counted(client) == (1, {DiscardReason.REFRESH.value: 2})


def test_looking_without_opening_counts_for_nothing(client: Visitors) -> None:
    assert client.head("/r/1", headers=PHONE, follow_redirects=False).status_code == 302
    assert counted(client) == (0, {})


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, DiscardReason.BOT),
        ({"User-Agent": ""}, DiscardReason.NO_AGENT),
        ({**PHONE, "Sec-Purpose": "prefetch;prerender"}, DiscardReason.PREFETCH),
        ({**PHONE, "X-Moz": "prefetch"}, DiscardReason.PREFETCH),
    ],
)
def test_what_is_nobody_s_is_not_counted_and_says_why(
    client: Visitors, said: dict[str, str], reason: DiscardReason
) -> None:
    client.get("/r/1", headers=said, follow_redirects=False)
    assert counted(client) == (0, {reason.value: 1})


@pytest.mark.parametrize("number", ["0", "999", "-1", "1.5", "x", "9" * 40, "1%00", "١"])
def test_a_number_that_is_no_article_leads_nowhere(client: Visitors, number: str) -> None:
    assert client.get(f"/r/{number}", headers=PHONE, follow_redirects=False).status_code == 404


def test_the_target_never_comes_from_the_request(client: Visitors) -> None:
    answer = client.get(
        "/r/1?url=https://evil.example/&to=//evil.example",
        headers={**PHONE, "Host": "evil.example"},
        follow_redirects=False,
    )
    assert "evil" not in answer.headers["location"]


def test_an_editor_leads_a_link_elsewhere_and_back_after_the_mail_has_left(
    client: Visitors,
) -> None:
    editors = client.room.app.editors
    editors.lead_link("1", "https://news.example/new-place", by="Anna", note="moved")
    answer = client.get("/r/1", headers=PHONE, follow_redirects=False)
    assert answer.headers["location"] == "https://news.example/new-place"
    editors.lead_link("1", None)
    answer = client.get("/r/1", headers=PHONE, follow_redirects=False)
    assert answer.headers["location"].endswith("/treaties-trade/")


def test_a_newsletter_that_counts_puts_the_same_link_into_every_mail(client: Visitors) -> None:
    room = client.room
    room.decide(links='"counted"')
    room.article("Third")
    room.reader("bob")
    room.friday(week=1)
    room.deliver()
    mails = [html_of(room.mails_to(name)[-1]) for name in ("ann", "bob")]
    assert all('href="http://127.0.0.1:8025/r/3"' in mail for mail in mails)
