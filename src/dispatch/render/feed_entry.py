"""Turns an article into what a feed shows of it, the same for RSS, Atom and JSON Feed.

In: an article (its `html` is sanitised and absolute), the feed's context. Out: a FeedEntry whose
text any XML document can hold. Never: a format's own words, or anything that a reader has not
been told by data: translations, related articles and the appeal come from the context.
"""

from __future__ import annotations

import html
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from dispatch.model.article import Article, Author, Enclosure, Image, RelatedArticle, Translation
from dispatch.model.feed import FeedContext, PartnerRules
from dispatch.model.publication import Appeal, Section
from dispatch.render import catalogue, xml_text
from dispatch.rules import canonical

#: What no XML 1.0 document may hold (section 2.2, production Char). One such character, pasted
#: from a word processor into one title, would make the whole feed unreadable.
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: A body beyond this is left to the site, and the entry has its standfirst alone: one endless
#: transcript would push everything else out of the feed.
MOST_ENTRY_CHARACTERS: Final = 128 * 1024

#: Attributes that cleaning takes away on the way in. A row that an older policy stored may have
#: them still, and readers would follow a relative srcset, or wait for a script.
_UNFIT: Final = re.compile(r" (?:srcset|sizes|loading|style|data-[a-z-]+|on[a-z]+)=\"[^\"]*\"")
_UNFIT_BEGINNINGS: Final = ("srcset", "sizes", "loading", "style", "data-", "on")
_TAG: Final = re.compile(r"<[a-z][^<>]*>")

_CONTROLS: Final = bytes({*range(32)} - {9, 10, 13})
_NOT_CHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")

#: Updates are spread over seconds of their own (`store.articles`): less than this is no correction.
_SPREAD: Final = timedelta(minutes=2)

#: Runs of ASCII white space; the no-break spaces of Russian and French typography stay.
_SPACE: Final = re.compile(r"[ \t\r\n\f\v]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """An article as a feed shows it.

    `title` and `summary` are plain text, `html` is the body with its last paragraphs ("" for a
    feed of summaries or an article without a body), `escaped` the same as XML holds it. Dates are
    in UTC and whole seconds. The lead image is the first of the `enclosures` where a partner wants
    it so.
    """

    uid: str
    url: str
    language: str
    title: str
    summary: str
    html: str
    escaped: str
    authors: tuple[Author, ...]
    sections: tuple[Section, ...]
    image: Image | None
    translations: tuple[Translation, ...]
    read_also: tuple[RelatedArticle, ...]
    published_at: datetime
    updated_at: datetime
    enclosures: tuple[Enclosure, ...] = ()
    rating: str = ""


def style(context: FeedContext) -> Hashable:
    """All that `make_entry` takes from a context that two feeds of one build may not share."""
    return context.settings, context.partner, context.marks_updates


def make_entry(article: Article, context: FeedContext) -> FeedEntry:
    """What a feed shows of `article`; of a withdrawn one, a notice in place of its text."""
    if article.withdrawn_at is not None:
        article, context = _retract(article, article.withdrawn_at), _without_extras(context)
    settings, partner = context.settings, context.partner
    image = _image_for(article, partner)
    summary, url = plain(article.standfirst), address(article.url)
    # RFC 4287 and the Advisory Board want a title; a note without one has its first words.
    title = plain(article.title) or summary or url
    html_text = _make_html(article, context) if settings.full_text else ""
    return FeedEntry(
        uid=clean(article.uid),
        url=url,
        language=article.language,
        title=title,
        # Validators and readers want some text; there is no more than this.
        summary=summary or ("" if html_text else title),
        html=html_text,
        escaped=xml_text.escape(html_text),
        authors=tuple(a for a in map(_clean_author, article.authors) if a.name),
        sections=_sections(article, context),
        image=image,
        translations=tuple(map(_addressed, article.translations)),
        read_also=_read_also(article, context),
        published_at=whole_seconds(article.published_at),
        updated_at=whole_seconds(article.updated_at),
        enclosures=(*_lead_enclosure(image, partner), *map(_addressed, article.enclosures)),
        rating="nonadult" if partner and partner.has_rating else "",
    )


def _image_for(article: Article, partner: PartnerRules | None) -> Image | None:
    """The lead image, unless it is known to be smaller than a partner takes."""
    image = article.image
    least = partner.least_image_width if partner else 0
    if image is None or (least and (image.width or 0) < least):
        return None
    return _addressed(image)


def _lead_enclosure(image: Image | None, partner: PartnerRules | None) -> Iterator[Enclosure]:
    """The lead image, if it can say the truth: one with a wrong length is refused, or cut."""
    wanted = image is not None and partner is not None and partner.has_enclosure
    if wanted and image and image.length and image.media_type:
        yield Enclosure(url=image.url, media_type=image.media_type, length=image.length)


def clean(text: str) -> str:
    """`text` without the characters that XML forbids."""
    return text if _is_xml(text) else _NOT_XML.sub("", text)


def address(url: str) -> str:
    """`url` as validators and readers take it: a URI."""
    return canonical.as_ascii(clean(url))


_Addressed = TypeVar("_Addressed", Image, Enclosure, Translation, RelatedArticle)


def _addressed(one: _Addressed) -> _Addressed:
    url = address(one.url)
    return one if url == one.url else replace(one, url=url)


def plain(text: str) -> str:
    """`text` on one line, fit for an element of plain text; white space alone is nothing."""
    if text.isprintable() and "  " not in text:  # nearly every headline: nothing to do
        return text.strip(" ")
    line = _SPACE.sub(" ", clean(text)).strip(" ")
    return line if line.strip() else ""


def _is_xml(text: str) -> bool:
    """Whether XML can hold all of `text`: asked of its bytes, in half the time of a pattern."""
    try:
        raw = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    is_free = len(raw.translate(None, _CONTROLS)) == len(raw)
    return is_free and not (b"\xef\xbf" in raw and any(one in raw for one in _NOT_CHARACTERS))


def whole_seconds(moment: datetime) -> datetime:
    """`moment` in UTC without its fraction, which several readers cannot parse."""
    if moment.tzinfo is UTC and not moment.microsecond:  # as the store gives nearly all of them
        return moment
    return moment.astimezone(UTC).replace(microsecond=0)


def _clean_author(author: Author) -> Author:
    return Author(name=plain(author.name), url=address(author.url) if author.url else None)


def _sections(article: Article, context: FeedContext) -> tuple[Section, ...]:
    """The article's sections that the publication (still) has."""
    known = context.publication.sections
    return tuple(one for key in article.sections for one in known if one.key == key)


def _make_html(article: Article, context: FeedContext) -> str:
    body = clean(article.html)
    if not body.strip() or len(body) > MOST_ENTRY_CHARACTERS:
        return ""
    if _may_be_unfit(body):  # nearly none is, and to ask costs less than to look at each tag
        body = _TAG.sub(_without_unfit, body)
    first, last = _first_paragraphs(article, context), _last_paragraphs(article, context)
    html_text = "\n".join((*first, body, *last))
    # Few readers derive the direction of a text from its language.
    if catalogue.direction(article.language) == "rtl":
        return f'<div lang="{_escape(article.language)}" dir="rtl">{html_text}</div>'
    return html_text


def _may_be_unfit(body: str) -> bool:
    before_values = body.split('="')[:-1]
    return any(one.rpartition(" ")[2].startswith(_UNFIT_BEGINNINGS) for one in before_values)


def _without_unfit(tag: re.Match[str]) -> str:
    return _UNFIT.sub("", tag[0])


def _retract(article: Article, withdrawn_at: datetime) -> Article:
    """The same article with a notice for text: most readers overwrite their copy with it."""
    notice = catalogue.text(article.language, "This article has been withdrawn.")
    return replace(
        article,
        standfirst=notice,
        html=f"<p>{_escape(notice)}</p>",
        image=None,
        enclosures=(),
        translations=(),
        updated_at=max(article.updated_at, withdrawn_at),
        withdrawn_at=None,
    )


def _without_extras(context: FeedContext) -> FeedContext:
    return replace(context, appeals={}, read_also={}, marks_updates=False)


def _first_paragraphs(article: Article, context: FeedContext) -> Iterator[str]:
    """A substantial correction is said in the text: no reader shows an entry again for a date."""
    if context.marks_updates and article.updated_at - article.published_at > _SPREAD:
        day = article.updated_at.astimezone(context.publication.time_zone).date()
        date = catalogue.format_date(day, article.language)
        words = catalogue.text(article.language, "Updated {date}", date=date)
        yield f"<p><em>{_escape(words)}</em></p>"


def _last_paragraphs(article: Article, context: FeedContext) -> Iterator[str]:
    """Ordinary paragraphs at the end of the body: an appeal as an entry of its own is spam."""
    for translation in article.translations:
        yield _translation_paragraph(translation)
    if related := _read_also(article, context):
        heading = _escape(catalogue.text(article.language, "Read also"))
        rows = "".join(f"<li>{_anchor(other.url, other.title)}</li>" for other in related)
        yield f"<p><strong>{heading}</strong></p>\n<ul>{rows}</ul>"
    appeal = context.appeals.get(article.language)
    if appeal and context.settings.appeal:
        yield _appeal_paragraph(appeal)


def _read_also(article: Article, context: FeedContext) -> tuple[RelatedArticle, ...]:
    if not context.settings.read_also:
        return ()
    return tuple(map(_addressed, context.read_also.get(article.id, ())))


def _translation_paragraph(translation: Translation) -> str:
    """The offer of another language, in the words of those who read it."""
    language = translation.language
    offer = f"{catalogue.read_in(language)}: {translation.title}"
    marks = f'lang="{_escape(language)}" dir="{catalogue.direction(language)}"'
    return f"<p {marks}>{_anchor(translation.url, offer, language)}</p>"


def _appeal_paragraph(appeal: Appeal) -> str:
    button = _anchor(appeal.url, appeal.button)
    return f"<p><strong>{_escape(appeal.title)}</strong> {_escape(appeal.text)} {button}</p>"


def _anchor(url: str, words: str, language: str = "") -> str:
    hreflang = f' hreflang="{_escape(language)}"' if language else ""
    return f'<a href="{html.escape(address(url))}"{hreflang}>{_escape(words)}</a>'


def _escape(text: str) -> str:
    return html.escape(plain(text))
