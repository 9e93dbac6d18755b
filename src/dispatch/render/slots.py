"""Marks the places in a rendered variant where a reader's own value will stand.

In: rendered text with markers. Out: counts, or the text with the value in place. A marker is as
long as the value that replaces it, so nothing around it moves: not a line of base64, not a soft
line break of quoted-printable. It is ASCII letters and digits only, so that neither an HTML
parser, nor a CSS inliner, nor a URL encoder has a reason to touch it.
"""

from __future__ import annotations

import re
from typing import Final

from dispatch import errors

#: Octets of a reader's token: 160 bits in lower-case base32 (RFC 4648, section 6).
TOKEN_LENGTH: Final = 32

#: Stands for the reader's token. It has 0, 1, 8 and 9, which base32 has not, so that no token
#: can ever be mistaken for it.
TOKEN: Final = "xslot0189token0189xslot0189token"  # noqa: S105 - a marker, no secret

_TOKEN: Final = re.compile(rf"[a-z2-7]{{{TOKEN_LENGTH}}}")


def require_token(token: str) -> None:
    """Raise InputError unless `token` is exactly what the slots were laid out for."""
    if not _TOKEN.fullmatch(token):
        raise errors.InputError(
            f"a reader's token has {TOKEN_LENGTH} characters a-z and 2-7, this one {len(token)}"
        )


def count(text: str) -> int:
    """How many slots `text` has."""
    return text.count(TOKEN)


def fill(text: str, token: str) -> str:
    """`text` with the reader's token in each slot."""
    require_token(token)
    return text.replace(TOKEN, token)


def without_reader(text: str) -> str:
    """`text` as anyone may see it (the web archive): its links lead to pages that know nobody."""
    return text.replace(TOKEN, "")
