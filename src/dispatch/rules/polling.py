"""When a source is to be asked again, where, and with which validators.

In: what is remembered of a source, what its server said, now. Out: a moment, an address, a state.
Never: a clock or dice: the jitter is a number that belongs to the source's name, so that neither a
restart nor a second node asks everything at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dispatch import __version__
from dispatch.model.publication import Source
from dispatch.model.source import ANY_TIME, SourceState, Timetable

#: The slowest that a failing source is asked, so that it is never given up silently.
SLOWEST = timedelta(days=1)

#: The longest that a server's Retry-After is believed.
LONGEST_REST = timedelta(days=7)

#: What a server wishes for (max-age, Expires, ttl, sy:update*) is honoured within these bounds.
SHORTEST_WISH = timedelta(minutes=15)
LONGEST_WISH = timedelta(days=1)

#: A stranger's server is not asked more often than this, whatever the operator configured.
SHORTEST_INTERVAL = timedelta(minutes=15)

#: A source is asked this many times in its usual gap, but never more rarely than the bound for
#: its rhythm alone; one that said nothing for weeks may wait longer.
POLLS_PER_GAP = 48
SLOWEST_RHYTHM = timedelta(hours=4)
SLEEPING_AFTER = timedelta(days=21)
SLOWEST_SLEEPING = timedelta(hours=12)

#: Hours and days that a document asks to be spared are passed over up to this; more is a mistake.
LONGEST_SKIP_HOURS = 96

#: After so long with nothing but 304 the whole document is fetched: validators can be wrong.
LONGEST_UNSEEN = timedelta(days=30)

#: A move is believed when so many visits over so long a time were redirected for good.
MOVE_POLLS = 3
MOVE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What decides about the next visit.

    `rest_seconds` is Retry-After, `ttl_seconds` what the caching headers ask for, `timetable` what
    the document does.
    `usual_gap` and `silence` are the source's own rhythm. `is_own` marks the operator's own network
    or disk, which may be asked as often as the operator likes.
    """

    poll_seconds: int
    failures: int = 0
    rest_seconds: int | None = None
    ttl_seconds: int | None = None
    timetable: Timetable = ANY_TIME
    usual_gap: timedelta | None = None
    silence: timedelta | None = None
    is_own: bool = False


def next_poll_at(name: str, now: datetime, wishes: Wishes) -> datetime:
    """The moment of the next poll of source `name`.

    While all is well: the operator's interval, lengthened by what the server wishes and by the
    source's own rhythm, with a spread of up to a tenth. After failures: exponential back-off with
    full jitter. Retry-After is never undercut; hours and days to be skipped are passed over.
    """
    interval = _interval(wishes)
    if wishes.failures:
        wait = _backed_off(name, interval, wishes.failures)
    else:
        wait = interval * (1 + _share(name) / 10)
    rest = min(timedelta(seconds=wishes.rest_seconds or 0), LONGEST_REST)
    moment = now + max(wait, rest)
    return moment if wishes.is_own else _awake(name, moment, wishes.timetable)


def _interval(wishes: Wishes) -> timedelta:
    configured = timedelta(seconds=wishes.poll_seconds)
    if wishes.is_own:
        return configured
    wished = timedelta(seconds=max(wishes.ttl_seconds or 0, wishes.timetable.ttl_seconds or 0))
    if wished:
        wished = min(max(wished, SHORTEST_WISH), LONGEST_WISH)
    return max(configured, SHORTEST_INTERVAL, wished, _rhythm(wishes))


def _awake(name: str, moment: datetime, timetable: Timetable) -> datetime:
    """`moment`, or soon after the end of the hours and days that the document asks to be spared."""
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for hours in range(LONGEST_SKIP_HOURS):
        at = hour + timedelta(hours=hours)
        if at.hour not in timetable.skip_hours and at.weekday() not in timetable.skip_days:
            return at + SHORTEST_INTERVAL * _share(name) if hours else moment
    return moment


def _rhythm(wishes: Wishes) -> timedelta:
    """A weekly source need not be asked every quarter of an hour."""
    if wishes.silence and wishes.silence > SLEEPING_AFTER:
        return min(wishes.silence / POLLS_PER_GAP, SLOWEST_SLEEPING)
    if wishes.usual_gap is None:
        return timedelta(0)
    return min(wishes.usual_gap / POLLS_PER_GAP, SLOWEST_RHYTHM)


def _backed_off(name: str, interval: timedelta, failures: int) -> timedelta:
    """Between the interval and its double, fourfold ... a day: where, belongs to name and try."""
    ceiling = max(min(interval * (1 << min(failures, 16)), SLOWEST), interval)
    return interval + (ceiling - interval) * _share(f"{name} {failures}")


def _share(name: str) -> float:
    """A number in [0, 1) that belongs to the name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32


# --- Where and with what ---------------------------------------------------------------------


def is_due(state: SourceState, now: datetime, *, force: bool = False) -> bool:
    """Whether the source is to be asked (with `force` before its time); never after a 410."""
    is_time = force or state.next_poll_at is None or state.next_poll_at <= now
    return is_time and state.retired_at is None


def is_moved_by_operator(state: SourceState, url: str | None) -> bool:
    """Whether the configuration names another address than the one we have been asking."""
    return state.asked_url is not None and state.asked_url != url


def reading_of(source: Source) -> str:
    """A mark of all that decides what we make of a document: our version, the operator's words."""
    words = (
        *(__version__, source.kind, source.key, source.language, source.sections),
        *(dict(source.section_map), dict(source.section_map_by_language)),
        *(source.body, source.remove, dict(source.translation_texts), str(source.time_zone)),
    )
    return hashlib.sha256(repr(words).encode()).hexdigest()[:16]


def ready(state: SourceState, source: Source, now: datetime) -> SourceState:
    """`state` as it is right for a visit now.

    A new address in the configuration ends what was remembered of the old one: redirects,
    validators, retirement. Validators are left out, too, when no document came for a month, and
    when the same document would be read otherwise now: by another version, or by other words of
    the operator.
    """
    mark = reading_of(source)
    if state.read_as != mark:
        state = replace(state, read_as=mark, etag=None, last_modified=None)
    if is_moved_by_operator(state, source.url):
        return replace(
            state,
            url=None,
            timetable=ANY_TIME,
            etag=None,
            last_modified=None,
            document_at=None,
            move_url=None,
            move_polls=0,
            move_since_at=None,
            retired_at=None,
            failures=0,
            failing_since_at=None,
        )
    if state.document_at and now - state.document_at > LONGEST_UNSEEN:
        return replace(state, etag=None, last_modified=None)
    return state


def after_redirects(
    state: SourceState, moved_to: str | None, now: datetime
) -> tuple[SourceState, str]:
    """`state` after a good visit that was redirected for good to `moved_to` (None: it was not).

    Returns what is remembered, and a line for the operator when the address changes. One permanent
    redirect may be a mistake of an afternoon; three over a day are meant.
    """
    if moved_to is None and state.move_url is None:
        return state, ""
    if moved_to is None:
        return replace(state, move_url=None, move_polls=0, move_since_at=None), ""
    polls = state.move_polls + 1 if state.move_url == moved_to else 1
    since = state.move_since_at if polls > 1 and state.move_since_at else now
    if polls < MOVE_POLLS or now - since < MOVE_AFTER:
        return replace(state, move_url=moved_to, move_polls=polls, move_since_at=since), ""
    line = f"moved for good to {moved_to} ({polls} visits since {since:%Y-%m-%d %H:%M} UTC)"
    moved = replace(state, url=moved_to, move_url=None, move_polls=0, move_since_at=None)
    return moved, line
