"""Text hygiene: lines that are safe to show, to compare and to put near a mail header.

In: text from a stranger. Out: plain text in one line, NFC, without markup or hidden characters.
Never: escapes for output (each renderer does that for its own medium), guesses meaning.

Two kinds of input exist and the caller says which. `markup=True` (RSS, Atom type="html") is HTML:
known tags are removed, then character references are decoded once. `markup=False` (Atom
type="text", JSON Feed, front matter) is literal: `<b>` and `&lt;` are what the author meant to
print. Once through here text is literal, so a second pass must say `markup=False`.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

_TAGS = (
    "a abbr acronym address area article aside audio b bdi bdo big blink blockquote body br button "
    "canvas caption center cite code col colgroup dd del details dfn dialog div dl dt em embed "
    "fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr "
    "html i iframe img input ins kbd label legend li link main map mark marquee math meta nav "
    "nobr noscript object ol optgroup option p param picture pre q rp rt ruby s samp script "
    "section select small source span strike strong style sub summary sup svg table tbody td "
    "template textarea tfoot th thead time title tr track tt u ul var video wbr"
)
_BLOCKS = (
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table td th tr ul"
)
_COMMENT_OPEN, _COMMENT_CLOSE = "<!--", "-->"
_TAG = re.compile(rf"</?({'|'.join(_TAGS.split())})(?=[\s/>])[^<>]{{0,4096}}>", re.IGNORECASE)
#: What comes along when people paste from a word processor: `<o:p>`, `<w:sdt>`, `<st1:place>`.
_OFFICE_TAG = re.compile(
    r"</?(?:o|v|w|m|x|st1):[a-z0-9]{1,40}(?=[\s/>])[^<>]{0,4096}>", re.IGNORECASE
)
_CLEAN_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_BLOCK_NAMES = frozenset(_BLOCKS.split())
_HIDDEN_CONTENT = ("script", "style", "template")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

#: Controls, soft hyphen-like marks, bidi overrides and isolates, tag characters. ZWJ and ZWNJ stay:
#: Persian and emoji need them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)
#: All white space but the no-break spaces (U+00A0, U+202F, U+2007) that typography means.
_SPACES = re.compile(r"[\t\n\v\f\r \x85\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+")
_TRAILER = re.compile(
    r"\s*(?:(?:The post|Запись|Сообщение) .{1,500}(?:appeared first on|впервые появил[аи]сь|"
    r"появились сначала на) .{1,200}|(?:Continue reading|Read more|Читать далее)[^.]{0,200})$"
)
_ELLIPSIS = re.compile(r"([.!?…])?\s*\[(?:…|\.\.\.)\]$")

LINE_LIMIT = 500
TEXT_LIMIT = 2000


def clean_line(text: str, limit: int = LINE_LIMIT, *, markup: bool = True) -> str:
    """One plain line for a title, an author or a section; at most `limit` characters.

    With `markup` tags go and character references are decoded exactly once: `AT&amp;amp;T`
    becomes `AT&amp;T`, for more would decode what the author wrote.
    """
    return shorten(_plain(text[: limit * 40], markup=markup), limit)


def clean_text(text: str, limit: int = TEXT_LIMIT, *, markup: bool = True) -> str:
    """One plain line for a standfirst, paragraphs joined by a space.

    Goes as well: WordPress's "The post … appeared first on …" and `[…]` at the end.
    """
    line = _plain(text[: limit * 40], markup=markup)
    if markup:
        line = _ELLIPSIS.sub(lambda end: end[1] or "…", _TRAILER.sub("", line)).strip()
    return shorten(line, limit)


def shorten(text: str, limit: int) -> str:
    """`text` cut at a word to at most `limit` characters, with an ellipsis if it was longer."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    word = cut.rfind(" ")
    if word > limit // 2:
        cut = cut[:word]
    return cut.rstrip(" ,;:-–—\u200d") + "…"


def text_of_clean(markup: str) -> str:
    """The words of HTML that has been sanitised, parted by spaces.

    Only for what `sources.markup` wrote: there each `<` begins a tag, and each tag ends.
    """
    return " ".join(html.unescape(_CLEAN_TAG.sub(" ", markup)).split())


def strip_tags(markup: str) -> str:
    """`markup` without comments, scripts and known tags; block tags leave a line break.

    Unknown tags stay, because `<y` in a title is more often arithmetic than markup.
    """
    text = _without_spans(markup, _COMMENT_OPEN, _COMMENT_CLOSE) if "<!--" in markup else markup
    if "<" not in text:
        return text
    for name in _HIDDEN_CONTENT:
        text = _without_spans(text, f"<{name}", f"</{name}>")
    text = _OFFICE_TAG.sub("", text)
    return _TAG.sub(lambda tag: "\n" if tag[1].lower() in _BLOCK_NAMES else "", text)


def decode_references(text: str) -> str:
    """Decode HTML character references that end in a semicolon, once."""
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def without_hidden(text: str) -> str:
    """`text` in NFC without controls, bidi overrides, tag characters and lone surrogates."""
    return unicodedata.normalize("NFC", _HIDDEN.sub("", text))


def _plain(text: str, *, markup: bool) -> str:
    if markup:
        text = decode_references(strip_tags(text))
    return _SPACES.sub(" ", without_hidden(text)).strip(" \xa0\u202f\u2007")


def _without_spans(text: str, start: str, end: str) -> str:
    """Cut every `start … end`, in one pass; an unclosed one swallows the rest, as in browsers."""
    lower = text.lower() if start.isascii() else text
    if len(lower) != len(text):  # a few letters grow when lowered; then cut exact case alone
        lower = text
    pieces: list[str] = []
    position = 0
    while (at := lower.find(start, position)) >= 0:
        pieces.append(text[position:at])
        close = lower.find(end, at)
        if close < 0:
            return "".join(pieces)
        position = close + len(end)
    pieces.append(text[position:])
    return "".join(pieces)


# --- Language by letters ---------------------------------------------------------------------

_LANGUAGES_OF_SCRIPTS = {
    "cyrillic": "ru uk be bg sr mk kk ky tg mn tt ba cv os ce",
    "arabic": "ar fa ur ps ckb ug sd",
    "hebrew": "he yi",
    "devanagari": "hi mr ne sa",
    "han": "zh ja",
    "greek": "el",
    "armenian": "hy",
    "georgian": "ka",
    "hangul": "ko",
    "thai": "th",
    "bengali": "bn",
    "tamil": "ta",
    "ethiopic": "am",
}
_SCRIPT_OF = {tag: script for script, tags in _LANGUAGES_OF_SCRIPTS.items() for tag in tags.split()}
_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x41, 0x24F, "latin"),
    (0x370, 0x3FF, "greek"),
    (0x400, 0x52F, "cyrillic"),
    (0x531, 0x58F, "armenian"),
    (0x590, 0x5FF, "hebrew"),
    (0x600, 0x77F, "arabic"),
    (0x900, 0x97F, "devanagari"),
    (0x980, 0x9FF, "bengali"),
    (0xB80, 0xBFF, "tamil"),
    (0xE00, 0xE7F, "thai"),
    (0x10A0, 0x10FF, "georgian"),
    (0x1200, 0x137F, "ethiopic"),
    (0x1E00, 0x1EFF, "latin"),
    (0x3040, 0x30FF, "han"),
    (0x3400, 0x9FFF, "han"),
    (0xAC00, 0xD7AF, "hangul"),
)
#: Letters that one Cyrillic language has and its neighbours do not, in the order of the decision.
_MARKERS: tuple[tuple[str, str], ...] = (
    ("sr", "ђћџљњј"),
    ("kk", "қғүұһәңө"),
    ("be", "ў"),
    ("uk", "їєґі"),
    ("ru", "ыэё"),
    ("bg", "ъ"),
)
_FEW_LETTERS, _MANY_LETTERS = 12, 40
_FEW_SHARE, _MANY_SHARE = 0.9, 0.7
_MARKER_SHARE = 0.01


def letters_language(text: str, languages: Iterable[str]) -> str | None:
    """The one of `languages` (BCP 47 tags) that `text` is written in, judged by its letters.

    A script must hold 70 % of the letters (90 % below 40 letters, nothing is said below 12), and
    marker letters choose among Cyrillic languages. None whenever the letters do not decide: two
    candidates share the script, or the markers belong to a language that is not a candidate.
    """
    counted = Counter(text[:20_000].casefold())
    letters = {char: number for char, number in counted.items() if char.isalpha()}
    script = _script(letters)
    candidates = [tag for tag in languages if script and _script_of(tag) == script]
    if script == "cyrillic":
        return _by_markers(letters, candidates)
    return candidates[0] if len(candidates) == 1 else None


def language_tag(raw: str) -> str | None:
    """`raw` as a BCP 47 tag in its customary case (`ru_ru` gives `ru-RU`), None if it is none."""
    # of four letters and more nothing is registered (RFC 5646, 2.2.1), but "english" is written
    parts = [part for part in re.split(r"[-_]", raw.strip()) if part]
    well_formed = all(re.fullmatch(r"[A-Za-z0-9]{1,8}", part) for part in parts)
    if not parts or not well_formed or not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]):
        return None
    return "-".join([parts[0].lower(), *map(_subtag, parts[1:])])


def _subtag(part: str) -> str:
    """Scripts are titled, regions upper-case, everything else lower-case (RFC 5646, 2.1.1)."""
    if part.isalpha() and len(part) == 4:
        return part.title()
    return part.upper() if len(part) == 2 else part.lower()


def primary(tag: str) -> str:
    """The primary subtag of a BCP 47 tag in lower case: `ru_RU` and `ru-RU` give `ru`."""
    return re.split(r"[-_]", tag.strip(), maxsplit=1)[0].lower()


def _script_of(tag: str) -> str:
    return _SCRIPT_OF.get(primary(tag), "latin")


def _script(letters: Mapping[str, int]) -> str | None:
    """The script of most of `letters`, which say how often each stands there."""
    total = sum(letters.values())
    if total < _FEW_LETTERS:
        return None
    counts: dict[str, int] = {}
    for letter, number in letters.items():
        name = _letter_script(ord(letter))
        counts[name] = counts.get(name, 0) + number
    best = max(counts, key=lambda name: counts[name])
    share = _MANY_SHARE if total >= _MANY_LETTERS else _FEW_SHARE
    return best if counts[best] >= share * total else None


@functools.lru_cache(maxsize=4096)
def _letter_script(code: int) -> str:
    return next((name for low, high, name in _RANGES if low <= code <= high), "other")


def _by_markers(letters: Mapping[str, int], candidates: list[str]) -> str | None:
    """Choose among Cyrillic candidates; a lone candidate needs only no foreign markers."""
    found = _marked_language(letters)
    if found is None:
        return candidates[0] if len(candidates) == 1 else None
    matching = [tag for tag in candidates if primary(tag) == found]
    unmarked = [tag for tag in candidates if primary(tag) not in dict(_MARKERS)]
    return next(iter(matching), unmarked[0] if len(candidates) == len(unmarked) == 1 else None)


def _marked_language(letters: Mapping[str, int]) -> str | None:
    """The language whose markers are frequent enough that a quoted name cannot explain them."""
    needed = max(1, round(sum(letters.values()) * _MARKER_SHARE))
    for language, markers in _MARKERS:
        if sum(letters.get(marker, 0) for marker in markers) >= needed:
            return language
    return None
