"""One visit, taken in: what waits, what is mended, what is watched, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sourcery import Sourcery

from dispatch.model.alarm import AlarmKind
from dispatch.model.article import Author, Entry, TranslationLink
from dispatch.model.source import Harvest, HoldReason
from dispatch.rules import rhythm
from dispatch.store import alarms, recognitions

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def site(database_url: str) -> Iterator[Sourcery]:
    opened = Sourcery(NOW, database_url)
    yield opened
    opened.close()


def entry(number: int, **fields: object) -> Entry:
    made = Entry(
        source_id=f"urn:{number}",
        url=f"https://news.example/{number}",
        title=f"Article number {number} of many",
        html=f"<p>{' '.join(f'word{number}x{step}' for step in range(40))}</p>",
        authors=(Author(name=f"Author {number}"),),
        published_at=NOW - HOUR * (number + 1),
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def standing(site: Sourcery) -> set[AlarmKind]:
    with site.db.read() as tx:
        return {one.kind for one in alarms.list_standing(tx)}


def test_what_is_dated_ahead_waits_for_its_hour(site: Sourcery) -> None:
    site.visit(entry(1))
    hour = NOW + 6 * HOUR
    ahead = entry(2, published_at=hour)
    report = site.visit(entry(1), ahead)
    assert (report.new, report.held) == (0, 1)
    assert site.state.next_poll_at is not None
    assert site.state.next_poll_at <= hour + 15 * HOUR / 60
    site.later(hours=7)
    report = site.take(Harvest(not_modified=True))
    assert (report.new, report.not_modified) == (1, True), "its document need not change for it"
    article = site.articles()[0]
    assert (article.title, article.published_at) == (ahead.title, hour)
    assert article.entered_at == site.clock.now()
    assert site.held() == []


def test_a_fast_clock_of_the_server_makes_no_embargo(site: Sourcery) -> None:
    """Two hours fast: what it dates ahead by less is news, and its real hours come earlier."""
    site.visit(entry(1), clock_ahead_seconds=7200)
    hour = NOW + 3 * HOUR
    ahead = [entry(2, published_at=NOW + 2 * HOUR), entry(3, published_at=hour)]
    report = site.visit(entry(1), *ahead, clock_ahead_seconds=7200)
    assert (report.new, report.held) == (1, 1)
    (waiting,) = site.held()
    assert waiting.until_at == hour - 2 * HOUR
    (news,) = [one for one in site.articles() if one.title == entry(2).title]
    assert news.published_at == NOW, "nothing is shown as of tomorrow"
    site.later(hours=1)
    assert site.take(Harvest(not_modified=True)).new == 1
    assert site.held() == []


def test_a_date_beyond_belief_is_one_by_the_servers_own_clock(site: Sourcery) -> None:
    site.visit(entry(1))
    far = entry(2, published_at=NOW + 31 * DAY)
    assert site.visit(entry(1), far).new == 1, "no date at all: it is new now"
    later = entry(3, published_at=NOW + 31 * DAY)
    report = site.visit(entry(1), far, later, clock_ahead_seconds=2 * 86_400)
    assert report.held == 1
    assert [one.until_at for one in site.held()] == [NOW + 29 * DAY]


def test_what_left_its_source_before_its_hour_is_for_a_person_to_decide(site: Sourcery) -> None:
    site.visit(entry(1))
    site.visit(entry(1), entry(2, published_at=NOW + HOUR))
    site.later(hours=2)
    site.visit(entry(1))
    (waiting,) = site.held()
    assert waiting.reason is HoldReason.VANISHED
    assert AlarmKind.FLOOD in standing(site)
    assert site.visit(entry(1), waiting.entry).new == 1, "it came back by itself"


def test_lost_identifiers_are_mended_and_the_reason_is_kept(site: Sourcery) -> None:
    site.visit(*(entry(number) for number in range(8)))
    lost = entry(3, source_id="new:3", url="https://moved.example/three.html")
    report = site.visit(*(entry(number) for number in range(8) if number != 3), lost)
    assert (report.new, report.repaired, len(site.articles())) == (0, 1, 8)
    (moved,) = [one for one in site.articles() if one.url == lost.url]
    with site.db.read() as tx:
        *_, last = recognitions.list_of(tx, moved.id)
    assert (last.step, last.decision) == ("likeness", "changed")
    assert last.why == "same title, 0 h apart, 100% of the text in common"


def test_a_poll_that_teaches_nothing_writes_no_reason(site: Sourcery) -> None:
    for _ in range(3):
        site.visit(entry(1))
    with site.db.read() as tx:
        assert len(recognitions.list_of(tx, site.articles()[0].id)) == 1


def test_identifiers_that_were_all_rebuilt_send_nothing(site: Sourcery) -> None:
    site.visit(*(entry(number) for number in range(20)))
    site.later(hours=1)
    rebuilt = [
        entry(number, source_id=f"cms:{number}", url=f"https://new.example/a/{number}")
        for number in range(20)
    ]
    report = site.visit(*rebuilt)
    assert (report.new, report.held, report.repaired) == (0, 0, 20)
    assert standing(site) == {AlarmKind.REBUILT}
    assert site.entered(NOW, NOW + DAY) == []
    site.later(hours=1)
    assert site.visit(*rebuilt).repaired == 0
    assert standing(site) == set()


def test_one_title_on_everything_takes_nothing(site: Sourcery) -> None:
    site.visit(*(entry(number) for number in range(6)))
    report = site.visit(*(entry(number, title="Untitled") for number in range(6)))
    assert "all 6 entries are called 'Untitled'" in report.failure
    assert {one.title for one in site.articles()} != {"Untitled"}
    assert standing(site) == {AlarmKind.SAME_TITLES}
    site.visit(*(entry(number) for number in range(6)))
    assert standing(site) == set()


def test_an_empty_document_is_an_alarm_until_it_is_filled_again(site: Sourcery) -> None:
    site.visit(entry(1), entry(2))
    for _ in range(2):
        site.visit()
        assert standing(site) == {AlarmKind.EMPTY}
        assert len(site.articles()) == 2, "absence is no withdrawal"
    site.visit(entry(1))
    assert standing(site) == set()


def test_a_source_shows_its_rhythm_from_the_first_document(site: Sourcery) -> None:
    site.visit(*(entry(number, published_at=NOW - DAY * number) for number in range(8)))
    assert rhythm.usual_gap(site.state.arrivals_at) == DAY
    site.later(days=4)
    site.visit(*(entry(number, published_at=NOW - DAY * number) for number in range(8)))
    assert standing(site) == {AlarmKind.SILENT}


def test_one_identifier_for_several_entries_is_remembered_for_good(site: Sourcery) -> None:
    site.visit(entry(1))
    twins = [entry(2, source_id="same"), entry(3, source_id="same")]
    assert site.visit(entry(1), *twins).new == 2
    assert site.state.ids_are_shared
    assert site.visit(entry(1), entry(4, source_id="same")).new == 1
    assert AlarmKind.SHARED_IDS in standing(site)


def test_a_new_address_in_the_configuration_makes_no_news(site: Sourcery) -> None:
    site.visit(*(entry(number) for number in range(3)))
    site.later(hours=1)
    site.source = replace(site.source, url="https://news.example/all/feed")
    site.visit(*(entry(number) for number in range(6)))
    assert len(site.articles()) == 6
    assert site.entered(NOW, NOW + DAY) == []


def test_a_claim_of_translation_that_disappears_parts_two_articles(site: Sourcery) -> None:
    russian = entry(2, title="Номер два, по-русски", language="ru")
    link = TranslationLink(url=russian.url or "", language="ru")
    site.visit(entry(1, translations=(link,), language="en"), russian)
    assert all(one.translations for one in site.articles())
    site.visit(entry(1, language="en"), russian)
    assert not any(one.translations for one in site.articles())


def test_two_articles_of_one_language_are_not_joined_and_it_is_said(site: Sourcery) -> None:
    link = TranslationLink(url=entry(2).url or "")
    report = site.visit(entry(1, translations=(link,)), entry(2))
    assert any("are said to be translations" in warning for warning in report.warnings)


def test_letters_overrule_the_language_of_a_theme(site: Sourcery) -> None:
    title = "Совет собрался во вторник и принял план без долгих споров"
    report = site.visit(entry(1, title=title), language="en-US")
    assert [one.language for one in site.articles()] == ["ru"]
    assert any("the letters are those of 'ru'" in warning for warning in report.warnings)


def test_content_that_changes_at_every_visit_is_followed_for_a_while(site: Sourcery) -> None:
    changes = 0
    for number in range(40):
        changes += site.visit(entry(1, html=f"<p>{number} people read this</p>")).changed
    assert changes == 24
    assert site.visit(entry(1, html="<p>New</p>", updated_at=NOW)).changed == 1
