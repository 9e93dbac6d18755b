"""Which of an entry's links is its own, and which say the same in another language.

In: the links of an entry, its language. Out: one URL, translations. Never: lets a translation
stand in for the entry: a parser that takes the last `rel="alternate"` sends every reader of the
English digest to the Russian text.
"""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.model.article import TranslationLink
from dispatch.rules import text as text_rules
from dispatch.sources.feed_nodes import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An Atom link (RFC 4287, section 4.2.7), its URL absolute, its relation without IANA's URL."""

    url: str
    rel: str
    language: str
    media_type: str
    title: str
    length: str = ""


def atom_links(node: Node) -> list[Link]:
    """The links of a feed or entry in document order; those without a target are left out."""
    links = [_link(child) for child in node.children("atom:link", "link")]
    return [link for link in links if link is not None]


def _link(node: Node) -> Link | None:
    url = node.link(node.attribute("href"))
    if url is None:
        return None
    relation = (node.attribute("rel") or "alternate").lower()
    return Link(
        url=url,
        rel=relation.rpartition("/")[2] if "iana.org" in relation else relation,
        language=node.attribute("hreflang"),
        media_type=node.attribute("type").lower(),
        title=node.attribute("title"),
        length=node.attribute("length"),
    )


def choose(links: list[Link], language: str | None) -> Link | None:
    """The entry's own page: an alternate without hreflang, else one in the entry's language.

    Where neither exists the first alternate is taken. Web pages go before other media types.
    """
    alternates = [link for link in links if link.rel == "alternate"]
    pages = [link for link in alternates if not link.media_type or "html" in link.media_type]
    candidates = pages or alternates
    own = [link for link in candidates if not link.language]
    same = [link for link in candidates if _is_same(link.language, language)]
    return next(iter([*own, *same, *candidates]), None)


def last_resort(links: list[Link]) -> str | None:
    """What an entry without any page of its own leads to; never a translation."""
    own = (link for link in links if not link.language)
    return next((link.url for link in own if link.rel in {"related", "self"}), None)


def older(links: list[Link]) -> str | None:
    """Where the entries before these are: an archive or the next page (RFC 5005, 3 and 4)."""
    found = {link.rel: link.url for link in reversed(links)}
    return found.get("prev-archive") or found.get("next")


def translations(
    links: list[Link], own_url: str | None, language: str | None
) -> tuple[TranslationLink, ...]:
    """Alternates and related links in another language than the entry's, each URL once."""
    found: dict[str, TranslationLink] = {}
    for link in links:
        if _is_translation(link, own_url, language):
            found.setdefault(
                link.url,
                TranslationLink(url=link.url, language=link.language, title=link.title),
            )
    return tuple(found.values())


def _is_translation(link: Link, own_url: str | None, language: str | None) -> bool:
    if link.rel not in {"alternate", "related"} or not link.language:
        return False
    if link.url == own_url or link.language.lower() == "x-default":
        return False
    return not _is_same(link.language, language)


def _is_same(one: str, other: str | None) -> bool:
    return bool(one and other) and text_rules.primary(one) == text_rules.primary(other or "")
