"""The list of issues that readers may see, and whether the database answers."""

from __future__ import annotations

from typing import Any

from dispatch.model.newsletter import IssueState
from dispatch.store import issues


def test_subjects_are_those_of_the_language_newest_first(newsroom: Any) -> None:
    first = newsroom.issue()
    second = newsroom.issue("2026-W49", keys=("en", "ru:economy"), weeks=1)
    with newsroom.db.write() as tx:
        sending = [IssueState.SENDING]
        english = issues.list_subjects(tx, "en", states=sending, limit=9)
        russian = issues.list_subjects(tx, "ru", states=sending, limit=9)
        assert [(issue.id, subject) for issue, subject in english] == [
            (second, "Friday"),
            (first, "Friday"),
        ]
        assert [issue.id for issue, _ in russian] == [first], "a choice of sections is not for all"
        assert len(issues.list_subjects(tx, "en", states=sending, limit=1)) == 1
        assert not issues.list_subjects(tx, "en", states=[IssueState.STOPPED], limit=9)


def test_a_database_answers_until_its_tables_are_gone(newsroom: Any) -> None:
    assert newsroom.db.answers() is True
    with newsroom.db.write() as tx:
        tx.exec_driver_sql("DROP TABLE alembic_version")
    assert newsroom.db.answers() is False
