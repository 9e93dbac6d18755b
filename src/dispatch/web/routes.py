"""The table of all addresses that readers, mail programs and feed readers may ask for.

In: the App. Out: an ASGI application. Never: a session, a cookie, or state of its own.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from dispatch.app import App
from dispatch.rules import addresses
from dispatch.web import headers
from dispatch.web.articles_api import ArticlesApi
from dispatch.web.asked_feeds import AskedFeedPages
from dispatch.web.assets import Assets
from dispatch.web.beacon import Beacon
from dispatch.web.donations import DonationsDoor
from dispatch.web.failures import Failures
from dispatch.web.feed_files import FeedFiles
from dispatch.web.feed_links_page import FeedLinksPage
from dispatch.web.feeds_page import FeedsPage
from dispatch.web.health import Health
from dispatch.web.hub import HubDoor
from dispatch.web.issue_pages import IssuePages
from dispatch.web.links import Links
from dispatch.web.pages import Printer
from dispatch.web.preferences import Preferences
from dispatch.web.related_pages import RelatedPages
from dispatch.web.top_files import TopFiles
from dispatch.web.unsubscribing import Unsubscribing


def make_web(site: App) -> ASGIApp:
    """The readers' door as an ASGI application; any server may carry it."""
    printer, feeds = Printer(site), FeedFiles(site)
    failures = Failures(printer)
    table = make_table(site, printer, feeds)
    web = Starlette(
        routes=[*_below(printer.prefix, table), *table],
        exception_handlers={
            HTTPException: failures.refuse,
            ClientDisconnect: failures.let_go,
            Exception: failures.fail,
        },
    )
    # Its redirects repeat the Host header of a stranger; ours name a path alone.
    web.router.redirect_slashes = False
    return Door(site, feeds, printer.prefix, web)


class Door:
    """Sends what is asked for most straight to the feeds, what has moved away, the rest inside."""

    def __init__(self, site: App, feeds: FeedFiles, prefix: str, web: ASGIApp) -> None:
        self.feeds = feeds
        self.moved = site.feeds.old_addresses()
        self.web = web
        below = prefix.rstrip("/")
        self.prefix = below
        self.folders = tuple(dict.fromkeys((f"/{addresses.FEEDS}/", f"{below}/{addresses.FEEDS}/")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            path: str = scope["path"]
            for folder in self.folders:
                if path.startswith(folder) and self.feeds.knows(scope, path[len(folder) :]):
                    await self.feeds.answer(path[len(folder) :], scope, send)
                    return
            if target := self._find_moved(scope):
                await headers.moved(target)(scope, receive, send)
                return
        await self.web(scope, receive, send)

    def _find_moved(self, scope: Scope) -> str | None:
        if scope["method"] not in {"GET", "HEAD"}:
            return None
        query = scope["query_string"].decode("latin-1")
        return self.moved.find(scope["path"].removeprefix(self.prefix), query)


def make_table(site: App, printer: Printer, feeds: FeedFiles) -> list[BaseRoute]:
    """Every address. `def` endpoints run in Starlette's threads: they may ask the store."""
    page, issues, links = FeedsPage(site, printer), IssuePages(site), FeedLinksPage(site)
    leaving, health, assets = Unsubscribing(site, printer), Health(site), Assets(site)
    top, api, beside = TopFiles(site), ArticlesApi(site), RelatedPages(site)
    beacon, choosing = Beacon(site), Preferences(site, printer)
    asked = AskedFeedPages(site, printer)
    return [
        Route("/", page.choose),
        Route("/healthz", health.is_alive),
        Route("/readyz", health.is_ready),
        Route("/assets/{name}", assets.get),
        Route("/top/{name}", top.get),
        Route("/read", beacon.read, methods=["POST", "OPTIONS"]),
        Route("/beacon.js", beacon.script),
        Route("/related/{number:int}.{suffix}", beside.by_number),
        Route("/related.{suffix}", beside.by_address),
        Route("/feeds", page.choose),  # by hand, from the address of a feed
        Route("/feeds/", page.choose),
        Route("/feeds/{language}/", page.add_slash),
        Route("/feeds/top/{name}", top.get),
        Route("/feeds/links/{language}", links.show),
        Route("/feeds/links/{language}/{section}", links.show),
        Route("/feeds/{path:path}", feeds.get),
        Route("/hub", HubDoor(site).ask, methods=["GET", "POST"]),
        Route("/issues/{newsletter}/{period}/{language}.txt", issues.show_text),
        Route("/issues/{newsletter}/{period}/{language}", issues.show_html),
        Route("/r/{number}", Links(site).follow),
        Route("/mine/{token}.{format}", asked.own_feed),
        Route("/u/", leaving.explain),
        Route("/u/{token}/feed", asked.own_page, methods=["GET", "POST"]),
        Route("/u/{token}", leaving.page, methods=["GET", "POST"]),
        Route("/p/", choosing.explain),
        Route("/p/{token}", choosing.page, methods=["GET", "POST"]),
        Route("/one-click/{token}", leaving.one_click, methods=["GET", "POST"]),
        Route("/hooks/donations", DonationsDoor(site).take, methods=["POST"]),
        Route("/api/openapi.json", api.describe),
        Route("/api/articles", api.create, methods=["POST"]),
        Route("/api/articles/{name:path}", api.one, methods=["PUT", "DELETE"]),
        Route("/{language}/search", asked.search),
        Route("/{language}/search.{format}", asked.search_feed),
        Route("/{language}/", page.show),
        Route("/{language}", page.add_slash),
    ]


def _below(prefix: str, table: list[BaseRoute]) -> list[BaseRoute]:
    """The same table below the path of `public_url`, for proxies that do not take it away."""
    if not prefix.strip("/"):
        return []
    return [Mount(prefix.rstrip("/"), app=Router(table, redirect_slashes=False))]
