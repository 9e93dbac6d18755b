"""Decides whether an opened link of a mail is a reader's.

In: what this visitor opened before, the article, now. Out: a verdict and what to remember. Never:
who it is; the caller knows visitors by a hash that is gone tomorrow.

Mail scanners open every link of a mail within seconds, from agents that look like browsers. So the
fourth article within ten seconds unmasks a visitor, and takes back what was counted of it: all
articles of a mail lose the same, and the ranking stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.model.reads import DiscardReason

#: So many different articles ...
BURST_ARTICLES = 4
#: ... in so little time are no person's doing.
BURST = timedelta(seconds=10)

#: A person opens no more articles of a newsletter in a day; more are not remembered.
MOST_OPENED = 100


@dataclass(frozen=True, slots=True)
class Sitting:
    """What one visitor opened today: (when, article id), and whether it was unmasked."""

    opened: tuple[tuple[datetime, int], ...] = ()
    is_scanner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`reason` is None for a click that counts; `taken_back` counted before and count no more."""

    sitting: Sitting
    reason: DiscardReason | None = None
    taken_back: tuple[int, ...] = ()


def judge(sitting: Sitting, article_id: int, now: datetime) -> Verdict:
    """What the opening of `article_id` is worth."""
    if sitting.is_scanner:
        return Verdict(sitting=sitting, reason=DiscardReason.SCANNER)
    if any(article_id == known for _, known in sitting.opened):
        return Verdict(sitting=sitting, reason=DiscardReason.REFRESH)
    recent = {known for moment, known in sitting.opened if now - moment <= BURST}
    is_scanner = len(recent) + 1 >= BURST_ARTICLES or len(sitting.opened) >= MOST_OPENED
    if is_scanner:
        taken_back = tuple(known for _, known in sitting.opened)
        seen = Sitting(sitting.opened, is_scanner=True)
        return Verdict(sitting=seen, reason=DiscardReason.SCANNER, taken_back=taken_back)
    return Verdict(sitting=Sitting((*sitting.opened, (now, article_id))))
