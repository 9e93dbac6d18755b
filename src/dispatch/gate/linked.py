"""Rules about the addresses that an issue leads to: do they answer, and for everybody?

Each address is asked once for a run, with HEAD, and with GET where a server dislikes that. An
article is asked with GET, for it may say that search engines are not to show it: then it is a
draft. A refusal that is meant for robots (401, 403, 429) says nothing about readers and is no
objection; silence is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

from dispatch import fetch
from dispatch.gate.desk import Case, Found, Gatekeeper
from dispatch.model.gate import Asking
from dispatch.render import references, slots
from dispatch.rules import addresses, network

#: How many addresses of one issue are asked, and how many at once.
MOST_ADDRESSES: Final = 400
AT_ONCE: Final = 8
#: How much of an article is read in search of a word for robots; more is no failure.
ARTICLE_OCTETS: Final = 2 * 1024 * 1024
PAGE_TYPES: Final = "text/html, application/xhtml+xml, image/*;q=0.8, */*;q=0.5"

#: What servers say to robots, whatever they would say to a reader.
_NOT_FOR_ROBOTS: Final = frozenset({"http_401", "http_403", "http_405", "http_429", "too_large"})
_NOINDEX: Final = re.compile(
    rb"<meta\b(?=[^>]*\bname\s*=\s*[\"']?robots\b)[^>]*\bnoindex\b", re.IGNORECASE
)

Answers = Mapping[str, fetch.Response | fetch.FetchFailure]


def check(keeper: Gatekeeper, case: Case) -> Found:
    """What is wrong with the links, the articles and the images."""
    host = urlsplit(keeper.publication.public_url).hostname or ""
    asking = keeper.settings.asking
    is_trial = network.is_this_machine(host)
    if keeper.fetcher is None or asking is Asking.NEVER:
        return
    if asking is Asking.PUBLIC and is_trial:
        return
    links, images = _addresses(case)
    pages = {one.url: one.title for one in case.articles.values()}
    answers = _ask_all(keeper, [*pages, *links, *images], pages)
    for page in pages:
        yield from (("articles", "", text) for text in _wrong(page, pages, answers))
    yield from _judge_links(keeper, [one for one in links if one not in pages], answers)
    for image in images:
        if failure := _failure(answers.get(image)):
            yield "images", "", f"the image {failure}"


def _judge_links(keeper: Gatekeeper, links: Iterable[str], answers: Answers) -> Found:
    way_out = addresses.unsubscribe_url(keeper.publication, "")
    for link in links:
        failure = _failure(answers.get(link))
        if failure and link == way_out:
            yield "unsubscribe", "", f"the page to unsubscribe at: {failure}"
        elif failure:
            yield "links", "", failure
        elif link not in answers:
            yield "links", "", f"{link}: not asked, for there are more than {MOST_ADDRESSES}"


def _wrong(link: str, pages: Mapping[str, str], answers: Answers) -> Iterator[str]:
    """What is wrong with one article's page."""
    answer = answers.get(link)
    if failure := _failure(answer):
        yield f"“{pages[link]}”: {failure}"
    elif isinstance(answer, fetch.Response) and _is_draft(answer):
        yield f"“{pages[link]}”: {link} says noindex; is it published?"


def _is_draft(answer: fetch.Response) -> bool:
    return "noindex" in (answer.header("x-robots-tag") or "").lower() or bool(
        _NOINDEX.search(answer.body)
    )


def _failure(answer: fetch.Response | fetch.FetchFailure | None) -> str:
    is_failure = isinstance(answer, fetch.FetchFailure) and answer.reason not in _NOT_FOR_ROBOTS
    return answer.text if isinstance(answer, fetch.FetchFailure) and is_failure else ""


def _addresses(case: Case) -> tuple[list[str], list[str]]:
    """(links, images) of all variants, each once, as anybody would follow them."""
    links: dict[str, None] = {}
    images: dict[str, None] = {}
    for variant in case.variants:
        seen = references.read(slots.without_reader(variant.html))
        links |= dict.fromkeys(seen.links)
        images |= dict.fromkeys(seen.images)
    return list(links), list(images)


def _ask_all(keeper: Gatekeeper, wanted: Sequence[str], pages: Mapping[str, str]) -> Answers:
    each = list(dict.fromkeys(wanted))[:MOST_ADDRESSES]
    own = urlsplit(keeper.publication.public_url).hostname or ""
    hosts = (*keeper.settings.allow_hosts, own)
    fetcher = keeper.fetcher
    if fetcher is None:
        return {}

    def ask(url: str) -> fetch.Response | fetch.FetchFailure:
        if url not in pages:
            return fetcher.probe(url, accept=PAGE_TYPES, allow_hosts=hosts)
        return fetcher.get(url, accept=PAGE_TYPES, allow_hosts=hosts, limit_bytes=ARTICLE_OCTETS)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(each, pool.map(ask, each), strict=True))
