"""The few protocols that have two implementations today."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from dispatch.model.delivery import Envelope, Outcome


class Clock(Protocol):
    """Tells the time. Only the edge of the program owns one; rules are given `now`."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class Session(Protocol):
    """An open way out for messages, used by one thread."""

    def send(self, envelope: Envelope, message: bytes) -> Outcome:
        """Try once. A refusal or a lost connection is an Outcome, never an exception."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Transport(Protocol):
    """How a message leaves."""

    #: Sending the same message again overwrites the first, so a crash needs no decision.
    is_idempotent: bool
    #: How many sessions may be open at once.
    connections: int

    def open_session(self) -> Session:
        """A new session; raises TransportError when the way out is closed."""
        ...


class Progress(Protocol):
    """Told how far a long work has come (the command line draws a bar from it)."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """`done` of `total` pieces of `what` are finished."""
        ...
