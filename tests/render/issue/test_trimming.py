"""Trimming: related articles go first, then the latest from the end; nothing else ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import errors
from dispatch.model.contents import (
    BlockContents,
    IssueContents,
    LatestBlock,
    ListedArticle,
    ReadAlsoBlock,
    SectionGroup,
)
from dispatch.render import trimming

MakeIssue = Callable[..., IssueContents]


def names(contents: IssueContents) -> list[str]:
    return [block.name for block in contents.blocks]


def group(name: str, count: int) -> SectionGroup:
    articles = (
        ListedArticle(title=f"{name}{number}", url=f"https://a.test/{name}{number}")
        for number in range(count)
    )
    return SectionGroup(name=name, articles=tuple(articles))


def only_latest(contents: IssueContents) -> LatestBlock:
    (block,) = contents.blocks
    assert isinstance(block, LatestBlock)
    return block


def titles(block: LatestBlock) -> list[str]:
    return [article.title for group in block.groups for article in group.articles]


def test_related_articles_go_first_and_alone(make_issue: MakeIssue) -> None:
    contents = make_issue("en")
    shorter = trimming.trim(contents, 0.5)
    assert names(shorter) == ["note", "top_reads", "appeal", "latest"]
    assert shorter.blocks == contents.blocks[:-1]


def test_then_the_latest_loses_its_tail_and_counts_it(make_issue: MakeIssue) -> None:
    latest: tuple[BlockContents, ...] = (LatestBlock(groups=(group("a", 5), group("b", 2))),)
    block = only_latest(trimming.trim(make_issue("en", blocks=latest), 0.5))
    assert titles(block) == ["a0", "a1", "b0"]
    assert block.omitted == 4


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.floats(0.01, 0.99))
@settings(max_examples=50, deadline=None)
def test_what_is_kept_is_the_beginning_of_each_section(sizes: list[int], share: float) -> None:
    groups = tuple(group(chr(97 + number), size) for number, size in enumerate(sizes))
    block = LatestBlock(groups=groups, omitted=2)
    trimmed = trimming._trim_latest(block, share)
    assert isinstance(trimmed, LatestBlock)
    assert len(titles(trimmed)) + trimmed.omitted == sum(sizes) + 2
    assert len(titles(trimmed)) < sum(sizes)
    before = {one.name: one.articles for one in groups}
    for kept in trimmed.groups:
        assert kept.articles
        assert kept.articles == before[kept.name][: len(kept.articles)]


def test_an_issue_with_nothing_left_to_take_is_an_error(make_issue: MakeIssue) -> None:
    contents = make_issue("en")
    kept = tuple(
        block for block in contents.blocks if not isinstance(block, (LatestBlock, ReadAlsoBlock))
    )
    with pytest.raises(errors.TemplateError, match=r"weekly 2026-W48 \(en\)"):
        trimming.trim(replace(contents, blocks=kept), 0.1)
