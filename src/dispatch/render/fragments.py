"""Renders lists of articles for the newsroom's own pages: JSON, and a piece of HTML.

In: articles, chosen and in order. Out: bytes that are the same whenever they are made. Never: a
style, a script, a number of reads, or a moment that is not of the content.

The HTML is to be put into any page as it is: it has classes and no styles, says its language and
direction, and every value in it is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dispatch.model.article import Article
from dispatch.model.publication import Publication
from dispatch.model.ranking import FrozenRanking
from dispatch.render import catalogue, pages

#: The version of the documents' shape: it rises when a field goes or changes its meaning.
SHAPE = 1

_TEMPLATES = Path(__file__).with_name("fragment_templates")


def top_reads(
    publication: Publication,
    language: str,
    articles: Sequence[Article],
    frozen: FrozenRanking | None,
) -> Mapping[str, bytes]:
    """The top reads by suffix (`json`, `html`): those of an issue, or as they are now (None)."""
    document = {
        "version": SHAPE,
        "language": language,
        "title": catalogue.text(language, "Top reads"),
        "status": "issue" if frozen else "current",
        "newsletter": frozen.newsletter if frozen else None,
        "period": frozen.period if frozen else None,
        "frozen_at": frozen.frozen_at.isoformat() if frozen else None,
        "articles": [
            {"position": position} | _listed(publication, article)
            for position, article in enumerate(articles, 1)
        ],
    }
    return _both("top_reads.html.j2", language, document)


def read_also(
    publication: Publication, article: Article, others: Sequence[Article]
) -> Mapping[str, bytes]:
    """What belongs beside `article`, by suffix, in the article's language."""
    document = {
        "version": SHAPE,
        "language": article.language,
        "title": catalogue.text(article.language, "Read also"),
        "article": {"id": article.id, "uid": article.uid, "url": article.url},
        "articles": [_listed(publication, other) for other in others],
    }
    return _both("read_also.html.j2", article.language, document)


def _both(template: str, language: str, document: Mapping[str, Any]) -> Mapping[str, bytes]:
    text = json.dumps(document, ensure_ascii=False, indent=1)
    page = pages.render_page(_TEMPLATES, template, language, {"list": document})
    return {"json": f"{text}\n".encode(), "html": page.encode()}


def _listed(publication: Publication, article: Article) -> dict[str, Any]:
    """An article as other people's programs see it."""
    known = {section.key: section for section in publication.sections}
    section = next((known[key] for key in article.sections if key in known), None)
    image = article.image
    return {
        "id": article.id,
        "uid": article.uid,
        "url": article.url,
        "title": article.title,
        "standfirst": article.standfirst,
        "authors": [author.name for author in article.authors],
        "section": {"key": section.key, "name": section.name(article.language)}
        if section
        else None,
        "image": {"url": image.url, "alt": image.alt} if image else None,
        "published_at": article.published_at.isoformat(),
    }
