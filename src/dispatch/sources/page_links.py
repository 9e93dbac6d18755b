"""Reads what a page says of other addresses: its own, its translations, its feeds.

In: the tree of a page, where it came from. Out: addresses. Never: a canonical address on another
site or at a home page (systems that are set up wrong send every article there), or the page for
readers of another language in the place of this one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from urllib.parse import urlsplit

from dispatch.model.article import TranslationLink
from dispatch.rules import canonical
from dispatch.rules import text as text_rules
from dispatch.sources.feed_wire import Element

_FEED_TYPES = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"}
)
#: Feeds that a page may name and nobody means: of comments, and WordPress's interface.
_NO_FEED = re.compile(
    r"/wp-json/|/comments?/|/oembed|[?&]withoutcomments=|/feed/comments", re.IGNORECASE
)

#: "Read in English", with the language that it leads to. Sure words only: a menu says "English".
_READ_IN = {
    language: re.compile("|".join(patterns), re.IGNORECASE)
    for language, patterns in {
        "en": (
            r"\bread\b.{0,30}\bin english\b",
            r"\b(?:available|published) in english\b",
            r"\bin english$",
            r"\benglish (?:version|translation)\b",
            r"\b(?:читать|читайте|прочитать|доступ\w*)\b.{0,30}\bна английском\b",
            r"\b(?:читать|читайте|прочитать|доступ\w*)\b.{0,30}\bпо-английски\b",
            r"английская версия|версия на английском",
            r"\bчитати\b.{0,30}\bанглійською\b|\bauf englisch\b|\ben anglais\b|\ben inglés\b",
        ),
        "ru": (
            r"\b(?:читать|читайте|прочитать|доступ\w*)\b.{0,30}\bна русском\b",
            r"\b(?:читать|читайте|прочитать|доступ\w*)\b.{0,30}\bпо[-\s]русски\b",
            r"русская версия|версия на русском|^на русском$|^по-русски$",
            r"\bread\b.{0,30}\bin russian\b",
            r"\b(?:available|published) in russian\b",
            r"\bin russian$",
            r"\brussian (?:version|translation)\b",
            r"\bчитати\b.{0,30}\bросійською\b|\bauf russisch\b|\ben russe\b|\ben ruso\b",
        ),
        "uk": (
            r"\b(?:read|available)\b.{0,30}\bin ukrainian\b|\bukrainian version\b",
            r"\bчитати\b.{0,30}\bукраїнською\b|українська версія",
            r"\bчитать\b.{0,30}\b(?:на украинском|по-украински)\b",
        ),
        "de": (
            r"\b(?:read|available)\b.{0,30}\bin german\b|\bgerman version\b|\bauf deutsch\b",
            r"\bчитать\b.{0,30}\b(?:на немецком|по-немецки)\b",
        ),
        "fr": (
            r"\b(?:read|available)\b.{0,30}\bin french\b|\bfrench version\b|\ben français\b",
            r"\bчитать\b.{0,30}\b(?:на французском|по-французски)\b",
        ),
        "es": (r"\b(?:read|available)\b.{0,30}\bin spanish\b|\bspanish version\b|\ben español\b",),
    }.items()
}
#: Where a site leads to other articles, or to itself in another language.
_ELSEWHERE = frozenset({"nav", "aside", "footer"})
_LONGEST_INVITATION = 80

#: The end of an address that is another form of the page above it, and no page below it.
_FORM = re.compile(r"/(?:amp|print|index\.\w{2,5}|page/\d+)/?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed that a page names."""

    url: str
    media_type: str
    title: str = ""
    language: str = ""


def base_of(tree: Element, url: str) -> str:
    """What relative addresses of the page are relative to."""
    named = (node.get("href") or "" for node in tree.iter("base"))
    return canonical.absolute_url(next(named, ""), url) or url


def canonical_link(tree: Element, url: str) -> str | None:
    """What the page calls its own address, if that can be believed."""
    named = [*_hrefs(tree, "canonical"), *_metas(tree, "og:url")]
    for one in named:
        found = canonical.absolute_url(one, url)
        if found and may_be_canonical(found, url):
            return found
    return None


def may_be_canonical(found: str, url: str) -> bool:
    """Whether the page at `url` may have the address `found`: same site, and no home page."""
    is_page = not is_home(found) or is_home(url)
    return is_page and canonical.is_same_site(found, url)


def is_home(url: str) -> bool:
    """Whether it is the home page of a site or of one of its languages."""
    path = urlsplit(url).path.strip("/")
    has_query = bool(urlsplit(url).query)
    return not has_query and ("/" not in path and len(path.partition("-")[0]) <= 2)


def leads_away(asked: str, answered: str) -> bool:
    """Whether a page led home or to its section: that is how many systems say "gone"."""
    if _is_same(asked, answered):
        return False
    folder, path = urlsplit(answered).path.rstrip("/") + "/", urlsplit(asked).path
    is_section = path.startswith(folder) and not _FORM.search(path)
    return is_home(answered) or (is_section and canonical.is_same_site(answered, asked))


def translations(
    tree: Element, url: str, texts: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> tuple[TranslationLink, ...]:
    """The same in other languages, by `hreflang`; else by a link that invites to read it there.

    `texts` are the operator's own (case-folded) of such links, by language.
    """
    found = [link for link in _alternates(tree, url) if not _is_same(link.url, url)]
    if not found:
        invited = [link for link in _invitations(tree, url, texts) if not _is_same(link.url, url)]
        found = _sure(invited)
    return tuple({canonical.match_key(link.url): link for link in reversed(found)}.values())[::-1]


def own_language(tree: Element, url: str) -> str:
    """The language under which the page names itself among its alternates."""
    own = (link.language for link in _alternates(tree, url) if _is_same(link.url, url))
    return next(own, None) or ""


def homes(tree: Element, url: str) -> tuple[TranslationLink, ...]:
    """The home pages in other languages that a home page names."""
    links = (_alternate(node, url) for node in _links(tree, "alternate"))
    return tuple(link for link in links if link and not _is_same(link.url, url))


def feeds(tree: Element, url: str) -> tuple[FeedLink, ...]:
    """The feeds that the page names, in its order, without those of comments."""
    found: dict[str, FeedLink] = {}
    for node in _links(tree, "alternate"):
        media_type = (node.get("type") or "").partition(";")[0].strip().lower()
        target = canonical.absolute_url(node.get("href") or "", url)
        if media_type not in _FEED_TYPES or target is None or _NO_FEED.search(target):
            continue
        title = text_rules.clean_line(node.get("title") or "")
        language = node.get("hreflang") or ""
        link = FeedLink(url=target, media_type=media_type, title=title, language=language)
        found.setdefault(target, link)
    return tuple(found.values())


def _alternates(tree: Element, url: str) -> Iterator[TranslationLink]:
    for node in _links(tree, "alternate"):
        link = _alternate(node, url)
        if link and not is_home(link.url):
            yield link


def _alternate(node: Element, url: str) -> TranslationLink | None:
    language = (node.get("hreflang") or "").strip()
    media_type = (node.get("type") or "text/html").lower()
    target = canonical.absolute_url(node.get("href") or "", url)
    if not target or language.lower() in {"", "x-default"} or "html" not in media_type:
        return None
    return TranslationLink(url=target, language=language)


def _invitations(
    tree: Element, url: str, texts: Mapping[str, Sequence[str]]
) -> Iterator[TranslationLink]:
    for node in tree.iter("a"):
        words = " ".join("".join(str(one) for one in node.itertext()).split())
        target = canonical.absolute_url(node.get("href") or "", url)
        if not target or len(words) > _LONGEST_INVITATION or is_home(target):
            continue
        language = _invited_to(words, texts)
        if language and canonical.is_same_site(target, url) and not _is_elsewhere(node):
            yield TranslationLink(url=target, language=node.get("hreflang") or language)


def _invited_to(words: str, texts: Mapping[str, Sequence[str]]) -> str | None:
    folded = words.casefold()
    own = (language for language, some in texts.items() if any(one in folded for one in some))
    known = (language for language, pattern in _READ_IN.items() if pattern.search(words))
    return next(chain(own, known), None)


def _is_elsewhere(node: Element) -> bool:
    return any(above.tag in _ELSEWHERE for above in node.iterancestors())


def _sure(links: Sequence[TranslationLink]) -> list[TranslationLink]:
    """Of each language the one that all its links lead to; teasers of others lead to many."""
    targets: dict[str | None, set[str]] = defaultdict(set)
    for link in links:
        targets[link.language].add(canonical.match_key(link.url))
    return [link for link in links if len(targets[link.language]) == 1]


def _links(tree: Element, relation: str) -> Iterator[Element]:
    for node in tree.iter("link"):
        if relation in (node.get("rel") or "").lower().split():
            yield node


def _hrefs(tree: Element, relation: str) -> Iterator[str]:
    return (node.get("href") or "" for node in _links(tree, relation))


def _metas(tree: Element, name: str) -> Iterator[str]:
    for node in tree.iter("meta"):
        if (node.get("property") or node.get("name") or "").lower() == name:
            yield node.get("content") or ""


def _is_same(one: str, other: str) -> bool:
    return canonical.match_key(one) == canonical.match_key(other)
