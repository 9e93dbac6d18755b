"""Serves the sample bilingual newsroom as a real web site on loopback.

    python examples/newsroom/site.py --port 8400 [--now 2027-03-01T09:00:00+00:00]

It stands for whatever system a newsroom already has: it knows nothing of Dispatch, which
collects it through its feeds, its sitemap and its pages like any other site.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TextIO
from urllib.parse import parse_qs, unquote, urlsplit

import sitemaps
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from newsroom import HERE, LANGUAGES, NAMES, SECTIONS, Article, load, popularity
from words import WORDS, long_date

import feeds

PER_PAGE_TOP = 5
READ_ALSO = 3
HOME_LATEST = 13
SITEMAPS = ("sitemap", "news-sitemap")
FEEDS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "feed/": ("application/rss+xml", feeds.rss),
    "atom.xml": ("application/atom+xml", feeds.atom),
    "feed.json": ("application/feed+json", feeds.json_feed),
}


@dataclass(frozen=True)
class Reply:
    """One answer to one request."""

    status: HTTPStatus
    kind: str = "text/html; charset=utf-8"
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Site:
    """Turns paths into replies; holds the articles, and no state that changes."""

    def __init__(self, address: str, now: datetime) -> None:
        self.address = address
        self.now = now
        self.articles = load(now)
        self.by_path = {article.path: article for article in self.articles}
        self.by_post = {str(article.post): article for article in self.articles}
        self.pages = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.pages.filters["long_date"] = long_date

    def answer(self, target: str, accept_language: str) -> Reply:
        """Find the reply to a request target."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), parse_qs(parts.query)
        return (
            self._fixed(path, query, accept_language)
            or self._file(path)
            or self._localised(path, query)
            or self._missing(path)
        )

    def _fixed(self, path: str, query: dict[str, list[str]], accept_language: str) -> Reply | None:
        if path == "/":
            post = self.by_post.get(query.get("p", [""])[0])
            if post is not None:
                return redirect(post.path, HTTPStatus.MOVED_PERMANENTLY)
            language = "ru" if accept_language.lower().startswith("ru") else "en"
            return redirect(f"/{language}/", HTTPStatus.FOUND)
        if path == "/sitemap.xml":
            return self._sitemap(sitemaps.articles(self.articles, self.address))
        if path == "/news-sitemap.xml":
            return self._sitemap(sitemaps.news(self.articles, self.address, self.now))
        if path == "/robots.txt":
            names = "".join(f"Sitemap: {self.address}/{name}.xml\n" for name in SITEMAPS)
            text = f"User-agent: *\nAllow: /\n\n{names}"
            return stamped(Reply(HTTPStatus.OK, "text/plain; charset=utf-8", text.encode()))
        return None

    def _file(self, path: str) -> Reply | None:
        if path == "/style.css":
            file, kind = HERE / "style.css", "text/css; charset=utf-8"
        elif re.fullmatch(r"/images/[a-z-]+\.png", path):
            file, kind = HERE / path[1:], "image/png"
        else:
            return None
        if not file.is_file():
            return None
        caching = {"Cache-Control": "public, max-age=3600"}
        return stamped(Reply(HTTPStatus.OK, kind, file.read_bytes(), caching))

    def _localised(self, path: str, query: dict[str, list[str]]) -> Reply | None:
        hit = re.fullmatch(rf"/({'|'.join(LANGUAGES)})/(.*)", path)
        if hit is None:
            # A missing slash at the end is the commonest mistake in a typed address.
            known = f"{path}/" in self.by_path or path[1:] in LANGUAGES
            return redirect(f"{path}/", HTTPStatus.MOVED_PERMANENTLY) if known else None
        language, rest = hit.groups()
        if path in self.by_path:
            return self._article(self.by_path[path])
        if rest in FEEDS:
            return self._feed(language, rest)
        if rest in ("search", "search/"):
            return self._search(language, query.get("q", [""])[0])
        if rest == "":
            return self._home(language)
        if rest.removesuffix("/") in SECTIONS and rest.endswith("/"):
            return self._section(language, rest[:-1])
        if f"{path}/" in self.by_path or rest in SECTIONS or rest == "feed":
            return redirect(f"{path}/", HTTPStatus.MOVED_PERMANENTLY)
        return None

    def _feed(self, language: str, name: str) -> Reply:
        kind, write = FEEDS[name]
        articles = self._in(language)
        return self._dated(kind, lambda: write(articles, self.address, language), articles)

    def _dated(self, kind: str, write: Callable[[], bytes], articles: list[Article]) -> Reply:
        changed = format_datetime(feeds.modified(articles), usegmt=True)
        reply = Reply(HTTPStatus.OK, f"{kind}; charset=utf-8", write())
        return stamped(reply, {"Last-Modified": changed})

    def _sitemap(self, body: bytes) -> Reply:
        return self._dated("application/xml", lambda: body, self.articles)

    def _in(self, language: str) -> list[Article]:
        return [article for article in self.articles if article.language == language]

    def top(self, language: str) -> list[Article]:
        """The most read articles: a stand-in for the counter that a real site would have."""
        ranked = sorted(self._in(language), key=lambda a: popularity(a, self.now), reverse=True)
        return ranked[:PER_PAGE_TOP]

    def _home(self, language: str) -> Reply:
        other = "ru" if language == "en" else "en"
        latest = self._in(language)
        return self._page(
            "list.html",
            language,
            title=NAMES[language],
            path=f"/{language}/",
            translation=f"/{other}/",
            articles=latest[:HOME_LATEST],
            lead=True,
        )

    def _section(self, language: str, key: str) -> Reply:
        other = "ru" if language == "en" else "en"
        return self._page(
            "list.html",
            language,
            title=SECTIONS[key][language],
            path=f"/{language}/{key}/",
            translation=f"/{other}/{key}/",
            articles=[article for article in self._in(language) if key in article.sections],
            lead=False,
        )

    def _article(self, article: Article) -> Reply:
        twin = article.twin_path
        return self._page(
            "article.html",
            article.language,
            title=article.title,
            path=article.path,
            translation=twin if twin in self.by_path else None,
            article=article,
            body=Markup(article.html),
            also=self._also(article),
            linked_data=Markup(self._linked_data(article)),
        )

    def _also(self, article: Article) -> list[Article]:
        """The newest other pieces, those of the same sections first."""
        others = [other for other in self._in(article.language) if other is not article]
        others.sort(key=lambda other: not set(other.sections) & set(article.sections))
        return others[:READ_ALSO]

    def _linked_data(self, article: Article) -> str:
        data = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": article.title,
            "description": article.standfirst,
            "datePublished": article.published.isoformat(),
            "dateModified": article.updated.isoformat(),
            "inLanguage": article.language,
            "articleSection": [SECTIONS[key][article.language] for key in article.sections],
            "author": [{"@type": "Person", "name": name} for name in article.authors],
            "publisher": {"@type": "NewsMediaOrganization", "name": NAMES[article.language]},
            "mainEntityOfPage": self.address + article.path,
            "image": [f"{self.address}/images/{article.image}"] if article.image else [],
        }
        # "<" would let a headline close the script element that carries it.
        return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")

    def _search(self, language: str, query: str) -> Reply:
        other = "ru" if language == "en" else "en"
        words = fold(query).split()
        found = [a for a in self._in(language) if words and matches(a, words)]
        return self._page(
            "search.html",
            language,
            title=WORDS[language]["search"],
            path=f"/{language}/search",
            translation=f"/{other}/search",
            articles=found,
            query=query,
        )

    def _missing(self, path: str) -> Reply:
        language = "ru" if path.startswith("/ru/") else "en"
        return self._page(
            "missing.html",
            language,
            status=HTTPStatus.NOT_FOUND,
            title=WORDS[language]["missing"],
            path=None,
            translation=None,
        )

    def _page(
        self, template: str, language: str, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> Reply:
        html = self.pages.get_template(template).render(
            site=self.address,
            language=language,
            other="ru" if language == "en" else "en",
            name=NAMES[language],
            sections={key: names[language] for key, names in SECTIONS.items()},
            words=WORDS[language],
            tagline=feeds.TAGLINES[language],
            top=self.top(language),
            today=self.now,
            **{"article": None, "query": "", **values},
        )
        return stamped(Reply(status, body=html.encode()), {"Content-Language": language})


def redirect(path: str, status: HTTPStatus) -> Reply:
    return Reply(status, headers={"Location": path})


def stamped(reply: Reply, extra: dict[str, str] | None = None) -> Reply:
    """Add a strong entity tag, and whatever other headers are given."""
    tag = f'"{sha256(reply.body).hexdigest()[:32]}"'
    headers = {**reply.headers, "ETag": tag, **(extra or {})}
    return Reply(reply.status, reply.kind, reply.body, headers)


def fold(text: str) -> str:
    """Lower case, with ё written as е, so that either spelling finds the other."""
    return text.casefold().replace("ё", "е")


def matches(article: Article, words: list[str]) -> bool:
    text = fold(f"{article.title} {article.standfirst} {' '.join(article.authors)} {article.text}")
    return all(word in text for word in words)


def unchanged(reply: Reply, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether the client's copy is still good; an entity tag, if sent, decides alone."""
    if if_none_match is not None:
        tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return "*" in tags or reply.headers.get("ETag") in tags
    changed = reply.headers.get("Last-Modified")
    if if_modified_since is None or changed is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return parsedate_to_datetime(changed) <= since


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the site."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "Meridian"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with headers and body."""
        self._reply(with_body=True)

    def do_HEAD(self) -> None:
        """Answer with headers only."""
        self._reply(with_body=False)

    def _reply(self, *, with_body: bool) -> None:
        reply = self.server.site.answer(self.path, self.headers.get("Accept-Language", ""))
        conditions = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        if reply.status is HTTPStatus.OK and unchanged(reply, *conditions):
            reply = Reply(HTTPStatus.NOT_MODIFIED, headers=reply.headers)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        sent = reply.body if with_body else b""
        self.wfile.write(sent)
        self.server.note(self, reply.status, len(sent))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: requests go to the access log, if there is one."""


class Server(ThreadingHTTPServer):
    """The listening socket, the site behind it and its access log."""

    daemon_threads = True

    def __init__(self, host: str, port: int, log: TextIO | None) -> None:
        super().__init__((host, port), Handler)
        self.log = log
        self.now = datetime.now(UTC)
        self.public = f"http://{host}:{self.server_address[1]}"

    @cached_property
    def site(self) -> Site:
        """The site, made once the port is known, since its address appears in every page."""
        return Site(self.public, self.now)

    def note(self, request: BaseHTTPRequestHandler, status: HTTPStatus, size: int) -> None:
        """Write one line of the access log, in the combined format."""
        if self.log is None:
            return
        line = request.requestline.translate(QUOTED)
        referer = request.headers.get("Referer", "-").translate(QUOTED)
        agent = request.headers.get("User-Agent", "-").translate(QUOTED)
        stamp = datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S %z")
        client = request.client_address[0]
        self.log.write(
            f'{client} - - [{stamp}] "{line}" {status.value} {size} "{referer}" "{agent}"\n'
        )
        self.log.flush()


# What nginx would write for a byte that could break the format of a line.
QUOTED = {n: f"\\x{n:02X}" for n in (*range(32), 34, 92, *range(127, 256))}


def main() -> None:
    """Serve until interrupted."""
    options = arguments()
    log: TextIO | None = None
    if options.access_log is not None:
        log = options.access_log.open("a", encoding="utf-8")
    server = Server(options.host, options.port, log)
    server.now = options.now
    server.public = options.address or server.public
    server.site  # noqa: B018 - read the articles now: a mistake in one should stop the start
    print(f"The Meridian is open at {server.public}/", file=sys.stderr, flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve the sample newsroom.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8400, help="0 takes any free port")
    parser.add_argument("--address", help="the public address, if not http://HOST:PORT")
    parser.add_argument("--now", type=moment, default=datetime.now(UTC), metavar="ISO")
    parser.add_argument("--access-log", type=Path, metavar="FILE")
    return parser.parse_args()


def moment(text: str) -> datetime:
    """Read an ISO date and time; without a zone it is taken as UTC."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
