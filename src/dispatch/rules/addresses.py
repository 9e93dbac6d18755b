"""Says under which path, URL and identifier a feed is known.

In: the publication, a feed's key, a format. Out: text. Never: the file system or the network; a
feed's address is written here once, so that the document, its `self` link, the web server and
the hub can only agree (WebSub, section 3: the topic URL is the `self` URL, byte for byte).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from dispatch.model.feed import FILE_NAMES, Feed, FeedFormat, FeedSettings
from dispatch.model.publication import Publication

#: The folder of all feeds, below the publication's public URL and below the site's own folder.
FEEDS: Final = "feeds"
#: The folder of the top reads, below the public URL and below the folder of all feeds.
TOP: Final = "top"

#: The folder of a feed's history, below its own.
ARCHIVE: Final = "archive"

_IN_ARCHIVE: Final = re.compile(rf"(?P<key>.+)/{ARCHIVE}/\d{{4}}-\d\d(-\d+)?/(?P<file>[^/]+)")


def feed_path(key: str, format: FeedFormat) -> str:  # noqa: A002 - the word of the field
    """The file of a feed below the folder of all feeds: "en/foreign-policy/atom.xml"."""
    return f"{key}/{FILE_NAMES[format]}"


def archive_key(key: str, name: str) -> str:
    """The key of a document of a feed's history: "en/archive/2026-10"."""
    return f"{key}/{ARCHIVE}/{name}"


def current_path(path: str) -> str | None:
    """The subscription feed whose history `path` belongs to; None for any other path."""
    found = _IN_ARCHIVE.fullmatch(path)
    return f"{found['key']}/{found['file']}" if found else None


def is_archive(path: str) -> bool:
    """Whether `path` belongs to the history of a feed."""
    return current_path(path) is not None


def lies_in(path: str, keys: Collection[str]) -> bool:
    """Whether a path below the folder of feeds lies in one of the folders called `keys`."""
    key = path.rpartition("/")[0]
    return any(key == one or key.startswith(f"{one}/") for one in keys)


def feed_url(publication: Publication, key: str, format: FeedFormat) -> str:  # noqa: A002
    """The absolute URL at which a feed is served in one format."""
    return f"{publication.public_url}{FEEDS}/{feed_path(key, format)}"


def list_hubs(publication: Publication, settings: FeedSettings) -> tuple[str, ...]:
    """The WebSub hubs that tell of changes, our own first if there is one."""
    own = (f"{publication.public_url}hub",) if settings.hub else ()
    return (*own, *settings.ping)


def top_path(language: str, suffix: str) -> str:
    """The file of the top reads of one language, below the folder of all feeds."""
    return f"{TOP}/{language}.{suffix}"


def document_url(publication: Publication, feed: Feed, format: FeedFormat) -> str:  # noqa: A002
    """The absolute URL of a feed in one format, be it a file or made on request."""
    if feed.address:
        return publication.public_url + feed.address.replace("{format}", format.value)
    return feed_url(publication, feed.key, format)


def search_url(publication: Publication, language: str) -> str:
    """The page of a language that searches."""
    return f"{publication.public_url}{language}/search"


def opml_path(language: str | None) -> str:
    """The file of the list of a language's feeds, or of all, below the folder of all feeds."""
    return f"{language}/feeds.opml" if language else "feeds.opml"


def opml_url(publication: Publication, language: str | None) -> str:
    """Where the list of a language's feeds, or of all, is served."""
    return f"{publication.public_url}{FEEDS}/{opml_path(language)}"


def stylesheet_url(publication: Publication) -> str:
    """The absolute URL of the stylesheet that shows a feed to a person."""
    return f"{publication.public_url}{FEEDS}/feed.css"


def feed_uid(publication: Publication, key: str) -> str:
    """The feed's tag: URI (RFC 4151), the same in every format and wherever it is served."""
    return f"tag:{publication.tag_authority}:feed:{key}"


def section_scheme(publication: Publication) -> str:
    """The tag: URI that names the publication's sections as a scheme of categories."""
    return f"tag:{publication.tag_authority}:section"


def feeds_page_url(publication: Publication, language: str) -> str:
    """The page that shows a reader of `language` every feed and how to subscribe."""
    return f"{publication.public_url}{language}/"


def issue_url(publication: Publication, newsletter: str, period: str, language: str) -> str:
    """An issue in the browser."""
    return f"{publication.public_url}issues/{newsletter}/{period}/{language}"


def link_url(publication: Publication, article_id: int) -> str:
    """A link to an article that outlives its address, the same for every reader."""
    return f"{publication.public_url}r/{article_id}"


def unsubscribe_url(publication: Publication, token: str) -> str:
    """The page on which a reader unsubscribes; opening it changes nothing."""
    return f"{publication.public_url}u/{token}"


def preferences_url(publication: Publication, token: str) -> str:
    """The page on which a reader chooses languages, sections and newsletters."""
    return f"{publication.public_url}p/{token}"


def one_click_url(publication: Publication, token: str) -> str:
    """What a mail program posts to (RFC 8058); it needs no page and no cookie."""
    return f"{publication.public_url}one-click/{token}"
