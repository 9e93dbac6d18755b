"""Gatekeeper and Case: what the gate looks with, and what it looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dispatch import fetch
from dispatch.model.article import Article
from dispatch.model.gate import GateSettings
from dispatch.model.newsletter import Issue, IssueState, Newsletter, Variant
from dispatch.model.publication import Publication
from dispatch.rules import tokens
from dispatch.store import articles, issues
from dispatch.store.database import Transaction
from dispatch.store.issues import Placement

#: (rule, variant, text): what a rule objects to; an empty variant is the whole issue.
Found = Iterator[tuple[str, str, str]]

#: With how many issues before it an issue is compared.
ISSUES_BEFORE = 4

_SENT = (IssueState.SENDING, IssueState.FINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gatekeeper:
    """All that the gate takes. Without a `fetcher` no address is asked."""

    publication: Publication
    newsletter: Newsletter
    settings: GateSettings
    templates: Path
    signer: tokens.Signer
    fetcher: fetch.Fetcher | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One issue as it would leave, and what it is compared with.

    `before` holds the issues that went out before with their placements, newest first.
    """

    issue: Issue
    newsletter_id: int
    variants: Sequence[Variant]
    placements: Sequence[Placement]
    articles: Mapping[int, Article]
    before: Sequence[tuple[Issue, Sequence[Placement]]]

    @classmethod
    def read(cls, tx: Transaction, keeper: Gatekeeper, issue: Issue) -> Self:
        """All that the store knows of `issue`."""
        placements = issues.list_placements(tx, issue.id)
        earlier = [
            one
            for one in issues.list_issues(tx, states=_SENT)
            if one.newsletter == issue.newsletter and one.window_end < issue.window_end
        ][:ISSUES_BEFORE]
        return cls(
            issue=issue,
            newsletter_id=issues.newsletter_ids(tx)[keeper.newsletter.name],
            variants=issues.list_variants(tx, issue.id),
            placements=placements,
            articles=articles.get_articles(tx, {one.article_id for one in placements}),
            before=[(one, issues.list_placements(tx, one.id)) for one in earlier],
        )
