"""Sends a reader only what is new since the version that it has (RFC 3229, "feed").

In: a feed as it stands, a request with `A-IM: feed` and one entity tag. Out: the answer to send as
226, or None where the whole feed is to be sent: an unknown version, no smaller part, no database.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from dispatch import errors
from dispatch.app import App
from dispatch.render import encodings, feed_delta
from dispatch.web import prepared, validators
from dispatch.web.asked import Asked
from dispatch.web.prepared import Answer, Shown

#: How many parts are kept ready; a busy feed has as many as its readers have versions.
MAX_KEPT = 256

#: Whoever has no name but its library's has not chosen to ask for parts. Feedparser always does;
#: rss2email, built upon it, takes a 226 for an error and would see nothing new ever again.
_UNAWARE = ("feedparser/", "rss2email/")

#: A part is for whoever has that version, and for no cache.
_SAID = {
    "IM": "feed",
    "Cache-Control": "no-store, im",
    "Vary": "A-IM, If-None-Match, Accept-Encoding, Sec-Fetch-Dest",
}

log = logging.getLogger(__name__)


def wants(request: Asked) -> bool:
    """Whether the client can merge a part, and says of one version that it has it."""
    if not request.a_im or request.if_none_match is None:
        return False
    if request.agent.lower().startswith(_UNAWARE):
        return False
    manipulations = (one.partition(";")[0].strip().lower() for one in request.a_im.split(","))
    return "feed" in manipulations


class Deltas:
    """Parts of feeds by the version that they build upon."""

    def __init__(self, site: App) -> None:
        self.site = site
        self._kept: dict[tuple[str, str, str], Shown | None] = {}

    def find(self, path: str, shown: Shown, request: Asked, said: dict[str, str]) -> Answer | None:
        """The 226 for `request`, whose version is another than the one that is `shown`."""
        digests = validators.read_digests(request.if_none_match or "")
        if len(digests) != 1:
            return None
        key = (path, digests[0], shown.document.digest)
        if key not in self._kept:
            if len(self._kept) >= MAX_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = self._make(path, shown, digests[0], said)
        part = self._kept[key]
        return part.answer(request.accept_encoding, is_person=False) if part else None

    def _make(self, path: str, shown: Shown, base: str, said: dict[str, str]) -> Shown | None:
        try:
            known = self.site.feeds.find_marks(path, base)
        except errors.StoreError as error:
            log.warning("delta_unknown path=%s error=%s", path, error)
            return None
        body = feed_delta.cut(shown.document.body, known) if known is not None else None
        if body is None:
            return None
        document = replace(shown.document, body=body, encoded=encodings.encode(body))
        return prepared.prepare(document, said | _SAID, document.media_type)
