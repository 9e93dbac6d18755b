"""Judges a whole document: what each of its entries is, seen together with the others.

In: the entries of one visit with their names, and what the store knows under those names. Out: a
Judgement, a verdict for each entry with its reason. Never: the store, the clock, or an entry left
without a verdict.

One entry is judged by `rules.identity`. Here stands what only the document shows: an article that
comes twice, one identifier on several entries, identifiers that were all rebuilt, a flood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.model.article import Entry
from dispatch.model.source import HoldReason
from dispatch.rules import identity, likeness
from dispatch.rules.identity import Decision, Key, Known, Step
from dispatch.rules.likeness import Candidate, Likeness

#: So many lost identifiers are mended in one visit without asking. More of them is either a
#: rebuild, which more than half of the document must show, or an accident that a person looks at.
MAX_REPAIRS = 3
REBUILT_SHARE = 0.5
FEWEST_REBUILT = 4

#: What is dated this long before a release of held entries is archive, not news.
RELEASED_NEWS = timedelta(hours=48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """An entry with all that its verdict needs. `text` is its body without markup."""

    entry: Entry
    language: str
    sections: tuple[str, ...]
    content_hash: str
    keys: tuple[Key, ...]
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What quarantine says of a name: why it is there, since when, and until when."""

    name: str
    reason: HoldReason
    held_at: datetime
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the store knows about a document: articles and held entries by key, and candidates."""

    known: Mapping[Key, Known]
    held: Mapping[Key, Held]
    candidates: Sequence[Candidate] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Under which a document came.

    `is_trusted` takes what the flood brake and the limit on repairs would hold (a release).
    `archive_before` makes an archive of older entries (the source's address was changed).
    `clock_ahead` is by how much the clock of its server is fast.
    """

    source: str
    visited_at: datetime
    is_first_poll: bool = False
    last_success_at: datetime | None = None
    ids_are_shared: bool = False
    is_trusted: bool = False
    archive_before: datetime | None = None
    clock_ahead: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one entry is, by which step of the ladder, and why in a sentence.

    `known` is the article that it belongs to, None for a new one. `entered_at` belongs to NEW,
    `hold` and `until_at` to HELD. `has_new_names` says that the article gains a name by it.
    """

    incoming: Incoming
    decision: Decision
    step: Step
    why: str
    known: Known | None = None
    entered_at: datetime | None = None
    hold: HoldReason | None = None
    until_at: datetime | None = None
    has_new_names: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdicts on a document, in its order, and what it shows as a whole.

    `flooded`, `repaired` and `unrepaired` count entries. `overflowed` means that nothing in the
    document was known, though the source was: more was published than it holds.
    """

    verdicts: tuple[Verdict, ...]
    ids_are_shared: bool
    flooded: int = 0
    repaired: int = 0
    unrepaired: int = 0
    is_rebuilt: bool = False
    overflowed: bool = False


def judge(document: Sequence[Incoming], books: Books, about: Circumstances) -> Judgement:
    """A verdict for every entry of `document`."""
    shared = about.ids_are_shared or has_shared_ids(document)
    if shared:
        document = [_named_by_url(one, about.source) for one in document]
    matches = [identity.find(one.keys, books.known) for one in document]
    doubles = _doubles(document, matches)
    lost = _lost(document, matches, doubles, books, about)
    is_rebuilt = _is_rebuilt(document, matches, lost, books, about)
    mended = lost if is_rebuilt or about.is_trusted or len(lost) <= MAX_REPAIRS else _first(lost)
    before = about.last_success_at if is_rebuilt else about.archive_before
    fresh = [
        at
        for at, match in enumerate(matches)
        if match is None and at not in doubles and at not in lost
    ]
    is_flood = _is_flood(document, fresh, books, about)
    judge_one = _Judge(books, replace(about, archive_before=before), is_flood=is_flood)
    verdicts = []
    for at, (one, match) in enumerate(zip(document, matches, strict=True)):
        if at in doubles:
            verdicts.append(_double(one, doubles[at], document, matches, books))
        elif match is not None:
            verdicts.append(judge_one.known(one, match))
        elif at in lost:
            verdicts.append(judge_one.lost(one, lost[at], is_mended=at in mended))
        else:
            verdicts.append(judge_one.fresh(one))
    return Judgement(
        verdicts=tuple(verdicts),
        ids_are_shared=shared,
        flooded=sum(one.hold is HoldReason.FLOOD for one in verdicts),
        repaired=len(mended),
        unrepaired=len(lost) - len(mended),
        is_rebuilt=is_rebuilt,
        overflowed=_is_overflow(document, matches, lost, about),
    )


def has_shared_ids(document: Iterable[Incoming]) -> bool:
    """Whether one identifier stands on entries with different addresses."""
    addresses: dict[str, set[str]] = defaultdict(set)
    for one in document:
        if one.entry.source_id and one.entry.url:
            addresses[one.entry.source_id].update(key for kind, key in one.keys if kind == "url")
    return any(len(urls) > 1 for urls in addresses.values())


def _named_by_url(one: Incoming, source: str) -> Incoming:
    return replace(one, keys=identity.keys_of(one.entry, source, ids_are_shared=True))


def _doubles(document: Sequence[Incoming], matches: Sequence[Known | None]) -> dict[int, int]:
    """Entries that another one of the document speaks for: place -> the other's place.

    Of two that name one article the one that was updated last speaks, else the first.
    """
    order = sorted(
        range(len(document)),
        key=lambda at: (matches[at] is None, -_updated(document[at].entry), at),
    )
    speaker_of: dict[Key | int, int] = {}
    doubles: dict[int, int] = {}
    for at in order:
        match = matches[at]
        names: list[Key | int] = [*document[at].keys]
        names += [match.article_id] if match else []
        other = speaker_of.get(match.article_id) if match else _first_of(names, speaker_of)
        if other is None:
            speaker_of.update((name, at) for name in names if name not in speaker_of)
        else:
            doubles[at] = other
    return doubles


def _first_of(names: Iterable[Key | int], speaker_of: Mapping[Key | int, int]) -> int | None:
    return next((speaker_of[name] for name in names if name in speaker_of), None)


def _updated(entry: Entry) -> float:
    date = entry.updated_at or entry.published_at
    return date.timestamp() if date else 0.0


def _lost(
    document: Sequence[Incoming],
    matches: Sequence[Known | None],
    doubles: Mapping[int, int],
    books: Books,
    about: Circumstances,
) -> dict[int, Likeness]:
    """Unnamed entries that are articles all the same; one that the document names is taken."""
    if about.is_first_poll or not books.candidates:
        return {}
    taken = {match.article_id for match in matches if match}
    found: dict[int, Likeness] = {}
    for at, one in enumerate(document):
        if matches[at] or at in doubles or not identity.is_usable(one.entry):
            continue
        free = (each for each in books.candidates if each.known.article_id not in taken)
        like = likeness.find_likeness(one.entry, one.text, identity.said_at(one.entry), free)
        if like:
            found[at] = like
            taken.add(like.known.article_id)
    return found


def _first(lost: Mapping[int, Likeness]) -> dict[int, Likeness]:
    return dict(list(lost.items())[:MAX_REPAIRS])


def _is_rebuilt(
    document: Sequence[Incoming],
    matches: Sequence[Known | None],
    lost: Mapping[int, Likeness],
    books: Books,
    about: Circumstances,
) -> bool:
    """Whether most of the document lost its identifiers and is known by address or likeness.

    Another source's articles are known by address because they are another's, not because they
    lost anything.
    """
    renamed = sum(
        match is not None
        and match.source == about.source
        and any(kind == "id" for kind, _ in one.keys)
        and identity.step_of(one.keys, books.known) is Step.URL
        for one, match in zip(document, matches, strict=True)
    )
    changed = renamed + len(lost)
    return changed >= FEWEST_REBUILT and changed > REBUILT_SHARE * len(document)


def _is_flood(
    document: Sequence[Incoming], fresh: Sequence[int], books: Books, about: Circumstances
) -> bool:
    if about.is_trusted:
        return False
    new = [
        document[at]
        for at in fresh
        if identity.is_usable(document[at].entry)
        and not document[at].entry.is_backlog
        and not _held(document[at], books)
    ]
    total = sum(not one.entry.is_backlog for one in document)
    if not identity.is_flood(len(new), total, is_first_poll=about.is_first_poll):
        return False
    dates = [identity.said_at(one.entry) for one in new]
    return not identity.is_catching_up(dates, about.last_success_at, about.visited_at)


def _held(one: Incoming, books: Books) -> Held | None:
    return next((books.held[key] for key in one.keys if key in books.held), None)


def _is_overflow(
    document: Sequence[Incoming],
    matches: Sequence[Known | None],
    lost: Mapping[int, Likeness],
    about: Circumstances,
) -> bool:
    is_later = not about.is_first_poll and bool(document) and not document[0].entry.is_backlog
    return is_later and not any(matches) and not lost


def _double(
    one: Incoming,
    other: int,
    document: Sequence[Incoming],
    matches: Sequence[Known | None],
    books: Books,
) -> Verdict:
    return Verdict(
        incoming=one,
        decision=Decision.DUPLICATE,
        step=Step.NONE,
        why=f"entry {other + 1} of the document is the same: {document[other].entry.title!r}",
        known=matches[other],
        has_new_names=any(key not in books.known for key in one.keys),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges one entry, when the document as a whole has been looked at."""

    books: Books
    about: Circumstances
    is_flood: bool

    def known(self, one: Incoming, match: Known) -> Verdict:
        """An entry that one of its names finds."""
        step = identity.step_of(one.keys, self.books.known)
        return self._on(one, match, step, _STEPS[step])

    def lost(self, one: Incoming, like: Likeness, *, is_mended: bool) -> Verdict:
        """An entry that is like an article; mended, or held where too many are."""
        if is_mended:
            return self._on(one, like.known, Step.LIKENESS, like.why)
        return Verdict(
            incoming=one,
            decision=Decision.HELD,
            step=Step.LIKENESS,
            why=f"it looks like article {like.known.article_id} ({like.why}), as do too many",
            hold=HoldReason.REPAIR,
        )

    def fresh(self, one: Incoming) -> Verdict:
        """An entry that nothing finds."""
        held = _held(one, self.books)
        if not identity.is_usable(one.entry):
            return Verdict(
                incoming=one, decision=Decision.REFUSED, step=Step.NONE, why=_unusable(one.entry)
            )
        if held and held.reason is HoldReason.DISCARDED and not self.about.is_trusted:
            return Verdict(
                incoming=one,
                decision=Decision.DISCARDED,
                step=Step.NONE,
                why="an operator refused it",
            )
        if held and held.reason in _PATIENT and not self.about.is_trusted:
            return self._hold(one, held.reason, "it waits for an operator")
        if self.is_flood and held is None and not one.entry.is_backlog:
            return self._hold(one, HoldReason.FLOOD, "more than half of the document is new")
        if until := self._embargo_until(one):
            return self._hold(one, HoldReason.EMBARGO, f"not before {until:%Y-%m-%d %H:%M} UTC")
        return self._new(one, held)

    def _on(self, one: Incoming, known: Known, step: Step, why: str) -> Verdict:
        decision = identity.decide(one.entry, one.content_hash, known, self.about.source)
        return Verdict(
            incoming=one,
            decision=decision,
            step=step,
            why=why,
            known=known,
            has_new_names=any(key not in self.books.known for key in one.keys),
        )

    def _hold(self, one: Incoming, reason: HoldReason, why: str) -> Verdict:
        return Verdict(
            incoming=one,
            decision=Decision.HELD,
            step=Step.NONE,
            why=why,
            hold=reason,
            until_at=self._embargo_until(one),
        )

    def _embargo_until(self, one: Incoming) -> datetime | None:
        return identity.embargo_until(one.entry, self.about.visited_at, self.about.clock_ahead)

    def _new(self, one: Incoming, held: Held | None) -> Verdict:
        before = self.about.archive_before
        if held and held.reason in _PATIENT:
            before = held.held_at - RELEASED_NEWS
        entered_at = identity.entered_at(
            one.entry,
            self.about.visited_at,
            is_first_poll=self.about.is_first_poll or one.entry.is_backlog,
            archive_before=before,
        )
        return Verdict(
            incoming=one,
            decision=Decision.NEW,
            step=Step.NONE,
            why=self._why_new(held),
            entered_at=entered_at,
        )

    def _why_new(self, held: Held | None) -> str:
        if held and held.reason is HoldReason.EMBARGO:
            return "its hour had come"
        if held:
            return "released from quarantine"
        if self.about.is_first_poll:
            return "it was there when the source was first asked"
        return "none of its names was known, and nothing like it"


#: Reasons that only an operator ends.
_PATIENT = frozenset({HoldReason.FLOOD, HoldReason.REPAIR, HoldReason.DISCARDED})

_STEPS = {
    Step.ID: "the source's own identifier is known",
    Step.PATH: "its identifier is known but for scheme and host",
    Step.URL: "its address is known",
    Step.GUID: "another source knows its identifier, which is unique in the world",
}


def _unusable(entry: Entry) -> str:
    if entry.withdrawn:
        return "it was withdrawn before it was ever seen"
    return f"it has no {'address' if entry.title else 'title'}"
