"""The rankings that went out are found again, as they were, newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dispatch.model.newsletter import IssueState
from dispatch.model.ranking import FrozenPlace
from dispatch.store import issues, rankings
from dispatch.store.issues import Placement


def placement(article: int, position: int, *, key: str = "en", block: str = "top_reads") -> Any:
    return Placement(
        variant_key=key, block=block, position=position, article_id=article, why={"reads": 9}
    )


def test_a_ranking_is_what_the_issue_showed_to_readers_of_all_sections(newsroom: Any) -> None:
    one, two = newsroom.article("https://a.example/1"), newsroom.article("https://a.example/2")
    issue = newsroom.issue()
    with newsroom.db.write() as tx:
        shown = [placement(two, 1), placement(one, 2), placement(one, 1, block="latest")]
        issues.add_placements(tx, issue, [*shown, placement(one, 1, key="en:economy")])
        (ranking,) = rankings.list_rankings(tx, "en")
        assert rankings.list_rankings(tx, "ru") == []
    assert (ranking.newsletter, ranking.period, ranking.language) == ("digest", "2026-W48", "en")
    assert ranking.frozen_at == newsroom.now
    assert ranking.places == (
        FrozenPlace(position=1, article_id=two, why={"reads": 9}),
        FrozenPlace(position=2, article_id=one, why={"reads": 9}),
    )


def test_rankings_come_newest_first_and_only_of_issues_that_are_out(newsroom: Any) -> None:
    article = newsroom.article("https://a.example/1")
    made = [newsroom.issue(f"2026-W{48 + week}", weeks=week) for week in range(4)]
    with newsroom.db.write() as tx:
        for issue in made:
            issues.add_placements(tx, issue, [placement(article, 1)])
        every = tuple(IssueState)
        issues.set_state(tx, made[1], IssueState.COMPOSED, among=every)
        issues.set_state(tx, made[3], IssueState.STOPPED, among=every)
        found = rankings.list_rankings(tx, "en")
        assert [one.period for one in found] == ["2026-W50", "2026-W48"]
        assert found[0].frozen_at - found[1].frozen_at == timedelta(weeks=2)
        assert len(rankings.list_rankings(tx, "en", limit=1)) == 1
        assert rankings.list_rankings(tx, "en", newsletters=["other"]) == []
