"""What readers were sent before: by stream (a newsletter's issues for one choice), not by reader.

In: a newsletter, since when. Out: which streams the readers of a choice have had, how many share a
cohort, and which translation groups a stream carried. Never: a row per reader in Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.newsletter import IssueState, OncePolicy
from dispatch.model.subscriber import SubscriptionState
from dispatch.rules import audience, seen
from dispatch.store import issues, schema
from dispatch.store.database import Transaction

_article = schema.article
_issue = schema.issue
_seen = schema.seen
_shown = schema.issue_article
_subscription = schema.subscription


def list_sent(
    tx: Transaction, newsletter: str, once: OncePolicy, since: datetime
) -> dict[seen.Stream, dict[int, datetime]]:
    """Translation groups that each stream carried in issues since then, in whatever block.

    By group and not by article: both translations of one piece are one thing to a reader. An issue
    that is held will be superseded by the one that asks; in other newsletters it may yet be sent.
    """
    own = sa.and_(issues.is_carried_over(), _issue.c.newsletter == newsletter)
    query = (
        sa.select(
            _issue.c.newsletter,
            _shown.c.variant_key,
            _article.c.group_id,
            sa.func.max(_issue.c.window_end).label("last"),
        )
        .join_from(_shown, _issue, _shown.c.issue_id == _issue.c.id)
        .join(_article, _article.c.id == _shown.c.article_id)
        .where(_issue.c.window_end >= since, _issue.c.state != IssueState.SKIPPED.value, ~own)
        .group_by(_issue.c.newsletter, _shown.c.variant_key, _article.c.group_id)
    )
    if once is OncePolicy.NEWSLETTER:
        query = query.where(_issue.c.newsletter == newsletter)
    found: defaultdict[seen.Stream, list[dict[int, datetime]]] = defaultdict(list)
    for row in tx.execute(query):
        stream = (row.newsletter, audience.choice_of(row.variant_key))
        found[stream].append({row.group_id: row.last})
    return {stream: seen.join(maps) for stream, maps in found.items()}


def list_streams(
    tx: Transaction, newsletter: str, once: OncePolicy, since: datetime
) -> dict[str, list[seen.Stream]]:
    """Choice -> the other streams that its readers have had, those of most readers first."""
    past = foreign_streams(newsletter, once, since).subquery()
    columns = (past.c.choice, past.c.newsletter, past.c.past_choice)
    query = (
        sa.select(*columns)
        .group_by(*columns)
        .order_by(past.c.choice, sa.func.count().desc(), past.c.newsletter, past.c.past_choice)
    )
    found: defaultdict[str, list[seen.Stream]] = defaultdict(list)
    for row in tx.execute(query):
        found[row.choice].append((row.newsletter, row.past_choice))
    return dict(found)


def count_cohorts(
    tx: Transaction,
    newsletter: str,
    once: OncePolicy,
    since: datetime,
    found: Sequence[seen.Past],
) -> dict[int, int]:
    """Cohort -> how many readers of one choice are in it; those without such a past are not."""
    telling = [one for one in found if one.bit]
    if not telling:
        return {}
    past = foreign_streams(newsletter, once, since).subquery()
    bits = sa.case(
        *(
            (
                sa.and_(past.c.newsletter == one.stream[0], past.c.past_choice == one.stream[1]),
                one.bit,
            )
            for one in telling
        ),
        else_=0,
    )
    cohorts = (
        sa.select(sa.cast(sa.func.sum(sa.distinct(bits)), sa.BigInteger).label("cohort"))
        .where(past.c.choice == telling[0].choice)
        .group_by(past.c.subscriber_id)
        .subquery()
    )
    query = sa.select(cohorts.c.cohort, sa.func.count()).group_by(cohorts.c.cohort)
    return {int(row[0]): row[1] for row in tx.execute(query)}


def foreign_streams(
    newsletter: str, once: OncePolicy, since: datetime
) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """(subscriber, choice, newsletter, past_choice) of confirmed readers with another past.

    What they were sent under another choice; where a reader gets an article once in all their
    newsletters, also what those sent and will send.
    """
    columns = (
        _subscription.c.subscriber_id,
        _subscription.c.choice,
        _seen.c.newsletter,
        _seen.c.choice.label("past_choice"),
    )
    had = (
        sa.select(*columns)
        .join_from(_subscription, _seen, _seen.c.subscriber_id == _subscription.c.subscriber_id)
        .where(_is_reader_of(newsletter), _seen.c.last_at >= since)
        .where(
            sa.or_(
                _seen.c.newsletter != _subscription.c.newsletter,
                _seen.c.choice != _subscription.c.choice,
            )
        )
    )
    if once is OncePolicy.NEWSLETTER:
        return had.where(_seen.c.newsletter == newsletter)
    other = _subscription.alias("other")
    will_have = (
        sa.select(
            _subscription.c.subscriber_id,
            _subscription.c.choice,
            other.c.newsletter,
            other.c.choice.label("past_choice"),
        )
        .join_from(_subscription, other, other.c.subscriber_id == _subscription.c.subscriber_id)
        .where(_is_reader_of(newsletter), other.c.newsletter != newsletter)
        .where(other.c.state == SubscriptionState.CONFIRMED.value)
    )
    return had.union(will_have)


def _is_reader_of(newsletter: str) -> sa.ColumnElement[bool]:
    return sa.and_(
        _subscription.c.newsletter == newsletter,
        _subscription.c.state == SubscriptionState.CONFIRMED.value,
    )
