"""Makes of an Article what a digest shows of it, ready to be read in the issue's language.

In: an article, the publication, the issue's language. Out: a ListedArticle. Never: HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from dispatch.model.article import Article, Entry
from dispatch.model.contents import Announcement, ListedArticle, ListedTranslation
from dispatch.model.publication import Publication
from dispatch.render import catalogue
from dispatch.rules import addresses, text

#: How much of an event's or a job's own words is shown.
ANNOUNCEMENT_CHARACTERS = 240


def list_article(
    article: Article,
    publication: Publication,
    language: str,
    published_on: date,
    *,
    is_updated: bool = False,
) -> ListedArticle:
    """`article` as an issue in `language` shows it."""
    names = tuple(author.name for author in article.authors)
    section = next(iter(article.sections), "")
    is_foreign = article.language != language
    return ListedArticle(
        title=article.title,
        url=article.url,
        standfirst=article.standfirst,
        authors_line=catalogue.list_names(names, language) if names else "",
        section=publication.section(section).name(language) if section else "",
        date_text=catalogue.format_date(published_on, language),
        image=article.image,
        translation=_translation(article, publication),
        language=article.language if is_foreign else "",
        direction=catalogue.direction(article.language),
        language_label=catalogue.name_in(article.language, language) if is_foreign else "",
        is_updated=is_updated,
    )


def with_counted_links(
    listed: ListedArticle, article: Article, publication: Publication
) -> ListedArticle:
    """The same with links that count, and that can be led elsewhere after the mail has left."""
    translation = listed.translation
    if translation is not None:
        ids = {one.url: one.article_id for one in article.translations}
        url = addresses.link_url(publication, ids[translation.url])
        translation = replace(translation, url=url)
    url = addresses.link_url(publication, article.id)
    return replace(listed, url=url, translation=translation)


def announce(entry: Entry, language: str, local_date: Callable[[datetime], date]) -> Announcement:
    """An event or a job as an issue in `language` shows it."""
    moment = entry.starts_at or entry.published_at
    return Announcement(
        title=entry.title,
        url=entry.url or "",
        text=text.shorten(entry.standfirst, ANNOUNCEMENT_CHARACTERS),
        place=entry.place,
        date_text=catalogue.format_date(local_date(moment), language) if moment else "",
    )


def _translation(article: Article, publication: Publication) -> ListedTranslation | None:
    """The first translation in the order of the publication's languages."""
    by_language = {one.language: one for one in article.translations}
    language = next((tag for tag in publication.languages if tag in by_language), None)
    if language is None:
        return None
    return ListedTranslation(
        language=language,
        url=by_language[language].url,
        label=catalogue.read_in(language),
        direction=catalogue.direction(language),
    )
