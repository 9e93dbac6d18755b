"""Decides which feeds there are beside those of languages and sections.

In: the publication, its authors, newsletters and partner profiles. Out: feeds, and entries for
what is no article: an issue, a ranking. Never: the store, or words in a language (they are given).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from dispatch.model.article import Article
from dispatch.model.feed import (
    AuthorShare,
    Feed,
    FeedFormat,
    FeedKind,
    PartnerKind,
    PartnerProfile,
    PartnerRules,
)
from dispatch.model.newsletter import Issue, Newsletter
from dispatch.model.publication import Publication
from dispatch.model.ranking import FrozenRanking
from dispatch.rules import addresses

#: Folders of feeds below a language's, which no section may be called.
RESERVED: Final = ("authors", "newsletters", "partners", "top-reads")

#: What each partner asks for (facts that their help pages give; a partner is a line here).
PARTNERS: Final[Mapping[PartnerKind, PartnerRules]] = {
    PartnerKind.DZEN: PartnerRules(
        formats=(FeedFormat.RSS,),
        entries=500,
        days=3,
        least_image_width=300,
        has_enclosure=True,
        has_rating=True,
    ),
    PartnerKind.DISCOVER: PartnerRules(formats=(FeedFormat.RSS,), least_image_width=1200),
    PartnerKind.FEEDLY: PartnerRules(has_webfeeds=True),
}


def make_author_feeds(publication: Publication, authors: Iterable[AuthorShare]) -> list[Feed]:
    """A feed for each author and language."""
    return [
        _make(
            publication,
            f"{one.language}/authors/{one.key}",
            one.language,
            title=f"{publication.name(one.language)} – {one.name}",
            kind=FeedKind.AUTHOR,
            about=one.key,
        )
        for one in authors
        if one.language in publication.languages
    ]


def make_newsletter_feeds(
    publication: Publication, newsletters: Iterable[Newsletter]
) -> list[Feed]:
    """A feed for each newsletter and language: its issues."""
    return [
        _make(
            publication,
            f"{language}/newsletters/{one.name}",
            language,
            title=one.title(language),
            kind=FeedKind.NEWSLETTER,
            about=one.name,
        )
        for one in newsletters
        for language in one.languages
    ]


def make_top_reads_feeds(publication: Publication, words: Mapping[str, str]) -> list[Feed]:
    """A feed of each language with an entry for each ranking; `words` say "top reads"."""
    return [
        _make(
            publication,
            f"{language}/top-reads",
            language,
            title=f"{publication.name(language)} – {said}",
            kind=FeedKind.TOP_READS,
        )
        for language, said in words.items()
    ]


def make_partner_feeds(publication: Publication, profiles: Iterable[PartnerProfile]) -> list[Feed]:
    """The feeds that partners fetch, one for each profile and language."""
    return [
        _make(
            publication,
            f"{language}/partners/{one.name}",
            language,
            title=publication.name(language),
            kind=FeedKind.PARTNER,
            about=one.name,
            formats=PARTNERS[one.kind].formats,
        )
        for one in profiles
        for language in one.languages
    ]


def issue_as_article(
    publication: Publication, issue: Issue, language: str, subject: str, html: str, preheader: str
) -> Article:
    """An issue that went out, as an entry: its page is the link, its identifier its own."""
    name = f"{issue.newsletter}:{issue.period}:{language}"
    return Article(
        id=issue.id,
        uid=f"tag:{publication.tag_authority}:issue:{name}",
        url=addresses.issue_url(publication, issue.newsletter, issue.period, language),
        language=language,
        title=subject,
        source="",
        standfirst=preheader,
        html=html,
        group_id=issue.id,
        published_at=issue.window_end,
        updated_at=issue.window_end,
        entered_at=issue.window_end,
        first_seen_at=issue.window_end,
    )


def ranking_as_article(
    publication: Publication, number: int, ranking: FrozenRanking, title: str, html: str
) -> Article:
    """A ranking as an entry with an identifier of its own.

    The identifiers of its articles would be shown once and never again: every reader remembers
    what it has seen.
    """
    name = f"{ranking.newsletter}:{ranking.period}:{ranking.language}"
    moment = ranking.frozen_at
    return Article(
        id=number,
        uid=f"tag:{publication.tag_authority}:top-reads:{name}",
        url=addresses.issue_url(publication, ranking.newsletter, ranking.period, ranking.language),
        language=ranking.language,
        title=title,
        source="",
        html=html,
        group_id=number,
        published_at=moment,
        updated_at=moment,
        entered_at=moment,
        first_seen_at=moment,
    )


def _make(
    publication: Publication,
    key: str,
    language: str,
    *,
    title: str,
    kind: FeedKind,
    about: str = "",
    formats: tuple[FeedFormat, ...] = tuple(FeedFormat),
) -> Feed:
    return Feed(
        key=key,
        uid=addresses.feed_uid(publication, key),
        title=title,
        subtitle=publication.descriptions.get(language) or publication.languages[language],
        home_url=publication.page(language),
        language=language,
        section=None,
        kind=kind,
        about=about,
        formats=formats,
    )
