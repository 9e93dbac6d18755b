"""A document is judged as a whole: doubles, shared and rebuilt identifiers, floods, embargoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dispatch.model.article import Author, Entry
from dispatch.model.source import HoldReason
from dispatch.rules import identity, likeness, recognition
from dispatch.rules.identity import Decision, Step
from dispatch.rules.recognition import Books, Circumstances, Incoming, Judgement

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ABOUT = Circumstances(source="site", visited_at=NOW, last_success_at=NOW - HOUR)


def incoming(number: int, *, shared: bool = False, **fields: object) -> Incoming:
    entry = Entry(
        source_id=f"urn:{number}",
        url=f"https://news.example/{number}",
        title=f"Title of the article number {number}",
        authors=(Author(name=f"Author {number}"),),
        published_at=NOW - HOUR * (number + 2),
    )
    entry = replace(entry, **fields)  # type: ignore[arg-type]
    return Incoming(
        entry=entry,
        language="en",
        sections=(),
        content_hash=f"{entry.title}{entry.url}",
        keys=identity.keys_of(entry, "site", ids_are_shared=shared),
    )


def known(
    *ones: Incoming, source: str = "site", first: int = 1
) -> dict[identity.Key, identity.Known]:
    found: dict[identity.Key, identity.Known] = {}
    for number, one in enumerate(ones, first):
        fact = identity.Known(
            article_id=number,
            source=source,
            content_hash=one.content_hash,
            title=one.entry.title,
            standfirst="",
            is_withdrawn=False,
        )
        found.update(dict.fromkeys(one.keys, fact))
    return found


def candidates(*ones: Incoming) -> tuple[likeness.Candidate, ...]:
    facts = known(*ones, first=100)
    return tuple(
        likeness.Candidate(
            known=facts[one.keys[0]],
            published_at=one.entry.published_at or NOW,
            authors=likeness.authors_of(one.entry),
            text="",
        )
        for one in ones
    )


def judge(
    document: Sequence[Incoming],
    facts: dict[identity.Key, identity.Known] | None = None,
    about: Circumstances = ABOUT,
    held: dict[identity.Key, recognition.Held] | None = None,
    lost: Sequence[likeness.Candidate] = (),
) -> Judgement:
    return recognition.judge(
        document, Books(known=facts or {}, held=held or {}, candidates=lost), about
    )


def decisions(judgement: Judgement) -> list[Decision]:
    return [one.decision for one in judgement.verdicts]


def renamed(number: int) -> Incoming:
    return incoming(number, source_id=f"new:{number}", url=f"https://moved.example/{number}.html")


def test_every_entry_gets_a_verdict_with_its_step_and_reason() -> None:
    first, second = incoming(1), incoming(2, source_id="other")
    judgement = judge([first, second, incoming(3)], known(first, incoming(2)))
    assert [(one.decision, one.step) for one in judgement.verdicts] == [
        (Decision.UNCHANGED, Step.ID),
        (Decision.UNCHANGED, Step.URL),
        (Decision.NEW, Step.NONE),
    ]
    assert [one.has_new_names for one in judgement.verdicts] == [False, True, False]
    assert all(one.why for one in judgement.verdicts)


def test_an_article_that_comes_twice_is_taken_once_and_its_last_update_speaks() -> None:
    old = incoming(1, updated_at=NOW - 2 * HOUR, title="Old")
    new = incoming(1, source_id="urn:9", updated_at=NOW - HOUR, title="New")
    judgement = judge([old, new])
    assert decisions(judgement) == [Decision.DUPLICATE, Decision.NEW]
    assert "entry 2 of the document" in judgement.verdicts[0].why
    again = judge([old, new], known(incoming(1)))
    assert decisions(again) == [Decision.DUPLICATE, Decision.CHANGED]


def test_an_unknown_entry_that_shares_an_address_with_a_known_one_is_its_double() -> None:
    before = incoming(1)
    stranger = incoming(7, url="https://news.example/new-place")
    moved = incoming(1, url="https://news.example/new-place")
    assert decisions(judge([stranger, moved], known(before))) == [
        Decision.DUPLICATE,
        Decision.CHANGED,
    ]


def test_one_identifier_on_two_addresses_ends_the_rule_of_identifiers() -> None:
    document = [incoming(1, source_id="same"), incoming(2, source_id="same")]
    judgement = judge(document)
    assert judgement.ids_are_shared
    assert decisions(judgement) == [Decision.NEW, Decision.NEW]
    assert {kind for one in judgement.verdicts for kind, _ in one.incoming.keys} == {"url"}


def test_a_few_lost_identifiers_are_mended_and_more_are_held() -> None:
    whole = [incoming(number) for number in range(20, 40)]
    lost = [incoming(number) for number in range(5)]
    for count, mended in ((3, 3), (5, 3)):
        document = [*whole, *(renamed(number) for number in range(count))]
        judgement = judge(document, known(*whole), lost=candidates(*lost[:count]))
        steps = [one.step for one in judgement.verdicts]
        assert steps.count(Step.LIKENESS) == count
        assert (judgement.repaired, judgement.unrepaired) == (mended, count - mended)
        assert decisions(judgement).count(Decision.HELD) == count - mended
        assert Decision.NEW not in decisions(judgement)


def test_an_article_that_the_document_still_names_is_nobody_elses() -> None:
    column = incoming(1, title="Week in review")
    next_week = incoming(2, title="Week in review", authors=column.entry.authors)
    (same,) = candidates(column)
    same = replace(same, known=known(column)[column.keys[0]])
    judgement = judge([column, next_week], known(column), lost=[same])
    assert decisions(judgement) == [Decision.UNCHANGED, Decision.NEW]


def test_identifiers_that_changed_at_once_are_adopted_and_nothing_is_news() -> None:
    before = [incoming(number) for number in range(8)]
    unseen = incoming(9, published_at=NOW - 5 * DAY)
    fresh = incoming(10, published_at=NOW - HOUR / 2)
    document = [*(renamed(number) for number in range(8)), unseen, fresh]
    judgement = judge(document, lost=candidates(*before))
    assert judgement.is_rebuilt
    assert decisions(judgement)[:8] == [Decision.CHANGED] * 8
    entered = [one.entered_at for one in judgement.verdicts[8:]]
    assert entered == [NOW - 5 * DAY, NOW], "what came since the last visit is news all the same"


def test_new_identifiers_at_known_addresses_are_a_rebuild_too() -> None:
    before = [incoming(number) for number in range(8)]
    document = [incoming(number, source_id=f"new:{number}") for number in range(8)]
    assert judge(document, known(*before)).is_rebuilt
    assert not judge(document, known(*before, source="wire")).is_rebuilt, "it is another's article"


def test_a_flood_is_held_and_the_rest_goes_on() -> None:
    whole = [incoming(number) for number in range(5)]
    document = [*whole, *(incoming(number) for number in range(20, 40))]
    judgement = judge(document, known(*whole))
    assert decisions(judgement) == [Decision.UNCHANGED] * 5 + [Decision.HELD] * 20
    assert judgement.flooded == 20
    taken = judge(document, known(*whole), replace(ABOUT, is_trusted=True))
    assert decisions(taken)[5:] == [Decision.NEW] * 20


def test_after_an_outage_much_may_be_new() -> None:
    away = replace(ABOUT, last_success_at=NOW - 3 * DAY)
    fresh = [incoming(number) for number in range(20)]
    assert set(decisions(judge(fresh, about=away))) == {Decision.NEW}
    at_once = [incoming(number, published_at=NOW - HOUR) for number in range(20)]
    assert set(decisions(judge(at_once, about=away))) == {Decision.HELD}, "an import"


def held(one: Incoming, reason: HoldReason, at: datetime) -> dict[identity.Key, recognition.Held]:
    return dict.fromkeys(one.keys, recognition.Held(name="n", reason=reason, held_at=at))


@pytest.mark.parametrize(
    ("reason", "decision"),
    [
        (HoldReason.FLOOD, Decision.HELD),
        (HoldReason.REPAIR, Decision.HELD),
        (HoldReason.DISCARDED, Decision.DISCARDED),
        (HoldReason.EMBARGO, Decision.NEW),
        (HoldReason.VANISHED, Decision.NEW),
    ],
)
def test_what_is_held_waits_for_its_reason(reason: HoldReason, decision: Decision) -> None:
    one = incoming(1)
    assert decisions(judge([one], held=held(one, reason, NOW - HOUR))) == [decision]


def test_what_is_released_is_news_only_if_it_was_when_it_was_held() -> None:
    trusted = replace(ABOUT, is_trusted=True)
    fresh, old = incoming(1), incoming(2, published_at=NOW - 6 * DAY)
    waiting = held(fresh, HoldReason.FLOOD, NOW - DAY) | held(old, HoldReason.FLOOD, NOW - DAY)
    judgement = judge([fresh, old], about=trusted, held=waiting)
    assert [one.entered_at for one in judgement.verdicts] == [NOW, NOW - 6 * DAY]


@pytest.mark.parametrize(
    ("ahead", "decision"),
    [
        (timedelta(minutes=5), Decision.NEW),
        (timedelta(minutes=6), Decision.HELD),
        (timedelta(days=30), Decision.HELD),
    ],
)
def test_a_date_ahead_is_an_embargo_beyond_the_skew_of_clocks(
    ahead: timedelta, decision: Decision
) -> None:
    judgement = judge([incoming(1, published_at=NOW + ahead)])
    assert decisions(judgement) == [decision]
    if decision is Decision.HELD:
        assert judgement.verdicts[0].until_at == NOW + ahead


def test_an_impossible_date_is_not_believed() -> None:
    entry = incoming(1, published_at=NOW + timedelta(days=31)).entry
    assert identity.with_plausible_dates(entry, NOW).published_at is None


def test_a_window_without_anything_known_has_overflowed() -> None:
    document = [incoming(1), incoming(2)]
    assert judge(document).overflowed
    assert not judge(document, known(document[0])).overflowed
    assert not judge(document, about=replace(ABOUT, is_first_poll=True)).overflowed
    assert not judge([]).overflowed


def test_restless_content_is_not_followed_for_ever() -> None:
    one = incoming(1)
    facts = {
        key: replace(fact, content_hash="other", silent_changes=count)
        for count in (24,)
        for key, fact in known(one).items()
    }
    assert decisions(judge([one], facts)) == [Decision.UNCHANGED]
    announced = incoming(1, updated_at=NOW)
    assert decisions(judge([announced], facts)) == [Decision.CHANGED]
