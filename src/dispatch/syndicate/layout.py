"""Layout: what a document has to show now, and whether what stands shows it.

In: a feed, its context, the places of its articles. Out: the basis (equal bases mean equal
documents), paths. Never: the text of an article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dispatch.model.feed import Feed, FeedContext, FeedFormat
from dispatch.render import output
from dispatch.rules import addresses
from dispatch.store.feed_places import Place
from dispatch.syndicate import basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A feed, or a document of its history under its own key, with what is to stand in it.

    `gone` articles have a tombstone. `others` says in `repr` what else is shown: issues, rankings.
    """

    feed: Feed
    context: FeedContext
    shown: tuple[Place, ...] = ()
    gone: tuple[Place, ...] = ()
    others: tuple[object, ...] = ()

    @property
    def basis(self) -> str:
        """A digest of all this."""
        places = (*self.shown, *self.gone)
        return basis.of_document(self.feed, self.context, places, len(self.gone), *self.others)

    @property
    def paths(self) -> dict[FeedFormat, str]:
        """Where it stands in each of its formats."""
        return {one: addresses.feed_path(self.feed.key, one) for one in self.feed.formats}

    def is_fresh(self, known: Mapping[str, str], folder: Path) -> bool:
        """Whether what stands is whole, and was made of the same."""
        if known.get(self.feed.key) != self.basis:
            return False
        return self.stands(folder)

    def stands(self, folder: Path) -> bool:
        """Whether every file is there."""
        return all(output.stands(folder, path) for path in self.paths.values())
