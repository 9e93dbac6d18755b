"""Reads an article from its web page: what the page says of itself, and its text if asked for.

In: the bytes of a page, what the sitemap said of it. Out: a Page with an Entry. Never: guesses a
text unless the operator wants it, or takes a list or a form for an article.

The order in which fields are looked for stands beside each of them: structured data first, for it
is written for programs; then what is written for social networks; the visible page last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree, html

from dispatch.model.article import Author, Entry, Image, TranslationLink
from dispatch.model.publication import AUTO, Source
from dispatch.rules import canonical, dates
from dispatch.rules import text as text_rules
from dispatch.sources import (
    feed_wire,
    page_data,
    page_links,
    page_microdata,
    page_tags,
    page_text,
    rest,
    selectors,
)
from dispatch.sources.feed_wire import Element
from dispatch.sources.sitemap import Listed

MAX_BYTES = 5 * 1024 * 1024
#: A page with more bylines is no article but a list of contributors.
MAX_AUTHORS = 20

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([A-Za-z0-9._:\-]{2,40})", re.IGNORECASE)
_URL_DATE = re.compile(r"/(20\d\d)[/-]([01]\d)[/-]([0-3]\d)(?=[/-])")
_SITE_SUFFIX = re.compile(r"\s+[|–—·•-]\s+[^|–—·•]{1,60}$")
_ID = re.compile(r"[?&]p=\d+$")
#: Names of `meta` that systems without structured data write, the surest first.
_DATES = (
    *("parsely-pub-date", "dcterms.issued", "dc.date.issued", "dcterms.date", "dc.date"),
    *("pubdate", "publishdate", "publish-date", "publication_date", "date"),
)
_BYLINES = ("parsely-author", "author", "dc.creator", "dcterms.creator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as read. `is_article` is what it says itself, or what its sitemap says."""

    entry: Entry
    is_article: bool


def tree_of(body: bytes, content_type: str | None) -> Element | None:
    """The page as a tree; None where there is none."""
    declared = _CHARSET.search(body[:4096])
    kind = content_type or ""
    if "charset" not in kind.lower() and declared:
        kind = f"text/html; charset={declared[1].decode('ascii')}"
    text, _, _ = feed_wire.decode(body, kind)
    try:
        bounded = page_tags.without_crowds(text_rules.without_hidden(text))
        return html.document_fromstring(bounded)
    except (etree.LxmlError, ValueError):
        return None


def read(
    body: bytes,
    content_type: str | None,
    *,
    url: str,
    listed: Listed,
    source: Source,
    zone: ZoneInfo,
    now: datetime,
) -> Page | None:
    """The page that came from `url`; None when it is none that can be read."""
    tree = tree_of(body, content_type)
    if tree is None:
        return None
    return _Reader(tree, url, listed, source, zone, now).page()


def says_article(tree: Element) -> bool:
    """Whether a page says itself that it is an article: in its data, or to social networks."""
    scripts = selectors.find(tree, "script[type*='ld+json']")
    data = page_data.read(script.text or "" for script in scripts)
    return bool(data.article) or dict(_metas(tree)).get("og:type", "").lower() == "article"


#: What systems write that answer 200 for a page that they do not have. Nothing but that: an article
#: may be called "Not found in any archive".
_NOT_FOUND = re.compile(
    r"(?:error:?\s+)?404(?:\s+(?:error|not found))?|(?:page|article|content) not found|not found|"
    r"(?:ошибка\s+)?404|страница не найдена|(?:материал|статья) (?:не найден\w?|удал[её]н\w?)|"
    r"сторінк[уа] не знайдено|seite nicht gefunden|page (?:non trouvée|introuvable)",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*(?:[|–—·•:.!]|\s-\s)\s*")


def says_not_found(tree: Element) -> bool:
    """Whether a page says, with 200, that it is none: its title or its first heading does."""
    titles = [_text(node) for node in tree.iter("title")][:1]
    headings = [_text(node) for node in tree.iter("h1")][:1]
    parts = [part for text in (*titles, *headings) for part in _PARTS.split(text[:200])]
    return any(_NOT_FOUND.fullmatch(part) for part in parts)


class _Reader:
    """One page, and what was said of it before."""

    def __init__(
        self,
        tree: Element,
        url: str,
        listed: Listed,
        source: Source,
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._tree = tree
        self._url = page_links.base_of(tree, url)
        self._address = url
        self._listed = listed
        self._source = source
        self._zone = zone
        self._now = now
        self._metas = dict(_metas(tree))
        scripts = selectors.find(tree, "script[type*='ld+json']")
        self._data = page_data.read(
            (script.text or "" for script in scripts),
            tuple(filter(None, (url, page_links.canonical_link(tree, self._url)))),
            page_microdata.read(tree),
        )

    def page(self) -> Page:
        """The page."""
        is_shown = "noindex" not in self._metas.get("robots", "").lower()
        says_so = bool(self._data.article) or self._metas.get("og:type", "").lower() == "article"
        return Page(entry=self._entry(), is_article=is_shown and (says_so or self._listed.is_news))

    def _entry(self) -> Entry:
        url = self._canonical()
        sections = tuple(self._sections(url))
        return Entry(
            source_id=self._short_link() or url,
            url=url,
            title=self._title(),
            language=self._language(url),
            standfirst=self._standfirst(),
            authors=tuple(self._authors())[:MAX_AUTHORS],
            sections=sections,
            image=self._image(),
            translations=self._translations(url),
            published_at=self._published(url),
            updated_at=self._date(
                self._data.text("dateModified"), self._metas.get("article:modified_time", "")
            ),
            html=self._body(),  # last: it takes elements out of the tree
            plain=frozenset({"title", "standfirst", "authors", "sections"}),
        )

    def _canonical(self) -> str:
        """rel=canonical, og:url, the data's own word, where the page came from."""
        found = page_links.canonical_link(self._tree, self._url)
        said = canonical.absolute_url(self._data.text("mainEntityOfPage", "url"), self._url)
        if found is None and said and page_links.may_be_canonical(said, self._address):
            return said
        return found or self._address

    def _short_link(self) -> str | None:
        """WordPress's `?p=7`, which is the guid in its feed."""
        for node in self._tree.iter("link"):
            href = canonical.absolute_url(node.get("href") or "", self._url)
            if node.get("rel") == "shortlink" and href and _ID.search(href):
                return href
        return None

    def _title(self) -> str:
        """headline, og:title, h1, title."""
        headline = self._data.text("headline")
        if headline:
            return headline
        name = self._metas.get("og:site_name", "")
        shared = _without_site(self._metas.get("og:title", ""), name)
        heading = next((_text(node) for node in self._tree.iter("h1") if _text(node)), "")
        title = next((_text(node) for node in self._tree.iter("title")), "")
        return shared or heading or _SITE_SUFFIX.sub("", title) or self._listed.title

    def _standfirst(self) -> str:
        """description, alternativeHeadline, og:description, the description for searchers."""
        return (
            self._data.text("description", "alternativeHeadline")
            or self._metas.get("og:description", "")
            or self._metas.get("description", "")
        )

    def _published(self, url: str) -> datetime | None:
        """datePublished, article:published_time, a `time` in the article, sitemap, address."""
        times = selectors.find(self._tree, "article time")
        dated = _URL_DATE.search(urlsplit(url).path)
        return self._date(
            self._data.text("datePublished"),
            self._metas.get("article:published_time", ""),
            *(one.get("datetime") or _text(one) for one in times[:1]),
            self._listed.published,
            *(self._metas.get(name, "") for name in _DATES),
            "-".join(dated.groups()) if dated else "",
        )

    def _date(self, *said: str) -> datetime | None:
        found = (dates.read_date(one, self._zone, self._now) for one in said if one)
        return next((date for date in found if date), None)

    def _authors(self) -> Iterator[Author]:
        """author, article:author unless it is an address, rel=author, what searchers read."""
        for value in self._data.values("author", "creator"):
            node = self._data.followed(value)
            name = page_data.plain(rest.text(value) or rest.text(node.get("name")))
            kinds = page_data.kinds_of(node)
            if name and "Organization" not in kinds and "NewsMediaOrganization" not in kinds:
                yield Author(name=name, url=rest.text(node.get("url")) or None)
        if self._data.values("author", "creator"):
            return
        said = self._metas.get("article:author", "")
        if said and "://" not in said:
            yield Author(name=said)
            return
        marked = selectors.find(self._tree, "[rel~='author']")
        names = [_text(node) for node in marked if _text(node)]
        yield from (Author(name=name) for name in names or [self._meta(*_BYLINES)])

    def _meta(self, *names: str) -> str:
        return next(filter(None, (self._metas.get(name, "") for name in names)), "")

    def _sections(self, url: str) -> Iterator[str]:
        """articleSection, article:section, the trail of breadcrumbs, the address."""
        said = [page_data.plain(rest.text(one)) for one in self._data.values("articleSection")]
        said = [one for one in said if one] or [self._meta("article:section", "parsely-section")]
        if any(said):
            yield from filter(None, said)
            return
        trail = list(self._trail())
        if trail:
            yield from trail
            return
        parts = [part for part in urlsplit(url).path.split("/") if part]
        folders = [part for part in parts[:-1] if len(part) > 2 and not part.isdigit()]
        yield from folders[:1]

    def _trail(self) -> Iterator[str]:
        """What stands between home and the article itself, which is not always in its own trail."""
        for crumbs in self._data.of_kind("BreadcrumbList"):
            steps = [rest.table(one) for one in rest.items(crumbs.get("itemListElement"))][1:]
            if steps and self._is_this(steps[-1]):
                steps.pop()
            yield from filter(None, map(_step_name, steps))

    def _is_this(self, step: rest.Row) -> bool:
        """Whether the last step is the page itself, which needs no address there."""
        inner = rest.table(step.get("item"))
        target = rest.text(step.get("item")) or rest.text(inner.get("@id") or inner.get("url"))
        leads_here = canonical.absolute_url(target, self._url) == self._canonical()
        return not target or leads_here or _step_name(step) == self._title()

    def _language(self, url: str) -> str | None:
        """inLanguage, the page's `lang`, its own hreflang, og:locale, the sitemap."""
        said = (
            *self._data_languages(),
            self._tree.get("lang") or "",
            page_links.own_language(self._tree, url),
            self._metas.get("og:locale", ""),
            self._listed.language,
        )
        return next(filter(None, map(text_rules.language_tag, said)), None)

    def _data_languages(self) -> Iterator[str]:
        """The tag of inLanguage, or of a Language, whose name is for people (schema.org)."""
        for value in self._data.values("inLanguage"):
            node = self._data.followed(value)
            yield from (rest.text(value), rest.text(node.get("alternateName")))
            yield rest.text(node.get("name"))

    def _translations(self, url: str) -> tuple[TranslationLink, ...]:
        """hreflang, the data's own word, the sitemap."""
        found = page_links.translations(self._tree, url, self._source.translation_texts)
        if not found:
            found = tuple(self._said_translations(url)) or self._listed.translations
        return found

    def _said_translations(self, url: str) -> Iterator[TranslationLink]:
        for value in self._data.values("workTranslation", "translationOfWork"):
            node = self._data.followed(value)
            said = rest.text(value) or rest.text(node.get("url") or node.get("@id"))
            target = canonical.absolute_url(said, self._url)
            if target and target != url:
                language = rest.text(node.get("inLanguage")) or None
                yield TranslationLink(url=target, language=language)

    def _image(self) -> Image | None:
        for value in self._data.values("image", "thumbnailUrl"):
            node = self._data.followed(value)
            url = rest.text(value) or rest.text(node.get("url") or node.get("contentUrl"))
            if url:
                width, height = (_pixels(node.get(key)) for key in ("width", "height"))
                alt = rest.text(node.get("caption")) or self._metas.get("og:image:alt", "")
                return Image(url=url, alt=alt, width=width, height=height)
        url = self._metas.get("og:image", "")
        return Image(url=url, alt=self._metas.get("og:image:alt", "")) if url else None

    def _body(self) -> str:
        """The text that the operator's selector finds, or the library; "" without either."""
        if self._source.body is None:
            return ""
        is_found = self._source.body != AUTO
        found = selectors.find(self._tree, self._source.body) if is_found else [self._tree]
        for element in found:
            for selector in self._source.remove:
                for unwanted in selectors.find(element, selector):
                    _take_out(unwanted)
        if not is_found:
            return page_text.find(self._tree, (self._title(), self._standfirst()))
        return "\n".join(etree.tostring(one, encoding="unicode", method="html") for one in found)


def _step_name(step: rest.Row) -> str:
    name = rest.text(step.get("name")) or rest.text(rest.table(step.get("item")).get("name"))
    return page_data.plain(name)


def _metas(tree: Element) -> Iterator[tuple[str, str]]:
    """Name and content of each `meta`; of several the first counts."""
    found: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = (node.get("property") or node.get("name") or "").strip().lower()
        if name:
            found.setdefault(name, (node.get("content") or "").strip())
    yield from found.items()


def _take_out(element: Element) -> None:
    """Remove `element` but not the text behind it."""
    parent = element.getparent()
    if parent is None:
        return
    before, tail = element.getprevious(), element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _text(node: Element) -> str:
    return " ".join("".join(str(part) for part in node.itertext()).split())


def _without_site(title: str, site: str) -> str:
    """`title` without the name of the site behind a bar or dash."""
    if not site or not title.casefold().endswith(site.casefold()):
        return title
    return title[: -len(site)].rstrip(" |–—·•-") or title


def _pixels(value: object) -> int | None:
    """`1200`, `"1200"`, `"1200px"`, or a QuantitativeValue."""
    digits = rest.text(rest.table(value).get("value", "") if isinstance(value, dict) else value)
    number = digits.lower().removesuffix("px").partition(".")[0]
    return int(number) if number.isdigit() and 0 < len(number) < 6 and int(number) else None
