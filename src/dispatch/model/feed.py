"""Feed: a document that we publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch.model.article import RelatedArticle
from dispatch.model.publication import Appeal, Publication


class FeedFormat(StrEnum):
    """The three formats that every feed comes in."""

    RSS = "rss"  #: RSS 2.0 with the Advisory Board's profile
    ATOM = "atom"  #: RFC 4287
    JSON = "json"  #: JSON Feed 1.1


FILE_NAMES: Mapping[FeedFormat, str] = {
    FeedFormat.RSS: "rss.xml",
    FeedFormat.ATOM: "atom.xml",
    FeedFormat.JSON: "feed.json",
}

MEDIA_TYPES: Mapping[FeedFormat, str] = {
    FeedFormat.RSS: "application/rss+xml",
    FeedFormat.ATOM: "application/atom+xml",
    FeedFormat.JSON: "application/feed+json",
}


class FeedKind(StrEnum):
    """What a feed is made of."""

    ARTICLES = "articles"  #: the newest articles of a language, of a section, or of all languages
    AUTHOR = "author"  #: the newest articles of one author in a language
    TOP_READS = "top-reads"  #: an entry for each ranking that readers were mailed
    NEWSLETTER = "newsletter"  #: the issues of a newsletter that readers were sent
    PARTNER = "partner"  #: articles the way one partner wants them
    ASKED = "asked"  #: made when somebody asks: what was searched, or a reader's own


class PartnerKind(StrEnum):
    """Whose rules a partner's feed keeps."""

    DZEN = "dzen"  #: RSS of three days, images of 300 pixels as enclosures, a rating
    DISCOVER = "discover"  #: Google Discover: RSS, images of 1200 pixels or none
    FEEDLY = "feedly"  #: cover, icon, logo and colour in the words of Feedly


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRules:
    """What a partner asks for; None and 0 ask for nothing. No entry is older than `days`."""

    formats: tuple[FeedFormat, ...] = tuple(FeedFormat)
    entries: int | None = None
    days: int | None = None
    least_image_width: int = 0
    has_enclosure: bool = False
    has_rating: bool = False
    has_webfeeds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerProfile:
    """One partner, who fetches a feed of its own in each of some languages.

    `sections` limits it to articles of any of them; none named means all.
    """

    name: str
    kind: PartnerKind
    languages: tuple[str, ...]
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorShare:
    """An author who has written enough in a language to have a feed there."""

    language: str
    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """What the operator decided about all feeds. `max_age_seconds` is Cache-Control and ttl.

    `hub` says whether we are a WebSub hub ourselves; the public ones of `ping` are told of changes.
    Listeners at `hub_allow_hosts` may have private addresses.
    `read_also` is how many related articles are named below each.
    `retraction_days`: how long a notice stands in place of a withdrawn article.
    """

    entries: int = 30
    full_text: bool = True
    appeal: bool = True
    read_also: int = 3
    summaries: tuple[str, ...] = ()
    author_articles: int = 0
    newsletters: bool = True
    top_reads: bool = True
    profiles: tuple[PartnerProfile, ...] = ()
    max_age_seconds: int = 900
    hub: bool = True
    ping: tuple[str, ...] = ()
    hub_allow_hosts: tuple[str, ...] = ()
    archives: bool = True
    retraction_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One subscription feed, in whatever format: which articles, and how it presents itself.

    `key` is its folder below `feeds/`: "en", "en/foreign-policy" or "all". `language` is None for
    the feed of all languages, `section` is None for the feed of all sections. `uid` is its tag:
    URI, one per feed and language. `home_url` is the page of the newsroom that it mirrors. `about`
    names the author, the newsletter or the partner that it is about, if it is about one. `address`
    is where a feed is that is no file: below the public URL, with {format} for its format.
    """

    key: str
    uid: str
    title: str
    subtitle: str
    home_url: str
    language: str | None
    section: str | None
    kind: FeedKind = FeedKind.ARTICLES
    about: str = ""
    formats: tuple[FeedFormat, ...] = tuple(FeedFormat)
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedVersion:
    """What was last published at one path; `modified_at` only ever rises, by whole seconds."""

    path: str
    digest: str
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAlternate:
    """The same feed in another language: where a reader of that language is better served."""

    language: str
    key: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHistory:
    """Where a document stands in its feed's history (RFC 5005): keys of the documents around it.

    `current` is the subscription feed, and None in the subscription feed itself.
    """

    current: str | None = None
    previous: str | None = None
    following: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedContext:
    """What a feed needs beside its articles, all of it data: a feed is a function of its input.

    `born_at` dates a feed that has no entry yet. `appeals` holds one donation request per language,
    `read_also` the related articles per article id. The URLs are absolute; None leaves the link
    out. `hub_url` is a WebSub hub that is told of every change.
    """

    publication: Publication
    settings: FeedSettings
    born_at: datetime
    alternates: tuple[FeedAlternate, ...] = ()
    appeals: Mapping[str, Appeal] = field(default_factory=dict)
    read_also: Mapping[int, Sequence[RelatedArticle]] = field(default_factory=dict)
    feeds_page_url: str | None = None
    subscribe_url: str | None = None
    hub_url: str | None = None
    partner: PartnerRules | None = None
    marks_updates: bool = True
    history: FeedHistory = FeedHistory()
