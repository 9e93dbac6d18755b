"""Decides whether a client's copy is still the current one (RFC 9110, section 13).

In: the conditions of a request, what stands there now. Out: yes or no. Never: an error; a
condition that cannot be read does not hold.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Added to the digest in the entity tag of the compressed bytes: a strong tag names exact bytes.
GZIP_SUFFIX = "-gzip"

#: An entity tag may hold commas, so a list of them cannot be split at commas.
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def entity_tag(digest: str, *, is_gzip: bool = False) -> str:
    """The strong entity tag of one encoding of the bytes called `digest`."""
    return f'"{digest}{GZIP_SUFFIX if is_gzip else ""}"'


def is_current(
    *,
    if_none_match: str | None,
    if_modified_since: str | None,
    digest: str,
    modified_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether the answer is 304: by the entity tag, and only without one by the date."""
    if if_none_match is not None:
        return _names(if_none_match, digest)
    if if_modified_since is None or modified_at is None:
        return False
    since = _read_date(if_modified_since)
    # A date that is still to come is no date of ours: taking it would hide news until then.
    return since is not None and modified_at.replace(microsecond=0) <= since <= now


def _names(if_none_match: str, digest: str) -> bool:
    """Whether a list of entity tags has ours; weakly compared, as the method GET asks for.

    Whatever the encoding: proxies recompress and hand the tag of the one for the other, and what
    a reader wants to know is whether there is news.
    """
    if if_none_match.strip() == "*":
        return True
    given = (tag.removesuffix(GZIP_SUFFIX) for tag in _TAG.findall(if_none_match))
    return digest in given


def _read_date(text: str) -> datetime | None:
    """A date in any of the three forms of HTTP; all of them are in UTC."""
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
