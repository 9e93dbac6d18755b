"""Makes the variants of an issue anew: the same articles in the same places, as they read today.

In: an issue, the desk. Out: for each variant what it should say now. Nothing is chosen anew, so a
correction changes words and addresses, and leaves out what was withdrawn. Never: writes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch import errors
from dispatch.compose import blocks, boxes, rendering
from dispatch.compose.desk import Assignment, Desk, Window
from dispatch.compose.material import Audience, Material
from dispatch.compose.page import Frozen, Page
from dispatch.model.newsletter import Issue, Newsletter, Variant
from dispatch.rules import audience, cadence, selection
from dispatch.store import articles, fund, issues
from dispatch.store.database import Database, Transaction
from dispatch.store.issues import Placement, VariantDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A variant that stands, and what it should say."""

    variant: Variant
    draft: VariantDraft

    @property
    def changes_anything(self) -> bool:
        """Whether a reader would get another message."""
        now, then = self.draft, self.variant
        return (now.subject, now.html, now.text) != (then.subject, then.html, then.text)


def correct(
    db: Database, desk: Desk, newsletter: Newsletter, issue: Issue, *, now: datetime
) -> list[Correction]:
    """What every variant of `issue` should say; those that would say the same are left out.

    Raises InputError when a variant has nothing left to show: that issue is to be stopped.
    """
    answers = boxes.ask(db, desk, newsletter, now, keep=False)
    period = cadence.Period(issue.goes_at or issue.composed_at, issue.period)
    window = Window(period=period, start=issue.window_start, end=issue.window_end)
    assignment = Assignment(desk=desk, newsletter=newsletter, window=window, boxes=answers)
    with db.read() as tx:
        variants = issues.list_variants(tx, issue.id)
        frozen = _frozen(tx, issue)
        oldest = window.end - timedelta(days=selection.RELATED_DAYS)
        archive = articles.list_entered(tx, oldest, window.end)
        raised = fund.get_raised(tx)
        is_quiet = fund.is_quiet(tx, newsletter.name, issue.period)
    material = Material(archive=archive, raised=raised, is_quiet=is_quiet)
    drafts = _draft_all(assignment, material, variants, frozen)
    made = [_pair(one, drafts) for one in variants if one.choice]
    return [one for one in made if one.changes_anything]


def _draft_all(
    assignment: Assignment,
    material: Material,
    variants: Sequence[Variant],
    frozen: Mapping[str, Frozen],
) -> dict[str, VariantDraft]:
    """What each page of the issue says today, by the key of the variant."""
    readers = {one.page_key: one for one in _readers_of(assignment.newsletter, variants)}
    drafts: dict[str, VariantDraft] = {}
    for reader in readers.values():
        page = Page(assignment, material, reader, frozen.get(reader.page_key, {}))
        filled = blocks.fill(page)
        if not page.shown.articles:
            message = f"{reader.page_key!r} has no article left to show: stop the issue instead"
            raise errors.InputError(message)
        drafts |= {draft.key: draft for draft in rendering.draft_page(page, filled)}
    return drafts


def _pair(variant: Variant, drafts: Mapping[str, VariantDraft]) -> Correction:
    draft = drafts.get(variant.key)
    if draft is None:
        message = f"variant {variant.key!r}: its appeal is not in the configuration any more"
        raise errors.InputError(message)
    return Correction(variant=variant, draft=draft)


def _frozen(tx: Transaction, issue: Issue) -> dict[str, Frozen]:
    """What each block of each page showed, without what was withdrawn since."""
    placements = issues.list_placements(tx, issue.id)
    found = articles.get_articles(tx, {one.article_id for one in placements})
    pages: dict[str, dict[str, list[selection.Chosen]]] = defaultdict(lambda: defaultdict(list))
    for one in _in_order(placements):
        article = found[one.article_id]
        if article.withdrawn_at is None:
            chosen = selection.Chosen(article=article, why=one.why)
            pages[one.variant_key][one.block].append(chosen)
    return {key: dict(page) for key, page in pages.items()}


def _in_order(placements: Sequence[Placement]) -> list[Placement]:
    return sorted(placements, key=lambda one: (one.variant_key, one.block, one.position))


def _readers_of(newsletter: Newsletter, variants: Sequence[Variant]) -> Iterator[Audience]:
    """Those for whom the pages are; what was kept of an earlier revision is for nobody."""
    for variant in variants:
        if variant.choice:
            languages, sections = audience.read_choice(variant.choice)
            yield Audience(
                languages=audience.spoken_in(languages, newsletter.languages),
                sections=sections,
                choice=variant.choice,
                cohort=variant.cohort,
                seen={},
            )
