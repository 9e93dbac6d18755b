"""Finds the article that a request target, a path or a URL of the newsroom's site names."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from dispatch.rules import canonical

_REMEMBERED = 65_536


class Articles:
    """The articles of a site, by what their pages are called there."""

    def __init__(self, site: str, article_at: Callable[[str], int | None]) -> None:
        parts = urlsplit(site)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._article_at = article_at
        self.find = lru_cache(_REMEMBERED)(self._find)

    def _find(self, target: str) -> str | None:
        """The match key, "" where the target is no path, None where it is none of ours.

        A query that belongs to no article is somebody's own mark (`?from=letter`).
        """
        if not target.startswith(("/", "http://", "https://")):
            return ""
        url = self._origin + target if target.startswith("/") else target
        for spelling in (url, url.partition("?")[0]):
            key = canonical.match_key(spelling)
            if self._article_at(key) is not None:
                return key
        return None
