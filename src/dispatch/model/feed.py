"""Feed: a document that we publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from dispatch.model.article import Article
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """What the operator decided about all feeds. `max_age_seconds` is Cache-Control and ttl.

    `hub` says whether we are a WebSub hub ourselves; the public ones of `ping` are told of changes.
    Listeners at `hub_allow_hosts` may have private addresses.
    """

    entries: int = 30
    full_text: bool = True
    appeal: bool = True
    read_also: bool = True
    max_age_seconds: int = 900
    hub: bool = True
    ping: tuple[str, ...] = ()
    hub_allow_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One subscription feed, in whatever format: which articles, and how it presents itself.

    `key` is its folder below `feeds/`: "en", "en/foreign-policy" or "all". `language` is None for
    the feed of all languages, `section` is None for the feed of all sections. `uid` is its tag:
    URI, one per feed and language. `home_url` is the page of the newsroom that it mirrors.
    """

    key: str
    uid: str
    title: str
    subtitle: str
    home_url: str
    language: str | None
    section: str | None


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
    read_also: Mapping[int, Sequence[Article]] = field(default_factory=dict)
    feeds_page_url: str | None = None
    subscribe_url: str | None = None
    hub_url: str | None = None
