"""What is remembered of an Idempotency-Key."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dispatch.model.source import PushRequest
from dispatch.store import push_requests
from dispatch.store.database import Database

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
REQUEST = PushRequest(source="cms", key="k", fingerprint="f", came_at=NOW)


def test_a_request_is_remembered_and_then_its_answer(db: Database) -> None:
    done = replace(REQUEST, status=201, name="77", answer={"id": "77", "warnings": ["ж"]})
    with db.write() as tx:
        assert push_requests.find_request(tx, "cms", "k") is None
        push_requests.put_request(tx, REQUEST)
        assert push_requests.find_request(tx, "cms", "k") == REQUEST
        push_requests.put_request(tx, done)
        assert push_requests.find_request(tx, "cms", "k") == done
        assert push_requests.find_request(tx, "other", "k") is None


def test_a_request_that_was_refused_is_forgotten(db: Database) -> None:
    with db.write() as tx:
        push_requests.put_request(tx, REQUEST)
        push_requests.put_request(tx, replace(REQUEST, key="other"))
        push_requests.remove_request(tx, REQUEST)
        assert push_requests.find_request(tx, "cms", "k") is None
        assert push_requests.find_request(tx, "cms", "other") is not None


def test_old_requests_are_forgotten(db: Database) -> None:
    with db.write() as tx:
        push_requests.put_request(tx, REQUEST)
        push_requests.put_request(tx, replace(REQUEST, key="new", came_at=NOW + timedelta(days=1)))
        push_requests.remove_older(tx, NOW + timedelta(hours=1))
        assert push_requests.find_request(tx, "cms", "k") is None
        assert push_requests.find_request(tx, "cms", "new") is not None
