from __future__ import annotations

import pytest
from newsroom import Newsroom

from dispatch import errors
from dispatch.store import reads


def test_an_article_is_found_by_every_name_it_ever_had(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties", sections=["foreign-policy"])
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.article("Long treaties", sections=["foreign-policy"], slug="en/moved/")
    newsroom.collect()
    (article,) = newsroom.articles()
    names = (
        str(article.id),
        article.uid,
        "http://127.0.0.1:8400/en/moved/",
        "http://127.0.0.1:8400/en/long-treaties/?utm_source=mail",
    )
    for name in names:
        assert newsroom.app.intake.why(name).article == article
    with pytest.raises(errors.NotFoundError):
        newsroom.app.intake.why("http://127.0.0.1:8400/en/never/")


def test_an_article_tells_its_feeds_reads_discards_and_places(newsroom: Newsroom) -> None:
    newsroom.article("Long treaties", sections=["foreign-policy"])
    newsroom.collect()
    (article,) = newsroom.articles()
    today = newsroom.clock.now().date()
    with newsroom.app.db.write() as tx:
        reads.add_reads(tx, article.id, today, "site", 12)
        reads.add_discards(tx, article.id, today, "site", "bot", 7)
    newsroom.friday()
    facts = newsroom.app.intake.why(str(article.id))
    assert facts.feeds == ("en", "en/foreign-policy", "all")
    assert facts.reads == {today: 12}
    assert facts.discards == {"bot": 7}
    ((issue, place),) = facts.placements
    assert (issue.period, place.block, place.position) == ("2026-W48", "top_reads", 1)
    assert place.why["reads"] == 12


def test_a_reader_who_was_never_here_is_not_found(newsroom: Newsroom) -> None:
    with pytest.raises(errors.NotFoundError) as caught:
        newsroom.app.readers.why("ann@reader.example")
    assert "ann@" not in str(caught.value)


def test_an_issue_tells_its_window_its_variants_and_its_balance(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    facts = newsroom.app.issues.why("weekly", "2026-W48")
    assert facts.variants == ("en: One",)
    assert facts.balance.eligible == 1
    assert facts.balance.is_settled
    with pytest.raises(errors.NotFoundError):
        newsroom.app.issues.why("weekly", "2026-W01")
