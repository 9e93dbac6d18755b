"""Compresses what is published, in the two ways that feed readers and browsers ask for.

In: bytes. Out: the same bytes, smaller. Never: another result for the same input, for each encoding
has a strong entity tag (zlib would write the hour into its head).
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Final

import brotli

#: The encodings in the order of preference, and what their twins are called on disk: web servers
#: look for these names (nginx: gzip_static, brotli_static). No zstd: no feed reader needs it.
SUFFIXES: Final[Mapping[str, str]] = {"br": ".br", "gzip": ".gz"}

#: Level 6 takes two thirds more time on prose, and saves a hundredth; level 9 saves no more.
_GZIP_LEVEL = 5
#: Takes the time of gzip and saves 5 to 10 hundredths more; 11 would take thirty times as long.
_BROTLI_QUALITY = 5


def encode(body: bytes) -> dict[str, bytes]:
    """`body` in each encoding of `SUFFIXES`."""
    return {
        "br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY),
        "gzip": gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0),
    }


def twin_paths(path: str) -> dict[str, str]:
    """Where the compressed twins of `path` stand, by encoding."""
    return {coding: f"{path}{suffix}" for coding, suffix in SUFFIXES.items()}
