from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from newsroom import Newsroom, slug_of, text_of

from dispatch import sources
from dispatch.model.source import Harvest

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "cli/source",
    "collect/backfill",
    "collect/books",
    "collect/release",
    "collect/remember",
    "collect/report",
    "collect/status",
    "store/quarantine",
    "store/recognitions",
)


def counts(newsroom: Newsroom, **options: bool) -> tuple[int, int, int, int]:
    (report,) = newsroom.collect(**options).articles.sources
    return report.new, report.changed, report.unchanged, report.withdrawn


def test_a_new_article_is_minted_with_a_uid_that_holds_no_slug(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties", sections=["foreign-policy", "economy"])
    assert counts(newsroom) == (1, 0, 0, 0)
    (article,) = newsroom.articles()
    assert article.uid == f"tag:meridian.example,2026:article:{article.id}"
    assert article.sections == ("foreign-policy", "economy")
    assert article.standfirst == "Maria Lindqvist on long treaties"


def test_an_unchanged_folder_is_not_read_again(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    (report,) = newsroom.collect().articles.sources
    assert report.not_modified
    assert not report.has_changes


def test_a_changed_text_changes_the_article_but_not_its_identity(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    (before,) = newsroom.articles()
    newsroom.later(hours=1)
    newsroom.article("Long treaties", text="Another paragraph.", published_at=before.published_at)
    assert counts(newsroom) == (0, 1, 0, 0)
    (after,) = newsroom.articles()
    assert after.uid == before.uid
    assert after.published_at == before.published_at
    assert after.updated_at == before.updated_at, "a typo does not move `updated`"


def test_a_new_standfirst_moves_updated(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.article("Long treaties", standfirst="Somebody else on treaties")
    newsroom.collect()
    (article,) = newsroom.articles()
    assert article.updated_at == newsroom.clock.now()


def test_a_new_address_keeps_the_article(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    (before,) = newsroom.articles()
    newsroom.later(hours=1)
    newsroom.article("Long treaties", slug="en/moved-for-good/")
    newsroom.collect()
    (after,) = newsroom.articles()
    assert (after.uid, after.url) == (before.uid, "http://127.0.0.1:8400/en/moved-for-good/")


def test_translations_find_each_other_in_either_order(newsroom: Newsroom) -> None:
    first = newsroom.article("Long treaties")
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.article("Длинные договоры", language="ru", translation_of=first)
    newsroom.collect()
    (english,) = newsroom.articles("en")
    (russian,) = newsroom.articles("ru")
    assert english.group_id == russian.group_id
    assert [one.url for one in english.translations] == [russian.url]
    assert [one.language for one in russian.translations] == ["en"]


def test_a_bad_file_is_named_and_stops_no_other(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.write("broken.md", "---\ntitle: [unclosed\n---\ntext\n")
    (report,) = newsroom.collect().articles.sources
    assert report.new == 1
    assert any("broken.md" in warning for warning in report.warnings)


def test_an_unknown_section_is_reported_once_with_its_count(newsroom: Newsroom) -> None:
    for number in range(3):
        newsroom.article(f"Piece {number}", sections=["horoscopes"])
    (report,) = newsroom.collect().articles.sources
    about = [warning for warning in report.warnings if "horoscopes" in warning]
    assert about == ["section label 'horoscopes' (3 entries) names no section"]


def test_an_unknown_section_is_told_once_and_not_at_every_poll(newsroom: Newsroom) -> None:
    newsroom.article("Piece 1", sections=["horoscopes"])
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.article("Piece 2", sections=["horoscopes"])
    newsroom.article("Piece 3", sections=["weather"])
    (report,) = newsroom.collect().articles.sources
    assert [warning for warning in report.warnings if "label" in warning] == [
        "section label 'weather' (1 entries) names no section"
    ]


def test_the_publication_is_not_among_the_authors(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties", authors=["The Meridian", "Ann Reed"])
    newsroom.collect()
    (article,) = newsroom.articles()
    assert [author.name for author in article.authors] == ["Ann Reed"]


def test_a_language_that_is_not_published_is_left_out_and_named(newsroom: Newsroom) -> None:
    newsroom.article("Traités", language="fr")
    (report,) = newsroom.collect().articles.sources
    assert report.new == 0
    assert any("'fr'" in warning for warning in report.warnings)


def test_a_dry_run_reports_and_keeps_nothing(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    assert counts(newsroom, dry_run=True) == (1, 0, 0, 0)
    assert newsroom.articles() == []
    assert counts(newsroom) == (1, 0, 0, 0)


def test_the_back_catalogue_of_a_new_source_keeps_its_own_dates(newsroom: Newsroom) -> None:
    old = newsroom.clock.now() - timedelta(days=200)
    newsroom.article("An old piece", published_at=old)
    newsroom.collect()
    (article,) = newsroom.articles()
    assert article.entered_at == old
    assert article.first_seen_at == newsroom.clock.now()


def test_later_articles_enter_by_our_own_clock(newsroom: Newsroom) -> None:
    newsroom.article("First")
    newsroom.collect()
    newsroom.later(hours=3)
    newsroom.article("Second", published_at=newsroom.clock.now() - timedelta(hours=2))
    newsroom.collect()
    second = next(one for one in newsroom.articles() if one.title == "Second")
    assert second.entered_at == newsroom.clock.now()


def test_a_source_that_shows_everything_as_new_is_held_back_until_released(
    newsroom: Newsroom,
) -> None:
    newsroom.article("First")
    newsroom.collect()
    newsroom.later(hours=1)
    for number in range(20):
        newsroom.article(f"Flood {number}")
    newsroom.article("First", standfirst="It goes on")
    (held,) = newsroom.collect().articles.sources
    assert (held.failure, held.held, held.changed) == ("", 20, 1)
    assert any("dispatch source release desk" in warning for warning in held.warnings)
    assert len(newsroom.articles()) == 1
    newsroom.later(hours=1)
    newsroom.article("Second")
    (later,) = newsroom.collect().articles.sources
    assert (later.new, later.held) == (1, 20), "what comes after the flood is taken"
    released = newsroom.app.intake.release("desk")
    assert (released.new, len(newsroom.articles())) == (20, 22)
    assert newsroom.app.intake.list_held("desk") == []


def test_a_flood_may_be_taken_at_once_or_refused_for_good(newsroom: Newsroom) -> None:
    newsroom.article("First")
    newsroom.collect()
    newsroom.later(hours=1)
    for number in range(20):
        newsroom.article(f"Flood {number}")
    newsroom.collect()
    assert newsroom.app.intake.release("desk", discard=True).refused == 20
    newsroom.later(hours=1)
    newsroom.article("Second")
    (report,) = newsroom.collect().articles.sources
    assert (report.new, report.held) == (1, 0)
    newsroom.article("Third")
    (report,) = newsroom.collect(accept_flood=True).articles.sources
    assert report.new == 21, "an operator may think again"


def test_a_flood_is_an_alarm_that_is_told_once_and_once_more_when_it_is_over(
    newsroom: Newsroom,
) -> None:
    newsroom.article("First")
    newsroom.collect()
    newsroom.later(hours=1)
    for number in range(20):
        newsroom.article(f"Flood {number}")
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.collect()
    (mail,) = newsroom.mails()
    assert mail["To"] == "editors@meridian.example"
    assert mail["Subject"] == "The Meridian: source desk: flood"
    assert "20 entries wait in quarantine" in text_of(mail)
    (status,) = newsroom.app.intake.list_statuses()
    assert [alarm.kind.value for alarm in status.alarms] == ["flood"]
    newsroom.app.intake.release("desk")
    newsroom.later(hours=1)
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.collect()
    first, second = newsroom.mails()
    assert "Over:" in text_of(first) + text_of(second)


def test_why_prints_how_an_article_was_recognised(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties")
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.article("Long treaties", slug="en/moved-for-good/")
    newsroom.collect()
    facts = newsroom.app.intake.why("1")
    assert [(one.decision, one.step) for one in facts.recognitions] == [
        ("new", "none"),
        ("changed", "id"),
    ]
    assert facts.recognitions[0].why == "it was there when the source was first asked"


@pytest.mark.parametrize("missing", ["title", "folder"])
def test_a_broken_source_says_why_and_comes_back(newsroom: Newsroom, missing: str) -> None:
    newsroom.article("First")
    folder = newsroom.root / "articles"
    if missing == "folder":
        folder.rename(newsroom.root / "away")
        (report,) = newsroom.collect().articles.sources
        assert str(folder) in report.failure
        (newsroom.root / "away").rename(folder)
    else:
        newsroom.write("untitled.md", "---\nlanguage: en\n---\ntext\n")
        (report,) = newsroom.collect().articles.sources
        assert any("untitled.md" in warning for warning in report.warnings)
    newsroom.later(hours=1)
    newsroom.collect()
    assert [one.title for one in newsroom.articles()] == ["First"]


def test_a_source_is_asked_again_only_when_it_is_due(newsroom: Newsroom) -> None:
    newsroom.app.intake.collect()
    assert newsroom.app.intake.collect().articles.sources == ()
    newsroom.later(days=1)
    assert len(newsroom.app.intake.collect().articles.sources) == 1


def test_slugs_of_the_test_language_are_plain() -> None:
    assert slug_of("Long, «long» treaties!") == "long-long-treaties"


def test_a_fault_in_the_code_of_a_kind_is_that_sources_failure(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Harvest:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(sources, "KINDS", {"folder": broken})
    (report,) = newsroom.collect().articles.sources
    assert report.failure == "internal error: ZeroDivisionError: by nought"


def test_an_interruption_ends_the_round_and_its_threads(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> Harvest:
        raise KeyboardInterrupt

    monkeypatch.setattr(sources, "KINDS", {"folder": interrupted})
    with pytest.raises(KeyboardInterrupt):
        newsroom.collect()
    assert not [one for one in threading.enumerate() if one.name.startswith("collect-")]
