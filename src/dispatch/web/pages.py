"""Makes HTML answers: the frame of a page, its language, its headers.

In: a template's name and values. Out: a response. Never: a page in a language that the
publication does not speak, or a reader's address in one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dispatch.app import App
from dispatch.render import catalogue, pages
from dispatch.rules import addresses
from dispatch.web import accept, assets, headers

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageLink:
    """A way to the feeds page of a language. `is_here` marks the language of the page itself."""

    language: str
    direction: str
    name: str
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A page that says one thing. With a `button` it asks: the form posts to `action`.

    `links` are (address, words), below everything.
    """

    title: str
    lines: Sequence[str]
    button: str = ""
    action: str = ""
    links: Sequence[tuple[str, str]] = ()


class Printer:
    """Prints pages in the publication's dress."""

    def __init__(self, site: App) -> None:
        self.publication = site.config.publication
        #: What paths on pages begin with, where a proxy puts Dispatch below a folder.
        self.prefix = urlsplit(self.publication.public_url).path
        self.assets = assets.load_assets()

    def html(self, template: str, language: str, values: Mapping[str, object]) -> str:
        """One page as text."""
        publication = self.publication
        every = {
            "publication_name": publication.name(language),
            "site": publication.site,
            "site_host": urlsplit(publication.site).hostname or publication.site,
            "contact": publication.contact,
            "languages": self._languages(language),
            "asset": self._asset,
        }
        return pages.render_page(TEMPLATES, template, language, {**every, **values})

    def notice(
        self,
        notice: Notice,
        language: str,
        *,
        status: int = 200,
        said: Mapping[str, str] = headers.TOKEN_PAGE,
    ) -> Response:
        """A page that says one thing, and by default is nobody else's business."""
        body = self.html("notice.html.j2", language, {"notice": notice})
        return HTMLResponse(body, status, headers={**said, "Content-Language": language})

    def worthless(self, request: Request) -> Response:
        """The same for every token that names nobody: forged, cut short, or of one forgotten."""
        language = self.language_of(request)
        text = catalogue.text(
            language,
            "It may be too old, or not complete. Copy the whole address from the message.",
        )
        title = catalogue.text(language, "This link does not work any more")
        return self.notice(Notice(title=title, lines=[text]), language)

    def spoken(self, language: str, request: Request) -> str:
        """The reader's language, or the browser's where ours has been given up."""
        return language if language in self.publication.languages else self.language_of(request)

    def language_of(self, request: Request) -> str:
        """The language of whoever asks: as the path says, else their browser, else our first."""
        known = tuple(self.publication.languages)
        for part in request.url.path.removesuffix(".txt").split("/"):
            if part in known:
                return part
        asked = accept.choose_language(request.headers.get("accept-language", ""), known)
        return asked or known[0]

    def _languages(self, here: str) -> tuple[LanguageLink, ...]:
        return tuple(
            LanguageLink(
                language=tag,
                direction=catalogue.direction(tag),
                name=name,
                url=addresses.feeds_page_url(self.publication, tag),
                is_here=tag == here,
            )
            for tag, name in self.publication.languages.items()
        )

    def _asset(self, name: str) -> str:
        """The path of one of our files; its digest makes a changed file a new address."""
        return f"{self.prefix}{assets.FOLDER}/{name}?v={self.assets[name].digest[:12]}"
