"""Web sites on loopback for sources to read: plain ones, WordPress, Ghost.

site = WordPressSite(); site.publish(7, "Treaties"); site.url
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a site answers."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


NOTHING = Reply(status=404, body=b"<h1>Not found</h1>")


class LocalSite:
    """A site whose pages are a dictionary; it remembers what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        site = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.headers.append(dict(self.headers.items()))
                reply = site.answer(self.path)
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(reply.body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(poll_interval=0.01), daemon=True
        )
        self._thread.start()

    def answer(self, target: str) -> Reply:
        """The page at `target`: with its query, else without."""
        return self.pages.get(target) or self.pages.get(target.partition("?")[0]) or NOTHING

    def put(self, path: str, body: str | bytes, **reply: Any) -> None:
        """Publish a page; `{site}` in a text is the site's own address."""
        text = body.replace("{site}", self.url.rstrip("/")) if isinstance(body, str) else body
        raw = text.encode() if isinstance(text, str) else text
        self.pages[path] = Reply(body=raw, **reply)

    def close(self) -> None:
        """End the server and its thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def opened(site: LocalSite) -> Iterator[LocalSite]:
    """The site, closed at the end."""
    try:
        yield site
    finally:
        site.close()


def as_json(data: object, status: int = 200, /, **headers: str) -> Reply:
    """An answer of an interface for programs."""
    return Reply(
        body=json.dumps(data).encode(),
        status=status,
        kind="application/json; charset=UTF-8",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def _refused(status: int, code: str) -> Reply:
    return as_json({"code": code, "message": "Sorry.", "data": {"status": status}}, status)


class WordPressSite(LocalSite):
    """Plays WordPress as far as wp/v2/posts goes, in the order of its own controller's code.

    `version` (5, 6) is 5.6, which ignores `modified_after`. `has_link` says whether pages name the
    interface, `blocked` is the code with which the interface is shut.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[int, dict[str, Any]] = {}
        self.version = (6, 8)
        self.has_link = True
        self.has_totals = True
        self.blocked = ""
        #: Rows that a stranger may not read: left out of pages after counting.
        self.hidden: set[int] = set()

    def publish(self, number: int, title: str, at: datetime, **fields: Any) -> dict[str, Any]:
        """Publish or change an article; `slug`, `lang`, and whatever else the row shall hold."""
        slug = fields.pop("slug", f"{number}")
        modified = fields.pop("modified", at)
        row = {
            "id": number,
            "date_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
            "modified_gmt": f"{modified:%Y-%m-%dT%H:%M:%S}",
            "guid": {"rendered": f"{self.url}?p={number}"},
            "status": "publish",
            "link": f"{self.url}{slug}/",
            "title": {"rendered": title},
            "excerpt": {"rendered": "<p>What it says.</p>", "protected": False},
            "content": {"rendered": f"<p>The text of {title}.</p>", "protected": False},
            "_embedded": {"author": [{"id": 1, "name": "Maria Lindqvist"}]},
        }
        self.rows[number] = {**row, **fields}
        return self.rows[number]

    def answer(self, target: str) -> Reply:
        """A page, or the interface by either of its addresses."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        route = query.pop("rest_route", "") or parts.path.removeprefix("/wp-json")
        is_interface = "rest_route" in parts.query or parts.path.startswith("/wp-json/")
        if not is_interface or (parts.path.startswith("/wp-json/") and not self.has_link):
            return self._page(target)
        if self.blocked:
            return _refused(401, self.blocked)
        if route == "/wp/v2/posts":
            return self._list(query)
        return self._one(int(route.rpartition("/")[2]))

    def _page(self, target: str) -> Reply:
        found = super().answer(target)
        if target != "/" or found is not NOTHING:
            return found
        link = {"Link": f'<{self.url}wp-json/>; rel="https://api.w.org/"'} if self.has_link else {}
        return Reply(body=b"<html><title>News</title></html>", headers=link)

    def _one(self, number: int) -> Reply:
        if number not in self.rows:
            return _refused(404, "rest_post_invalid_id")
        if self.rows[number]["status"] != "publish":
            return _refused(401, "rest_forbidden")
        return as_json(self.rows[number])

    def _list(self, query: Mapping[str, str]) -> Reply:
        rows = [row for row in self.rows.values() if row["status"] == "publish"]
        if "include" in query:
            wanted = set(map(int, query["include"].split(",")))
            rows = [row for row in rows if row["id"] in wanted]
        rows = [row for row in rows if self._is_after(row, query)]
        key = "modified_gmt" if query.get("orderby") == "modified" else "date_gmt"
        rows.sort(key=lambda row: (row[key], row["id"]), reverse=query.get("order") != "asc")
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        pages = -(-len(rows) // size)
        if page > max(pages, 1):
            return _refused(400, "rest_post_invalid_page_number")
        shown = [
            row for row in rows[(page - 1) * size : page * size] if row["id"] not in self.hidden
        ]
        totals = {"X_WP_Total": str(len(rows)), "X_WP_TotalPages": str(pages)}
        return as_json(shown, 200, **(totals if self.has_totals else {}))

    def _is_after(self, row: Mapping[str, Any], query: Mapping[str, str]) -> bool:
        bounds = {"after": "date_gmt"}
        if self.version >= (5, 7):
            bounds["modified_after"] = "modified_gmt"
        return all(f"{row[key]}Z" > query[name] for name, key in bounds.items() if name in query)


class GhostSite(LocalSite):
    """Plays Ghost's Content API as far as `posts` goes."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.rows: dict[str, dict[str, Any]] = {}

    def publish(self, name: str, title: str, at: datetime, **fields: Any) -> None:
        """Publish or change an article."""
        self.rows[name] = {
            "id": name,
            "slug": name,
            "url": f"{self.url}{name}/",
            "title": title,
            "html": f"<p>The text of {title}.</p>",
            "custom_excerpt": None,
            "excerpt": f"The text of {title}.",
            "visibility": "public",
            "published_at": f"{at:%Y-%m-%dT%H:%M:%S}.000+00:00",
            "updated_at": f"{at:%Y-%m-%dT%H:%M:%S}.000+00:00",
            "authors": [{"name": "Maria Lindqvist", "url": f"{self.url}author/maria/"}],
            "tags": [],
            **fields,
        }

    def answer(self, target: str) -> Reply:
        """A page, or the interface."""
        parts = urlsplit(target)
        if parts.path != "/ghost/api/content/posts/":
            return super().answer(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if query.get("key") != self.key:
            return as_json({"errors": [{"message": "Unknown Content API Key"}]}, 401)
        return self._list(query)

    def _list(self, query: Mapping[str, str]) -> Reply:
        rows = list(self.rows.values())
        condition = query.get("filter", "")
        if condition.startswith("id:["):
            names = condition[4:-1].split(",")
            rows = [row for row in rows if row["id"] in names]
        elif condition.startswith("updated_at:>'"):
            since = condition[13:-1].replace(" ", "T")
            rows = [row for row in rows if row["updated_at"] > since]
        column, _, order = query.get("order", "published_at desc").partition(" ")
        rows.sort(key=lambda row: row[column], reverse=order == "desc")
        size, page = int(query["limit"]), int(query.get("page", "1"))
        shown = rows[(page - 1) * size : page * size]
        following = page + 1 if page * size < len(rows) else None
        with_people = query.get("include", "").split(",")
        left_out = {"authors", "tags"} - set(with_people)
        found = [{k: v for k, v in row.items() if k not in left_out} for row in shown]
        return as_json({"posts": found, "meta": {"pagination": {"page": page, "next": following}}})


#: A Tuesday noon, when everything in these sites has just happened.
TUESDAY = datetime(2026, 11, 24, 12, tzinfo=UTC)


def hours_ago(hours: float) -> datetime:
    """So long before `TUESDAY`."""
    return TUESDAY - timedelta(hours=hours)
