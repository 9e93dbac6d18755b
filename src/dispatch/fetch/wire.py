"""One connection to a server: HTTP/1.1 on it, one request after another.

In: a stream that was dialled, a request with its Leave. Out: the answer's head, then its body chunk
by chunk. Never: dials, follows, decodes, waits beyond the end of a request, or offers itself for
another one after an answer that was not read to its end.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import h11
import httpcore2

from dispatch.fetch import dial

#: How long an answer's head may be.
MAX_HEAD_BYTES = 100 * 1024
#: For how long a connection may wait for its next request: less than most servers do (nginx: 75 s).
IDLE_SECONDS = 30.0
_CHUNK = 64 * 1024

Headers = list[tuple[str, str]]


class Wire:
    """A connection; `longest` bounds every wait for a byte, the Leave of a request their sum."""

    def __init__(self, stream: httpcore2.NetworkStream, longest: float) -> None:
        self._stream = stream
        self._longest = longest
        self._idle_since = 0.0
        self._talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)

    def ask(
        self, method: str, target: bytes, headers: Headers, content: bytes, leave: dial.Leave
    ) -> h11.Response:
        """Send a request, which begins with its Host; the head of the final answer.

        The connection is closed if there is none. `content` is what Content-Length says.
        """
        try:
            self._send(h11.Request(method=method, target=target, headers=headers), content, leave)
            while not isinstance(event := self._next(leave), h11.Response):
                pass  # 100 and its like (RFC 9110, section 15.2)
        except BaseException:
            self.close()
            raise
        return event

    def chunks(self, leave: dial.Leave) -> Iterator[bytes]:
        """The body of the answer whose head came."""
        while isinstance(event := self._next(leave), h11.Data):
            yield bytes(event.data)

    def rest(self) -> bool:
        """Make ready for another request; whether that can be, which an unread answer forbids."""
        talk = self._talk
        if talk.our_state is not h11.DONE or talk.their_state is not h11.DONE:
            return False
        if talk.trailing_data[0]:  # more than was asked for: nobody's answer
            return False
        talk.start_next_cycle()
        self._idle_since = time.monotonic()
        return True

    def is_usable(self) -> bool:
        """Whether a connection at rest still may be used: not for long, nor closed, nor spoken on.

        What can be read now is the end, or the answer to nothing.
        """
        is_fresh = time.monotonic() - self._idle_since < IDLE_SECONDS
        return is_fresh and not self._stream.get_extra_info("is_readable")

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def _send(self, request: h11.Request, content: bytes, leave: dial.Leave) -> None:
        events: list[h11.Event] = [request]
        if content:
            events.append(h11.Data(data=content))
        data = b"".join(self._talk.send(one) or b"" for one in (*events, h11.EndOfMessage()))
        # A server may refuse, and say why, before it has read it all.
        with contextlib.suppress(httpcore2.WriteError):
            self._stream.write(data, leave.remaining(self._longest))

    def _next(self, leave: dial.Leave) -> h11.Event | type[h11.NEED_DATA | h11.PAUSED]:
        while (event := self._talk.next_event()) is h11.NEED_DATA:
            data = self._stream.read(_CHUNK, leave.remaining(self._longest))
            if not data and self._talk.their_state is h11.SEND_RESPONSE:
                raise httpcore2.RemoteProtocolError("the server hung up without an answer")
            self._talk.receive_data(data)
        return event
