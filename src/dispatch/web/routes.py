"""The table of all addresses that readers, mail programs and feed readers may ask for.

In: the App. Out: an ASGI application. Never: a session, a cookie, or state of its own.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Mount, Route, Router

from dispatch.app import App
from dispatch.web.assets import Assets
from dispatch.web.failures import Failures
from dispatch.web.feed_files import FeedFiles
from dispatch.web.feeds_page import FeedsPage
from dispatch.web.health import Health
from dispatch.web.issue_pages import IssuePages
from dispatch.web.pages import Printer
from dispatch.web.unsubscribing import Unsubscribing


def make_web(site: App) -> Starlette:
    """The readers' door as an ASGI application; any server may carry it."""
    printer = Printer(site)
    failures = Failures(printer)
    table = make_table(site, printer)
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
    return web


def make_table(site: App, printer: Printer) -> list[BaseRoute]:
    """Every address. `def` endpoints run in Starlette's threads: they may ask the store."""
    feeds, page, issues = FeedFiles(site), FeedsPage(site, printer), IssuePages(site)
    leaving, health, assets = Unsubscribing(site, printer), Health(site), Assets(site)
    return [
        Route("/", page.choose),
        Route("/healthz", health.is_alive),
        Route("/readyz", health.is_ready),
        Route("/assets/{name}", assets.get),
        Route("/feeds/{path:path}", feeds.get),
        Route("/issues/{newsletter}/{period}/{language}.txt", issues.show_text),
        Route("/issues/{newsletter}/{period}/{language}", issues.show_html),
        Route("/u/", leaving.explain),
        Route("/u/{token}", leaving.page, methods=["GET", "POST"]),
        Route("/one-click/{token}", leaving.one_click, methods=["GET", "POST"]),
        Route("/{language}/", page.show),
        Route("/{language}", page.add_slash),
    ]


def _below(prefix: str, table: list[BaseRoute]) -> list[BaseRoute]:
    """The same table below the path of `public_url`, for proxies that do not take it away."""
    if not prefix.strip("/"):
        return []
    return [Mount(prefix.rstrip("/"), app=Router(table, redirect_slashes=False))]
