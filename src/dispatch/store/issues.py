"""Newsletters, issues and variants in the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch import errors
from dispatch.model.newsletter import Issue, IssueState, OncePolicy, Variant
from dispatch.rules import audience
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_newsletter = schema.newsletter
_issue = schema.issue
_variant = schema.variant
_shown = schema.issue_article


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One article in one block of one variant, with the facts that put it there."""

    variant_key: str
    block: str
    position: int
    article_id: int
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantDraft:
    """A variant before it has an id; `key` is spelled of the fields below it (rules.audience)."""

    key: str
    choice: str
    cohort: int = 0
    appeal: str = ""
    language: str
    sections: tuple[str, ...]
    subject: str
    preheader: str
    html: str
    text: str


def register_newsletters(tx: Transaction, names: Iterable[str], now: datetime) -> None:
    """Give every configured newsletter its row, and so its number, once and for ever."""
    rows = [{"name": name, "created_at": now} for name in names]
    upsert.insert_missing(tx, _newsletter, rows)


def newsletter_ids(tx: Transaction) -> dict[str, int]:
    """The number of every newsletter that was ever configured (tokens carry it)."""
    query = sa.select(_newsletter.c.name, _newsletter.c.id)
    return {row.name: row.id for row in tx.execute(query)}


def find_issue(tx: Transaction, newsletter: str, period: str) -> Issue | None:
    """The issue of a newsletter for a period."""
    query = sa.select(_issue).where(_issue.c.newsletter == newsletter, _issue.c.period == period)
    row = tx.execute(query).one_or_none()
    return _issue_of(row) if row else None


def get_issue(tx: Transaction, issue_id: int, *, keep: bool = False) -> Issue:
    """The issue called `issue_id`; raises NotFoundError.

    `keep` lets nobody change it before this transaction ends (SQLite has one writer anyway).
    """
    query = sa.select(_issue).where(_issue.c.id == issue_id)
    row = tx.execute(query.with_for_update(read=True) if keep else query).one_or_none()
    if row is None:
        message = f"there is no issue {issue_id}"
        raise errors.NotFoundError(message)
    return _issue_of(row)


def last_issue(tx: Transaction, newsletter: str) -> Issue | None:
    """The issue whose window ended last.

    Those that were skipped or are held do not count: their articles carry over.
    """
    query = (
        sa.select(_issue)
        .where(_issue.c.newsletter == newsletter, ~is_carried_over())
        .order_by(_issue.c.window_end.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return _issue_of(row) if row else None


def first_window_start(tx: Transaction, newsletter: str) -> datetime | None:
    """From where the very first issue of a newsletter looked, whatever became of it."""
    query = sa.select(sa.func.min(_issue.c.window_start)).where(_issue.c.newsletter == newsletter)
    found: datetime | None = tx.execute(query).scalar_one()
    return found


def list_issues(
    tx: Transaction, *, states: Sequence[IssueState] = tuple(IssueState), limit: int = 100
) -> list[Issue]:
    """Issues in any of `states`, newest first."""
    query = sa.select(_issue).where(_issue.c.state.in_([state.value for state in states]))
    newest = query.order_by(_issue.c.window_end.desc(), _issue.c.id.desc()).limit(limit)
    return [_issue_of(row) for row in tx.execute(newest)]


def list_subjects(
    tx: Transaction, language: str, *, states: Sequence[IssueState], limit: int
) -> list[tuple[Issue, str]]:
    """Issues that come in `language` with their subject there, newest first, without bodies."""
    query = (
        sa.select(_issue, _variant.c.subject)
        .join_from(_issue, _variant, _variant.c.issue_id == _issue.c.id)
        .where(
            _issue.c.state.in_([state.value for state in states]),
            _variant.c.key == audience.choice_key((language,), ()),
        )
    )
    newest = query.order_by(_issue.c.window_end.desc(), _issue.c.id.desc()).limit(limit)
    return [(_issue_of(row), row.subject) for row in tx.execute(newest)]


def list_public(
    tx: Transaction, newsletter: str, language: str, *, states: Sequence[IssueState], limit: int
) -> list[Issue]:
    """The issues of a newsletter in any of `states` that come in `language`, newest first."""
    query = (
        sa.select(_issue)
        .join_from(_issue, _variant, _variant.c.issue_id == _issue.c.id)
        .where(
            _issue.c.newsletter == newsletter,
            _issue.c.state.in_([state.value for state in states]),
            _variant.c.key == audience.choice_key((language,), ()),
        )
    )
    newest = query.order_by(_issue.c.window_end.desc(), _issue.c.id.desc()).limit(limit)
    return [_issue_of(row) for row in tx.execute(newest)]


def add_issue(
    tx: Transaction,
    *,
    newsletter: str,
    period: str,
    state: IssueState,
    window_start: datetime,
    window_end: datetime,
    now: datetime,
    goes_at: datetime | None = None,
    once: OncePolicy = OncePolicy.NEWSLETTER,
) -> int | None:
    """Insert the issue of a period; None if somebody else has just done so."""
    row = {
        "newsletter": newsletter,
        "period": period,
        "state": state.value,
        "window_start": window_start,
        "window_end": window_end,
        "composed_at": now,
        "goes_at": goes_at,
        "revision": 0,
        "once": once.value,
    }
    if not upsert.insert_missing(tx, _issue, [row]):
        return None
    issue = find_issue(tx, newsletter, period)
    return issue.id if issue else None


def set_state(
    tx: Transaction, issue_id: int, state: IssueState, *, among: Sequence[IssueState]
) -> bool:
    """Move an issue to `state` if it stands in one of `among`; returns whether it moved."""
    change = (
        sa.update(_issue)
        .where(_issue.c.id == issue_id, _issue.c.state.in_([one.value for one in among]))
        .values(state=state.value)
    )
    return tx.execute(change).rowcount == 1


def is_planned() -> sa.Exists:
    """SQL: whether an issue's audience is frozen."""
    return sa.exists().where(schema.delivery.c.issue_id == _issue.c.id)


def is_carried_over() -> sa.ColumnElement[bool]:
    """SQL: whether an issue's articles are still to come: it was skipped, or nobody released it."""
    is_held = sa.and_(_issue.c.state == IssueState.HELD.value, ~is_planned())
    return sa.or_(_issue.c.state == IssueState.SKIPPED.value, is_held)


def supersede_held(tx: Transaction, newsletter: str, period: str) -> int:
    """Skip what is held of a newsletter but for `period`: a new issue takes over its articles."""
    change = (
        sa.update(_issue)
        .where(_issue.c.newsletter == newsletter, _issue.c.period != period)
        .where(_issue.c.state == IssueState.HELD.value, ~is_planned())
        .values(state=IssueState.SKIPPED.value)
    )
    return tx.execute(change).rowcount


def add_variants(tx: Transaction, issue_id: int, drafts: Sequence[VariantDraft]) -> None:
    """Freeze the renderings of an issue."""
    rows = [
        {
            "issue_id": issue_id,
            "key": draft.key,
            "choice": draft.choice,
            "cohort": draft.cohort,
            "appeal": draft.appeal,
            "language": draft.language,
            "sections": list(draft.sections),
            "subject": draft.subject,
            "preheader": draft.preheader,
            "html": draft.html,
            "text": draft.text,
        }
        for draft in drafts
    ]
    if rows:
        tx.execute(sa.insert(_variant), rows)


def list_variants(tx: Transaction, issue_id: int) -> list[Variant]:
    """The renderings of an issue, by key."""
    query = sa.select(_variant).where(_variant.c.issue_id == issue_id).order_by(_variant.c.key)
    return [_variant_of(row) for row in tx.execute(query)]


def find_variant(tx: Transaction, issue_id: int, language: str) -> Variant | None:
    """The rendering of an issue in `language` for readers of all sections."""
    query = sa.select(_variant).where(
        _variant.c.issue_id == issue_id, _variant.c.key == audience.choice_key((language,), ())
    )
    row = tx.execute(query).one_or_none()
    return _variant_of(row) if row else None


def get_variant(tx: Transaction, variant_id: int) -> Variant:
    """The rendering called `variant_id`; raises NotFoundError."""
    row = tx.execute(sa.select(_variant).where(_variant.c.id == variant_id)).one_or_none()
    if row is None:
        message = f"there is no variant {variant_id}"
        raise errors.NotFoundError(message)
    return _variant_of(row)


def add_placements(tx: Transaction, issue_id: int, placements: Sequence[Placement]) -> None:
    """Record which articles an issue carries, where and why."""
    rows = [
        {
            "issue_id": issue_id,
            "variant_key": placement.variant_key,
            "block": placement.block,
            "position": placement.position,
            "article_id": placement.article_id,
            "why": dict(placement.why),
        }
        for placement in placements
    ]
    if rows:
        tx.execute(sa.insert(_shown), rows)


def list_placements(tx: Transaction, issue_id: int) -> list[Placement]:
    """What an issue carries, in reading order within each variant and block."""
    query = sa.select(_shown).where(_shown.c.issue_id == issue_id)
    ordered = query.order_by(_shown.c.variant_key, _shown.c.block, _shown.c.position)
    return [
        Placement(
            variant_key=row.variant_key,
            block=row.block,
            position=row.position,
            article_id=row.article_id,
            why=row.why,
        )
        for row in tx.execute(ordered)
    ]


def list_placements_of(tx: Transaction, article_id: int) -> list[tuple[Issue, Placement]]:
    """Every place that an article ever had in an issue, newest issue first."""
    query = (
        sa.select(_shown, _issue)
        .join_from(_shown, _issue, _shown.c.issue_id == _issue.c.id)
        .where(_shown.c.article_id == article_id)
        .order_by(_issue.c.window_end.desc(), _shown.c.variant_key, _shown.c.block)
    )
    return [
        (
            _issue_of(row),
            Placement(
                variant_key=row.variant_key,
                block=row.block,
                position=row.position,
                article_id=row.article_id,
                why=row.why,
            ),
        )
        for row in tx.execute(query)
    ]


def groups_sent_before(tx: Transaction, newsletter: str) -> set[int]:
    """Translation groups that earlier issues of a newsletter carried, in whatever block.

    By group and not by article: both translations of one piece are one thing to a reader.
    """
    query = (
        sa.select(schema.article.c.group_id)
        .join_from(_shown, _issue, _shown.c.issue_id == _issue.c.id)
        .join(schema.article, schema.article.c.id == _shown.c.article_id)
        .where(_issue.c.newsletter == newsletter)
        .distinct()
    )
    return {row[0] for row in tx.execute(query)}


def _issue_of(row: sa.Row[Any]) -> Issue:
    return Issue(
        id=row.id,
        newsletter=row.newsletter,
        period=row.period,
        state=IssueState(row.state),
        window_start=row.window_start,
        window_end=row.window_end,
        composed_at=row.composed_at,
        goes_at=row.goes_at,
        revision=row.revision,
    )


def _variant_of(row: sa.Row[Any]) -> Variant:
    return Variant(
        id=row.id,
        issue_id=row.issue_id,
        key=row.key,
        choice=row.choice,
        cohort=row.cohort,
        language=row.language,
        sections=tuple(row.sections),
        subject=row.subject,
        preheader=row.preheader,
        html=row.html,
        text=row.text,
    )
