"""Translate a row of WordPress's wp/v2/posts into an entry.

In: a row with what it embeds. Out: an Entry as WordPress wrote it. Never: an entry from a row that
is protected or not published, a date without its zone (`date` is the site's local time), or an
automatic excerpt where somebody wrote a better line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import unescape
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from dispatch.model.article import Author, Entry, Image, TranslationLink
from dispatch.model.publication import Source
from dispatch.rules import dates
from dispatch.rules import text as text_rules
from dispatch.sources import rest
from dispatch.sources.rest import Row

_MORE_LINK = re.compile(r"<a\b[^>]{0,500}\bmore-link\b[^>]{0,500}>.{0,1000}?</a>", re.DOTALL)
_MORE_MARK = re.compile(r"\[?(?:&hellip;|&#8230;|…|\.\.\.)\]?\s*(?:</p>)?\s*$")
_LONGEST_STANDFIRST = 20_000
#: The section that WordPress gives to what has none.
_NO_SECTION = frozenset({"uncategorized", "uncategorised", "bez-rubriki", "без-рубрики"})


def translations_of(row: Row) -> tuple[str, ...]:
    """The numbers of the translations that Polylang Pro names (`translations`: language = id)."""
    named = rest.table(row.get("translations")).values()
    return tuple(number for one in named if (number := rest.text(one)).isdigit() and number != "0")


class Reader:
    """Reads the rows of one visit; `links` holds the addresses of translations by number."""

    def __init__(
        self, source: Source, zone: ZoneInfo, now: datetime, links: Mapping[str, str]
    ) -> None:
        self._source = source
        self._zone = zone
        self._now = now
        self._links = links
        mapped = {*source.section_map}
        for section_map in source.section_map_by_language.values():
            mapped |= set(section_map)
        self._mapped = {label.casefold() for label in mapped}

    def entry(self, row: Row) -> Entry | None:
        """The entry; None for a row that is not for everybody."""
        content = rest.table(row.get("content"))
        status = rest.text(row.get("status")) or "publish"
        if content.get("protected") is True or status != "publish":
            return None
        labels = dict(self._labels(row))
        return Entry(
            source_id=unescape(_rendered(row, "guid")) or rest.text(row.get("id")) or None,
            url=rest.text(row.get("link")) or None,
            title=_rendered(row, "title"),
            language=_language(row),
            standfirst=_standfirst(row),
            html=rest.text(content.get("rendered")),
            authors=tuple(_authors(row)),
            sections=tuple(labels),
            section_aliases=labels,
            image=_image(row),
            translations=tuple(self._translations(row)),
            published_at=self._date(row, "date_gmt"),
            updated_at=self._date(row, "modified_gmt"),
            plain=frozenset({"sections"}),
        )

    def _date(self, row: Row, key: str) -> datetime | None:
        """In UTC; the zero date of a row that was never published is none."""
        said = rest.text(row.get(key))
        return dates.read_date(f"{said}Z", self._zone, self._now) if said else None

    def _labels(self, row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Name of each term = its slug and number. Tags count where the operator maps them."""
        for group in rest.items(rest.table(row.get("_embedded")).get("wp:term")):
            for term in filter(None, map(rest.table, rest.items(group))):
                name = unescape(rest.text(term.get("name")))
                others = tuple(filter(None, (rest.text(term.get(one)) for one in ("slug", "id"))))
                if name and self._counts(term, (name, *others)):
                    yield name, others

    def _counts(self, term: Row, words: tuple[str, ...]) -> bool:
        is_mapped = any(word.casefold() in self._mapped for word in words)
        is_section = rest.text(term.get("taxonomy")) == "category"
        is_none = unquote(rest.text(term.get("slug"))) in _NO_SECTION
        return is_mapped or (is_section and not is_none)

    def _translations(self, row: Row) -> Iterator[TranslationLink]:
        for language, number in rest.table(row.get("translations")).items():
            url = self._links.get(rest.text(number), "")
            if url and url != row.get("link"):
                yield TranslationLink(url=url, language=str(language))
        for one in map(rest.table, rest.items(row.get("wpml_translations"))):
            url = rest.text(one.get("href"))
            # before 2.0.1 the plugin names a chance article where there is no translation
            if url and url != row.get("link") and one.get("id") != row.get("id"):
                language = rest.text(one.get("locale"))
                title = unescape(rest.text(one.get("post_title")))
                yield TranslationLink(url=url, language=language, title=title)


def _rendered(row: Row, key: str) -> str:
    return rest.text(rest.table(row.get(key)).get("rendered"))


def _language(row: Row) -> str | None:
    """Polylang's `lang`, which is a code or an object, or WPML's locale."""
    polylang = row.get("lang")
    code = rest.text(polylang) or rest.text(rest.table(polylang).get("slug"))
    return code or rest.text(row.get("wpml_current_locale")) or None


def _standfirst(row: Row) -> str:
    """The excerpt, or what the editors gave to Yoast where the excerpt was cut from the text."""
    summary = _MORE_LINK.sub("", _rendered(row, "excerpt")[:_LONGEST_STANDFIRST]).strip()
    if not _is_automatic(summary, row):
        return summary
    return rest.text(_yoast(row).get("og_description")) or summary


def _is_automatic(summary: str, row: Row) -> bool:
    if not summary or _MORE_MARK.search(summary):
        return True
    begin = text_rules.clean_text(summary)
    return text_rules.clean_text(_rendered(row, "content")).startswith(begin.rstrip("…"))


def _yoast(row: Row) -> Row:
    return rest.table(row.get("yoast_head_json"))


def _authors(row: Row) -> Iterator[Author]:
    """Those embedded; a site that hides its users puts an error in their place."""
    found = False
    for one in map(rest.table, rest.items(rest.table(row.get("_embedded")).get("author"))):
        name = unescape(rest.text(one.get("name")))
        if name:
            found = True
            yield Author(name=name, url=rest.text(one.get("link")) or None)
    said = rest.text(_yoast(row).get("author"))
    if said and not found:
        yield Author(name=said)


def _image(row: Row) -> Image | None:
    embedded = rest.items(rest.table(row.get("_embedded")).get("wp:featuredmedia"))
    one = rest.table(embedded[0]) if embedded else {}
    url = rest.text(one.get("source_url"))
    if not url:
        return None
    details = rest.table(one.get("media_details"))
    width, height, length = (
        number if isinstance(number := details.get(key), int) and number > 0 else None
        for key in ("width", "height", "filesize")
    )
    return Image(
        url=url,
        alt=unescape(rest.text(one.get("alt_text"))),
        media_type=rest.text(one.get("mime_type")) or None,
        width=width,
        height=height,
        length=length,
    )
