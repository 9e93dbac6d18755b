"""Page: one variant of an issue while its blocks are filled; no article comes twice in it.

In: an assignment, the material, a reader's choice. Out: contents and placements. Each block takes
what is left (`compose.blocks`); the page remembers what stands where, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dispatch.compose import listing
from dispatch.compose.desk import Assignment
from dispatch.compose.material import Material
from dispatch.model.article import Article
from dispatch.model.contents import BlockContents, IssueContents, IssueUrls, ListedArticle
from dispatch.render import catalogue
from dispatch.rules import addresses, selection
from dispatch.store.issues import Placement


class Page:
    """Holds what one variant may show and what it shows so far."""

    def __init__(
        self,
        assignment: Assignment,
        material: Material,
        language: str,
        sections: tuple[str, ...],
    ) -> None:
        self.assignment = assignment
        self.desk = assignment.desk
        self.newsletter = assignment.newsletter
        self.window = assignment.window
        self.publication = assignment.desk.publication
        self.language = language
        self.sections = sections
        self.shown = selection.Shown()
        self.chosen: dict[str, tuple[selection.Chosen, ...]] = {}
        self.candidates = _candidates(
            assignment, material, language, sections or assignment.newsletter.sections
        )

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
                feeds=addresses.feeds_page_url(self.publication, self.language),
            ),
        )

    def placements(self, key: str) -> list[Placement]:
        """The record of what each block shows and why."""
        return [
            Placement(
                variant_key=key,
                block=block,
                position=position,
                article_id=one.article.id,
                why=one.why,
            )
            for block, chosen in self.chosen.items()
            for position, one in enumerate(chosen, 1)
        ]

    def take(self, block: str, chosen: tuple[selection.Chosen, ...]) -> list[ListedArticle]:
        """Give a block what it chose; returns it as it is listed."""
        self.chosen[block] = chosen
        self.shown.add(chosen)
        return [self.listed(one.article) for one in chosen]

    def listed(self, article: Article) -> ListedArticle:
        """An article as this variant shows it."""
        published_on = self.assignment.local_date(article.published_at)
        listed = listing.list_article(article, self.publication, self.language, published_on)
        if self.newsletter.counts_links:
            return listing.with_counted_links(listed, article, self.publication)
        return listed


def _candidates(
    assignment: Assignment, material: Material, language: str, sections: Sequence[str]
) -> selection.Candidates:
    def fitting(found: Sequence[Article]) -> list[Article]:
        return [one for one in found if selection.fits(one, language, sections)]

    return selection.Candidates(
        recent=fitting(material.recent),
        entered=fitting(material.entered),
        archive=fitting(material.archive),
        evidence=material.evidence,
        closes_at=assignment.window.end,
        zone=assignment.desk.publication.time_zone,
    )
