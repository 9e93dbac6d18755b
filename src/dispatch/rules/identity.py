"""Decides what an entry is: a new article, a change of a known one, or nothing new.

In: a cleaned entry, what the store knows under its keys, now. Out: a decision. Never: the store,
the clock, or a guess from slug or title alone (design: invariant 2).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from dispatch.model.article import Entry
from dispatch.rules import canonical

#: A name under which an article is known: (kind, key).
Key = tuple[str, str]

#: An entry dated longer ago than this when it first appears is back-dated, not news.
BACK_DATED = timedelta(days=14)

#: Where the undated back catalogue of a new source is put: before every window.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: A source that shows this many articles and this share of its document as new is held back.
FLOOD_ENTRIES = 15
FLOOD_SHARE = 0.5


class Decision(StrEnum):
    """What an entry turned out to be."""

    NEW = "new"  #: never seen: mint an article
    CHANGED = "changed"  #: known, and its content moved
    UNCHANGED = "unchanged"  #: known, nothing moved
    ADOPTED = "adopted"  #: known from another source, which stays its owner
    WITHDRAWN = "withdrawn"  #: the source says that it is gone
    RETURNED = "returned"  #: it was withdrawn and is back
    REFUSED = "refused"  #: not usable: no address, no title, or gone before we ever saw it


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store remembers of an article for this decision."""

    article_id: int
    source: str
    content_hash: str
    title: str
    standfirst: str
    is_withdrawn: bool


def keys_of(entry: Entry, source: str) -> tuple[Key, ...]:
    """The names of `entry`, strongest first: the ladder that `find` climbs.

    The source's own id verbatim; the same without scheme and host (a move to https or to another
    domain); the canonical URL, which is shared by all sources of the publication.
    """
    keys: list[Key] = []
    if entry.source_id:
        keys.append(("id", f"{source} {entry.source_id}"))
        path = re.sub(r"^https?://[^/]+", "", entry.source_id)
        if path not in ("", "/", entry.source_id):
            keys.append(("path", f"{source} {path}"))
    if entry.url:
        keys.append(("url", canonical.match_key(entry.url)))
    return tuple(keys)


def find(keys: Sequence[Key], known: Mapping[Key, Known]) -> Known | None:
    """The article that the first matching key names."""
    return next((known[key] for key in keys if key in known), None)


def decide(entry: Entry, content_hash: str, known: Known | None, source: str) -> Decision:
    """What `entry` is, given what is known of it."""
    if known is None:
        usable = bool(entry.url and entry.title) and not entry.withdrawn
        return Decision.NEW if usable else Decision.REFUSED
    if known.source != source:  # only its owner may take an article back
        return Decision.UNCHANGED if entry.withdrawn else Decision.ADOPTED
    if entry.withdrawn:
        return Decision.UNCHANGED if known.is_withdrawn else Decision.WITHDRAWN
    if known.is_withdrawn:
        return Decision.RETURNED
    return Decision.UNCHANGED if known.content_hash == content_hash else Decision.CHANGED


def content_hash(entry: Entry, sections: Sequence[str], text: str) -> str:
    """What a reader would notice of an entry; `text` is its body without markup."""
    image = entry.image.url if entry.image else ""
    authors = "|".join(author.name for author in entry.authors)
    address = canonical.canonical_url(entry.url or "") or ""
    parts = (
        address,
        entry.title,
        entry.standfirst,
        " ".join(text.split()),
        image,
        authors,
        *sections,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


#: Words by which a newsroom marks a change that readers must know of.
_MARKERS = re.compile(
    r"\b(correction|corrected|updated|исправлени|уточнени|обновлен)", re.IGNORECASE
)


def is_significant(entry: Entry, known: Known) -> bool:
    """Whether a change moves `updated` (RFC 4287, section 4.2.15: "significant" to the publisher).

    A new headline or standfirst is, and so is a body that says that it was corrected.
    """
    if entry.title != known.title or entry.standfirst != known.standfirst:
        return True
    return bool(_MARKERS.search(entry.html))


def published_at(entry: Entry, now: datetime) -> datetime:
    """The date to show and order by; our own clock where the publisher's is missing or ahead."""
    date = said_at(entry)
    return now if date is None or date > now else date


def said_at(entry: Entry) -> datetime | None:
    """When the publisher says that it appeared (Atom may have nothing but `updated`)."""
    return entry.published_at or entry.updated_at


def entered_at(entry: Entry, now: datetime, *, is_first_poll: bool) -> datetime:
    """The moment that selects an article for an issue (half-open windows, invariant 2).

    It is our own clock, but for what was there before us: the back catalogue of a source that is
    polled for the first time, and articles that appear with an old date, keep their own date.
    """
    date = said_at(entry)
    if is_first_poll:
        return min(date, now) if date else LONG_AGO
    if date and now - date > BACK_DATED:
        return date
    return now


def is_flood(new: int, total: int, *, is_first_poll: bool) -> bool:
    """Whether a known source suddenly shows its whole window as new (ids rebuilt, site moved)."""
    return not is_first_poll and new >= FLOOD_ENTRIES and new > total * FLOOD_SHARE
