"""The readers' door: feeds, pages, issues in the browser, and unsubscribing.

In: HTTP requests of strangers. Out: answers. Never: a change by GET or HEAD, a cookie, or anything
that a verb decides: each page is one method of App.
"""

from __future__ import annotations

from dispatch.web.routes import make_web
from dispatch.web.server import serve

__all__ = ["make_web", "serve"]
