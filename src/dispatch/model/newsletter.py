"""Newsletter, Cadence, Issue, Variant: what one subscribes to and what goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When an issue is due: on `weekday` (0 is Monday; None is every day) at a local time."""

    weekday: int | None
    at: time
    time_zone: ZoneInfo


class LatePolicy(StrEnum):
    """What to do with a run that was missed while nobody was there to make it."""

    RUN = "run"  #: make it late, within the limit
    MERGE = "merge"  #: record it as skipped; the next issue takes over its articles


class ThinPolicy(StrEnum):
    """What to do with an issue that has fewer new articles than its minimum."""

    SKIP = "skip"  #: make none; the next issue takes over its articles
    HOLD = "hold"  #: make it and wait for the operator; unreleased, the next one takes over
    SEND = "send"  #: send it all the same, if it shows anything


class UntranslatedPolicy(StrEnum):
    """What to do with an article that a reader's first language lacks, and another one has."""

    OMIT = "omit"  #: leave it out; its place stays empty
    TAG = "tag"  #: show it in the other language, and say in which
    REPLACE = "replace"  #: give its place to the next article


class OncePolicy(StrEnum):
    """Within what a reader gets an article only once."""

    NEWSLETTER = "newsletter"  #: in this newsletter
    READER = "reader"  #: in all newsletters that the reader gets


@dataclass(frozen=True, slots=True, kw_only=True)
class TopReadsSettings:
    """How the ranking reads the readers. Ages are in days; a limit of 0 is none.

    `mail_share` is how much of an article's reads clicks in mails may make up. With
    `share_translations` an article has the reads of its translations as well. With `repeat_growth`
    articles that an issue has shown may be ranked again; those of the last ranking if their reads
    have grown by that much (0.5 is half as many again). Without it none may.
    """

    count: int = 5
    window_days: int = 7
    max_age_days: int = 30
    half_life_days: float = 3.5
    min_reads: int = 3
    author_limit: int = 2
    section_limit: int = 3
    mail_share: float = 0.25
    share_translations: bool = False
    repeat_growth: float | None = None


class ArticleChoice(StrEnum):
    """Which article the block `article` shows in full, where the editors name none."""

    MOST_READ = "most-read"  #: the first of the ranking; the newest where nothing was read enough
    NEWEST = "newest"  #: the last that entered


#: The blocks that show boxes.
BOX_BLOCKS: tuple[str, ...] = ("events", "jobs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A feed of events or jobs, shown by the block of that name.

    `language` keeps it to issues in that language. `allow_hosts` lists hosts that may resolve to a
    private address.
    """

    block: str
    url: str
    language: str | None = None
    count: int = 5
    allow_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """The recurring thing one subscribes to.

    `titles` has a text for each of `languages`. `blocks` names the blocks in order of appearance.
    `from_address` is per language, `list_id` is the RFC 2919 identifier without brackets.
    `late_hours` limits LatePolicy.RUN. `first_issue_days` is how far back the very first issue
    reaches; None is one cadence. Issues of the days in `quiet` carry no appeal. An issue is
    composed `draft_seconds` before its cadence, so that editors see it before it leaves; with
    `approval` it leaves only on their word. With `counts_links` its links to articles lead over
    our own address (`web.links`).
    """

    name: str
    titles: Mapping[str, str]
    languages: tuple[str, ...]
    cadence: Cadence
    blocks: tuple[str, ...]
    from_name: Mapping[str, str]
    from_address: str
    reply_to: str | None
    list_id: str
    sections: tuple[str, ...] = ()
    top_reads: TopReadsSettings = TopReadsSettings()
    latest_count: int = 12
    read_also_count: int = 3
    minimum_articles: int = 1
    article: ArticleChoice = ArticleChoice.MOST_READ
    boxes: tuple[Box, ...] = ()
    thin: ThinPolicy = ThinPolicy.SKIP
    untranslated: UntranslatedPolicy = UntranslatedPolicy.TAG
    once: OncePolicy = OncePolicy.NEWSLETTER
    repeat_updated: bool = False
    first_issue_days: int | None = None
    quiet: tuple[date, ...] = ()
    late: LatePolicy = LatePolicy.RUN
    late_hours: int = 18
    draft_seconds: int = 0
    approval: bool = False
    counts_links: bool = False

    def title(self, language: str) -> str:
        """The newsletter's title in `language`."""
        return self.titles[language]


class IssueState(StrEnum):
    """Where one dated instance of a newsletter stands."""

    COMPOSED = "composed"  #: variants are frozen, nobody was planned yet
    HELD = "held"  #: variants are frozen; it waits for the operator's word
    BLOCKED = "blocked"  #: the gate found what must be mended before anything leaves
    SENDING = "sending"  #: the audience is frozen in the ledger, messages are leaving
    FINISHED = "finished"  #: the ledger balances
    SKIPPED = "skipped"  #: too few articles; they are carried over to the next issue
    STOPPED = "stopped"  #: an operator stopped it; nothing more leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One dated instance of a newsletter, over articles that entered in [window_start, window_end).

    `period` is "2026-W48" for a weekly cadence and "2026-11-24" for a daily one. Nothing leaves
    before `goes_at`; None is at once. `revision` counts its corrections.
    """

    id: int
    newsletter: str
    period: str
    state: IssueState
    window_start: datetime
    window_end: datetime
    composed_at: datetime
    goes_at: datetime | None = None
    revision: int = 0


class IssueAction(StrEnum):
    """What an editor did with an issue that stands."""

    HELD = "held"  #: nothing more leaves until it is released
    RELEASED = "released"  #: it goes on from where it was held
    APPROVED = "approved"  #: somebody read it and said yes
    STOPPED = "stopped"  #: nothing more of it leaves, for good
    CORRECTED = "corrected"  #: what has not left, and the web copy, were made anew
    TESTED = "tested"  #: it was sent to addresses that the editor named


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueChange:
    """One line of an issue's history. `by` is who says so; an empty one is the operator."""

    issue_id: int
    action: IssueAction
    made_at: datetime
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The rendering of an issue for one set of readers: languages, sections, past and appeal.

    `language` is the one it speaks. `html` and `text` hold slot markers in place of a reader's own
    values (render.slots). Empty `sections` means all sections. `key` names the variant within its
    issue (`rules.audience`).
    """

    id: int
    issue_id: int
    key: str
    choice: str
    cohort: int
    language: str
    sections: tuple[str, ...]
    subject: str
    preheader: str
    html: str
    text: str
