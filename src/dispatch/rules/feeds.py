"""Decides which feeds a publication has, and whether an article belongs into one.

In: the publication, an article. Out: feeds. Never: the store, the clock, or a sentence in a
language: titles are made of names alone, so they are right in every language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from dispatch.model.article import Article
from dispatch.model.feed import Feed, FeedAlternate, FeedSettings
from dispatch.model.publication import Publication, Section
from dispatch.rules import addresses

#: The key of the feed of all languages.
ALL = "all"


def make_feeds(publication: Publication) -> tuple[Feed, ...]:
    """Every feed of `publication`: per language all and each section, at last all languages."""
    feeds = [
        _make_feed(publication, language, section)
        for language in publication.languages
        for section in (None, *publication.sections)
    ]
    return (*feeds, _make_feed_of_all(publication))


def shows(feed: Feed, article: Article) -> bool:
    """Whether `article` belongs into `feed`, be it withdrawn or not."""
    return feed.language in (None, article.language) and (
        feed.section is None or feed.section in article.sections
    )


def settings_of(feed: Feed, settings: FeedSettings) -> FeedSettings:
    """The settings of one feed: some have standfirsts alone."""
    is_short = feed.key in settings.summaries
    return replace(settings, full_text=False) if is_short and settings.full_text else settings


def born_at(publication: Publication) -> datetime:
    """The date in the tag authority (RFC 4151): a constant, for feeds without an entry."""
    parts = [int(part) for part in publication.tag_authority.partition(",")[2].split("-") if part]
    year, month, day = (*parts, 1, 1)[:3] if parts else (2026, 1, 1)
    return datetime(year, month, day, tzinfo=UTC)


def make_alternates(feed: Feed, feeds: Sequence[Feed]) -> tuple[FeedAlternate, ...]:
    """The same section in the other languages; none for the feed of all languages."""
    return tuple(
        FeedAlternate(language=other.language, key=other.key, title=other.title)
        for other in feeds
        if feed.language and other.language and other.key != feed.key
        if other.section == feed.section
    )


def _make_feed(publication: Publication, language: str, section: Section | None) -> Feed:
    key = f"{language}/{section.key}" if section else language
    part = section.name(language) if section else ""
    name = publication.name(language)
    return Feed(
        key=key,
        uid=addresses.feed_uid(publication, key),
        title=f"{name} – {part}" if part else name,
        subtitle=_line(part, _description(publication, language)),
        home_url=publication.page(language, section),
        language=language,
        section=section.key if section else None,
    )


def _make_feed_of_all(publication: Publication) -> Feed:
    languages = ", ".join(publication.languages.values())
    names = tuple(dict.fromkeys(publication.name(tag) for tag in publication.languages))
    return Feed(
        key=ALL,
        uid=addresses.feed_uid(publication, ALL),
        title=f"{' / '.join(names)} – {languages}",
        subtitle=_line(languages, _host(publication)),
        home_url=publication.site,
        language=None,
        section=None,
    )


def _description(publication: Publication, language: str) -> str:
    said = publication.descriptions.get(language)
    return said or _line(publication.languages[language], _host(publication))


def _host(publication: Publication) -> str:
    return urlsplit(publication.site).hostname or publication.site


def _line(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
