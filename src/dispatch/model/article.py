"""Entry and Article: what a source gave, and what the newsroom published.

An Entry is untrusted and belongs to one source; an Article has an identity that was minted
once and never changes (design: invariant 2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A byline."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The lead image of an article. `length` is in bytes, `width` and `height` in pixels.

    `credit` names who made it.
    """

    url: str
    alt: str = ""
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    length: int | None = None
    credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that belongs to an article: sound, film, a document. `length` is in bytes, if told."""

    url: str
    media_type: str
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationLink:
    """A source's claim that `url` says the same in another language."""

    url: str
    language: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing as a source gave it.

    `source_id` is the source's own identifier (RSS guid, Atom id, JSON Feed id, path), verbatim.
    `html` is unsanitised until `sources.markup.clean` has seen it. `sections` are the source's own
    labels. `withdrawn` is an explicit tombstone (RFC 6721), never mere absence. `plain` names the
    fields among title, standfirst, html, authors and sections that are literal text, not HTML: in
    them `&lt;` is what the author meant to print (Atom type="text"). Cleaned entries name all but
    html. `section_aliases` are other names of a label (a term's slug and number), for the
    operator's `section_map`. `is_backlog` marks what stood there before the first visit, which
    had no time for it: history that comes late, no news.
    `place` and `starts_at` are of events and jobs.
    """

    source_id: str | None
    url: str | None
    title: str = ""
    language: str | None = None
    standfirst: str = ""
    html: str = ""
    authors: tuple[Author, ...] = ()
    sections: tuple[str, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    translations: tuple[TranslationLink, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    withdrawn: bool = False
    place: str = ""
    starts_at: datetime | None = None
    plain: frozenset[str] = frozenset()
    section_aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_backlog: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """An article of the same translation group, as a reader may be sent to it."""

    article_id: int
    language: str
    url: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedArticle:
    """An article as it is offered beside another: no more than a link needs, and its place."""

    id: int
    language: str
    url: str
    title: str
    group_id: int
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the newsroom published.

    `uid` is the minted tag: URI that every feed carries for ever. `published_at` orders and
    displays; `entered_at` selects (our own first sight, or the publisher's date for the back
    catalogue of a new source). `updated_at` moves only with a significant change (RFC 4287,
    section 4.2.15). `sections` are keys of the publication's own sections. `marked_updated_at` is
    when an editor last said that it may come to readers again.
    """

    id: int
    uid: str
    url: str
    language: str
    title: str
    source: str
    standfirst: str = ""
    html: str = ""
    authors: tuple[Author, ...] = ()
    sections: tuple[str, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    translations: tuple[Translation, ...] = ()
    group_id: int
    published_at: datetime
    updated_at: datetime
    entered_at: datetime
    first_seen_at: datetime
    withdrawn_at: datetime | None = None
    marked_updated_at: datetime | None = None
