"""Newsletters, issues, variants and what an issue carried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dispatch import errors
from dispatch.model.newsletter import IssueState, OncePolicy
from dispatch.store import articles, issues, pasts, translations

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)


def test_a_newsletter_keeps_its_number(newsroom: Any) -> None:
    with newsroom.db.write() as tx:
        before = issues.newsletter_ids(tx)
        issues.register_newsletters(tx, ["daily", "digest"], FRIDAY)
        after = issues.newsletter_ids(tx)
    assert after["digest"] == before["digest"]
    assert set(after) == {"daily", "digest"}


def test_a_period_has_one_issue(newsroom: Any) -> None:
    issue_id = newsroom.issue()
    with newsroom.db.write() as tx:
        again = issues.add_issue(
            tx,
            newsletter="digest",
            period="2026-W48",
            state=IssueState.COMPOSED,
            window_start=FRIDAY,
            window_end=FRIDAY,
            now=FRIDAY,
        )
        found = issues.find_issue(tx, "digest", "2026-W48")
        assert issues.find_issue(tx, "digest", "2026-W49") is None
        assert found is not None
        assert found == issues.get_issue(tx, issue_id)
    assert again is None
    assert (found.window_start, found.window_end) == (FRIDAY - timedelta(weeks=1), FRIDAY)


def test_what_must_exist_and_does_not_is_told_by_number(newsroom: Any) -> None:
    with newsroom.db.read() as tx:
        with pytest.raises(errors.NotFoundError, match="issue 99"):
            issues.get_issue(tx, 99)
        with pytest.raises(errors.NotFoundError, match="variant 99"):
            issues.get_variant(tx, 99)


def test_a_skipped_issue_leaves_its_window_to_the_next(newsroom: Any) -> None:
    first, second = newsroom.issue("2026-W48"), newsroom.issue("2026-W49", weeks=1)
    with newsroom.db.write() as tx:
        assert issues.set_state(tx, second, IssueState.SKIPPED, among=[IssueState.SENDING])
        last = issues.last_issue(tx, "digest")
        assert last
        assert last.id == first
        assert issues.last_issue(tx, "other") is None


def test_a_state_moves_only_from_where_it_is_expected(newsroom: Any) -> None:
    issue_id = newsroom.issue()
    with newsroom.db.write() as tx:
        assert not issues.set_state(
            tx, issue_id, IssueState.FINISHED, among=[IssueState.COMPOSED, IssueState.STOPPED]
        )
        assert issues.set_state(tx, issue_id, IssueState.FINISHED, among=[IssueState.SENDING])
        assert issues.list_issues(tx, states=[IssueState.SENDING]) == []
        assert [issue.id for issue in issues.list_issues(tx)] == [issue_id]


def test_variants_are_kept_as_they_were_frozen(newsroom: Any) -> None:
    issue_id = newsroom.issue(keys=("en", "en:economy,world", "ru"))
    with newsroom.db.read() as tx:
        en, chosen, ru = issues.list_variants(tx, issue_id)
        assert issues.find_variant(tx, issue_id, "ru") == ru
        assert issues.find_variant(tx, issue_id, "he") is None
        assert issues.get_variant(tx, chosen.id) == chosen
    assert chosen.sections == ("economy", "world")
    assert en.sections == ()


def test_what_an_issue_carried_is_known_by_issue_by_article_and_by_group(newsroom: Any) -> None:
    issue_id = newsroom.issue()
    english = newsroom.article("https://news.example/en/a")
    russian = newsroom.article("https://news.example/ru/a", language="ru")
    with newsroom.db.write() as tx:
        assert translations.put_claims(tx, {english: ["news.example/ru/a"]}) == ()
        placements = [
            issues.Placement(
                variant_key="en", block="latest", position=0, article_id=english, why={"reads": 7}
            ),
            issues.Placement(variant_key="en", block="top", position=0, article_id=english, why={}),
        ]
        issues.add_placements(tx, issue_id, placements)
        assert issues.list_placements(tx, issue_id) == placements
        of_article = issues.list_placements_of(tx, english)
        assert [(issue.id, placement) for issue, placement in of_article] == [
            (issue_id, placement) for placement in placements
        ]
        assert issues.list_placements_of(tx, russian) == []
        group = articles.get_articles(tx, [russian])[russian].group_id
        once, since = OncePolicy.NEWSLETTER, newsroom.now - timedelta(days=1)
        sent = pasts.list_sent(tx, "digest", once, since)
        assert sent == {("digest", "en"): {group: newsroom.now}}
        assert pasts.list_sent(tx, "other", once, since) == {}
        assert pasts.list_sent(tx, "other", OncePolicy.READER, since) == sent
