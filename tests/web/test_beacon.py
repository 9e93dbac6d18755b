"""Pages report that they were read: counted once, by people, from our own site alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from newsroom import FRIDAY
from visitors import Visitors

from dispatch.model.reads import DiscardReason
from dispatch.store import reads
from dispatch.web import beacon

ORIGIN = "http://127.0.0.1:8400"
PAGE = f"{ORIGIN}/en/treaties-trade/"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PERSON = {"Origin": ORIGIN, "User-Agent": BROWSER, "Content-Type": "text/plain;charset=UTF-8"}


def counted(client: Visitors, article_id: int = 1) -> tuple[int, dict[str, int]]:
    """(reads of an article, discards by reason) once all is written."""
    client.flush()
    with client.room.app.db.read() as tx:
        found = reads.get_reads_by_origin(tx, FRIDAY.date(), date(2026, 12, 1))
        discards = reads.get_discards(tx, FRIDAY.date(), date(2026, 12, 1), article_id)
    of_article = found.get(article_id, {}).items()
    return sum(count for (_, origin), count in of_article if origin == "beacon"), discards


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain;charset=UTF-8", PAGE),
        ("text/plain", f"{PAGE}?utm_source=x"),
        ("text/plain", "1"),
        ("application/json", f'{{"url": "{PAGE}"}}'),
        ("application/json", '{"article": 1}'),
        ("application/x-www-form-urlencoded", f"url={PAGE}"),
    ],
)
def test_a_page_is_read_whatever_way_it_says_so(
    client: Visitors, content_type: str, body: str
) -> None:
    headers = PERSON | {"Content-Type": content_type}
    answer = client.post("/read", content=body, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "set-cookie" not in answer.headers
    assert counted(client) == (1, {})


def test_a_reader_counts_once_a_bot_and_nobody_never(client: Visitors) -> None:
    for _ in range(3):
        client.post("/read", content=PAGE, headers=PERSON)
    client.post("/read", content=PAGE, headers=PERSON | {"User-Agent": f"{BROWSER} other"})
    client.post("/read", content=PAGE, headers=PERSON | {"User-Agent": "Googlebot/2.1"})
    client.post("/read", content=PAGE, headers=PERSON | {"User-Agent": "-"})
    assert counted(client) == (
        2,
        {
            DiscardReason.BOT.value: 1,
            DiscardReason.NO_AGENT.value: 1,
            DiscardReason.REFRESH.value: 2,
        },
    )


@pytest.mark.parametrize(
    "origin", ["", "null", "https://elsewhere.example", f"{ORIGIN}.evil.example"]
)
def test_another_sites_page_reports_nothing(client: Visitors, origin: str) -> None:
    answer = client.post("/read", content=PAGE, headers=PERSON | {"Origin": origin})
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert counted(client) == (0, {})


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b""),
        ("text/plain", b"\xff\xfe"),
        ("text/plain", b"https://meridian.example/nothing/"),
        ("text/plain", b"999"),
        ("text/plain", b"javascript:alert(1)"),
        ("application/json", b"[" * 900),
        ("application/json", b"[1]"),
        ("application/json", b"{"),
        ("application/x-www-form-urlencoded", b"a=b"),
    ],
)
def test_what_names_no_article_is_taken_and_forgotten(
    client: Visitors, content_type: str, body: bytes
) -> None:
    headers = PERSON | {"Content-Type": content_type}
    assert client.post("/read", content=body, headers=headers).status_code == 204
    assert counted(client) == (0, {})


def test_a_long_report_is_not_read(client: Visitors) -> None:
    body = PAGE + "?" + "x" * beacon.MAX_BODY_BYTES
    assert client.post("/read", content=body, headers=PERSON).status_code == 413
    assert counted(client) == (0, {})


def test_a_visitor_who_reports_without_end_is_not_listened_to(client: Visitors) -> None:
    answers = [
        client.post("/read", content=PAGE, headers=PERSON).status_code
        for _ in range(beacon.REPORTS_PER_MINUTE + 2)
    ]
    assert answers.count(429) == 2
    assert counted(client)[0] == 1
    client.room.clock.time += timedelta(minutes=1)
    assert client.post("/read", content=PAGE, headers=PERSON).status_code == 204


def test_a_page_may_ask_before_it_reports(client: Visitors) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    answer = client.options("/read", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "Content-Type"
    assert client.get("/read").status_code == 404, "there is nothing to look at"


def test_the_script_may_be_taken_in_by_any_page(client: Visitors) -> None:
    answer = client.get("/beacon.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "cookie" not in answer.text.replace("No cookie", "").lower()
    assert len(answer.content) < 1500


def test_visitors_are_forgotten_with_the_day(client: Visitors) -> None:
    client.post("/read", content=PAGE, headers=PERSON)
    client.room.clock.time += timedelta(days=1)
    client.post("/read", content=PAGE, headers=PERSON)
    assert counted(client)[0] == 2
