"""Says what browsers, caches and search engines may do with an answer.

In: the publication's address. Out: headers, and plain answers for programs. Never: a cookie.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse, Response

from dispatch.rules import canonical

_CLOSED: Final = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"

#: Pages: our stylesheet, our script, our icon, and nothing of anybody else's.
PAGE_POLICY: Final = (
    f"{_CLOSED}; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'none'"
)
#: Pages behind a token: no script at all, and a form that may go nowhere but here.
TOKEN_POLICY: Final = f"{_CLOSED}; style-src 'self'; img-src 'self'; form-action 'self'"

#: What every page says.
PAGE: Final = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}

#: A page behind a token is nobody else's: not in caches, not in search, not in a Referer.
TOKEN_PAGE: Final = {
    **PAGE,
    "Content-Security-Policy": TOKEN_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def feed_policy(public_url: str) -> str:
    """A feed that is opened as XML runs in our origin: shut in, but for its style and its links.

    The stylesheet is linked by its public address, which is another origin than 'self' for
    whoever looks at the server directly.
    """
    return (
        f"{_CLOSED}; form-action 'none'; style-src 'self' {_origin(public_url)}; "
        "img-src https: data:; sandbox allow-popups allow-top-navigation-by-user-activation"
    )


def feed(max_age_seconds: int, policy: str) -> dict[str, str]:
    """What every feed says, whichever server hands it out (`dispatch docs nginx` prints it too)."""
    return {
        "Cache-Control": f"public, max-age={max_age_seconds}, stale-if-error=86400",
        "Vary": "Accept-Encoding, Sec-Fetch-Dest",
        "X-Content-Type-Options": "nosniff",
        "Access-Control-Allow-Origin": "*",
        "Content-Security-Policy": policy,
    }


def links(hubs: Sequence[str], self_url: str) -> str:
    """The hubs that tell of changes, and the topic's own address (WebSub, section 4)."""
    every = [*((hub, "hub") for hub in hubs), (self_url, "self")]
    return ", ".join(f'<{canonical.as_ascii(url)}>; rel="{rel}"' for url, rel in every)


def issue_policy(public_url: str) -> str:
    """A mail in the browser: its own inline style and the images of its articles, nothing else."""
    local = " http://127.0.0.1:* http://localhost:*" if _is_local(public_url) else ""
    return f"{_CLOSED}; form-action 'none'; style-src 'unsafe-inline'; img-src https: data:{local}"


def shared(max_age_seconds: int) -> dict[str, str]:
    """A piece for other sites' pages: anybody's script may read it, and it may do nothing."""
    return {
        "Cache-Control": f"public, max-age={max_age_seconds}, stale-if-error=86400",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Access-Control-Allow-Origin": "*",
        "Content-Security-Policy": f"{_CLOSED}; form-action 'none'; sandbox",
    }


def plain(
    text: str, status: int = 200, *, retry: int | None = None, cache: bool = False
) -> Response:
    """An answer for a program; with `cache` one that will hold for a day."""
    kept = "public, max-age=86400" if cache else "no-store"
    said = {"Cache-Control": kept, "X-Content-Type-Options": "nosniff"}
    if retry is not None:
        said["Retry-After"] = str(retry)
    return PlainTextResponse(text, status, headers=said)


def moved(url: str) -> Response:
    """301: for good, and worth a cache's memory for a day."""
    said = {"Location": canonical.as_ascii(url), "Cache-Control": "public, max-age=86400"}
    return PlainTextResponse(
        "This has moved.\n", 301, headers={**said, "X-Content-Type-Options": "nosniff"}
    )


def _origin(url: str) -> str:
    parts = urlsplit(canonical.as_ascii(url))
    return f"{parts.scheme}://{parts.netloc}"


def _is_local(url: str) -> bool:
    """Whether a site is a demonstration on this machine, where images come without TLS."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
