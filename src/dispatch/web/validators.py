"""Decides whether a client's copy is still the current one (RFC 9110, section 13).

In: the conditions of a request, what stands there now. Out: yes or no. Never: an error; a
condition that cannot be read does not hold.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: Added to the digest in the entity tag of compressed bytes: a strong tag names exact bytes.
SUFFIXES = {"gzip": "-gzip", "br": "-br"}

#: How much of a list of entity tags is read: readers send one, caches a handful.
MAX_LIST = 4096

#: An entity tag may hold commas, so a list of them cannot be split at commas.
_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def entity_tag(digest: str, coding: str | None = None) -> str:
    """The strong entity tag of one encoding of the bytes called `digest`."""
    return f'"{digest}{SUFFIXES[coding] if coding else ""}"'


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
        return if_none_match.strip() == "*" or digest in read_digests(if_none_match)
    if if_modified_since is None or modified_at is None:
        return False
    since = _read_date(if_modified_since)
    own = modified_at.replace(microsecond=0)
    # A date that is still to come is no date of ours, unless it is this one (many builds within a
    # moment each take a second more): taking it would hide news until then.
    return since is not None and own <= since <= max(now, own)


def read_digests(if_none_match: str) -> list[str]:
    """The digests that a list of entity tags names; weakly compared, as GET asks for.

    Whatever the encoding: proxies recompress and hand the tag of the one for the other, and what
    a reader wants to know is whether there is news.
    """
    tags = _TAG.findall(if_none_match[:MAX_LIST])
    return [tag.removesuffix("-gzip").removesuffix("-br") for tag in tags]


def _read_date(text: str) -> datetime | None:
    """A date in any of the three forms of HTTP; all of them are in UTC."""
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
