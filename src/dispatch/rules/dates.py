"""Read the dates that publishers write, strictly: a wrong date is worse than none.

In: the text of a date, the zone of its source, the present moment. Out: an aware UTC datetime,
or None. Never: answers "now" for what it cannot read (such items would top every digest), guesses
between day and month, rolls 29 February over into March.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

#: Names of months as feeds spell them: English, Russian, Ukrainian, German, French, Spanish,
#: Portuguese, Italian, Polish and Turkish.
_MONTH_NAMES: tuple[str, ...] = (
    (
        "january jan январь января янв січень січня січ januar jänner jan janvier janv "
        "enero ene janeiro gennaio gen stycznia sty ocak"
    ),
    (
        "february feb февраль февраля фев февр лютий лютого лют februar feber février fevrier févr "
        "fév febrero fevereiro fev febbraio lutego lut şubat şub"
    ),
    "march mar март марта мар березень березня бер märz maerz mär mrz mars marzo março marca mart",
    (
        "april apr апрель апреля апр квітень квітня кві квіт avril avr "
        "abril abr aprile kwietnia kwi nisan nis"
    ),
    "may май мая травень травня тра трав mai mayo maio maggio mag maja maj mayıs",
    (
        "june jun июнь июня июн червень червня чер черв juni juin "
        "junio giugno giu junho czerwca cze haziran haz"
    ),
    (
        "july jul июль июля июл липень липня лип juli juillet juil "
        "julio luglio lug julho lipca lip temmuz tem"
    ),
    (
        "august aug август августа авг серпень серпня сер серп août aout "
        "agosto ago sierpnia sie ağustos ağu"
    ),
    (
        "september sep sept сентябрь сентября сен сент вересень вересня вер septembre "
        "septiembre setiembre setembro set settembre września wrz eylül eyl"
    ),
    (
        "october oct октябрь октября окт жовтень жовтня жов жовт oktober okt octobre "
        "octubre outubro out ottobre ott października paź ekim eki"
    ),
    (
        "november nov ноябрь ноября ноя нояб листопад листопада лис novembre "
        "noviembre novembro listopada lis kasım kas"
    ),
    (
        "december dec декабрь декабря дек грудень грудня гру груд dezember dez décembre decembre "
        "déc diciembre dic dezembro dicembre grudnia gru aralık ara"
    ),
)
_MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()
}

#: Offsets in hours. Abbreviations are ambiguous in the world but not in newsrooms' feeds:
#: BST is British, EST American.
_ZONE_HOURS = (
    "z 0 gmt 0 ut 0 utc 0 wet 0 bst 1 west 1 cet 1 mez 1 cest 2 mesz 2 eet 2 eest 3 ist 5.5 "
    "msk 3 мск 3 msd 4 samt 4 yekt 5 almt 5 omst 6 krat 7 irkt 8 yakt 9 vlat 10 "
    "hkt 8 jst 9 kst 9 awst 8 aest 10 aedt 11 nzst 12 nzdt 13 "
    "ast -4 adt -3 est -5 edt -4 cst -6 cdt -5 mst -7 mdt -6 pst -8 pdt -7 akst -9 akdt -8 hst -10"
)
_ZONE_WORDS = _ZONE_HOURS.split()
_ZONES: Mapping[str, float] = dict(
    zip(_ZONE_WORDS[::2], map(float, _ZONE_WORDS[1::2]), strict=True)
)
_EARLIEST_YEAR = 1995
_LONGEST = 100

_WORDS = r"(?:[^\W\d_]+(?:-[^\W\d_]+)?(?:\.?,\s*|\.?\s+)){0,2}"
_TIME = (
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?|"
    r"h(?P<french>\d{2})?)(?:\s*(?P<half>[ap])\.?m\b\.?)?(?:\s*(?:uhr|ч\.))?"
)
_ZONE = r"(?:\s*(?P<zone>[^\W\d_][^\d]*[\w:+\-]*|[+\-]\d[\d:]*))?"
_CLOCK = rf"(?:(?:\s*,\s*|\s+)(?:(?:в|à|um|at|о|об|-|–|\|)\s+)?{_TIME}{_ZONE})?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_FULL_YEAR = r"(?P<year>\d{4})"
_MONTH = r"(?P<month>[^\W\d_]+)\.?"
_YEAR_WORD = r"(?:\s*(?:г\.?|года|р\.?|року)(?=[\s,]|$))?"
_PACKED_TIME = r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?"
_DAY = r"(?P<day>\d{1,2})(?:\.|st|nd|rd|th|er)?"

#: Tried in order; each must match the whole text (case-folded, spaces single).
_PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        # ISO 8601 and RFC 3339, W3C's shorter forms, a space for the T, the basic form
        rf"{_FULL_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:(?:t|\s+|,\s*){_TIME}{_ZONE})?",
        rf"{_FULL_YEAR}(?:-(?P<month>\d{{2}}))?",
        rf"{_FULL_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})(?:t?{_PACKED_TIME}{_ZONE})?",
        rf"{_FULL_YEAR}/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}}){_CLOCK}",
        # RFC 822 and RFC 850 and their relatives in other languages
        rf"{_WORDS}{_DAY}[\s\-]+(?:de\s+)?{_MONTH},?[\s\-]+(?:de\s+)?{_YEAR}{_YEAR_WORD}{_CLOCK}",
        # asctime, and `date` with its zone before the year
        rf"{_WORDS}{_MONTH}\s+{_DAY}\s+{_TIME}{_ZONE}\s+{_FULL_YEAR}",
        # November 24, 2026 10:00 AM
        rf"(?:[^\W\d_]+\.?,?\s+)?{_MONTH}\s+{_DAY},?\s+{_FULL_YEAR}{_CLOCK}",
        # 24.11.2026: dotted is day first everywhere that writes dots
        rf"{_WORDS}(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_YEAR}(?:\s*г\.?)?{_CLOCK}",
        # 2026年11月24日 10:00
        rf"{_FULL_YEAR}年\s*(?P<month>\d{{1,2}})月\s*(?P<day>\d{{1,2}})日{_CLOCK}",
        # a time first, as Russian newsrooms print it
        rf"{_TIME},?\s+(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.{_FULL_YEAR}",
        rf"{_TIME},?\s+{_DAY}\s+{_MONTH}\s+{_FULL_YEAR}(?:\s*(?:г\.?|года))?",
    )
)
_SLASHED = re.compile(
    rf"{_WORDS}(?P<first>\d{{1,2}})(?P<mark>[/-])(?P<second_number>\d{{1,2}})(?P=mark){_FULL_YEAR}{_CLOCK}"
)
_EPOCH = re.compile(r"(?P<seconds>\d{10})(?:\.\d+|\d{3})?")
_OFFSET = re.compile(r"(?:utc|gmt|ut|мск)?\s*([+\-])(\d{1,2})(?::?(\d{2}))?(?:\D.*)?")
#: A comment (RFC 5322, section 3.2.2) or the zone name that RFC 9557 puts after the offset.
_COMMENT = re.compile(r"\([^()]{0,60}\)|\[[^\[\]]{0,60}\]$")
_GAPS = re.compile(r"\s+")
_LONGEST_OFFSET_HOURS = (-12, 14)


def read_date(raw: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The moment that `raw` names, in UTC; None where it names none for certain.

    `zone` stands in where the text has no zone or one that nobody knows; an offset that no place
    on Earth has counts as UTC. Years before 1995 and after the next one are not believed.
    """
    text = _normal(raw)
    if not text:
        return None
    moment = _from_epoch(text) or _from_patterns(text, zone)
    if moment is None or not _EARLIEST_YEAR <= moment.year <= now.year + 1:
        return None
    return moment


def _normal(raw: str) -> str:
    """Case-folded, without comments in brackets, with single spaces and a plain minus."""
    if len(raw) > _LONGEST * 4 or len(raw.strip()) > _LONGEST:
        return ""
    text = unicodedata.normalize("NFKC", raw.strip()).replace("\u2212", "-").casefold()
    return _GAPS.sub(" ", _COMMENT.sub(" ", text)).strip(" ,")


def _from_epoch(text: str) -> datetime | None:
    match = _EPOCH.fullmatch(text)
    return datetime.fromtimestamp(int(match["seconds"]), UTC) if match else None


def _from_patterns(text: str, zone: ZoneInfo) -> datetime | None:
    """The first pattern that fits and names a day that exists."""
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        moment = _moment(match.groupdict(), zone) if match else None
        if moment:
            return moment
    return _from_slashes(text, zone)


def _from_slashes(text: str, zone: ZoneInfo) -> datetime | None:
    """24/11/2026 or 11-24-2026, only where one of the numbers cannot be a month."""
    match = _SLASHED.fullmatch(text)
    if match is None:
        return None
    first, second = int(match["first"]), int(match["second_number"])
    if first == second or (first <= 12) != (second <= 12):
        day, month = (second, first) if second > 12 else (first, second)
        return _moment(match.groupdict() | {"day": str(day), "month": str(month)}, zone)
    return None


def _moment(fields: Mapping[str, str | None], zone: ZoneInfo) -> datetime | None:
    """Put the parts together; None for 30 February, 25:00 and unknown months."""
    month = _month(fields.get("month"))
    year = _year(fields["year"] or "")
    hour, minute = _clock(fields)
    second = min(int(fields.get("second") or 0), 59)  # a leap second is the one before it
    if month is None or hour is None:
        return None
    extra = timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else timedelta()
    try:
        local = datetime(
            year,
            month,
            int(fields.get("day") or 1),
            0 if extra else hour,
            minute,
            second,
            tzinfo=_zone(fields.get("zone"), zone),
        )
        return (local + extra).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _year(text: str) -> int:
    """Two digits as RFC 5322, section 4.3 reads them."""
    number = int(text)
    if len(text) == 4:
        return number
    return number + (2000 if number < 50 else 1900)


def _month(text: str | None) -> int | None:
    if text is None:
        return 1
    return int(text) if text.isdigit() else _MONTHS.get(text)


def _clock(fields: Mapping[str, str | None]) -> tuple[int | None, int]:
    hour = int(fields.get("hour") or 0)
    minute = int(fields.get("minute") or fields.get("french") or 0)
    half = fields.get("half")
    if half is None:
        return hour, minute
    return (hour % 12 + (12 if half == "p" else 0) if 1 <= hour <= 12 else None), minute


def _zone(text: str | None, default: ZoneInfo) -> tzinfo:
    """The zone that `text` names; `default` where it names none that is known."""
    name = (text or "").strip(" .")
    if not name:
        return default
    offset = _OFFSET.fullmatch(name)
    if offset:
        return _fixed(offset[1], int(offset[2]), int(offset[3] or 0))
    hours = _ZONES.get(name.split(" ", maxsplit=1)[0])
    if hours is not None:
        return timezone(timedelta(hours=hours))
    return _iana(name) or default


def _fixed(sign: str, hours: int, minutes: int) -> tzinfo:
    total = timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
    low, high = (timedelta(hours=bound) for bound in _LONGEST_OFFSET_HOURS)
    return timezone(total) if low <= total <= high and minutes < 60 else UTC


def _iana(name: str) -> tzinfo | None:
    """A name of the IANA database, whose case is lost by now: europe/moscow."""
    if not re.fullmatch(r"[a-z_]{2,20}(?:/[a-z_\-]{2,30}){1,2}", name):
        return None
    spelled = "/".join("_".join(map(str.capitalize, part.split("_"))) for part in name.split("/"))
    try:
        return ZoneInfo(spelled)
    except (KeyError, ValueError, OSError):
        return None
