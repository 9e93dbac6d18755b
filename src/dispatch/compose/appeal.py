"""Makes the variants of a page that differ in their appeal alone.

In: a page with its blocks filled. Out: its blocks once for each arm of the appeal that runs, and
once without, if some readers are not shown it. Never: who gets which; planning decides that in SQL.
"""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.compose.desk import Assignment
from dispatch.compose.material import Material
from dispatch.model.contents import AppealBlock, BlockContents, Progress
from dispatch.model.publication import Appeal
from dispatch.render import catalogue
from dispatch.rules import appeals, audience
from dispatch.store import fund

BLOCK = AppealBlock.name


def arms_for(assignment: Assignment, material: Material, language: str) -> tuple[Appeal, ...]:
    """The arms of the appeal that the issue carries in `language`; none on a quiet day."""
    newsletter = assignment.newsletter
    if BLOCK not in newsletter.blocks or material.is_quiet or assignment.day in newsletter.quiet:
        return ()
    issue = f"{newsletter.name}-{assignment.window.period.name}"
    arms = appeals.arms(assignment.desk.appeals, language, assignment.day)
    return tuple(appeals.with_link(arm, issue) for arm in arms)


def make_block(appeal: Appeal, material: Material) -> AppealBlock:
    """The block of one arm, with how far the appeal has come."""
    return AppealBlock(appeal=appeal, progress=_progress(appeal, material))


def versions(
    arms: Sequence[Appeal], material: Material, filled: Sequence[BlockContents]
) -> list[tuple[str, tuple[BlockContents, ...]]]:
    """(the appeal's name, blocks) of each variant; the first is the one that anybody may see."""
    rest = [block for block in filled if not isinstance(block, AppealBlock)]
    if not arms:
        return [("", tuple(rest))]
    at = next(place for place, block in enumerate(filled) if isinstance(block, AppealBlock))
    made = [(arm.name, appeals.placed(rest, at, make_block(arm, material))) for arm in arms]
    return [("", tuple(rest)), *made] if appeals.is_withheld(arms[0]) else made


def ranges(assignment: Assignment, material: Material) -> list[fund.ChoiceRange]:
    """Which readers of each choice are shown which arm."""
    found = []
    for reader in {one.choice: one for one in material.audiences}.values():
        arms = arms_for(assignment, material, reader.languages[0])
        if arms:
            found += [
                fund.ChoiceRange(choice=reader.choice, appeal=arms[0], range=one)
                for one in appeals.ranges(arms)
            ]
    return found


def variant_key(page_key: str, name: str, *, is_first: bool) -> str:
    """The first variant of a page has the page's own key, so that everybody finds it."""
    return audience.variant_key(page_key, "" if is_first else name)


def _progress(appeal: Appeal, material: Material) -> Progress | None:
    if appeal.goal is None:
        return None
    raised = material.raised.get(appeal.key, 0) // 100
    return Progress(
        percent=min(100, raised * 100 // appeal.goal),
        raised=catalogue.format_money(raised, appeal.currency, appeal.language),
        goal=catalogue.format_money(appeal.goal, appeal.currency, appeal.language),
    )
