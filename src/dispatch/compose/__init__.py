"""compose: Article -> Issue, with one variant per language and choice of sections.

In: a newsletter, a period, the store. Out: an issue whose variants are frozen with the ranking
that made them, or a record that the week was too thin. Same newsletter and period: same issue.
Never: a reader; values of a single person are slots until a message is made of them.

By subject: `desk` (what composing takes), `material` (what the store knows), `page` (one variant
while it is filled), `blocks` (how each block is filled), `boxes` (what their feeds say), `listing`
(how an article is shown).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch import ports
from dispatch.compose import appeal, blocks, boxes, rendering
from dispatch.compose import material as materials
from dispatch.compose.desk import Assignment, Desk
from dispatch.compose.material import Material
from dispatch.compose.page import Page
from dispatch.model.newsletter import Issue, IssueState, Newsletter, ThinPolicy
from dispatch.rules import cadence, selection
from dispatch.store import fund, issues, planning
from dispatch.store.database import Database, Transaction
from dispatch.store.issues import Placement, VariantDraft

#: What becomes of an issue with too few new articles.
_THIN = {
    ThinPolicy.SKIP: IssueState.SKIPPED,
    ThinPolicy.HOLD: IssueState.HELD,
    ThinPolicy.SEND: IssueState.COMPOSED,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeReport:
    """What came of one period. `issue` is None only in a dry run of an issue not yet made."""

    newsletter: str
    period: str
    issue: Issue | None
    is_new: bool
    variants: tuple[VariantDraft, ...] = ()
    placements: tuple[Placement, ...] = ()
    is_dry_run: bool = False


def compose(
    db: Database,
    desk: Desk,
    newsletter: Newsletter,
    period: cadence.Period,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: ports.Progress | None = None,
) -> ComposeReport:
    """The issue of `newsletter` for `period`: made now, or the one that stands."""
    with db.read() as tx:
        existing = issues.find_issue(tx, newsletter.name, period.name)
        if existing and not dry_run:
            return _report(newsletter, existing, is_new=False)
    answers = boxes.ask(db, desk, newsletter, now, keep=not dry_run)
    with db.read() as tx:
        window = materials.open_window(tx, newsletter, period, now)
        assignment = Assignment(desk=desk, newsletter=newsletter, window=window, boxes=answers)
        material = materials.gather(tx, assignment)
    drafts, placements = _render_all(assignment, material, progress)
    if dry_run:
        return ComposeReport(
            newsletter=newsletter.name,
            period=period.name,
            issue=existing,
            is_new=existing is None,
            variants=tuple(drafts),
            placements=tuple(placements),
            is_dry_run=True,
        )
    state = _state(assignment, material, drafts, placements)
    with db.write() as tx:
        issue, is_new = _keep(tx, assignment, state, material, drafts, placements, now)
    log.info("issue %d (%s %s): %s", issue.id, newsletter.name, period.name, issue.state)
    return _report(newsletter, issue, is_new=is_new, drafts=drafts, placements=placements)


def _state(
    assignment: Assignment,
    material: Material,
    drafts: Sequence[VariantDraft],
    placements: Sequence[Placement],
) -> IssueState:
    """Whether the issue goes out, waits, or leaves its articles to the next one."""
    newsletter = assignment.newsletter
    if _count_new(assignment, material, placements) >= newsletter.minimum_articles:
        return IssueState.HELD if newsletter.approval else IssueState.COMPOSED
    return _THIN[newsletter.thin] if drafts else IssueState.SKIPPED


def _keep(
    tx: Transaction,
    assignment: Assignment,
    state: IssueState,
    material: Material,
    drafts: Sequence[VariantDraft],
    placements: Sequence[Placement],
    now: datetime,
) -> tuple[Issue, bool]:
    """Freeze the issue with its variants and ranking in one commit, unless somebody just did."""
    newsletter, window = assignment.newsletter, assignment.window
    issue_id = issues.add_issue(
        tx,
        newsletter=newsletter.name,
        period=window.period.name,
        state=state,
        window_start=window.start,
        window_end=window.end,
        now=now,
        goes_at=window.period.due_at if newsletter.draft_seconds else None,
        once=newsletter.once,
    )
    if issue_id is not None:
        issues.supersede_held(tx, newsletter.name, window.period.name)
    if issue_id is not None and state is not IssueState.SKIPPED:
        issues.add_variants(tx, issue_id, drafts)
        issues.add_placements(tx, issue_id, placements)
        planning.add_pasts(tx, issue_id, material.pasts)
        fund.add_ranges(tx, issue_id, appeal.ranges(assignment, material), assignment.day)
    issue = issues.find_issue(tx, newsletter.name, window.period.name)
    assert issue is not None  # noqa: S101  # added above, by us or by the one who came first
    return issue, issue_id is not None


def _report(
    newsletter: Newsletter,
    issue: Issue,
    *,
    is_new: bool,
    drafts: Sequence[VariantDraft] = (),
    placements: Sequence[Placement] = (),
) -> ComposeReport:
    return ComposeReport(
        newsletter=newsletter.name,
        period=issue.period,
        issue=issue,
        is_new=is_new,
        variants=tuple(drafts),
        placements=tuple(placements),
    )


def _count_new(assignment: Assignment, material: Material, placements: Sequence[Placement]) -> int:
    """How many pieces that are new in this window the issue shows; two translations are one."""
    start, repeats = assignment.window.start, assignment.newsletter.repeat_updated
    groups = {
        article.id: article.group_id
        for article in material.archive
        if selection.enters(article, start, repeat_updated=repeats)
    }
    return len({groups[one.article_id] for one in placements if one.article_id in groups})


def _render_all(
    assignment: Assignment, material: Material, progress: ports.Progress | None
) -> tuple[list[VariantDraft], list[Placement]]:
    """Each variant that has anything to say, rendered and inlined once."""
    drafts: list[VariantDraft] = []
    placements: list[Placement] = []
    for done, reader in enumerate(material.audiences, 1):
        page = Page(assignment, material, reader)
        filled = blocks.fill(page)
        if page.shown.articles:
            drafts += rendering.draft_page(page, filled)
            placements.extend(page.placements())
        if progress:
            progress(done, len(material.audiences), "variants")
    return drafts, placements
