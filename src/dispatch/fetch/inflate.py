"""Unpacks what a server packed (RFC 9110, section 8.4.1), never more of it than there is room for.

In: a Content-Encoding, chunks of a body. Out: what they hold. Never: a bomb's whole content, for a
kilobyte of gzip may hold a megabyte; raises anything but zlib.error.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

#: zlib's word for gzip's head and tail.
_GZIP = zlib.MAX_WBITS | 16

#: `unpack(chunk, room)`: what `chunk` holds, as far as `room` bytes take it.
Unpack = Callable[[bytes, int], bytes]


def decoder(coding: str) -> Unpack:
    """What unpacks the chunks of one body that came as `coding` (gzip, deflate, or neither)."""
    if coding == "gzip":
        return zlib.decompressobj(_GZIP).decompress
    if coding == "deflate":
        return _Deflated().unpack
    return _as_it_is


def _as_it_is(chunk: bytes, room: int) -> bytes:
    return chunk[:room]


class _Deflated:
    """`deflate` is zlib's format by the standard, and bare deflate from some servers."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj()
        self._is_first = True

    def unpack(self, chunk: bytes, room: int) -> bytes:
        is_first, self._is_first = self._is_first, False
        try:
            return self._stream.decompress(chunk, room)
        except zlib.error:
            if not is_first:
                raise
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self._stream.decompress(chunk, room)
