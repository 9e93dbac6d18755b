"""Rules about the articles of an issue: how many, which languages, and none a second time."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.gate.desk import Case, Found, Gatekeeper
from dispatch.rules import audience, seen
from dispatch.rules import gate as rules
from dispatch.store.issues import Placement


def check(keeper: Gatekeeper, case: Case) -> Found:
    """What is wrong with the choice of articles."""
    count = _count(case.placements)
    for text in rules.check_count(count, [_count(one) for _, one in case.before]):
        yield "unusual", "", text
    for article in case.articles.values():
        for text in rules.check_language(article.language, article.title, article.standfirst):
            yield "language", article.language, text
        if article.withdrawn_at is not None:
            yield "articles", article.language, f"“{article.title}” was withdrawn"
    yield from _repeated(keeper, case)


def _count(placements: Sequence[Placement]) -> int:
    return len({one.article_id for one in placements})


def _repeated(keeper: Gatekeeper, case: Case) -> Found:
    """Articles that readers of the same choice had, and that did not become new since.

    A cohort is told apart within one issue alone, so that its key says nothing about another.
    """
    had = {
        (one.variant_key, one.article_id): issue.window_end
        for issue, placements in reversed(case.before)
        for one in placements
        if one.variant_key == audience.choice_of(one.variant_key)
    }
    for one in case.placements:
        sent_at = had.get((one.variant_key, one.article_id))
        article = case.articles.get(one.article_id)
        if sent_at is None or article is None:
            continue
        sent = {article.group_id: sent_at}
        if not seen.is_due(article, sent, repeat_updated=keeper.newsletter.repeat_updated):
            text = f"“{article.title}” went to the same readers before"
            yield "repeated", one.variant_key, text
