"""The donation page tells of a donation: signed, once, and of the giver a hash alone."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from httpx2 import Response
from newsroom import Newsroom
from visitors import Visitors

from dispatch.rules import signatures
from dispatch.store import fund
from dispatch.web import donations

SECRET = "what the donation page and Dispatch both know"
GIFT = {
    "id": "d-1001",
    "date": "2026-11-27",
    "amount": "25.50",
    "currency": "EUR",
    "appeal": "support.a",
    "issue": "weekly-2026-W48",
    "address": "Ann@Reader.example",
}


@pytest.fixture
def client(room: Newsroom) -> Visitors:
    """A donation page at a door that is open to it."""
    room.with_config(f'[donations]\nsecret = "{SECRET}"\ntolerance = "2m"')
    return Visitors(room)


def tell(client: Visitors, document: object, *, secret: str = SECRET, **said: str) -> Response:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    signature = signatures.sign(body, secret, client.room.clock.now())
    every = {"Content-Type": "application/json", signatures.HEADER: signature, **said}
    return client.post("/hooks/donations", content=body, headers=every)


def refusal(response: Response) -> tuple[int, str]:
    """Status and detail of a problem document (RFC 9457)."""
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    document: dict[str, Any] = response.json()
    assert (document["type"], document["status"]) == ("about:blank", response.status_code)
    assert document["title"]
    return response.status_code, document.get("detail", "")


def test_a_donation_counts_once_and_its_giver_is_left_alone(
    client: Visitors, contents: Callable[[], dict[str, list[tuple[object, ...]]]]
) -> None:
    response = tell(client, GIFT)
    assert (response.status_code, response.json()) == (201, {"id": "d-1001", "is_new": True})
    kept = contents()
    response = tell(client, GIFT)
    assert (response.status_code, response.json()) == (200, {"id": "d-1001", "is_new": False})
    assert contents() == kept
    (report,) = client.room.app.appeals.report()
    assert (report.raised_cents, report.arms[0].donations) == (2550, 1)
    hashed = client.room.app.appeals.hash_address("ann@reader.example")
    assert kept["donor"] == [(hashed, "2026-11-27")]
    assert kept["donation"] == [("d-1001", "2026-11-27", 2550, "support.a", "weekly-2026-W48")]
    everything = repr({name: rows for name, rows in kept.items() if name != "subscriber"})
    assert "Ann@Reader" not in everything


def test_the_file_and_the_notice_of_one_donation_are_one(client: Visitors) -> None:
    tell(client, GIFT)
    file = client.room.root / "given.csv"
    file.write_text("id,date,amount,appeal\nd-1001,2026-11-27,25.50,support.a\n", "utf-8")
    assert client.room.app.appeals.take_donations(file) == 0


def test_a_gift_without_giver_or_appeal_is_a_gift(client: Visitors) -> None:
    bare = {name: GIFT[name] for name in ("id", "date", "amount", "currency")}
    assert tell(client, bare).status_code == 201
    hashed = client.room.app.appeals.hash_address("ann@reader.example")
    assert tell(client, {**bare, "id": "2", "address_hash": hashed}).status_code == 201
    with client.room.app.db.write(dry_run=True) as tx:
        assert fund.get_raised(tx) == {}
        assert fund.count_donations(tx) == {"": (2, 5100)}
        assert fund.add_donors(tx, {hashed: date(2026, 11, 27)}) == 0, "known by then"


def test_an_amount_may_be_a_number_and_stays_exact(client: Visitors) -> None:
    body = json.dumps({**GIFT, "amount": 0}).replace('"amount": 0', '"amount": 1234567.89')
    assert tell(client, body.encode()).status_code == 201
    (report,) = client.room.app.appeals.report()
    assert report.raised_cents == 123_456_789


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": ""}, "id: is empty"),
        ({"id": None}, "id: must be given"),
        ({"id": "x" * 201}, "id: 200 characters"),
        ({"id": "a\0b"}, "id: 200 characters at most, all of them visible"),
        ({"id": "\ud800"}, "id: 200 characters at most, all of them visible"),
        ({"id": ["d"]}, "id: must be given"),
        ({"amount": "-1"}, "amount: above 0"),
        ({"amount": "1.005"}, "two decimals"),
        ({"amount": "1e12"}, "amount: above 0, 1000000000 at most"),
        ({"amount": "1e999999"}, "amount"),
        ({"amount": float("nan")}, "amount: above 0"),
        ({"amount": True}, "amount: must be given"),
        ({"date": "28.11.2026"}, "date: a day as"),
        ({"date": "2026-11-29"}, "date: is in the future"),
        ({"currency": "USD"}, "currency: the appeal counts in EUR"),
        ({"appeal": 3.5, "issue": {}}, "issue: must be given"),
        ({"address": "nobody"}, "address: an e-mail address"),
        ({"address_hash": "0" * 40}, "not both"),
        ({"address": None, "address_hash": "0" * 40}, "address: must be given"),
        ({"adress": "ann@reader.example"}, "'adress': is no field"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_kept(
    client: Visitors, contents: Callable[[], object], change: dict[str, Any], told: str
) -> None:
    before = contents()
    status, detail = refusal(tell(client, {**GIFT, **change}))
    assert status == 422
    assert told in detail
    assert "Reader.example" not in detail
    assert contents() == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 10_000, b'"text"'])
def test_a_body_that_is_no_object_is_refused(client: Visitors, body: bytes) -> None:
    assert refusal(tell(client, body)) == (400, "")


def test_a_body_without_end_is_refused(client: Visitors) -> None:
    status, _ = refusal(tell(client, b" " * (donations.MAX_BODY_BYTES + 1)))
    assert status == 413


def test_nothing_is_taken_without_a_good_and_fresh_signature(
    client: Visitors, contents: Callable[[], object]
) -> None:
    before = contents()
    old = signatures.sign(json.dumps(GIFT).encode(), SECRET, client.room.clock.now())
    assert refusal(client.post("/hooks/donations", content=b"{"))[0] == 403
    assert "is missing" in refusal(tell(client, GIFT, **{signatures.HEADER: "x"}))[1]
    assert "not made with our secret" in refusal(tell(client, GIFT, secret="x"))[1]
    client.room.later(minutes=2, seconds=1)
    assert "too far from ours" in refusal(tell(client, GIFT, **{signatures.HEADER: old}))[1]
    assert contents() == before


def test_without_a_secret_the_address_is_not_there(room: Newsroom) -> None:
    visitors = Visitors(room)
    assert refusal(tell(visitors, GIFT)) == (404, "")
    assert refusal(tell(visitors, GIFT, secret="")) == (404, "")


def test_the_address_is_posted_to_and_nothing_else(client: Visitors) -> None:
    response = client.get("/hooks/donations")
    assert refusal(response)[0] == 405
    assert response.headers["allow"] == "POST"


def test_no_log_line_names_the_giver(client: Visitors, caplog: pytest.LogCaptureFixture) -> None:
    for logger in ("httpx2", "sqlalchemy"):  # the client of this test; the values of a statement
        caplog.set_level(logging.WARNING, logger)
    caplog.set_level(logging.DEBUG)
    tell(client, GIFT)
    tell(client, {**GIFT, "address": "Ann@nowhere"})
    assert "ann@" not in caplog.text.lower()
