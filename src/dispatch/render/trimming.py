"""Shortens an issue that clients would clip: related articles, then old news, then a whole text.

In: an issue's contents and how far over the limit they are. Out: shorter contents. It never
takes the ranking, the appeal, the note or the footer.
"""

from __future__ import annotations

import math
from dataclasses import replace

from dispatch import errors
from dispatch.model.contents import (
    ArticleBlock,
    BlockContents,
    IssueContents,
    LatestBlock,
    ReadAlsoBlock,
    SectionGroup,
)
from dispatch.render import prose


def trim(contents: IssueContents, share: float) -> IssueContents:
    """`contents` without its related articles; without those, its latest shorter by `share`.

    Where no latest is left either, the article in full ends early, with a link to the rest.
    `share` is the part of the whole mail that has to go, above 0 and below 1. At least one
    article goes, or a paragraph. Raises TemplateError when there is nothing left to take.
    """
    blocks: tuple[BlockContents, ...] = tuple(
        block for block in contents.blocks if not isinstance(block, ReadAlsoBlock)
    )
    if len(blocks) == len(contents.blocks):
        blocks = tuple(_trim_latest(block, share) for block in blocks)
    if blocks == contents.blocks:
        blocks = tuple(_trim_article(block, share) for block in blocks)
    if blocks == contents.blocks:
        raise errors.TemplateError(
            f"the e-mail {contents.newsletter.name} {contents.period} ({contents.language}) is"
            " too long even without its latest articles: shorten top reads or the templates"
        )
    return replace(contents, blocks=blocks)


def _trim_latest(block: BlockContents, share: float) -> BlockContents:
    if not isinstance(block, LatestBlock) or not block.groups:
        return block
    count = sum(len(group.articles) for group in block.groups)
    dropped = min(count, max(1, math.ceil(count * share)))
    return replace(
        block, groups=_without_tail(block.groups, dropped), omitted=block.omitted + dropped
    )


def _trim_article(block: BlockContents, share: float) -> BlockContents:
    """The share is of the whole mail, and the article may be a small part of it: twice as much."""
    if not isinstance(block, ArticleBlock):
        return block
    shorter = prose.beginning(block.html, max(0.0, 1 - 2 * share))
    if len(shorter) >= len(block.html):
        return block
    return replace(block, html=shorter, is_shortened=True)


def _without_tail(groups: tuple[SectionGroup, ...], dropped: int) -> tuple[SectionGroup, ...]:
    """`groups` with `dropped` articles fewer, each time from the end of the longest group."""
    articles = [list(group.articles) for group in groups]
    for _ in range(dropped):
        max(reversed(articles), key=len).pop()
    return tuple(
        replace(group, articles=tuple(kept))
        for group, kept in zip(groups, articles, strict=True)
        if kept
    )
