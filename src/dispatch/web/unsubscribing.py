"""Lets a reader go: a page with one button, and the address that mail programs post to.

In: a signed token in the path. Out: pages, or a word for a program. Never: a change by GET or
HEAD (mail scanners open every link), a cookie, a redirect, a check of where the form was (RFC
8058, section 3.1: mail providers post from anywhere), or a token in a log.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dispatch.app import App
from dispatch.model.subscriber import Subscription, SubscriptionState
from dispatch.render import catalogue
from dispatch.rules import addresses
from dispatch.web import bodies, headers
from dispatch.web.pages import Notice, Printer

#: A body has nothing to tell us: a token names reader and newsletter. This much is read and
#: forgotten, be it urlencoded or multipart; what is longer comes from no mail program.
MAX_BODY_BYTES = 64 * 1024
_TOO_LONG = "This is more than we read.\n"


class Unsubscribing:
    """The pages below /u/ and /one-click/."""

    def __init__(self, site: App, printer: Printer) -> None:
        self.site = site
        self.printer = printer

    async def page(self, request: Request) -> Response:
        """/u/{token}: GET asks, POST (the reader has pressed the button) does it."""
        if request.method != "POST":
            return await run_in_threadpool(self._ask, request)
        if await bodies.read(request, MAX_BODY_BYTES) is None:
            return headers.plain(_TOO_LONG, 413)
        return await run_in_threadpool(self._act, request)

    async def one_click(self, request: Request) -> Response:
        """/one-click/{token}: POST does it (RFC 8058), and answers every token the same.

        GET is for people whose mail program shows them the address.
        """
        if request.method != "POST":
            return await run_in_threadpool(self._ask, request)
        if await bodies.read(request, MAX_BODY_BYTES) is None:
            return headers.plain(_TOO_LONG, 413)
        await run_in_threadpool(self.site.readers.unsubscribe, request.path_params["token"])
        return headers.plain("OK\n")

    def explain(self, request: Request) -> Response:
        """The link in the copy of a mail that everybody may see: it cannot know whose it is."""
        language = self.printer.language_of(request)
        text = catalogue.text(
            language,
            "To unsubscribe, follow the link in a message that you have received: "
            "it works for you alone.",
        )
        title = catalogue.text(language, "Unsubscribe")
        return self.printer.notice(Notice(title=title, lines=[text]), language)

    def _ask(self, request: Request) -> Response:
        token = request.path_params["token"]
        found = self.site.readers.find_subscription(token)
        if found is None:
            return self.printer.worthless(request)
        subscription, language = found
        language = self.printer.spoken(language, request)
        if subscription.state is SubscriptionState.UNSUBSCRIBED:
            return self._already(subscription, language)
        return self.printer.notice(self._question(subscription, language, token), language)

    def _act(self, request: Request) -> Response:
        token = request.path_params["token"]
        found = self.site.readers.find_subscription(token)
        ended = self.site.readers.unsubscribe(token)
        if found is None or ended is None:
            return self.printer.worthless(request)
        return self._done(ended, self.printer.spoken(found[1], request))

    def _question(self, subscription: Subscription, language: str, token: str) -> Notice:
        title = self._title(subscription, language)
        url = addresses.unsubscribe_url(self.printer.publication, token)
        return Notice(
            title=catalogue.text(language, "Stop receiving “{newsletter}”?", newsletter=title),
            lines=[
                catalogue.text(language, "Nothing has changed yet. Press the button to confirm.")
            ],
            button=catalogue.text(language, "Yes, unsubscribe me"),
            # Also on the page of a one-click address: that one answers programs, not people.
            action=urlsplit(url).path,
            links=self._other_ways(token, language),
        )

    def _other_ways(self, token: str, language: str) -> list[tuple[str, str]]:
        """What one may want instead of leaving altogether."""
        publication, say = self.printer.publication, catalogue.text
        choose = addresses.preferences_url(publication, token)
        leave = addresses.unsubscribe_url(publication, token)
        return [
            (urlsplit(choose).path, say(language, "Choose your sections and language")),
            (f"{urlsplit(leave).path}/feed", say(language, "Your own feed")),
        ]

    def _done(self, subscription: Subscription, language: str) -> Response:
        title = catalogue.text(language, "You are unsubscribed")
        notice = Notice(title=title, lines=[self._farewell(subscription, language)])
        return self.printer.notice(notice, language)

    def _already(self, subscription: Subscription, language: str) -> Response:
        title = catalogue.text(language, "You are already unsubscribed")
        notice = Notice(title=title, lines=[self._farewell(subscription, language)])
        return self.printer.notice(notice, language)

    def _farewell(self, subscription: Subscription, language: str) -> str:
        title = self._title(subscription, language)
        return catalogue.text(
            language, "You will not receive “{newsletter}” any more.", newsletter=title
        )

    def _title(self, subscription: Subscription, language: str) -> str:
        """The newsletter's title; one that was given up has but its name."""
        newsletter = self.site.office.newsletters.get(subscription.newsletter)
        titles = newsletter.titles if newsletter else {}
        return titles.get(language) or next(iter(titles.values()), subscription.newsletter)
