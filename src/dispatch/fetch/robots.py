"""What a host lets robots read (RFC 9309).

In: the Fetcher, an address of the host; or a robots.txt that was kept. Out: Rules. Never: takes a
server in trouble for one that allows everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from protego import Protego

from dispatch import fetch
from dispatch.rules import canonical

#: The product token by which a site's owner may name us.
TOKEN = "dispatch"  # noqa: S105 - no secret
#: RFC 9309, section 2.5, asks for as much.
MAX_BYTES = 512 * 1024
#: Longer than this no wish for a pause is obeyed within one visit.
LONGEST_DELAY_SECONDS = 30.0


@dataclass(frozen=True)
class Rules:
    """A robots.txt; `is_closed` stands for one that could not be read."""

    text: str = ""
    is_closed: bool = False

    def may_fetch(self, url: str) -> bool:
        """Whether the host lets us read `url`."""
        return not self.is_closed and bool(self._parsed.can_fetch(url, TOKEN))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that it names."""
        return tuple(dict.fromkeys(self._parsed.sitemaps))

    @property
    def delay_seconds(self) -> float:
        """The pause that it wishes for between two requests."""
        return min(float(self._parsed.crawl_delay(TOKEN) or 0), LONGEST_DELAY_SECONDS)

    @cached_property
    def _parsed(self) -> Protego:
        return Protego.parse(self.text)


def read(fetcher: fetch.Fetcher, url: str, allow_hosts: Iterable[str] = ()) -> Rules:
    """The rules of the host of `url`.

    A refusal (4xx) means that there are none; a server that is in trouble (5xx) or cannot be
    reached forbids everything (RFC 9309, sections 2.3.1.3 and 2.3.1.4).
    """
    place = canonical.resolve("/robots.txt", url)
    answer = fetcher.get(
        place, accept="text/plain, */*;q=0.1", allow_hosts=allow_hosts, limit_bytes=MAX_BYTES
    )
    if isinstance(answer, fetch.FetchFailure):
        is_refusal = answer.reason.startswith("http_4") and answer.reason != "http_429"
        return Rules(is_closed=not is_refusal)
    return Rules(text=answer.body.decode("utf-8", "replace"))
