"""Speaks to readers in their language: messages, plurals, dates, numbers, direction.

In: a BCP 47 language tag and an English message. Out: the reader's text. It never reads anything
but the gettext catalogues beside this module, and never fails for a language it does not know:
"ru-RU" is answered in Russian, a language without a catalogue in English.

The catalogues are `.po` files, compiled in memory on first use: there is no build step to forget.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

import babel
from babel import dates, numbers
from babel.messages import mofile, pofile

LOCALE_FOLDER: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "dispatch"
FALLBACK: Final = "en"


def text(language: str, message: str, /, **values: object) -> str:
    """`message` in `language`, with `{name}` fields filled from `values`."""
    found = _translations(_catalogue_tag(language)).gettext(message)
    return found.format(**values) if values else found


def plural(language: str, one: str, other: str, count: int, /, **values: object) -> str:
    """The form of a counted message that `language` asks for; `{count}` is the formatted number."""
    found = _translations(_catalogue_tag(language)).ngettext(one, other, count)
    return found.format(count=format_number(count, language), **values)


def has_message(language: str, message: str) -> bool:
    """Whether a reader of `language` gets `message` in their own words."""
    tag = _known_tag(language)
    return bool(tag) and message in _messages(tag)


def read_in(language: str) -> str:
    """What a reader of `language` sees as the offer of that language: «Читать по-русски».

    A language without a catalogue is offered by its own name ("Français"): better than a wrong
    sentence in English.
    """
    if _known_tag(language):
        return text(language, "Read in this language")
    locale = _parse(language)
    name = locale.get_language_name(locale.language) if locale else None
    return name[:1].upper() + name[1:] if name else language


def name_in(language: str, reader_language: str) -> str:
    """What a reader of `reader_language` calls `language`: "русский"; its tag if nobody says."""
    locale = _parse(language)
    return (locale.get_display_name(_locale(reader_language)) if locale else None) or language


@cache  # asked for each entry of each feed
def direction(language: str) -> Literal["ltr", "rtl"]:
    """How `language` is written, as the HTML attribute `dir` says it."""
    return "rtl" if _locale(language).character_order == "right-to-left" else "ltr"


def format_date(day: date, language: str) -> str:
    """A date as a reader of `language` writes it in full: "24 ноября 2026 г."."""
    return dates.format_date(day, format="long", locale=_locale(language))


def format_number(number: int, language: str) -> str:
    """A whole number with the digits' groups of `language`."""
    return numbers.format_decimal(number, locale=_locale(language))


def format_money(units: int, currency: str, language: str) -> str:
    """A whole sum as a reader of `language` writes it: "12 500 €"."""
    locale = _locale(language)
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
    return numbers.format_currency(
        units, currency, format=pattern, locale=locale, currency_digits=False
    )


def format_place(zone: ZoneInfo, language: str) -> str:
    """The city whose clock a time zone follows, else the zone's own name ("UTC")."""
    return dates.get_timezone_location(zone, locale=_locale(language), return_city=True)


def list_names(names: tuple[str, ...], language: str) -> str:
    """Several names as one phrase: "A, B and C"; empty for none."""
    if len(names) < 2:
        return "".join(names)
    return text(language, "{names} and {name}", names=", ".join(names[:-1]), name=names[-1])


def languages() -> tuple[str, ...]:
    """The tags of the languages that have a catalogue, in alphabetical order."""
    return tuple(sorted(path.parts[-3] for path in LOCALE_FOLDER.glob(f"*/*/{DOMAIN}.po")))


def catalogue_path(language: str) -> Path:
    """Where the catalogue of `language` (must have one) is kept."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def translator(language: str) -> tuple[Callable[..., str], Callable[..., str]]:
    """`text` and `plural` bound to one language, for templates."""

    def bound_text(message: str, /, **values: object) -> str:
        return text(language, message, **values)

    def bound_plural(one: str, other: str, count: int, /, **values: object) -> str:
        return plural(language, one, other, count, **values)

    return bound_text, bound_plural


@cache
def _translations(tag: str) -> gettext.GNUTranslations:
    with catalogue_path(tag).open("rb") as file:
        catalogue = pofile.read_po(file, locale=tag, domain=DOMAIN)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def _messages(tag: str) -> frozenset[str]:
    """The messages that a catalogue translates; a counted one by its first form."""
    with catalogue_path(tag).open("rb") as file:
        catalogue = pofile.read_po(file, locale=tag, domain=DOMAIN)
    ids = (one.id for one in catalogue if one.string)
    return frozenset(one if isinstance(one, str) else one[0] for one in ids)


@cache
def _known_tag(language: str) -> str:
    """The catalogue's tag for `language`, shortened as RFC 4647 looks it up; "" for none."""
    parts = language.replace("_", "-").split("-")
    known = {tag.lower(): tag for tag in languages()}
    tries = ("-".join(parts[:length]).lower() for length in range(len(parts), 0, -1))
    return next((known[tag] for tag in tries if tag in known), "")


def _catalogue_tag(language: str) -> str:
    return _known_tag(language) or FALLBACK


@cache
def _parse(language: str) -> babel.Locale | None:
    for tag in (language.replace("_", "-"), language.replace("_", "-").split("-")[0]):
        try:
            return babel.Locale.parse(tag, sep="-")
        except (ValueError, babel.UnknownLocaleError):
            continue
    return None


def _locale(language: str) -> babel.Locale:
    return _parse(language) or babel.Locale.parse(FALLBACK)
