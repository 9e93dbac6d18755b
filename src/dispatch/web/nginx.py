"""Writes the configuration with which nginx serves our files as we would.

In: the App. Out: text for nginx: maps for the `http` block, locations for the `server` block.
Never: a rule of its own; headers, media types, old addresses and retired feeds are those of the
built-in server, and a test compares the two, header by header.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from dispatch.app import App
from dispatch.model.feed import FILE_NAMES, MEDIA_TYPES, FeedFormat
from dispatch.rules import addresses, canonical
from dispatch.web import feed_files, headers

#: What a feed's file may be called; twins (.gz, .br) are found by nginx itself, and not by name.
_NAME = r"[A-Za-z0-9._/-]+\.(?:xml|json|css|opml)"
#: A document of a feed's history.
_ARCHIVE = f"/{addresses.ARCHIVE}/"


def http_part(site: App) -> str:
    """The maps: they stand in the `http` block, for instance in /etc/nginx/conf.d/."""
    parts = [_types(), _links(site), _ages(site), _moved(site)]
    return "\n".join(line for part in parts for line in part)


def server_part(site: App, *, with_brotli: bool = False) -> str:
    """The locations: they stand in the `server` block."""
    return "\n".join([*_feeds(site, with_brotli), *_rest(site)])


def feeds_part(site: App, *, with_brotli: bool = False) -> str:
    """The files alone, with what moved and what is gone, without the way to the built-in server."""
    return "\n".join(_feeds(site, with_brotli, otherwise="=404"))


def _types() -> Iterator[str]:
    """A map, for a 304 has no media type and `default_type` takes no variable."""
    yield "# The media type by file; people's browsers get XML, which they show."
    yield 'map "$status $http_sec_fetch_dest $dispatch_feed" $dispatch_type {'
    yield '    default "application/octet-stream";'
    yield '    "~^304 " "";'
    yield rf'    "~^200 document .*\.xml$" "{feed_files.PERSON_MEDIA_TYPE}; charset=utf-8";'
    for one in FeedFormat:
        name = FILE_NAMES[one].replace(".", r"\.")
        yield rf'    "~[ /]{name}$" "{MEDIA_TYPES[one]}; charset=utf-8";'
    yield r'    "~\.css$" "text/css; charset=utf-8";'
    yield r'    "~\.opml$" "text/x-opml; charset=utf-8";'
    yield "}"


def _links(site: App) -> Iterator[str]:
    """WebSub: the hub, and the topic's own address."""
    folder = canonical.as_ascii(f"{site.config.publication.public_url}{addresses.FEEDS}/")
    link = headers.links(site.feeds.list_hubs(), f"{folder}FEED").replace("FEED", "$dispatch_feed")
    yield "map $dispatch_feed $dispatch_link {"
    yield f"    default '{link}';"
    yield r'    "~\.(css|opml)$" "";'
    yield f'    "~{_ARCHIVE}" "";'
    yield "}"


def _ages(site: App) -> Iterator[str]:
    """How long a feed is kept, and the documents of its history, which hardly ever change."""
    max_age = site.config.feeds.max_age_seconds
    yield "map $dispatch_feed $dispatch_cache {"
    yield f'    default "{headers.feed(max_age, "")["Cache-Control"]}";'
    older = max(max_age, feed_files.ARCHIVE_SECONDS)
    yield f'    "~{_ARCHIVE}" "{headers.feed(older, "")["Cache-Control"]}";'
    yield "}"


def _moved(site: App) -> Iterator[str]:
    moved = site.feeds.old_addresses()
    asked = "".join(f" {key}=$arg_{key}" for key in moved.keys)
    yield "# Old addresses, and where they have moved."
    yield f'map "$uri{asked}" $dispatch_moved {{'
    yield '    default "";'
    below = urlsplit(site.config.publication.public_url).path.rstrip("/")
    for one in moved.moved:
        expression = one.expression.replace("^", f"^{below}", 1).replace("(?P<", "(?<")
        target = one.target.replace("{", "${")
        yield f'    "~{expression}" "{target}";'
    yield "}"


def _gone(site: App, below: str) -> Iterator[str]:
    gone = site.feeds.list_retired() if site.is_ready() else site.config.web.retired
    for key in sorted(gone):
        yield f"location ^~ {below}{key}/ {{"
        yield '    default_type "text/plain; charset=utf-8";'
        yield '    add_header Cache-Control "public, max-age=86400" always;'
        yield '    add_header X-Content-Type-Options "nosniff" always;'
        yield f'    return 410 "{feed_files.GONE}\\n";'
        yield "}"


def _feeds(site: App, with_brotli: bool, otherwise: str = "@dispatch") -> Iterator[str]:
    config = site.config
    below = f"{urlsplit(config.publication.public_url).path}{addresses.FEEDS}/"
    policy = headers.feed_policy(config.publication.public_url)
    said = headers.feed(config.feeds.max_age_seconds, policy)
    yield "if ($dispatch_moved) { return 301 $dispatch_moved; }"
    yield from _gone(site, below)
    yield f"location ~ ^{below}(?<dispatch_feed>{_NAME})$ {{"
    yield f'    root "{config.folders.feeds}";'
    yield f"    try_files /$dispatch_feed {otherwise};"
    yield "    types { }"
    yield '    default_type "";'
    yield "    add_header Content-Type $dispatch_type;"
    yield "    add_header Link $dispatch_link;"
    said["Cache-Control"] = "$dispatch_cache"
    yield from (f'    add_header {name} "{value}";' for name, value in said.items())
    yield "    gzip_static on;"
    note = "" if with_brotli else "# with libnginx-mod-http-brotli-static: "
    yield f"    {note}brotli_static on;"
    yield "    if_modified_since before;"
    yield "    max_ranges 0;"
    yield "}"


def _rest(site: App) -> Iterator[str]:
    """Everything else, and feeds that no file holds, come from the built-in server."""
    web = site.config.web
    host = f"[{web.host}]" if ":" in web.host else web.host
    proxy = (
        f"proxy_pass http://{host}:{web.port};",
        "proxy_http_version 1.1;",
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
    )
    yield ""
    yield "location @dispatch {"
    yield from (f"    {line}" for line in proxy)
    yield "}"
    yield "location / {"
    yield from (f"    {line}" for line in proxy)
    yield "}"
    yield "# These addresses hold a reader's token: keep them out of the log."
    yield "location ~ /(u|one-click|p)/ {"
    yield "    access_log off;"
    yield from (f"    {line}" for line in proxy)
    yield "}"
