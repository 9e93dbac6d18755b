"""Bodies that were packed, packed oddly, or packed to burst."""

from __future__ import annotations

import gzip
import zlib

import pytest

from dispatch.fetch import inflate

TEXT = b"the council met on Tuesday; " * 4000
PLENTY = 10 * len(TEXT)


def _bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", _bare(TEXT)),
    ],
    ids=["plain", "identity", "gzip", "deflate", "bare-deflate"],
)
@pytest.mark.parametrize("size", [7, 100_000])
def test_a_body_comes_out_whole_whatever_its_chunks(coding: str, packed: bytes, size: int) -> None:
    unpack = inflate.decoder(coding)
    chunks = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert b"".join(unpack(chunk, PLENTY) for chunk in chunks) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_yields_no_more_than_there_is_room_for(coding: str) -> None:
    bomb = (
        gzip.compress(bytes(50_000_000)) if coding == "gzip" else zlib.compress(bytes(50_000_000))
    )
    assert len(inflate.decoder(coding)(bomb, 1001)) == 1001


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_what_is_not_packed_is_an_error(coding: str) -> None:
    with pytest.raises(zlib.error):
        inflate.decoder(coding)(b"<rss>no gzip at all</rss>", PLENTY)
