"""Make what a stranger wrote fit to store: HTML by a strict allow-list, text as one plain line.

In: HTML of any quality, an Entry as its source gave it. Out: safe HTML, an Entry that is clean in
every field. Never: allows SVG, MathML, styles, frames or scripts (each has carried an attack
through a sanitiser), keeps a relative URL, an e-mail address in a byline or a tracking pixel.

Cleaning is idempotent, so that rows may be cleaned again when the policy changes.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html import escape, unescape

import nh3

from dispatch.model.article import Author, Enclosure, Entry, Image, TranslationLink
from dispatch.rules import bylines, canonical
from dispatch.rules import text as text_rules
from dispatch.sources import embeds

#: Raise it when the output changes for any input: stored texts are then cleaned again, a part in
#: each round (collect.recleaning).
POLICY_VERSION = 3

MAX_CHARACTERS = 512 * 1024
#: nh3 takes quadratic time in the depth of nesting: 100,000 open tags cost 17 seconds.
MAX_DEPTH = 256
#: Half a million ampersands cost it 1.4 seconds.
MAX_REFERENCES = 50_000
#: Each image's address is resolved; 50,000 of them cost 1.5 seconds, and no article has as many.
MAX_IMAGES = 2_000

#: Misnested tables change once more when they are parsed again (and so have carried attacks):
#: the output is cleaned until it stays itself.
_MOST_PASSES = 4

_TAG_NAMES = (
    "p br a em strong b i u s del ins small mark sup sub blockquote q cite ul ol li dl dt dd "
    "h2 h3 h4 figure figcaption img table caption thead tbody tfoot tr th td code pre kbd hr "
    "abbr time div"
)
_TAGS = frozenset(_TAG_NAMES.split())
_GONE_NAMES = (
    "script style noscript template iframe object embed applet svg math textarea select button "
    "form title head audio video canvas"
)
_GONE_WITH_CONTENT = frozenset(_GONE_NAMES.split()) - {"form", "head"}
#: Where lazy loaders keep the real address, best first.
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "data-lazyload")
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "*": frozenset({"lang", "dir"}),
    "a": frozenset({"href", "title", "hreflang"}),
    "abbr": frozenset({"title"}),
    "ol": frozenset({"start"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan"}),
    "time": frozenset({"datetime"}),
    "img": frozenset({"src", "alt", "width", "height", *_LAZY, *_LAZY_SETS}),
}
_SCHEMES = frozenset({"http", "https", "mailto"})

_OPEN_OR_CLOSE = re.compile(r"<(/?)([A-Za-z][^\s/>]{0,40})")
_FLAT_NAMES = "area base br col embed hr img input link meta source track wbr p li td th tr dt dd"
#: Void elements, and those that end when their like begins: an unclosed `<p>` does not nest.
_FLAT = frozenset(_FLAT_NAMES.split())
_HEADINGS = re.compile(r"(</?)h([156])(?=[\s>/])", re.IGNORECASE)
#: What opens a fold: readers have no folds, so it stands above what was in it.
_SUMMARY = re.compile(r"<(/?)summary(?:\s[^<>]*)?>", re.IGNORECASE)
_BLOCK = re.compile(
    r"(?=</?(?:p|br|div|li|ul|ol|dl|dt|dd|h[1-6]|blockquote|pre|table|tr|td|th|figure|figcaption"
    r"|hr|section|article)[\s>/])",
    re.IGNORECASE,
)
_LONGEST_PLACE = 120
_EMPTY = re.compile(r"<(p|div|figure|figcaption|a|em|strong|b|i)(?: [a-z]+=\"[^\"]*\")*>\s*</\1>")
#: Paragraphs and headings of text, in which nothing nests but one level of emphasis or links. A
#: carriage return that a reference wrote would become a line break.
_PHRASE = (
    r"(?:[^<\r]++|<br>"
    r"|<(?P<inner>a|b|em|i|strong)(?: [a-z]+=\"[^\"<>\r]*+\")*+>[^<\r]*+</(?P=inner)>)*+"
)
_PROSE = re.compile(rf"(?:<(?P<block>p|h[234])>{_PHRASE}</(?P=block)>[ \t\n]*+)++")
#: An image as nh3 writes it: every value in double quotes.
_IMG = re.compile(r"<img((?: [a-z\-]+=\"[^\"]*\")*)>")
_ATTRIBUTE = re.compile(r" ([a-z\-]+)=\"([^\"]*)\"")
_PLACEHOLDER = re.compile(
    r"(?:^data:|/(?:blank|spacer|pixel|placeholder|1x1|transparent)\.)", re.IGNORECASE
)
_TRACKERS = re.compile(
    r"^https?://(?:[^/]*\.)?(?:feedburner\.com/~[rf]f?/|feeds\.feedburner\.com/~|doubleclick\.net/|"
    r"google-analytics\.com/|pixel\.wp\.com/|stats\.wordpress\.com/|feeds\.wordpress\.com/1\.0/|"
    r"scorecardresearch\.com/|mc\.yandex\.ru/|counter\.yadro\.ru/|top-fwz1\.mail\.ru/|"
    r"facebook\.com/tr[?/]|pi\.feedsportal\.com/|rss\.feedsportal\.com/|pixel\.quantserve\.com/|"
    r"matomo\.php|piwik\.php)|/(?:matomo|piwik)\.php\?",
    re.IGNORECASE,
)


def clean_html(html: str, base_url: str | None) -> str:
    """`html` with nothing left that could harm, all URLs absolute (relative to `base_url`).

    Longer than 512 Ki characters it is cut; nested deeper than 256 it becomes one paragraph of
    text. Images that load lazily get their real address, tracking pixels go, players and frames
    become links.
    """
    source = _bounded(html)
    if "<" not in source and "&" not in source:
        return escape(text_rules.without_hidden(source), quote=False).strip()
    if _is_unfit(source):
        return paragraphs(_shallow_text(source))
    base = _usable_base(base_url)
    source = _HEADINGS.sub(_heading, text_rules.without_hidden(source))
    source = _SUMMARY.sub(_fold, source)
    source = embeds.as_links(source, lambda url: canonical.absolute_url(url, base))
    cleaned = _clean_once(source, base)
    for _ in range(_MOST_PASSES):
        if cleaned == source or _is_prose(cleaned):
            break
        source, cleaned = cleaned, _clean_once(cleaned, base)
    return text_rules.without_hidden(cleaned)  # a reference may have stood for such a character


def text_of(html: str) -> str:
    """The text of `html` as one plain line, words of neighbouring blocks kept apart."""
    source = _bounded(html)
    if _is_unfit(source):
        return _shallow_text(source)
    bare = nh3.clean(_BLOCK.sub("\n", source), tags=set(), clean_content_tags=_GONE_WITH_CONTENT)
    return text_rules.clean_line(unescape(bare), limit=MAX_CHARACTERS, markup=False)


def clean_entry(entry: Entry, base_url: str | None) -> Entry:
    """`entry` clean in every field; `base_url` is where its document came from.

    Its URL keeps the publisher's spelling but is absolute, and None if it is no web address. A
    long description without content is moved to `html`, its first paragraph stays the standfirst.
    An entry without a title is called by the heading that its text opens with, or its first words.
    """
    entry = replace(entry, standfirst=_without_fields(entry))
    url = canonical.absolute_url(entry.url or "", base_url) or _file_address(entry, base_url)
    body, standfirst, is_plain = _body_and_standfirst(entry)
    clean = _in_lines(_TRAILER.sub("", clean_html(body, url or base_url)).rstrip())
    summary = text_rules.clean_text(standfirst, markup=not is_plain)
    title = text_rules.clean_line(entry.title, markup="title" not in entry.plain)
    return replace(
        entry,
        url=url,
        title=title or _borrowed_title(summary, clean),
        language=text_rules.language_tag(entry.language or ""),
        standfirst=summary,
        html=clean,
        authors=_authors(entry, url or base_url),
        sections=_lines(entry.sections, markup="sections" not in entry.plain),
        section_aliases=_aliases(entry),
        image=_lead_image(entry, clean, url or base_url),
        enclosures=_enclosures(entry.enclosures, url or base_url),
        translations=_translations(entry.translations, url or base_url),
        place=text_rules.clean_line(entry.place, limit=_LONGEST_PLACE),
        plain=frozenset({"title", "standfirst", "authors", "sections"}),
    )


def _borrowed_title(summary: str, clean: str) -> str:
    heading = _OPENING.match(clean)
    words = text_of(heading[1]) if heading else ""
    return text_rules.shorten(words or summary or text_of(clean), _BORROWED_TITLE)


def _file_address(entry: Entry, base_url: str | None) -> str | None:
    """The episode itself, where a podcast names no page for it."""
    if entry.withdrawn or entry.url:
        return None
    return next((one.url for one in _enclosures(entry.enclosures, base_url)), None)


def _in_lines(clean: str) -> str:
    """A body in paragraphs where it has no markup and its lines alone part them."""
    if "<" in clean or "\n" not in clean.strip():
        return clean
    return "\n".join(f"<p>{line.strip()}</p>" for line in clean.split("\n") if line.strip())


def paragraphs(text: str) -> str:
    """Literal text as HTML: blank lines part paragraphs, single ones break lines."""
    parts = [part.strip() for part in re.split(r"\n[ \t]*\n", text[:MAX_CHARACTERS])]
    return "\n".join(
        f"<p>{escape(part, quote=False)}</p>".replace("\n", "<br>\n") for part in parts if part
    )


# --- HTML ------------------------------------------------------------------------------------


def _usable_base(url: str | None) -> str | None:
    """`url` if nh3 can resolve against it (it raises for hosts that its own parser refuses)."""
    base = canonical.canonical_url(url or "")
    return base if base and _is_known_to_nh3("/".join(base.split("/", 3)[:3])) else None


@functools.lru_cache(maxsize=256)
def _is_known_to_nh3(origin: str) -> bool:
    try:
        nh3.clean("", url_relative=("rewrite_with_base", origin))
    except ValueError:
        return False
    return True


def _clean_once(source: str, base: str | None) -> str:
    cleaned = nh3.clean(
        source,
        tags=_TAGS,
        clean_content_tags=_GONE_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative=("rewrite_with_base", base) if base else "deny",
        link_rel="noopener noreferrer",
    )
    cleaned = _IMG.sub(lambda match: _image_tag(match[1], base), cleaned)
    # no named references but XML's own, so that feeds may carry it as XHTML
    return _without_empty(cleaned.replace("&nbsp;", "\xa0")).strip()


def _is_prose(cleaned: str) -> bool:
    """Whether it is so plain that it stays itself when it is parsed again: most articles are."""
    return bool(_PROSE.fullmatch(cleaned)) and not _EMPTY.search(cleaned)


def _bounded(source: str) -> str:
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if len(source) <= MAX_CHARACTERS:
        return source
    cut = source[:MAX_CHARACTERS]
    tag = cut.rfind("<")
    return cut[:tag] if tag > MAX_CHARACTERS - 4096 and ">" not in cut[tag:] else cut


def _is_unfit(source: str) -> bool:
    """Whether a parser would take too long over it."""
    tags = source.count("<")
    return (
        source.count("&") > MAX_REFERENCES
        or (tags > MAX_IMAGES and source.lower().count("<img") > MAX_IMAGES)
        or (tags > MAX_DEPTH and _depth(source) > MAX_DEPTH)
    )


def _depth(source: str) -> int:
    """How deep the tags nest at most; a closing tag counts only if its like is open."""
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for match in _OPEN_OR_CLOSE.finditer(source):
        name = match[2].lower()
        if name in _FLAT:
            continue
        if not match[1]:
            opened[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return deepest


def _shallow_text(source: str) -> str:
    """The text without a parser, for documents that one would choke on."""
    return text_rules.clean_line(source, limit=MAX_CHARACTERS)


def _heading(match: re.Match[str]) -> str:
    """An article's own headings begin below the title and end at the fourth level."""
    return f"{match[1]}h{'2' if match[2] == '1' else '4'}"


def _fold(match: re.Match[str]) -> str:
    return "</strong></p>" if match[1] else "<p><strong>"


def _without_empty(markup: str) -> str:
    """Without elements that hold nothing, three levels deep (cut pixels leave their wrappers)."""
    for _ in range(3):
        markup, count = _EMPTY.subn("", markup)
        if not count:
            break
    return markup


def _image_tag(attributes: str, base: str | None) -> str:
    """One `<img>` with its real, absolute address; "" for pixels and images without one."""
    values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
    url = _image_url(values, base)
    if url is None or _is_pixel(url, values):
        return ""
    kept = {"src": url, "alt": values.get("alt", "")}
    kept |= {name: values[name] for name in ("width", "height") if _is_size(values.get(name))}
    kept |= {name: values[name] for name in ("lang", "dir") if name in values}
    return "<img" + "".join(f' {name}="{escape(v)}"' for name, v in kept.items()) + ">"


def _image_url(values: Mapping[str, str], base: str | None) -> str | None:
    lazy = [values[name] for name in _LAZY if values.get(name)]
    sets = [_widest(values[name]) for name in _LAZY_SETS if values.get(name)]
    own = values.get("src", "")
    ordered = [*lazy, own, *sets] if lazy else [own, *sets]
    urls = (canonical.absolute_url(text, base) for text in ordered if not _PLACEHOLDER.search(text))
    return next((_secured(url, base) for url in urls if url), None)


def _secured(url: str, base: str | None) -> str:
    """The address of an image on an https page: browsers ask for it by https whatever it says."""
    is_mixed = url.startswith("http://") and (base or "").startswith("https://")
    return f"https://{url.removeprefix('http://')}" if is_mixed else url


def _widest(srcset: str) -> str:
    """The candidate with the greatest descriptor (`800w`, `2x`) of a srcset."""
    best, best_size = "", -1.0
    for candidate in re.split(r",\s+|\s,", srcset[:10_000]):
        url, _, descriptor = candidate.strip().strip(",").partition(" ")
        number = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)[wx]", descriptor.strip())
        size = float(number[1]) if number else 0.0
        if url and size > best_size:
            best, best_size = url, size
    return best


def _is_size(value: str | None) -> bool:
    return bool(value and re.fullmatch(r"[0-9]{1,5}", value))


def _is_pixel(url: str, values: Mapping[str, str]) -> bool:
    sizes = {
        values.get("width", "").removesuffix("px"),
        values.get("height", "").removesuffix("px"),
    }
    return bool(sizes & {"0", "1"}) or bool(_TRACKERS.search(url))


# --- Fields of an entry ----------------------------------------------------------------------

#: Drupal's feeds repeat the title, the editor's login and the date of an article in its text.
_FIELD = re.compile(
    r"<span\b[^<>]{0,200}\bfield--name-(?:title|uid|created)\b[^<>]{0,200}>"
    r"(?:[^<]|<(?!/?span\b)|<span\b[^<>]{0,400}>[^<]{0,400}</span>){0,1000}</span>",
    re.IGNORECASE,
)
#: A picture that says that it is no wider is a thumbnail, and one of the text serves better.
_THUMBNAIL_WIDTH = 150

#: The heading that a text opens with.
_OPENING = re.compile(r"<h[2-4]>([^\n]{1,1000}?)</h[2-4]>")
#: What WordPress puts below each article of its feeds.
_TRAILER = re.compile(
    r"<p>(?:The post|Запись|Сообщение) <a [^<>]{1,2000}>[^<]{0,500}</a> "
    r"(?:appeared first on|впервые появил[аи]сь|появились сначала на) "
    r"(?:на )?<a [^<>]{1,2000}>[^<]{0,500}</a>\.?</p>\s*\Z"
)

_PARAGRAPH = re.compile(r"<p(?:\s[^<>]*)?>", re.IGNORECASE)
_LONG_STANDFIRST = 1000
_BORROWED_TITLE = 120


def _body_and_standfirst(entry: Entry) -> tuple[str, str, bool]:
    """Body, standfirst and whether the latter is literal text."""
    is_plain = "standfirst" in entry.plain
    summary = entry.standfirst
    is_body = not entry.html or entry.html == summary
    if "html" in entry.plain:
        return paragraphs(entry.html), summary, is_plain
    if is_plain or not is_body or not _is_full_text(summary):
        return entry.html, summary, is_plain
    return summary, _first_paragraph(summary), False


def _without_fields(entry: Entry) -> str:
    is_literal = "standfirst" in entry.plain or "field--name-" not in entry.standfirst
    return entry.standfirst if is_literal else _FIELD.sub("", entry.standfirst)


def _first_paragraph(markup: str) -> str:
    start = _PARAGRAPH.search(markup)
    end = markup.find("</p>", start.end()) if start else -1
    return markup[start.end() : end] if start and 0 < end - start.end() < 8000 else ""


def _is_full_text(summary: str) -> bool:
    """Whether a description is the article and no summary: several paragraphs, or very long."""
    return len(summary) > _LONG_STANDFIRST and summary.lower().count("</p>") != 1


def _authors(entry: Entry, base: str | None) -> tuple[Author, ...]:
    """Every person once (`rules.bylines`); an address of a page goes with a lone name only."""
    found: dict[str, Author] = {}
    for author in entry.authors:
        line = text_rules.clean_line(author.name, 200, markup="authors" not in entry.plain)
        people = bylines.names(line)
        url = canonical.absolute_url(author.url or "", base) if len(people) == 1 else None
        for name in people:
            found.setdefault(name.casefold(), Author(name=name, url=url))
    return tuple(found.values())


def _aliases(entry: Entry) -> Mapping[str, tuple[str, ...]]:
    """Other names of labels, under the labels as they are when clean."""
    markup = "sections" not in entry.plain
    lines = (
        (_lines((label,), markup=markup), more) for label, more in entry.section_aliases.items()
    )
    return {label: _lines(more, markup=False) for (label,), more in filter(all, lines)}


def _lines(texts: tuple[str, ...], *, markup: bool) -> tuple[str, ...]:
    lines = (text_rules.clean_line(text, 200, markup=markup) for text in texts[:50])
    return tuple(dict.fromkeys(line for line in lines if line))


def _lead_image(entry: Entry, body: str, base: str | None) -> Image | None:
    """The image that the source named, else the first in the clean body or the description."""
    named = entry.image
    url = canonical.absolute_url(named.url, base) if named else None
    if named and url and not _TRACKERS.search(url):
        is_small = 0 < (named.width or 0) <= _THUMBNAIL_WIDTH
        larger = _first_image(body) if is_small else None
        if larger and (larger.width or _THUMBNAIL_WIDTH + 1) > _THUMBNAIL_WIDTH:
            return larger
        return replace(
            named,
            url=_secured(url, base),
            alt=text_rules.clean_line(named.alt, markup=False),
            credit=text_rules.clean_line(named.credit, markup=False),
            media_type=_media_type(named.media_type),
        )
    found = _first_image(body)
    if found is None and "standfirst" not in entry.plain and "<img" in entry.standfirst.lower():
        found = _first_image(clean_html(entry.standfirst, base))
    return found


def _first_image(body: str) -> Image | None:
    match = _IMG.search(body)
    if match is None:
        return None
    values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(match[1])}
    width, height = (int(values.get(name, 0)) or None for name in ("width", "height"))
    alt = text_rules.clean_line(values.get("alt", ""), markup=False)
    return Image(url=values["src"], alt=alt, width=width, height=height)


def _media_type(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"image/[a-z0-9.+\-]{1,40}", text) else None


_FILE = re.compile(r"(?:audio|video|application|text)/[a-z0-9.+\-]{1,60}")
#: What a file is whose source says no type: by the end of its name.
_FILE_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "pdf": "application/pdf",
    "epub": "application/epub+zip",
}
_MOST_ENCLOSURES = 10
_LONGEST_FILE = 2**40


def _enclosures(named: tuple[Enclosure, ...], base: str | None) -> tuple[Enclosure, ...]:
    """Files that are no images: one of these is the lead image already."""
    found: dict[str, Enclosure] = {}
    for one in named[:_MOST_ENCLOSURES]:
        url = canonical.absolute_url(one.url, base)
        media_type = one.media_type.partition(";")[0].strip().lower()
        if not _FILE.fullmatch(media_type) and not media_type.startswith("image/"):
            path = canonical.canonical_url(url or "") or ""
            media_type = _FILE_TYPES.get(path.partition("?")[0].rpartition(".")[2].lower(), "")
        if url and _FILE.fullmatch(media_type):
            length = one.length if 0 < (one.length or 0) < _LONGEST_FILE else None
            found.setdefault(url, Enclosure(url=url, media_type=media_type, length=length))
    return tuple(found.values())


def _translations(
    links: tuple[TranslationLink, ...], base: str | None
) -> tuple[TranslationLink, ...]:
    found: dict[str, TranslationLink] = {}
    for link in links[:50]:
        url = canonical.absolute_url(link.url, base)
        if url:
            language = text_rules.language_tag(link.language or "")
            title = text_rules.clean_line(link.title, markup=False)
            found.setdefault(url, TranslationLink(url=url, language=language, title=title))
    return tuple(found.values())
