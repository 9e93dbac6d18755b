"""IssueContents and its blocks: what one variant of an issue says, chosen but not yet rendered.

Texts are ready to be read (dates, names and labels are in the issue's language) and are plain:
whoever renders them escapes them. URLs are absolute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from dispatch.model.article import Image
from dispatch.model.newsletter import Newsletter
from dispatch.model.publication import Appeal, Publication


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTranslation:
    """A way to the same piece in another language.

    `label` is in that language («Читать по-русски»), as are `language` (BCP 47) and `direction`.
    """

    language: str
    url: str
    label: str
    direction: Literal["ltr", "rtl"] = "ltr"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedArticle:
    """An article as a digest shows it. All but `title` and `url` may be empty.

    `authors_line` holds the names alone ("A and B"), `section` the section's name. `language`,
    `direction` and `language_label` ("in Russian") are set where the article is not in the issue's
    own language. `is_updated` marks one that readers had before and that has changed since.
    """

    title: str
    url: str
    standfirst: str = ""
    authors_line: str = ""
    section: str = ""
    date_text: str = ""
    image: Image | None = None
    translation: ListedTranslation | None = None
    language: str = ""
    direction: Literal["ltr", "rtl"] = "ltr"
    language_label: str = ""
    is_updated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRead:
    """One place in the top reads. `reads` is None where the number is not to be shown."""

    position: int
    article: ListedArticle
    reads: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionGroup:
    """Articles under one section's name; an empty name is a group without heading."""

    name: str
    articles: tuple[ListedArticle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopReadsBlock:
    """The ranking by reads."""

    name: ClassVar[str] = "top_reads"
    reads: tuple[ListedRead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestBlock:
    """What is new, by section. `omitted` articles more are at `more_url`."""

    name: ClassVar[str] = "latest"
    groups: tuple[SectionGroup, ...]
    omitted: int = 0
    more_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAlsoBlock:
    """Related articles; the first to go when a mail grows too long."""

    name: ClassVar[str] = "read_also"
    articles: tuple[ListedArticle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an appeal has come: `percent` is for the bar (0 to 100), the texts are to be read."""

    percent: int
    raised: str
    goal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealBlock:
    """A donation request. The appeal's URL says which arm and issue it came from."""

    name: ClassVar[str] = "appeal"
    appeal: Appeal
    progress: Progress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteBlock:
    """A word from the editors, in Markdown."""

    name: ClassVar[str] = "note"
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleBlock:
    """One article in full. `html` is clean; `is_shortened` says that the rest is on the site."""

    name: ClassVar[str] = "article"
    article: ListedArticle
    html: str
    is_shortened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """An event or a job as its box shows it. All but `title` and `url` may be empty."""

    title: str
    url: str
    text: str = ""
    place: str = ""
    date_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsBlock:
    """What will happen, by date."""

    name: ClassVar[str] = "events"
    announcements: tuple[Announcement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsBlock:
    """Who is looked for, newest first."""

    name: ClassVar[str] = "jobs"
    announcements: tuple[Announcement, ...]


BlockContents = (
    TopReadsBlock
    | LatestBlock
    | ReadAlsoBlock
    | AppealBlock
    | NoteBlock
    | ArticleBlock
    | EventsBlock
    | JobsBlock
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueUrls:
    """Where an issue's own links lead; an empty one is not shown.

    Whoever renders adds the address to unsubscribe at, which holds the reader's token.
    `preferences` may hold a slot marker as well (render.slots).
    """

    web_view: str
    preferences: str = ""
    feeds: str = ""
    archive: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueContents:
    """All that one variant of an issue says, in order of appearance.

    `language` is the variant's BCP 47 tag and `direction` how it is written. An empty `subject`
    or `preheader` is made from the first articles.
    """

    publication: Publication
    newsletter: Newsletter
    period: str
    issued_on: date
    language: str
    direction: Literal["ltr", "rtl"]
    blocks: tuple[BlockContents, ...]
    urls: IssueUrls
    subject: str = ""
    preheader: str = ""
