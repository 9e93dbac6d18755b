from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatch.model.article import Article
from dispatch.model.newsletter import Cadence, Newsletter
from dispatch.rules import ranking, selection

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")

NEWSLETTER = Newsletter(
    name="weekly",
    titles={"en": "Weekly"},
    languages=("en",),
    cadence=Cadence(weekday=4, at=time(9), time_zone=ZONE),
    blocks=("top_reads", "latest"),
    from_name={"en": "Us"},
    from_address="us@news.example",
    reply_to=None,
    list_id="weekly.news.example",
    latest_count=2,
)


def article(number: int, *, group: int | None = None, sections: Sequence[str] = ()) -> Article:
    at = NOW - timedelta(hours=number)
    return Article(
        id=number,
        uid=f"tag:{number}",
        url=f"https://news.example/{number}",
        language="en",
        title=f"Title {number}",
        source="site",
        sections=tuple(sections),
        group_id=group or number,
        published_at=at,
        updated_at=at,
        entered_at=at,
        first_seen_at=at,
    )


def candidates(articles: Sequence[Article], reads: dict[int, int]) -> selection.Candidates:
    return selection.Candidates(
        recent=articles,
        entered=articles,
        archive=articles,
        evidence=ranking.Evidence(
            reads={number: {(NOW.date(), "site"): count} for number, count in reads.items()}
        ),
        relations={},
        closes_at=NOW,
        zone=ZONE,
        language="en",
    )


def ids(chosen: Sequence[selection.Chosen]) -> list[int]:
    return [one.article.id for one in chosen]


def test_latest_shows_the_newest_and_counts_the_rest() -> None:
    found = candidates([article(3), article(1), article(2)], {})
    chosen, omitted = selection.choose_latest(found, selection.Shown(), NEWSLETTER)
    assert (ids(chosen), omitted) == ([1, 2], 1)


def test_what_a_block_shows_no_later_block_shows_again_nor_its_translation() -> None:
    twins = [article(1, group=1), replace(article(2, group=1), language="en"), article(3)]
    shown = selection.Shown()
    top = selection.choose_top_reads(candidates(twins, {1: 40}), shown, NEWSLETTER)
    shown.add(top)
    chosen, _ = selection.choose_latest(candidates(twins, {}), shown, NEWSLETTER)
    assert ids(top) == [1]
    assert ids(chosen) == [3]


def test_top_reads_say_why() -> None:
    (top,) = selection.choose_top_reads(
        candidates([article(1), article(2)], {2: 9}), selection.Shown(), NEWSLETTER
    )
    assert top.article.id == 2
    assert top.why["reads"] == 9


def test_nothing_is_related_to_nothing() -> None:
    found = candidates([article(1)], {})
    assert selection.choose_read_also(found, selection.Shown(), NEWSLETTER) == ()


def test_an_article_fits_by_language_section_and_being_there() -> None:
    one = article(1, sections=["economy"])
    assert selection.fits(one, ["en"], ())
    assert selection.fits(one, ["en"], ["economy", "security"])
    assert not selection.fits(one, ["en"], ["security"])
    assert not selection.fits(one, ["ru"], ())
    assert not selection.fits(replace(one, withdrawn_at=NOW), ["en"], ())


def test_groups_follow_the_publication_and_the_sectionless_come_last() -> None:
    found = [article(1), article(2, sections=["b"]), article(3, sections=["a", "b"])]
    grouped = selection.group_by_section(found, ["a", "b", "c"])
    assert [(key, [one.id for one in members]) for key, members in grouped] == [
        ("a", [3]),
        ("b", [2]),
        ("", [1]),
    ]
