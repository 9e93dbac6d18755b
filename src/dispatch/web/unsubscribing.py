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
from dispatch.web import headers
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
        if not await _is_body_small(request):
            return headers.plain(_TOO_LONG, 413)
        return await run_in_threadpool(self._act, request)

    async def one_click(self, request: Request) -> Response:
        """/one-click/{token}: POST does it (RFC 8058), and answers every token the same.

        GET is for people whose mail program shows them the address.
        """
        if request.method != "POST":
            return await run_in_threadpool(self._ask, request)
        if not await _is_body_small(request):
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
            return self._unknown(request)
        subscription, language = found
        language = self._spoken(language, request)
        if subscription.state is SubscriptionState.UNSUBSCRIBED:
            return self._already(subscription, language)
        return self.printer.notice(self._question(subscription, language, token), language)

    def _act(self, request: Request) -> Response:
        token = request.path_params["token"]
        found = self.site.readers.find_subscription(token)
        ended = self.site.readers.unsubscribe(token)
        if found is None or ended is None:
            return self._unknown(request)
        return self._done(ended, self._spoken(found[1], request))

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
            links=[(f"{urlsplit(url).path}/feed", catalogue.text(language, "Your own feed"))],
        )

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

    def _unknown(self, request: Request) -> Response:
        """The same for every token that names nobody: forged, cut short, or of one forgotten."""
        language = self.printer.language_of(request)
        text = catalogue.text(
            language,
            "It may be too old, or not complete. Copy the whole address from the message.",
        )
        title = catalogue.text(language, "This link does not work any more")
        return self.printer.notice(Notice(title=title, lines=[text]), language)

    def _title(self, subscription: Subscription, language: str) -> str:
        """The newsletter's title; one that was given up has but its name."""
        newsletter = self.site.office.newsletters.get(subscription.newsletter)
        titles = newsletter.titles if newsletter else {}
        return titles.get(language) or next(iter(titles.values()), subscription.newsletter)

    def _spoken(self, language: str, request: Request) -> str:
        """The reader's language, or the browser's where ours has been given up."""
        known = self.site.config.publication.languages
        return language if language in known else self.printer.language_of(request)


async def _is_body_small(request: Request) -> bool:
    """Read the body to its end, and forget it."""
    length = 0
    async for piece in request.stream():
        length += len(piece)
        if length > MAX_BODY_BYTES:
            return False
    return True
