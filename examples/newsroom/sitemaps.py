"""Writes the sample newsroom's sitemaps: of all articles, and of the news, as search engines ask.

The first names every article's translation (`xhtml:link`), the second holds the last two days
alone, with headline and language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from newsroom import NAMES, Article

#: A news sitemap holds no older articles (Google's rule).
NEWS_AGE = timedelta(days=2)

_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_XHTML = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
_NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def articles(everything: Sequence[Article], address: str) -> bytes:
    """All articles, each with its translation."""
    return _urlset(
        _XHTML, (_row(article, address, _alternates(article, address)) for article in everything)
    )


def news(everything: Sequence[Article], address: str, now: datetime) -> bytes:
    """The articles of the last two days."""
    recent = [article for article in everything if now - article.published <= NEWS_AGE]
    return _urlset(_NEWS, (_row(article, address, _news(article)) for article in recent))


def _urlset(namespace: str, rows: Iterable[str]) -> bytes:
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<urlset {_SITEMAP} {namespace}>\n'
    return (head + "".join(f"{row}\n" for row in rows) + "</urlset>\n").encode()


def _row(article: Article, address: str, more: str) -> str:
    return (
        f"<url><loc>{escape(address + article.path)}</loc>"
        f"<lastmod>{article.updated.isoformat()}</lastmod>{more}</url>"
    )


def _alternates(article: Article, address: str) -> str:
    links = [(article.language, article.path)]
    if article.twin_path is not None:
        links.append((article.other_language, article.twin_path))
    return "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(address + path)}/>'
        for code, path in links
    )


def _news(article: Article) -> str:
    return (
        f"<news:news><news:publication><news:name>{escape(NAMES[article.language])}</news:name>"
        f"<news:language>{article.language}</news:language></news:publication>"
        f"<news:publication_date>{article.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(article.title)}</news:title></news:news>"
    )
