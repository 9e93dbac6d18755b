from __future__ import annotations

from datetime import timedelta

from newsroom import Newsroom, html_of, text_of

from dispatch.model.newsletter import IssueState
from dispatch.store import reads


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
