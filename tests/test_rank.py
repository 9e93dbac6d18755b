"""Top reads of a whole newsroom: the list of now, the editors' word, and site equal to mail."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from newsroom import Newsroom, html_of

from dispatch import errors
from dispatch.model.article import Article
from dispatch.model.ranking import RulingKind, Standing
from dispatch.store import articles, reads

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("app/top",)

WORD: dict[str, Any] = {"by": "Ann", "reason": "our anniversary"}


def read(newsroom: Newsroom, counts: dict[str, int], origin: str = "site") -> None:
    """People read articles, by title, today."""
    by_title = {one.title: one.id for one in newsroom.articles()}
    today = newsroom.clock.now().date()
    with newsroom.app.db.write() as tx:
        for title, count in counts.items():
            reads.add_reads(tx, by_title[title], today, origin, count)


def titled(newsroom: Newsroom, title: str) -> Article:
    return next(one for one in newsroom.articles() if one.title == title)


def publish(newsroom: Newsroom, *titles: str) -> None:
    for number, title in enumerate(titles):
        newsroom.article(title, authors=[f"Author {number}"])
    newsroom.collect()


def top(newsroom: Newsroom, language: str = "en") -> Any:
    path = newsroom.root / "feeds" / "top" / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def titles_of(document: Any) -> list[str]:
    return [one["title"] for one in document["articles"]]


def test_the_ranking_of_now_tells_of_every_candidate(newsroom: Newsroom) -> None:
    publish(newsroom, "Cranes", "Treaties", "Schools")
    read(newsroom, {"Cranes": 5, "Treaties": 9, "Schools": 1})
    with newsroom.app.db.write() as tx:
        day = newsroom.clock.now().date()
        reads.add_discards(tx, titled(newsroom, "Cranes").id, day, "site", "bot", 7)
    (report,) = newsroom.app.top.rank("en")
    found = [(one.title, one.place.position, one.place.standing) for one in report.candidates]
    assert found == [
        ("Treaties", 1, Standing.RANKED),
        ("Cranes", 2, Standing.RANKED),
        ("Schools", 0, Standing.FEW),
    ]
    assert report.candidates[1].discards == {"bot": 7}


def test_before_the_first_issue_the_site_shows_the_ranking_of_now_and_says_so(
    newsroom: Newsroom,
) -> None:
    publish(newsroom, "Cranes", "Treaties")
    read(newsroom, {"Cranes": 5, "Treaties": 9})
    newsroom.app.top.publish()
    document = top(newsroom)
    assert (document["status"], document["period"]) == ("current", None)
    assert titles_of(document) == ["Treaties", "Cranes"]


def test_site_and_mail_show_the_same_list_until_the_next_issue(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    publish(newsroom, "Cranes", "Treaties")
    newsroom.clock.time += timedelta(days=2)
    read(newsroom, {"Cranes": 5, "Treaties": 9})
    newsroom.friday()
    newsroom.deliver()
    read(newsroom, {"Cranes": 500})
    newsroom.app.intake.tally()

    document = top(newsroom)
    assert (document["status"], document["newsletter"]) == ("issue", "weekly")
    assert document["period"] == "2026-W48"
    assert titles_of(document) == ["Treaties", "Cranes"]
    (mail,) = newsroom.mails_to("ann")
    html = html_of(mail)
    assert html.index("Treaties") < html.index("Cranes")
    page = (newsroom.root / "feeds" / "top" / "en.html").read_text(encoding="utf-8")
    assert page.index("Treaties") < page.index("Cranes")


def test_a_withdrawn_article_leaves_the_sites_list_at_once(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    publish(newsroom, "Cranes", "Treaties")
    read(newsroom, {"Cranes": 5, "Treaties": 9})
    newsroom.friday()
    newsroom.deliver()
    with newsroom.app.db.write() as tx:
        articles.withdraw_article(tx, titled(newsroom, "Treaties").id, newsroom.clock.now())
    newsroom.collect()
    assert titles_of(top(newsroom)) == ["Cranes"]


def test_nothing_moves_where_nothing_changed(newsroom: Newsroom) -> None:
    publish(newsroom, "Cranes")
    read(newsroom, {"Cranes": 5})
    newsroom.app.top.publish()
    newsroom.later(hours=1)
    report = newsroom.app.top.publish()
    assert (report.written, report.unchanged) == ((), 4)


def test_an_editor_pins_and_bans_and_the_next_issue_follows(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    publish(newsroom, "Cranes", "Treaties", "Schools")
    newsroom.clock.time += timedelta(days=2)
    read(newsroom, {"Cranes": 5, "Treaties": 9})
    newsroom.app.top.rule(RulingKind.PIN, str(titled(newsroom, "Schools").id), **WORD)
    newsroom.app.top.rule(RulingKind.BAN, titled(newsroom, "Treaties").url, **WORD)
    assert titles_of(top(newsroom)) == ["Schools", "Cranes"]
    newsroom.friday()
    newsroom.deliver()
    document = top(newsroom)
    assert (document["status"], titles_of(document)) == ("issue", ["Schools", "Cranes"])
    facts = newsroom.app.intake.why(str(titled(newsroom, "Schools").id))
    assert [one.why["pinned"] for _, one in facts.placements] == ["our anniversary"]


def test_a_ban_ends_a_pin_and_both_are_in_the_books(newsroom: Newsroom) -> None:
    publish(newsroom, "Cranes")
    name = str(titled(newsroom, "Cranes").id)
    newsroom.app.top.rule(RulingKind.PIN, name, **WORD)
    newsroom.app.top.rule(RulingKind.BAN, name, by="Boris", reason="an obituary")
    ban, pin = newsroom.app.top.list_rulings(name)
    assert (ban.kind, ban.lifted_at) == (RulingKind.BAN, None)
    assert (pin.kind, pin.lifted_by, pin.lifted_because) == (
        RulingKind.PIN,
        "Boris",
        "ban: an obituary",
    )
    assert newsroom.app.top.lift(name, by="Ann", reason="over") == 1
    with pytest.raises(errors.InputError, match="nothing to lift"):
        newsroom.app.top.lift(name, by="Ann", reason="over")


def test_a_dry_run_decides_nothing_and_an_unknown_article_is_told(newsroom: Newsroom) -> None:
    publish(newsroom, "Cranes")
    name = str(titled(newsroom, "Cranes").id)
    newsroom.app.top.rule(RulingKind.PIN, name, dry_run=True, **WORD)
    assert newsroom.app.top.list_rulings() == []
    with pytest.raises(errors.NotFoundError):
        newsroom.app.top.rule(RulingKind.PIN, "999", **WORD)
    with pytest.raises(errors.NotFoundError):
        newsroom.app.top.rank("fr")


def test_clicks_in_mails_alone_do_not_make_a_ranking(newsroom: Newsroom) -> None:
    publish(newsroom, "Cranes", "Treaties")
    read(newsroom, {"Cranes": 5})
    read(newsroom, {"Treaties": 900}, origin="mail")
    (report,) = newsroom.app.top.rank("en")
    shown = [one.title for one in report.candidates if one.place.position]
    assert shown == ["Cranes"]
