"""Decides what an entry is: a new article, a change of a known one, or nothing new.

In: a cleaned entry, what the store knows under its keys, now. Out: a decision. Never: the store,
the clock, or a guess from slug or title alone (design: invariant 2).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from dispatch.model.article import Entry
from dispatch.rules import canonical

#: A name under which an article is known: (kind, key).
Key = tuple[str, str]

#: An entry dated longer ago than this when it first appears is back-dated, not news.
BACK_DATED = timedelta(days=14)

#: Where the undated back catalogue of a new source is put: before every window.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

#: A date this little ahead is a clock that is fast; further ahead it is an embargo; and what is
#: dated beyond the last bound has a wrong date, which is not believed.
CLOCK_SKEW = timedelta(minutes=5)
LONGEST_EMBARGO = timedelta(days=30)

#: After this many changes in a row that no `updated` announces, a source changes without cause
#: (a counter, an advertisement in the text), and is not followed any further.
SILENT_CHANGES = 24

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
    HELD = "held"  #: kept in quarantine: a flood, an embargo, or too doubtful to decide
    DUPLICATE = "duplicate"  #: its document shows the same article twice
    DISCARDED = "discarded"  #: an operator refused it


class Step(StrEnum):
    """By what an entry was recognised: the ladder, strongest first."""

    ID = "id"  #: the source's own identifier, verbatim
    PATH = "path"  #: the identifier without scheme and host: a move to https or another domain
    URL = "url"  #: the canonical address, whichever source gave it
    GUID = "guid"  #: an identifier that is unique in the world, in the same language
    LIKENESS = "likeness"  #: title, date, and authors or text: the identifiers were lost
    NONE = "none"  #: by nothing: seen for the first time


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store remembers of an article for this decision."""

    article_id: int
    source: str
    content_hash: str
    title: str
    standfirst: str
    is_withdrawn: bool
    source_updated_at: datetime | None = None
    silent_changes: int = 0


def keys_of(
    entry: Entry, source: str, *, ids_are_shared: bool = False, language: str = ""
) -> tuple[Key, ...]:
    """The names of `entry`, strongest first: the ladder that `find` climbs.

    The source's own id verbatim; the same without scheme and host (a move to https or to another
    domain); the canonical URL, which is shared by all sources of the publication, as is an id that
    is unique in the world, among articles of one `language`: systems give translations one id. The
    ids of a source that gives one to several entries (`ids_are_shared`) name nothing.
    """
    keys: list[Key] = []
    if entry.source_id and not ids_are_shared:
        keys.append(("id", f"{source} {entry.source_id}"))
        path = re.sub(r"^https?://[^/]+", "", entry.source_id)
        if path not in ("", "/", entry.source_id):
            keys.append(("path", f"{source} {path}"))
    if entry.url:
        keys.append(("url", canonical.match_key(entry.url)))
    if language and not ids_are_shared and is_unique_in_the_world(entry):
        keys.append(("guid", f"{language.partition('-')[0].lower()} {entry.source_id}"))
    return tuple(keys)


#: RFC 4151 (an authority with a date) and RFC 9562: nobody else can have made the same.
_UNIQUE = re.compile(
    r"tag:[^,/\s]+\.[^,/\s]+,\d{4}(?:-\d\d){0,2}:\S+"
    r"|urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    re.IGNORECASE,
)


def is_unique_in_the_world(entry: Entry) -> bool:
    """Whether the id of `entry` cannot be another publication's, and says more than its address.

    An address is one if it is of the article's own site: the same `http://localhost/?p=7` comes out
    of many systems that were moved. Numbers and words are nobody's.
    """
    name = entry.source_id or ""
    if not name.startswith(("http://", "https://")):
        return bool(_UNIQUE.fullmatch(name))
    url, address = entry.url or "", canonical.absolute_url(name)
    if name == url or address is None or not canonical.is_same_site(address, url):
        return False
    parts = urlsplit(address)
    is_page = parts.path not in ("", "/") or bool(parts.query)
    return is_page and canonical.match_key(address) != canonical.match_key(url)


def find(keys: Sequence[Key], known: Mapping[Key, Known]) -> Known | None:
    """The article that the first matching key names."""
    return next((known[key] for key in keys if key in known), None)


def step_of(keys: Sequence[Key], known: Mapping[Key, Known]) -> Step:
    """By which of its keys an entry is known."""
    return next((Step(kind) for kind, key in keys if (kind, key) in known), Step.NONE)


def decide(entry: Entry, content_hash: str, known: Known | None, source: str) -> Decision:
    """What `entry` is, given what is known of it."""
    if known is None:
        return Decision.NEW if is_usable(entry) else Decision.REFUSED
    if known.source != source:  # only its owner may take an article back
        return Decision.UNCHANGED if entry.withdrawn else Decision.ADOPTED
    if entry.withdrawn:
        return Decision.UNCHANGED if known.is_withdrawn else Decision.WITHDRAWN
    if known.is_withdrawn:
        return Decision.RETURNED
    if known.content_hash == content_hash or is_restless(entry, known):
        return Decision.UNCHANGED
    return Decision.CHANGED


def is_usable(entry: Entry) -> bool:
    """Whether an article can be made of `entry`."""
    return bool(entry.url and entry.title) and not entry.withdrawn


def is_silent_change(entry: Entry, known: Known) -> bool:
    """Whether nothing announces the change: not the headline, not the publisher's `updated`."""
    return not is_significant(entry, known) and entry.updated_at == known.source_updated_at


def is_restless(entry: Entry, known: Known) -> bool:
    """Whether `entry` has changed silently so often that it does so at every visit."""
    return known.silent_changes >= SILENT_CHANGES and is_silent_change(entry, known)


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
        *(one.url for one in entry.enclosures),
    )
    # Where a word may be parted (U+00AD) is the browser's business, not the reader's.
    seen = "\x1f".join(parts).replace("\u00ad", "")
    return hashlib.sha256(seen.encode()).hexdigest()[:32]


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


def entered_at(
    entry: Entry, now: datetime, *, is_first_poll: bool, archive_before: datetime | None = None
) -> datetime:
    """The moment that selects an article for an issue (half-open windows, invariant 2).

    It is our own clock, but for what was there before us: the back catalogue of a source that is
    polled for the first time, articles that appear with an old date, and after a rebuild, a move
    or a release whatever is dated before `archive_before`, keep their own date.
    """
    date = said_at(entry)
    if is_first_poll or (archive_before and date is None):
        return min(date, now) if date else LONG_AGO
    if date and (now - date > BACK_DATED or (archive_before and date < archive_before)):
        return date
    return now


def embargo_until(
    entry: Entry, now: datetime, clock_ahead: timedelta = timedelta(0)
) -> datetime | None:
    """The moment before which `entry` is not to be published, None if there is none.

    By our own clock: its server's is fast by `clock_ahead`.
    """
    date = entry.published_at - clock_ahead if entry.published_at else None
    if date is None or not CLOCK_SKEW < date - now <= LONGEST_EMBARGO:
        return None
    return date


def with_plausible_dates(
    entry: Entry, now: datetime, clock_ahead: timedelta = timedelta(0)
) -> Entry:
    """`entry` without dates so far ahead that they must be wrong; our first sight replaces them."""
    limit = now + LONGEST_EMBARGO + clock_ahead
    if not any(date and date > limit for date in (entry.published_at, entry.updated_at)):
        return entry
    return replace(
        entry,
        published_at=_unless_after(entry.published_at, limit),
        updated_at=_unless_after(entry.updated_at, limit),
    )


def _unless_after(date: datetime | None, limit: datetime) -> datetime | None:
    return None if date and date > limit else date


def is_flood(new: int, total: int, *, is_first_poll: bool) -> bool:
    """Whether a known source suddenly shows its whole window as new (ids rebuilt, site moved)."""
    return not is_first_poll and new >= FLOOD_ENTRIES and new > total * FLOOD_SHARE


def is_catching_up(
    dates: Sequence[datetime | None], last_success_at: datetime | None, now: datetime
) -> bool:
    """Whether so much is new because nobody looked for a day or longer.

    Then every entry is dated after the last visit, each at its own moment. An archive that was
    imported anew is dated before it, or all of it at once.
    """
    if last_success_at is None or now - last_success_at < timedelta(days=1):
        return False
    fresh = [date for date in dates if date and last_success_at < date <= now + CLOCK_SKEW]
    return len(set(fresh)) == len(dates)
