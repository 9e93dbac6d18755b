"""Renders a page, once for each wording of its appeal, before its variants have an id.

In: a page with its blocks filled. Out: drafts, with their CSS inlined once each. Never: a choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.compose import appeal
from dispatch.compose.page import Page
from dispatch.model.contents import BlockContents, IssueContents
from dispatch.render import email
from dispatch.store.issues import VariantDraft


def draft_page(page: Page, filled: Sequence[BlockContents]) -> list[VariantDraft]:
    """A page once for each wording of its appeal, and without one if some are not shown it."""
    arms = appeal.arms_for(page.assignment, page.material, page.language)
    made = appeal.versions(arms, page.material, filled)
    return [
        _draft(page, name, page.contents(shown), is_first=number == 0)
        for number, (name, shown) in enumerate(made)
    ]


def _draft(page: Page, name: str, contents: IssueContents, *, is_first: bool) -> VariantDraft:
    reader = page.reader
    rendered = email.render_issue(contents, page.desk.templates)
    return VariantDraft(
        key=appeal.variant_key(reader.page_key, name, is_first=is_first),
        appeal=name,
        choice=reader.choice,
        cohort=reader.cohort,
        language=contents.language,
        sections=reader.sections,
        subject=rendered.subject,
        preheader=rendered.preheader,
        html=rendered.html,
        text=rendered.text,
    )
