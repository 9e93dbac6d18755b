"""Which user agents are no readers: the maintained list of crawlers, and what it misses.

In: a User-Agent header. Out: whether a machine sent it. Never: judges an empty one (`rules.reads`
does), guesses from behaviour.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: A call costs more than a millisecond; a site sees far fewer different agents in a day than this.
_REMEMBERED = 10_000

#: Fetchers that the list (1,504 patterns) does not know: feed readers that load the article to show
#: it without the site, anything of Apple's that is no browser view (CFNetwork), Office looking
#: behind a link, whoever calls itself `…Bot/1`, and Dispatch itself.
_MISSED = re.compile(
    r"NetNewsWire|[Nn]ewsboat|Newsbeuter|Akregator|Liferea|QuiteRSS|RSSOwl|RSS Guard|Nextcloud-News"
    r"|Vienna/|Fiery Feeds|Readably|FeedMe/|AntennaPod|CFNetwork/|ms-office|^Java/"
    r"|[a-z][Bb]ot/\d|^[Dd]ispatch\b"
)


@lru_cache(maxsize=_REMEMBERED)
def is_bot(user_agent: str) -> bool:
    """Whether `user_agent` is a crawler, a feed reader, a link preview or a library.

    Case counts: read without regard to it, the list takes CUBOT telephones for robots.
    """
    if _MISSED.search(user_agent):
        return True
    import crawleruseragents  # late: it compiles all of its patterns as it loads

    return bool(crawleruseragents.is_crawler(user_agent, case_sensitive=True))
