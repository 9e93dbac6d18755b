"""Decisions of the hub: requests, leases, signatures, pauses."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatch.model.listener import ListenerWish, WishedListener
from dispatch.rules import websub

TOPIC = "https://news.meridian.example/feeds/en/atom.xml"
TOPICS = {TOPIC: "en/atom.xml"}
FORM = {
    "hub.mode": "subscribe",
    "hub.topic": TOPIC,
    "hub.callback": "https://reader.example/push?user=7",
}


def test_a_wish_is_read_with_its_lease_and_secret() -> None:
    wished = websub.read_request(FORM | {"hub.secret": "s3", "hub.lease_seconds": "86400"}, TOPICS)
    assert isinstance(wished, WishedListener)
    assert (wished.wish, wished.path) == (ListenerWish.SUBSCRIBE, "en/atom.xml")
    assert (wished.host, wished.lease_seconds, wished.secret) == ("reader.example", 86400, "s3")
    assert "s3" not in repr(wished)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hub.mode": ""}, "hub.mode"),
        ({"hub.mode": "publish"}, "hub.mode"),
        ({"hub.topic": "https://other.example/feed"}, "none of our feeds"),
        ({"hub.topic": TOPIC + "?x=1"}, "none of our feeds"),
        ({"hub.callback": ""}, "hub.callback"),
        ({"hub.callback": "file:///etc/passwd"}, "hub.callback"),
        ({"hub.callback": "https://reader.example/" + "x" * 3000}, "hub.callback"),
        ({"hub.secret": "я" * 100}, "200 bytes"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    changes: dict[str, str], reason: str
) -> None:
    refused = websub.read_request(FORM | changes, TOPICS)
    assert isinstance(refused, str)
    assert reason in refused


@pytest.mark.parametrize(
    ("wanted", "granted"),
    [
        ("", 864_000),
        ("nonsense", 864_000),
        ("-5", 864_000),
        ("1", 86_400),
        ("90000", 90_000),
        ("99999999999999999999", 1_296_000),
    ],
)
def test_a_lease_has_a_day_at_least_and_fifteen_at_most(wanted: str, granted: int) -> None:
    assert websub.clamp_lease(wanted) == granted


def test_the_query_of_a_callback_is_kept() -> None:
    url = websub.verification_url(
        "https://reader.example/push?user=7",
        ListenerWish.SUBSCRIBE,
        TOPIC,
        challenge="c",
        lease_seconds=86400,
    )
    assert parse_qs(urlsplit(url).query) == {
        "user": ["7"],
        "hub.mode": ["subscribe"],
        "hub.topic": [TOPIC],
        "hub.challenge": ["c"],
        "hub.lease_seconds": ["86400"],
    }


def test_a_push_is_signed_only_where_a_secret_was_given() -> None:
    signed = websub.push_headers("https://h/hub", TOPIC, "application/atom+xml", "key", b"body")
    expected = hmac.new(b"key", b"body", hashlib.sha256).hexdigest()
    assert signed["X-Hub-Signature"] == f"sha256={expected}"
    assert signed["Link"] == f'<https://h/hub>; rel="hub", <{TOPIC}>; rel="self"'
    plain = websub.push_headers("https://h/hub", TOPIC, "application/atom+xml", "", b"body")
    assert "X-Hub-Signature" not in plain


def test_pauses_grow_to_a_limit() -> None:
    pauses = [websub.pause(attempts) for attempts in range(1, websub.MAX_ATTEMPTS + 1)]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses == sorted(pauses)
    assert max(pauses) == timedelta(hours=6)
