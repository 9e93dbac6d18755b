"""Related: everything that the App does with articles that belong beside one another.

In: the office, an article's number or address. Out: a report, lists for the newsroom's pages.
"""

from __future__ import annotations

from collections.abc import Mapping

from dispatch import relate
from dispatch.app.office import Office
from dispatch.relate import RelateReport
from dispatch.render import fragments
from dispatch.rules import canonical
from dispatch.store import articles
from dispatch.store import related as store

#: How many a page shows unless it asks for another number.
SHOWN = 3


class Related:
    """The related articles of a site."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def relate(self) -> RelateReport:
        """Find what belongs beside the articles that changed."""
        return relate.relate(self._office.db, now=self._office.clock.now())

    def read_also(self, name: str, count: int = SHOWN) -> Mapping[str, bytes] | None:
        """What to read beside the article called `name`, by suffix (`json`, `html`).

        None where no article of that name is published.
        """
        with self._office.db.read() as tx:
            article = articles.find_article(tx, name) or articles.find_article(
                tx, canonical.match_key(name)
            )
            if article is None or article.withdrawn_at is not None:
                return None
            found = store.read_also(tx, [article.id], count).get(article.id, ())
        return fragments.read_also(self._office.publication, article, found)
