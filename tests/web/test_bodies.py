"""A body is read to its end or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from starlette.requests import Request
from starlette.types import Message

from dispatch.web import bodies


def request(pieces: Sequence[bytes]) -> tuple[Request, list[bytes]]:
    """A request that sends `pieces`, and which of them are still to come."""
    left = list(pieces)

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    return Request({"type": "http", "method": "POST", "headers": []}, receive), left


@pytest.mark.parametrize("pieces", [[b""], [b"1234567890"], [b"12345", b"", b"67890"]])
def test_a_body_within_the_limit_comes_whole(pieces: list[bytes]) -> None:
    asked, _ = request(pieces)
    assert asyncio.run(bodies.read(asked, 10)) == b"".join(pieces)


def test_a_body_without_end_is_let_go_at_the_first_piece_beyond() -> None:
    asked, left = request([b"12345", b"67890", b"!", *([b"more"] * 100)])
    assert asyncio.run(bodies.read(asked, 10)) is None
    assert len(left) == 100
