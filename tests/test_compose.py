from __future__ import annotations

from datetime import timedelta

import pytest
from newsroom import Newsroom, html_of, text_of

from dispatch import errors
from dispatch.edit import Word
from dispatch.model.newsletter import IssueAction, IssueState
from dispatch.store import reads

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "app/issues",
    "compose/blocks",
    "compose/desk",
    "compose/listing",
    "compose/material",
    "compose/page",
    "compose/rendering",
)


def shown(newsroom: Newsroom, period: str = "2026-W48", key: str = "en") -> dict[str, list[str]]:
    """Titles by block, in order."""
    titles = {one.id: one.title for one in newsroom.articles()}
    found: dict[str, list[str]] = {}
    for place in newsroom.app.issues.why("weekly", period).placements:
        if place.variant_key == key:
            found.setdefault(place.block, []).append(titles[place.article_id])
    return found


def read(newsroom: Newsroom, title: str, count: int) -> None:
    article = next(one for one in newsroom.articles() if one.title == title)
    with newsroom.app.db.write() as tx:
        reads.add_reads(tx, article.id, newsroom.clock.now().date(), "test", count)


def test_each_reader_gets_the_issue_in_their_own_language(newsroom: Newsroom) -> None:
    first = newsroom.article("Long treaties")
    newsroom.article("Длинные договоры", language="ru", translation_of=first)
    newsroom.reader("ann")
    newsroom.reader("ivan", language="ru")
    newsroom.friday()
    (english,) = newsroom.mails_to("ann")
    (russian,) = newsroom.mails_to("ivan")
    assert english["Content-Language"] == "en"
    assert "Long treaties" in text_of(english)
    assert "Читать по-русски" in html_of(english)
    assert "Длинные договоры" in text_of(russian)
    assert "Длинные договоры" in str(russian["Subject"])
    assert "Пожалуйста, помогите." in text_of(russian)


def test_both_translations_never_reach_the_same_reader(newsroom: Newsroom) -> None:
    first = newsroom.article("Long treaties")
    newsroom.article("Длинные договоры", language="ru", translation_of=first)
    newsroom.reader("ann")
    newsroom.friday()
    (mail,) = newsroom.mails_to("ann")
    assert "Длинные договоры" not in text_of(mail)


def test_each_reader_gets_only_their_sections(newsroom: Newsroom) -> None:
    newsroom.article("Money", sections=["economy"])
    newsroom.article("Treaties", sections=["foreign-policy"])
    newsroom.reader("ann", sections="foreign-policy")
    newsroom.friday()
    (mail,) = newsroom.mails_to("ann")
    assert "Treaties" in text_of(mail)
    assert "Money" not in text_of(mail)


def test_the_most_read_lead_and_are_not_repeated_below(newsroom: Newsroom) -> None:
    for title in ("One", "Two", "Three"):
        newsroom.article(title)
    newsroom.collect()
    read(newsroom, "Two", 50)
    newsroom.reader("ann")
    newsroom.friday()
    found = shown(newsroom)
    assert found["top_reads"] == ["Two"]
    assert sorted(found["latest"]) == ["One", "Three"]


def test_the_ranking_is_frozen_with_the_issue(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.article("Two")
    newsroom.collect()
    read(newsroom, "Two", 50)
    newsroom.friday()
    before = newsroom.app.issues.why("weekly", "2026-W48").placements
    read(newsroom, "One", 500)
    assert newsroom.app.issues.why("weekly", "2026-W48").placements == before
    (top,) = [one for one in before if one.block == "top_reads" and one.variant_key == "en"]
    assert top.why["reads"] == 50


def test_the_same_newsletter_and_period_give_the_same_issue(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    newsroom.friday()
    first = newsroom.app.issues.compose("weekly")
    newsroom.article("Two")
    newsroom.collect()
    second = newsroom.app.issues.compose("weekly")
    assert first.issue == second.issue
    assert not second.is_new


def test_an_article_comes_in_one_issue_only(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    newsroom.later(hours=1)
    newsroom.article("Two")
    newsroom.friday(week=1)
    first, second = sorted(newsroom.mails_to("ann"), key=lambda mail: str(mail["Message-ID"]))
    assert "One" in text_of(first)
    assert "One" not in text_of(second).splitlines()
    assert shown(newsroom, "2026-W49") == {"latest": ["Two"]}


def test_an_article_at_the_cutoff_goes_into_the_next_issue(newsroom: Newsroom) -> None:
    newsroom.article("Before")
    newsroom.collect()
    newsroom.friday()
    newsroom.article("At the very moment", published_at=newsroom.clock.now())
    newsroom.collect()
    newsroom.friday(week=1)
    assert shown(newsroom, "2026-W48") == {"latest": ["Before"]}
    assert shown(newsroom, "2026-W49") == {"latest": ["At the very moment"]}


def test_a_thin_week_is_skipped_and_its_articles_are_carried_over(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    newsroom.collect()
    newsroom.friday()
    assert newsroom.issue().state is IssueState.SKIPPED
    assert newsroom.mails() == []
    newsroom.article("One", published_at=newsroom.clock.now() + timedelta(hours=1))
    newsroom.later(days=1)
    newsroom.collect()
    newsroom.friday(week=1)
    assert len(newsroom.mails_to("ann")) == 1


def test_a_withdrawn_article_is_in_no_issue(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.article("Two")
    newsroom.collect()
    from dispatch.store import articles

    gone = next(one for one in newsroom.articles() if one.title == "One")
    with newsroom.app.db.write() as tx:
        articles.withdraw_article(tx, gone.id, newsroom.clock.now())
    newsroom.friday()
    assert shown(newsroom) == {"latest": ["Two"]}


def test_an_editors_note_opens_the_issue_it_was_written_for(newsroom: Newsroom) -> None:
    config = newsroom.root / "config.toml"
    text = config.read_text().replace('blocks = ["top_reads"', 'blocks = ["note", "top_reads"')
    config.write_text(text)
    note = newsroom.root / "notes" / "weekly" / "2026-W48.en.txt"
    note.parent.mkdir(parents=True)
    note.write_text("# Dear readers\n\nThis week was long.\n")
    newsroom.article("One")
    newsroom.collect()
    app = newsroom.open_app()
    newsroom.clock.time += timedelta(days=2)
    written = app.issues.preview("weekly", newsroom.root / "preview")
    english = next(path for path in written if path.name.endswith("-en.txt"))
    assert "Dear readers" in english.read_text()
    assert "This week was long." in english.read_text()
    app.close()


def test_a_preview_keeps_and_sends_nothing(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    newsroom.reader("ann")
    written = newsroom.app.issues.preview("weekly", newsroom.root / "preview")
    assert {path.suffix for path in written} == {".html", ".txt"}
    assert newsroom.app.issues.list_issues() == []
    assert newsroom.mails() == []


# --- Readers of several languages ---------------------------------------------------------------


def configure(newsroom: Newsroom, *lines: str) -> None:
    """Give the newsletter more keys."""
    config = newsroom.root / "config.toml"
    text = config.read_text(encoding="utf-8")
    more = "\n".join(['list_id = "weekly.meridian.example"', *lines])
    config.write_text(text.replace('list_id = "weekly.meridian.example"', more), encoding="utf-8")
    newsroom.app.close()
    newsroom.app = newsroom.open_app()


def publish_three(newsroom: Newsroom) -> None:
    """A piece in both languages, one in Russian alone, one in English alone."""
    first = newsroom.article("Long treaties")
    newsroom.article("Длинные договоры", language="ru", translation_of=first)
    newsroom.article("Только по-русски", language="ru")
    newsroom.article("English only")


@pytest.mark.parametrize(
    ("policy", "titles"),
    [
        ("tag", {"Long treaties", "English only", "Только по-русски"}),
        ("omit", {"Long treaties", "English only"}),
        ("replace", {"Long treaties", "English only"}),
    ],
)
def test_a_reader_of_two_languages_gets_each_piece_once_in_the_preferred_one(
    newsroom: Newsroom, policy: str, titles: set[str]
) -> None:
    configure(newsroom, f'untranslated = "{policy}"')
    publish_three(newsroom)
    newsroom.reader("eve", languages="en,ru")
    newsroom.friday()
    (mail,) = newsroom.mails_to("eve")
    assert set(shown(newsroom, key="en+ru")["latest"]) == titles
    assert mail["Content-Language"] == "en"
    assert "Читать по-русски" in html_of(mail)
    assert "Длинные договоры" not in text_of(mail)
    if policy == "tag":
        assert 'lang="ru" dir="ltr"' in html_of(mail)
        assert "Russian ·" in text_of(mail)


def test_the_other_order_of_languages_is_another_issue(newsroom: Newsroom) -> None:
    publish_three(newsroom)
    newsroom.reader("eve", languages="ru,en")
    newsroom.friday()
    (mail,) = newsroom.mails_to("eve")
    assert mail["Content-Language"] == "ru"
    assert set(shown(newsroom, key="ru+en")["latest"]) == {
        "Длинные договоры",
        "Только по-русски",
        "English only",
    }
    assert "английский ·" in text_of(mail)


def test_where_places_are_filled_the_next_article_comes_where_they_are_not_it_does_not(
    newsroom: Newsroom,
) -> None:
    configure(newsroom, "latest_count = 1", 'untranslated = "replace"')
    hour = timedelta(hours=1)
    newsroom.article("Older", published_at=newsroom.clock.now() - 2 * hour)
    newsroom.article("Новее", language="ru", published_at=newsroom.clock.now() - hour)
    newsroom.reader("eve", languages="en,ru")
    newsroom.collect()
    assert newsroom.app.issues.compose("weekly", dry_run=True).placements
    newsroom.friday()
    assert shown(newsroom, key="en+ru") == {"latest": ["Older"]}


# --- Once ----------------------------------------------------------------------------------------


def test_a_late_translation_reaches_those_who_had_not_had_the_piece(newsroom: Newsroom) -> None:
    first = newsroom.article("Long treaties")
    for name, languages in (("ann", "en"), ("ivan", "ru"), ("eve", "en,ru")):
        newsroom.reader(name, languages=languages)
    newsroom.friday()
    newsroom.later(days=1)
    newsroom.article("Длинные договоры", language="ru", translation_of=first)
    newsroom.article("News")
    newsroom.friday(week=1)
    assert shown(newsroom, "2026-W49", "ru") == {"latest": ["Длинные договоры"]}
    assert shown(newsroom, "2026-W49", "en+ru") == {"latest": ["News"]}


def test_a_reader_who_changes_languages_does_not_get_the_piece_again(newsroom: Newsroom) -> None:
    first = newsroom.article("Long treaties")
    for name in ("ann", "eve"):
        newsroom.reader(name)
    newsroom.reader("ivan", language="ru")
    newsroom.friday()
    newsroom.later(days=1)
    newsroom.article("Длинные договоры", language="ru", translation_of=first)
    newsroom.article("Новость", language="ru")
    newsroom.reader("eve", language="ru")
    newsroom.friday(week=1)
    (ivan,) = newsroom.mails_to("ivan")
    _, eve = sorted(newsroom.mails_to("eve"), key=lambda mail: str(mail["Message-ID"]))
    assert "Длинные договоры" in text_of(ivan)
    assert "Новость" in text_of(eve)
    assert "Длинные договоры" not in text_of(eve).splitlines()


def test_an_article_that_is_marked_as_updated_comes_again_and_says_so(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    newsroom.later(days=1)
    (one,) = newsroom.articles("en")
    newsroom.app.intake.mark_updated(str(one.id))
    newsroom.friday(week=1)
    newsroom.article("Two")
    newsroom.friday(week=2)
    assert shown(newsroom, "2026-W49") == {"latest": ["One"]}
    assert shown(newsroom, "2026-W50") == {"latest": ["Two"]}
    _, again, _ = sorted(newsroom.mails_to("ann"), key=lambda mail: str(mail["Message-ID"]))
    assert "Updated ·" in text_of(again)


# --- Thin weeks ----------------------------------------------------------------------------------


def test_a_thin_issue_is_held_until_somebody_releases_it(newsroom: Newsroom) -> None:
    configure(newsroom, "minimum_articles = 2", 'thin = "hold"')
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    assert newsroom.issue().state is IssueState.HELD
    assert newsroom.mails() == []
    newsroom.app.editors.move("weekly", "2026-W48", Word(action=IssueAction.RELEASED))
    newsroom.deliver()
    assert len(newsroom.mails_to("ann")) == 1


def test_the_articles_of_a_held_issue_are_in_the_next_one(newsroom: Newsroom) -> None:
    configure(newsroom, "minimum_articles = 2", 'thin = "hold"')
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    newsroom.later(days=1)
    newsroom.article("Two")
    newsroom.friday(week=1)
    assert newsroom.issue().state is IssueState.SKIPPED
    assert sorted(shown(newsroom, "2026-W49")["latest"]) == ["One", "Two"]
    with pytest.raises(errors.InputError, match="cannot be released"):
        newsroom.app.editors.move("weekly", "2026-W48", Word(action=IssueAction.RELEASED))


def test_a_thin_issue_may_go_out_all_the_same(newsroom: Newsroom) -> None:
    configure(newsroom, "minimum_articles = 5", 'thin = "send"')
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    assert len(newsroom.mails_to("ann")) == 1


def test_the_first_issue_reaches_back_as_far_as_it_is_told(newsroom: Newsroom) -> None:
    configure(newsroom, "first_issue_days = 60")
    newsroom.article("Old", published_at=newsroom.clock.now() - timedelta(days=40))
    newsroom.reader("ann")
    newsroom.friday()
    assert shown(newsroom) == {"latest": ["Old"]}
