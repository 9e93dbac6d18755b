"""lint: a feed, ours or anybody's -> its faults, those of its server among them.

In: a file, or a URL and a fetcher. Out: faults in order, the document's first. Never: more than
three requests to a server, or an exception for what is wrong at the other end: that is a fault too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dispatch import fetch
from dispatch.model.fault import Fault, FaultLevel
from dispatch.rules import feed_lint, feed_lint_values


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFeed:
    """A feed that was looked at, by its URL or path."""

    place: str
    faults: tuple[Fault, ...]

    @property
    def has_errors(self) -> bool:
        """Whether anything is wrong that a specification forbids."""
        return any(one.level is FaultLevel.ERROR for one in self.faults)


def check_file(
    path: Path, now: datetime, *, url: str | None = None, media_type: str | None = None
) -> CheckedFeed:
    """The faults of a document on disk."""
    try:
        body = path.read_bytes()
    except OSError as error:
        problem = _error("Unreadable", f"cannot be read: {error.strerror}")
        return CheckedFeed(place=str(path), faults=(problem,))
    faults = feed_lint.lint(body, url=url, media_type=media_type, now=now)
    return CheckedFeed(place=str(path), faults=faults)


def check_url(
    fetcher: fetch.Fetcher,
    url: str,
    now: datetime,
    *,
    allow_hosts: Sequence[str] = (),
    published: bytes | None = None,
) -> CheckedFeed:
    """The faults of a document and of how it is served: validators, 304, type, redirects.

    Where it is known what was `published`, what is served is compared with it.
    """
    answer = fetcher.get(url, allow_hosts=allow_hosts)
    if isinstance(answer, fetch.FetchFailure):
        return CheckedFeed(place=url, faults=(_error("HttpError", answer.text),))
    media_type = answer.header("content-type")
    faults = (
        *feed_lint.lint(answer.body, url=answer.url, media_type=media_type, now=now),
        *_header_faults(answer),
        *_redirect_faults(url, answer),
        *_sameness_faults(answer.body, published),
        *_condition_faults(fetcher, answer, allow_hosts),
    )
    return CheckedFeed(place=url, faults=faults)


def _header_faults(answer: fetch.Response) -> Iterator[Fault]:
    media_type = answer.header("content-type") or ""
    if "html" in media_type:
        yield _error(
            "UnexpectedContentType", f"is served as {media_type}; readers forget such feeds"
        )
    if not media_type:
        yield _warning("NoContentType", "no Content-Type; say application/rss+xml or what it is")
    elif "charset" not in media_type.lower():
        yield _warning("NoCharset", "Content-Type names no charset; add charset=utf-8")
    if (answer.header("x-content-type-options") or "").lower() != "nosniff":
        yield _warning(
            "NoNosniff", "a browser may guess the type; send X-Content-Type-Options: nosniff"
        )
    if answer.header("set-cookie"):
        yield _warning(
            "SetsCookie", "no cache keeps an answer with Set-Cookie; send none with feeds"
        )
    if "cookie" in (answer.header("vary") or "").lower():
        yield _warning("VaryCookie", "no cache keeps an answer that varies by Cookie")
    if not answer.header("cache-control") and not answer.header("expires"):
        yield _warning(
            "NoCacheControl", "readers guess how often to ask; send Cache-Control: max-age"
        )


def _redirect_faults(url: str, answer: fetch.Response) -> Iterator[Fault]:
    if answer.url != url and answer.permanent_url is None:
        detail = f"leads to {answer.url} by a temporary redirect; readers keep the old address"
        yield _warning("TemporaryRedirect", detail)


def _sameness_faults(served: bytes, published: bytes | None) -> Iterator[Fault]:
    if published is not None and served != published:
        detail = f"{len(served)} bytes that are not the {len(published)} of the published file"
        yield _warning("OtherBytes", detail)


def _condition_faults(
    fetcher: fetch.Fetcher, answer: fetch.Response, allow_hosts: Sequence[str]
) -> Iterator[Fault]:
    """Asks again with each validator by itself: many servers honour but one."""
    tag, date = answer.header("etag"), answer.header("last-modified")
    if not tag and not date:
        yield _warning(
            "NoValidators", "neither ETag nor Last-Modified: every poll fetches all of it"
        )
        return
    if tag:
        again = fetcher.get(answer.url, etag=tag, allow_hosts=allow_hosts)
        yield from _not_304(again, "If-None-Match", "ETag")
    else:
        yield _warning("NoETag", "Last-Modified alone cannot tell two versions of one second apart")
    if date:
        again = fetcher.get(answer.url, last_modified=date, allow_hosts=allow_hosts)
        yield from _not_304(again, "If-Modified-Since", "Last-Modified")


def _not_304(
    again: fetch.Response | fetch.FetchFailure, condition: str, validator: str
) -> Iterator[Fault]:
    if isinstance(again, fetch.FetchFailure):
        yield _error("HttpError", f"{condition}: {again.text}")
    elif again.status != 304:
        detail = f"answers {again.status} to {condition} with its own {validator}; 304 is right"
        yield _warning("IgnoresConditions", detail)


def _error(code: str, detail: str) -> Fault:
    return feed_lint_values.error(code, "server", detail)


def _warning(code: str, detail: str) -> Fault:
    return feed_lint_values.warning(code, "server", detail)
