"""Reads sitemaps, news sitemaps and their indexes (sitemaps.org 0.9, Google's news extension).

In: the bytes of one file, also compressed ones. Out: the pages and files that it lists. Never:
unpacks more than it was given leave to, lists an address of another site, or trusts a `lastmod`
(many systems write the moment of the build).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from dispatch.errors import InputError
from dispatch.model.article import TranslationLink
from dispatch.rules import canonical
from dispatch.sources import feed_wire
from dispatch.sources.feed_wire import Element

#: The protocol's own limit of pages in one file.
MAX_PAGES = 50_000
#: Decoded bytes; the protocol allows 50 MB, a full file of 50,000 addresses has about 8.
MAX_BYTES = feed_wire.MAX_BYTES

_GZIP = b"\x1f\x8b"
_ADDRESSES = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,100}https?://\S", re.IGNORECASE)


class SitemapError(InputError):
    """The document is no sitemap; the text says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page or a file as a sitemap lists it. Dates are as they stand there."""

    url: str
    modified: str = ""
    is_news: bool = False
    title: str = ""
    language: str = ""
    published: str = ""
    translations: tuple[TranslationLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What one file lists: pages, or further files. `foreign` counts addresses of other sites."""

    pages: tuple[Listed, ...] = ()
    files: tuple[Listed, ...] = ()
    foreign: int = 0


def read(body: bytes, url: str) -> Sitemap:
    """The sitemap in `body`, which came from `url`; raises SitemapError."""
    plain = _unpacked(body)
    if _ADDRESSES.match(plain):
        return _of_lines(plain, url)
    try:
        document = feed_wire.read_document(plain)
    except feed_wire.FeedError as error:
        raise SitemapError(str(error).replace("not a feed", "not a sitemap")) from None
    root = document.root
    kind = _name(root) if root is not None else "JSON"
    if root is None or kind not in {"urlset", "sitemapindex"}:
        message = f"the document is <{kind[:60]}>, not a sitemap"
        raise SitemapError(message)
    listed = list(_listed(root, "url" if kind == "urlset" else "sitemap", url))
    own = tuple(one for one in listed if canonical.is_same_site(one.url, url))
    foreign = len(listed) - len(own)
    if kind == "urlset":
        return Sitemap(pages=own, foreign=foreign)
    return Sitemap(files=own, foreign=foreign)


def _of_lines(body: bytes, url: str) -> Sitemap:
    """A text file of addresses, one a line (sitemaps.org, "Text file")."""
    lines = body.decode("utf-8-sig", "replace").splitlines()[:MAX_PAGES]
    found = [address for line in lines if (address := canonical.absolute_url(line.strip()))]
    own = tuple(Listed(url=one) for one in found if canonical.is_same_site(one, url))
    return Sitemap(pages=own, foreign=len(found) - len(own))


def _unpacked(body: bytes) -> bytes:
    """`body` without gzip, whatever its name and type said; at most MAX_BYTES of it."""
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, MAX_BYTES)
    except zlib.error as error:
        message = f"the file is no gzip: {error}"
        raise SitemapError(message) from None
    if unpacker.unconsumed_tail:
        message = f"the sitemap is longer than {MAX_BYTES} bytes"
        raise SitemapError(message)
    return plain


def _listed(root: Element, name: str, base: str) -> Iterator[Listed]:
    count = 0
    for child in root:
        if _name(child) != name:
            continue
        count += 1
        if count > MAX_PAGES:
            return
        found = _one(child, base)
        if found is not None:
            yield found


def _one(node: Element, base: str) -> Listed | None:
    """One `url` or `sitemap`; None without a web address."""
    texts: dict[str, str] = {}
    translations = []
    is_news = False
    for child in node:
        name = _name(child)
        if name == "link":
            translations.append(_translation(child, base))
        elif name == "news":
            is_news = True
            texts |= dict(_news(child))
        else:
            texts.setdefault(name, (child.text or "").strip())
    url = canonical.absolute_url(texts.get("loc", ""), base)
    if url is None:
        return None
    return Listed(
        url=url,
        modified=texts.get("lastmod", ""),
        is_news=is_news,
        title=texts.get("news title", ""),
        language=texts.get("news language", ""),
        published=texts.get("news publication_date", ""),
        translations=tuple(one for one in translations if one and one.url != url),
    )


def _news(node: Element) -> Iterator[tuple[str, str]]:
    """The texts of `news:news`, also those within its `news:publication`."""
    for child in node.iter():
        yield f"news {_name(child)}", (child.text or "").strip()


def _translation(node: Element, base: str) -> TranslationLink | None:
    """An `xhtml:link`; the page for readers of no language in particular is none."""
    url = canonical.absolute_url(node.get("href") or "", base)
    language = (node.get("hreflang") or "").strip()
    if url is None or language.lower() in {"", "x-default"}:
        return None
    return TranslationLink(url=url, language=language)


def _name(node: Element) -> str:
    """The local name; prefixes and namespaces are often wrong. Comments have none."""
    tag: object = node.tag
    return etree.QName(tag).localname.lower() if isinstance(tag, str) else ""
