"""kill -9 in the middle of a send: nobody is lost, nobody gets it twice, doubts are named."""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from newsroom import Newsroom

from dispatch.model.delivery import DeliveryState
from dispatch.store import deliveries, delivery_history, schema

pytestmark = pytest.mark.acceptance

READERS = 240
CONNECTIONS = 3


def compose_for(newsroom: Newsroom, readers: int) -> str:
    """An issue that owes a message to each of `readers`; returns its period."""
    newsroom.clock.time = datetime.now(UTC) - timedelta(seconds=1)
    newsroom.article("One")
    newsroom.collect()
    wishes = [
        newsroom.app.readers.read_wish({"address": f"reader{number}@reader.example"})
        for number in range(readers)
    ]
    newsroom.app.readers.subscribe(wishes)
    newsroom.clock.time = datetime.now(UTC)
    return newsroom.app.issues.compose("weekly").period


def expire_leases(newsroom: Newsroom) -> None:
    """As if a quarter of an hour had passed since the kill."""
    past = datetime.now(UTC) - timedelta(seconds=1)
    with newsroom.app.db.write() as tx:
        held = schema.delivery.update().where(schema.delivery.c.lease_until.is_not(None))
        tx.execute(held.values(lease_until=past))


def uncertain(newsroom: Newsroom, period: str) -> set[str]:
    """The addresses in doubt."""
    with newsroom.app.db.read() as tx:
        ids = delivery_history.list_subscribers_in(
            tx, newsroom.issue(period).id, DeliveryState.UNCERTAIN
        )
        rows = tx.execute(schema.subscriber.select().where(schema.subscriber.c.id.in_(ids)))
        return {row.address for row in rows}


@pytest.mark.parametrize("seed", range(4))
def test_a_kill_at_any_moment_loses_nobody_and_mails_nobody_twice(
    mailing_newsroom: Newsroom, post_office: Any, spawn: Any, seed: int
) -> None:
    newsroom = mailing_newsroom
    period = compose_for(newsroom, READERS)
    moments = random.Random(seed)
    for _ in range(3):
        sender = spawn(newsroom, "deliver")
        goal = len(post_office.taken()) + moments.randrange(1, 60)
        end = time.monotonic() + 60
        while len(post_office.taken()) < goal and sender.poll() is None:
            assert time.monotonic() < end, "the sender does not send"
            time.sleep(0.001)
        sender.kill()
        sender.wait()
        expire_leases(newsroom)
    last = spawn(newsroom, "deliver")
    output, _ = last.communicate(timeout=60)
    assert last.returncode in (0, 3), output

    taken = Counter(post_office.taken())
    everybody = {f"reader{number}@reader.example" for number in range(READERS)}
    in_doubt = uncertain(newsroom, period)
    assert max(taken.values()) == 1, "nobody gets it twice"
    assert taken.keys() | in_doubt == everybody, "nobody is lost without a name"
    assert len(in_doubt) <= 3 * CONNECTIONS, "one doubt for each connection and kill at most"
    balance = newsroom.balance(period)
    assert balance[DeliveryState.SENT] == READERS - len(in_doubt)
    assert sum(balance.values()) == READERS


def test_resending_what_is_in_doubt_repeats_the_same_message_id(
    mailing_newsroom: Newsroom, post_office: Any, spawn: Any
) -> None:
    newsroom = mailing_newsroom
    period = compose_for(newsroom, 60)
    sender = spawn(newsroom, "deliver")
    while len(post_office.taken()) < 20:
        assert sender.poll() is None
        time.sleep(0.001)
    sender.kill()
    sender.wait()
    expire_leases(newsroom)
    newsroom.clock.time = datetime.now(UTC)
    newsroom.app.issues.deliver()
    in_doubt = uncertain(newsroom, period)
    newsroom.app.issues.resend_uncertain("weekly", period)
    newsroom.app.issues.deliver()
    assert newsroom.balance(period) == {DeliveryState.SENT: 60}
    by_address: dict[str, set[str]] = {}
    for address, number in zip(post_office.taken(), post_office.message_ids(), strict=True):
        by_address.setdefault(address, set()).add(number)
    assert all(len(numbers) == 1 for numbers in by_address.values())
    twice = {address for address, count in Counter(post_office.taken()).items() if count > 1}
    assert twice <= in_doubt


def test_two_senders_at_once_share_the_work(
    mailing_newsroom: Newsroom, post_office: Any, spawn: Any
) -> None:
    newsroom = mailing_newsroom
    period = compose_for(newsroom, READERS)
    senders: list[subprocess.Popen[str]] = [spawn(newsroom, "deliver") for _ in range(2)]
    for sender in senders:
        output, _ = sender.communicate(timeout=100)
        assert sender.returncode == 0, output
    assert Counter(post_office.taken()).most_common(1)[0][1] == 1
    assert len(post_office.taken()) == READERS
    assert newsroom.balance(period) == {DeliveryState.SENT: READERS}


def test_a_refused_connection_is_an_error_and_everything_stays_owed(
    mailing_newsroom: Newsroom, spawn: Any
) -> None:
    newsroom = mailing_newsroom
    config = newsroom.root / "config.toml"
    lines = config.read_text().splitlines()
    closed = ["port = 1" if line.startswith("port = ") else line for line in lines]
    config.write_text("\n".join(closed))
    period = compose_for(newsroom, 3)
    sender = spawn(newsroom, "deliver")
    output, _ = sender.communicate(timeout=60)
    assert sender.returncode == 3
    assert "127.0.0.1:1" in output
    with newsroom.app.db.read() as tx:
        assert deliveries.balance(tx, newsroom.issue(period).id).owed == 3
