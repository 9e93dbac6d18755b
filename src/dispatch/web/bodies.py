"""Reads what somebody sends us, up to a limit of its own door.

In: a request. Out: its bytes. Never: more in memory than the limit and one piece, whatever a
header promises.
"""

from __future__ import annotations

from starlette.requests import Request


async def read(request: Request, limit_bytes: int) -> bytes | None:
    """The body; None for one that is longer than `limit_bytes`."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit_bytes:
            return None
    return bytes(body)
