"""Page: one variant of an issue while its blocks are filled; no article comes twice in it.

In: an assignment, the material, for which readers. Out: contents and placements. Each block takes
what is left (`compose.blocks`); the page remembers what stands where, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dispatch.compose import listing
from dispatch.compose import material as materials
from dispatch.compose.desk import Assignment
from dispatch.compose.material import Audience, Material
from dispatch.model.article import Article
from dispatch.model.contents import BlockContents, IssueContents, IssueUrls, ListedArticle
from dispatch.render import catalogue, slots
from dispatch.rules import addresses, seen, selection
from dispatch.store.issues import Placement

#: What each block of a page showed, in order: a correction chooses nothing anew.
Frozen = Mapping[str, Sequence[selection.Chosen]]


class Page:
    """Holds what one variant may show and what it shows so far."""

    def __init__(
        self,
        assignment: Assignment,
        material: Material,
        reader: Audience,
        frozen: Frozen | None = None,
    ) -> None:
        self.assignment = assignment
        self.desk = assignment.desk
        self.newsletter = assignment.newsletter
        self.window = assignment.window
        self.material = material
        self.publication = assignment.desk.publication
        self.reader = reader
        self.language = reader.languages[0]
        self.frozen = frozen
        self.shown = selection.Shown()
        self.chosen: dict[str, tuple[selection.Chosen, ...]] = {}
        self.candidates = _candidates(assignment, material, reader)

    def contents(self, filled: Iterable[BlockContents]) -> IssueContents:
        """What the variant says."""
        return IssueContents(
            publication=self.publication,
            newsletter=self.newsletter,
            period=self.window.period.name,
            issued_on=self.assignment.day,
            language=self.language,
            direction=catalogue.direction(self.language),
            blocks=tuple(filled),
            urls=IssueUrls(
                web_view=addresses.issue_url(
                    self.publication, self.newsletter.name, self.window.period.name, self.language
                ),
                preferences=addresses.preferences_url(self.publication, slots.TOKEN),
                feeds=addresses.feeds_page_url(self.publication, self.language),
            ),
        )

    def placements(self) -> list[Placement]:
        """The record of what each block shows and why."""
        return [
            Placement(
                variant_key=self.reader.page_key,
                block=block,
                position=position,
                article_id=one.article.id,
                why=one.why,
            )
            for block, chosen in self.chosen.items()
            for position, one in enumerate(chosen, 1)
        ]

    def take(self, block: str, chosen: tuple[selection.Chosen, ...]) -> list[ListedArticle]:
        """Give a block what it chose, or in a correction what it showed; returns it as listed."""
        if self.frozen is not None:
            chosen = tuple(self.frozen.get(block, ()))
        self.chosen[block] = chosen
        self.shown.add(chosen)
        return [self.listed(one.article) for one in chosen]

    def listed(self, article: Article) -> ListedArticle:
        """An article as this variant shows it."""
        published_on = self.assignment.local_date(article.published_at)
        listed = listing.list_article(
            article,
            self.publication,
            self.language,
            published_on,
            is_updated=article.group_id in self.reader.seen,
        )
        if self.newsletter.counts_links:
            return listing.with_counted_links(listed, article, self.publication)
        return listed


def _candidates(
    assignment: Assignment, material: Material, reader: Audience
) -> selection.Candidates:
    newsletter, window = assignment.newsletter, assignment.window
    repeats = newsletter.repeat_updated
    due = materials.candidates_of(material.archive, newsletter, reader)
    pieces = selection.one_of_each(due, reader.languages)
    entered = {
        one.group_id for one in due if selection.enters(one, window.start, repeat_updated=repeats)
    }
    rankable = materials.fitting(material.recent, newsletter, reader)
    recent = selection.one_of_each(rankable, reader.languages)
    had = {
        one.group_id for one in recent if not seen.is_due(one, reader.seen, repeat_updated=repeats)
    }
    return selection.Candidates(
        recent=recent,
        entered=[one for one in pieces if one.group_id in entered],
        archive=pieces,
        evidence=replace(material.evidence, shown=had),
        relations=material.relations,
        closes_at=window.end,
        zone=assignment.desk.publication.time_zone,
        language=reader.languages[0],
    )
