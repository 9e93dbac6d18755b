"""Whoever comes to the readers' door: browsers, feed readers, mail programs, scanners."""

from __future__ import annotations

from newsroom import Newsroom
from starlette.testclient import TestClient

from dispatch import web
from dispatch.rules import tokens


class Visitors(TestClient):
    """Follows no redirect, and sees the page of a failure and not its trace."""

    def __init__(self, room: Newsroom) -> None:
        super().__init__(
            web.make_web(room.app), raise_server_exceptions=False, follow_redirects=False
        )
        self.room = room
        self.headers.clear()  # each test sends what it is about, and nothing else

    def token(self, subscriber_id: int = 1) -> str:
        """The token in the mails to a reader (of the first newsletter)."""
        token = tokens.Token(tokens.Purpose.UNSUBSCRIBE, subscriber_id, 1)
        return self.room.app.office.signer.make(token)

    def flush(self) -> None:
        """Have written what the server gathers for a moment (counts of clicks)."""
        for action in self.room.app.office._at_close:
            action()
