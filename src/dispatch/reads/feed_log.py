"""Polls of feeds from the log of a web server that hands out their files (nginx, Apache).

In: the path of a log in the "combined" format, how far it was read, which files are feeds. Out:
sums of polls, as our own server would have counted them, and positions. Never: touches the store,
keeps an address, or counts a line twice.

A day that was read in part is gone through again from its midnight, so that its visitors are told
apart as if it were read at once. A person's browser is no feed reader; a log does not say who wants
a document, so all browsers are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from urllib.parse import unquote

from dispatch.model.feed_poll import FeedPolls
from dispatch.model.reads import ReadPosition
from dispatch.reads import access_log, passage, rotation
from dispatch.reads.feed_polls import Counter, Poll
from dispatch.rules import feed_readers
from dispatch.rules.reads import Hit

#: What a reader is sent: the feed, a part of it, or the word that it has it.
_ANSWERED = frozenset({200, 206, 226, 304})
_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PollBatch:
    """What a log adds to the polls that are known; as of `ReadBatch` for the rest."""

    polls: tuple[FeedPolls, ...] = ()
    positions: tuple[ReadPosition, ...] = ()
    lines: int = 0
    malformed: int = 0
    problems: tuple[str, ...] = ()


def gather(
    log: Path, positions: Mapping[str, int], folder: str, feeds: Collection[str]
) -> PollBatch:
    """What the log and its rotated elders say that was not taken in yet.

    `folder` is the path of the feeds on the server ("/feeds/"), `feeds` the files below it.
    """
    counter = Counter()
    lines = malformed = 0
    mark = folder.encode()
    with rotation.open_shelf(log, access_log.moment_of) as shelf:
        found = passage.Passage(shelf, positions, access_log.moment_of, _midnight)
        for line, is_new in found.lines():
            lines += is_new
            if mark not in line:  # a log of a whole site is of other things, most of the time
                continue
            hit = access_log.parse_line(line)
            malformed += is_new and hit is None
            if hit and (is_new or hit.at >= found.since) and (poll := _poll(hit, folder, feeds)):
                counter.note(poll, is_new=is_new)
        return PollBatch(
            polls=tuple(counter.take()),
            positions=found.positions,
            lines=lines,
            malformed=malformed,
            problems=tuple(found.problems),
        )


def _midnight(moment: datetime) -> datetime:
    """Polls are summed up by the days of UTC."""
    return datetime.combine(moment.astimezone(UTC).date(), time.min, UTC)


def _poll(hit: Hit, folder: str, feeds: Collection[str]) -> Poll | None:
    path = unquote(hit.path.partition("?")[0])
    if hit.method not in _METHODS or hit.status not in _ANSWERED or not path.startswith(folder):
        return None
    name = path.removeprefix(folder)
    if name not in feeds or feed_readers.is_browser(hit.user_agent):
        return None
    return Poll(
        path=name,
        agent=hit.user_agent,
        address=hit.address,
        status=hit.status,
        at=hit.at.astimezone(UTC),
        is_conditional=None,
        size=hit.size,
    )
