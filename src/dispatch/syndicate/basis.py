"""Says what a document is made of as one short text: equal texts mean equal documents.

In: a feed, its context, places of articles. Out: a digest. Never: a body of an article; that one
has changed is known by its revision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

import dispatch
from dispatch.model.feed import Feed, FeedContext
from dispatch.store.feed_places import Place

#: What has a say in how a document looks. An upgrade that touches it builds every feed anew, and
#: writes those that look different.
_PARTS: Final = ("model", "render", "rules")


def digest(*parts: object) -> str:
    """One short text for `parts`, which say all that they are in `repr`."""
    said = "\x1f".join(map(repr, (program(), *parts)))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def of_document(feed: Feed, context: FeedContext, places: Sequence[Place], *more: object) -> str:
    """The basis of a document of `feed` that shows `places`."""
    related = [
        (article_id, [(one.language, one.url, one.title) for one in others])
        for article_id, others in context.read_also.items()
    ]
    shown = [(one.article_id, one.revision, one.withdrawn_at) for one in places]
    return digest(feed, replace(context, read_also={}), related, shown, *more)


@cache
def program() -> str:
    """A digest of the parts of this program that decide how a document looks."""
    root = Path(dispatch.__file__).parent
    files = (path for part in _PARTS for path in (root / part).rglob("*") if path.suffix in _KINDS)
    said = hashlib.sha256()
    for path in sorted(files):
        said.update(path.read_bytes())
    return said.hexdigest()[:32]


_KINDS: Final = frozenset({".py", ".po"})
