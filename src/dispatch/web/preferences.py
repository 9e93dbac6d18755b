"""Lets a reader choose: languages in order, newsletters, the sections of each.

In: the signed token of a mail's way out (docs/adr/0012), a form. Out: a page with the same form.
Never: a change by GET or HEAD, half of a choice, a cookie, a redirect, a token in a log, or an
address on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dispatch.app import App
from dispatch.choose import Choice, Lack
from dispatch.model.newsletter import Newsletter
from dispatch.render import catalogue
from dispatch.rules import addresses
from dispatch.web import bodies, headers
from dispatch.web.pages import Notice, Printer

MAX_BODY_BYTES: Final = 64 * 1024
#: More fields than any publication has newsletters times sections.
MAX_FIELDS: Final = 2_000

#: The fields of the form; those of sections end in their newsletter's name.
LANGUAGE: Final = "language"
NEWSLETTER: Final = "newsletter"
SECTIONS: Final = "sections:"

Lacks = Sequence[tuple[Lack, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box to tick."""

    field: str
    value: str
    label: str
    is_ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A newsletter on the page, and what its choice lacks."""

    title: str
    wanted: Box
    sections: tuple[Box, ...]
    lacks: tuple[str, ...]


class Preferences:
    """The pages below /p/."""

    def __init__(self, site: App, printer: Printer) -> None:
        self.site = site
        self.printer = printer
        self.publication = site.config.publication

    async def page(self, request: Request) -> Response:
        """/p/{token}: GET shows the choice, POST keeps another."""
        if request.method != "POST":
            return await run_in_threadpool(self._show, request)
        body = await bodies.read(request, MAX_BODY_BYTES)
        if body is None:
            return headers.plain("This is more than we read.\n", 413)
        return await run_in_threadpool(self._keep, request, body)

    def explain(self, request: Request) -> Response:
        """The link in the copy of a mail that everybody may see: it cannot know whose it is."""
        language = self.printer.language_of(request)
        text = catalogue.text(
            language,
            "To choose, follow the link in a message that you have received: "
            "it works for you alone.",
        )
        title = catalogue.text(language, "Your preferences")
        return self.printer.notice(Notice(title=title, lines=[text]), language)

    def _show(self, request: Request) -> Response:
        choice = self.site.readers.find_choice(request.path_params["token"])
        if choice is None:
            return self.printer.worthless(request)
        return self._page(request, choice, is_saved=False)

    def _keep(self, request: Request, body: bytes) -> Response:
        token, wanted = request.path_params["token"], self._read(body)
        lacks = self.site.readers.choose(token, wanted)
        kept = self.site.readers.find_choice(token)
        if lacks is None or kept is None:
            return self.printer.worthless(request)
        if lacks:
            return self._page(request, wanted, lacks, is_saved=False)
        return self._page(request, kept, is_saved=True)

    def _read(self, body: bytes) -> Choice:
        """What a form says, of what is offered; a body that is no form says nothing."""
        try:
            form = parse_qs(body.decode(), max_num_fields=MAX_FIELDS)
        except ValueError:
            form = {}
        offer = self.site.readers.offer
        known = self.publication.languages
        return Choice(
            languages=tuple(dict.fromkeys(one for one in form.get(LANGUAGE, ()) if one in known)),
            newsletters={
                name: _among(offer.sections(name), form.get(SECTIONS + name, ()))
                for name in _among(offer.newsletters, form.get(NEWSLETTER, ()))
            },
        )

    def _page(
        self, request: Request, choice: Choice, lacks: Lacks = (), *, is_saved: bool
    ) -> Response:
        found = self.site.readers.find_subscription(request.path_params["token"])
        language = self.printer.spoken(found[1] if found else "", request)
        token = request.path_params["token"]
        leave = urlsplit(addresses.unsubscribe_url(self.publication, token)).path
        values = {
            "title": self._title(language, is_saved=is_saved),
            "action": urlsplit(addresses.preferences_url(self.publication, token)).path,
            "places": _places(choice.languages, self.publication.languages),
            "has_no_language": any(lack is Lack.LANGUAGE for lack, _ in lacks),
            "parts": [
                self._part(one, choice, language, lacks)
                for one in self.site.readers.offer.newsletters.values()
            ],
            "feed_url": f"{leave}/feed",
            "unsubscribe_url": leave,
        }
        body = self.printer.html("preferences.html.j2", language, values)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if lacks else HTTPStatus.OK
        said = {**headers.TOKEN_PAGE, "Content-Language": language}
        return HTMLResponse(body, status, headers=said)

    def _title(self, language: str, *, is_saved: bool) -> str:
        if is_saved:
            return catalogue.text(language, "Your preferences are saved")
        return catalogue.text(language, "Your preferences")

    def _part(self, one: Newsletter, choice: Choice, language: str, lacks: Lacks) -> Part:
        name, title = one.name, one.titles.get(language) or next(iter(one.titles.values()))
        names = {section.key: section.name(language) for section in self.publication.sections}
        offered = self.site.readers.offer.sections(name)
        ticked = choice.newsletters.get(name)
        return Part(
            title=title,
            wanted=Box(
                field=NEWSLETTER,
                value=name,
                label=catalogue.text(language, "Receive by e-mail"),
                is_ticked=ticked is not None,
            ),
            # Of a newsletter that is not wanted all are ticked: one tick more makes it whole.
            sections=tuple(
                Box(
                    field=SECTIONS + name,
                    value=key,
                    label=names.get(key, key),
                    is_ticked=ticked is None or key in ticked,
                )
                for key in offered
            ),
            lacks=tuple(_words(lack, language, title) for lack, of in lacks if of == name),
        )


def _words(lack: Lack, language: str, title: str) -> str:
    if lack is Lack.SECTION:
        return catalogue.text(language, "Choose at least one section.")
    return catalogue.text(
        language, "“{newsletter}” does not come in the languages chosen.", newsletter=title
    )


def _places(chosen: Sequence[str], offered: Mapping[str, str]) -> list[list[tuple[str, str, bool]]]:
    """For each place in the order its options: (language, name, whether it is chosen)."""
    places = []
    for place in range(len(offered)):
        here = chosen[place] if place < len(chosen) else ""
        places.append([(tag, name, tag == here) for tag, name in offered.items()])
    return places


def _among(offered: Iterable[str], said: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in offered if one in said)
