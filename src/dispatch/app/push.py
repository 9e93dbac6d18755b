"""Push: articles that a publishing system sends by itself.

In: the office, the feeds, a request. Out: a PushAnswer for it. Never: a change without a key that
is right, a second effect of one Idempotency-Key, or a feed that does not know of the article.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from dispatch import collect
from dispatch.app.feeds import Feeds
from dispatch.app.office import Office
from dispatch.collect import SourceReport
from dispatch.model.article import Article, Entry
from dispatch.model.publication import Source
from dispatch.model.source import HoldReason, PushRequest
from dispatch.rules import identity
from dispatch.sources import push
from dispatch.store import articles, push_requests, quarantine

#: How long an Idempotency-Key is remembered.
KEPT = timedelta(hours=24)
#: A request that was begun longer ago than this was killed; its key is free again.
BROKEN_OFF = timedelta(minutes=2)
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAnswer:
    """What a request is answered: from 400 on `document` is a problem (RFC 9457)."""

    status: int
    document: Mapping[str, Any]
    name: str = ""
    retry_seconds: int | None = None


class Push:
    """The door for publishing systems."""

    def __init__(self, office: Office, feeds: Feeds) -> None:
        self._office = office
        self._feeds = feeds
        self._keys = [
            (hashlib.sha256(one.key.encode()).digest(), one)
            for one in office.config.sources
            if one.kind == "push" and one.key and one.enabled
        ]

    def source_of(self, token: str) -> Source | None:
        """The source whose key `token` is. Every key is compared, each in constant time."""
        shown = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        found = [source for key, source in self._keys if hmac.compare_digest(shown, key)]
        return found[0] if found else None

    def put(self, source: Source, name: str | None, body: bytes, key: str | None) -> PushAnswer:
        """Take in the article in `body`, new or changed; without `name` it has its own."""
        return self._once(
            source, key, ("put", name or "", body), lambda: self._put(source, name, body)
        )

    def remove(self, source: Source, name: str, key: str | None) -> PushAnswer:
        """Withdraw the article that was sent as `name`."""
        return self._once(source, key, ("remove", name, b""), lambda: self._remove(source, name))

    # ------------------------------------------------------------------ what is done

    def _put(self, source: Source, name: str | None, body: bytes) -> PushAnswer:
        try:
            document = push.read(body)
        except push.PushError as error:
            return _invalid(error.problems)
        if name and document.id and document.id != name:
            other = "is not the identifier in the address"
            return _invalid([push.PushProblem(pointer="#/id", detail=other)])
        named = name or document.id or document.url
        entry = push.entry_of(document, named, source)
        report = self._take(source, entry)
        if report.held:
            held = {"id": named, "state": "held", "warnings": list(report.warnings)}
            return PushAnswer(status=202, document=held, name=named)
        article = self._article(source, entry)
        if article is None or report.refused:
            return problem(422, "The article cannot be taken", "; ".join(report.warnings))
        state = "new" if report.new else "changed" if report.changed else "unchanged"
        said = {"id": named, "uid": article.uid, "url": article.url, "state": state}
        status = 201 if report.new else 200
        return PushAnswer(
            status=status, document={**said, "warnings": list(report.warnings)}, name=named
        )

    def _remove(self, source: Source, name: str) -> PushAnswer:
        entry = push.tombstone(name)
        known = self._known(source, entry)
        if known is None and self._is_waiting(source, entry):
            self._take(source, entry)  # its hour may come, and it must not be published then
            return PushAnswer(
                status=200, document={"id": name, "state": "withdrawn", "warnings": []}
            )
        if known is None:
            return problem(404, "There is no such article", f"nothing was sent as {name!r}")
        if known.source != source.name:
            said = f"it belongs to source {known.source}, which alone may take it back"
            return problem(409, "The article is another source's", said)
        report = self._take(source, entry)
        state = "withdrawn" if report.withdrawn else "unchanged"
        return PushAnswer(status=200, document={"id": name, "state": state, "warnings": []})

    def _take(self, source: Source, entry: Entry) -> SourceReport:
        """Through the same door as all articles, and on into the feeds."""
        office = self._office
        report = collect.take_in(office.db, office.publication, source, [entry], clock=office.clock)
        if report.has_changes:
            self._feeds.syndicate()
        return report

    def _known(self, source: Source, entry: Entry) -> identity.Known | None:
        keys = identity.keys_of(entry, source.name)
        with self._office.db.read() as tx:
            return identity.find(keys, articles.find_known(tx, set(keys)))

    def _is_waiting(self, source: Source, entry: Entry) -> bool:
        """Whether quarantine holds the article, and not because an operator refused it."""
        with self._office.db.read() as tx:
            held = quarantine.find_names(tx, source.name)
        found = (held[key] for key in identity.keys_of(entry, source.name) if key in held)
        return any(one.reason is not HoldReason.DISCARDED for one in found)

    def _article(self, source: Source, entry: Entry) -> Article | None:
        known = self._known(source, entry)
        if known is None:
            return None
        with self._office.db.read() as tx:
            return articles.get_articles(tx, [known.article_id]).get(known.article_id)

    # ------------------------------------------------------------------ once and only once

    def _once(
        self,
        source: Source,
        key: str | None,
        what: tuple[str, str, bytes],
        act: Callable[[], PushAnswer],
    ) -> PushAnswer:
        """`act`, or the answer that the same request was given before."""
        if key is None:
            return act()
        if not 0 < len(key) <= LONGEST_KEY:
            return problem(400, "The Idempotency-Key is too long", f"at most {LONGEST_KEY} signs")
        request = PushRequest(
            source=source.name,
            key=key,
            fingerprint=_fingerprint(what),
            came_at=self._office.clock.now(),
        )
        earlier = self._claim(request)
        if earlier is not None:
            return _repeated(earlier, request)
        answer = act()
        self._settle(request, answer)
        return answer

    def _claim(self, request: PushRequest) -> PushRequest | None:
        """The earlier request under this key, or None: then the key is ours."""
        with self._office.db.write() as tx:
            push_requests.remove_older(tx, request.came_at - KEPT)
            earlier = push_requests.find_request(tx, request.source, request.key)
            is_broken = (
                earlier is not None
                and earlier.status is None
                and request.came_at - earlier.came_at > BROKEN_OFF
            )
            if earlier is None or is_broken:
                push_requests.put_request(tx, request)
                return None
            return earlier

    def _settle(self, request: PushRequest, answer: PushAnswer) -> None:
        """Keep the answer; a refusal is forgotten, so that what is mended may come as the same."""
        with self._office.db.write() as tx:
            if answer.status < 400:
                done = replace(
                    request, status=answer.status, name=answer.name, answer=dict(answer.document)
                )
                push_requests.put_request(tx, done)
            else:
                push_requests.remove_request(tx, request)


def problem(status: int, title: str, detail: str = "", **more: Any) -> PushAnswer:
    """A refusal (RFC 9457); `about:blank` says that the status tells the kind."""
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return PushAnswer(status=status, document={k: v for k, v in document.items() if v != ""})


def _invalid(problems: Sequence[push.PushProblem]) -> PushAnswer:
    errors = [{"pointer": one.pointer, "detail": one.detail} for one in problems]
    count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
    return problem(422, "The document is not an article", f"it has {count}", errors=errors)


def _repeated(earlier: PushRequest, request: PushRequest) -> PushAnswer:
    if earlier.fingerprint != request.fingerprint:
        said = "this key came with another request; make a new key for each"
        return problem(422, "The Idempotency-Key was used before", said)
    if earlier.status is None:
        answer = problem(409, "The request is being worked on", "ask again in a moment")
        return replace(answer, retry_seconds=2)
    return PushAnswer(status=earlier.status, document=earlier.answer or {}, name=earlier.name)


def _fingerprint(what: tuple[str, str, bytes]) -> str:
    verb, name, body = what
    return hashlib.sha256(f"{verb}\0{name}\0".encode() + body).hexdigest()
