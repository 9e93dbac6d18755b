"""The kinds of values that a key may have: durations, addresses, URLs, names of other things.

In: one value as TOML gave it, and the Context. Out: the checked value. Never: looks at another key
(`tables` does). Each kind is a type for a field; its `Shape` is what the reference calls it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    SecretStr,
    StringConstraints,
    ValidationInfo,
)

from dispatch.config import cadence_text, context, problems, secrets, zones
from dispatch.model.newsletter import BOX_BLOCKS, Cadence
from dispatch.model.settings import TRANSPORT_KINDS
from dispatch.rules import feed_kinds, mailbox
from dispatch.sources import selectors

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]+)\s*([smhd])")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[a-z0-9]{5,8})*")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
#: RFC 5322, section 3.2.3, and host names as in RFC 1123.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_HOST = re.compile(
    r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*", re.IGNORECASE
)
#: RFC 4151, section 2.1: who owned the name, and on which day.
_TAG_AUTHORITY = re.compile(r"[a-z0-9.@-]*[a-z0-9-]\.[a-z]+,[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_QUERY_KEY = re.compile(r"[a-z0-9_]+")
_LONGEST_LIST_ID = 255  # RFC 2919, section 3
#: The folder of the feed of all languages, below `feeds/`.
_RESERVED_LANGUAGE = "all"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the reference calls a kind of value."""

    name: str


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None:
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not a duration",
            allowed='"90s", "15m", "6h", "7d" or a number of seconds',
        )
    return int(match[1]) * _UNITS[match[2]]


def _one_line(value: str) -> str:
    if any(ord(sign) < ord(" ") or sign in "\x7f\x85\u2028\u2029" for sign in value):
        raise problems.RefusedError(
            "has a line break or another control character in it", allowed="text on one line"
        )
    return value


def _slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise problems.RefusedError(
            f"{problems.quoted(value)} cannot be a name here",
            allowed="small letters, digits and single hyphens",
        )
    return value


def _section_slug(value: str) -> str:
    if value in feed_kinds.RESERVED:
        raise problems.RefusedError(
            f"{problems.quoted(value)} is the folder of other feeds", allowed="another name"
        )
    return _slug(value)


def _new_language(value: str) -> str:
    if value == _RESERVED_LANGUAGE or not _LANGUAGE.fullmatch(value):
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not a language tag",
            allowed='BCP 47, such as "en", "pt-BR" or "sr-Latn"',
        )
    return value


def _language(value: str, info: ValidationInfo) -> str:
    known = context.of(info).languages
    return _known(value, known, f"{problems.quoted(value)} is not a language of the publication")


def _section(value: str, info: ValidationInfo) -> str:
    known = context.of(info).sections
    return _known(value, known, f"{problems.quoted(value)} is not a section of the publication")


def _block(value: str, info: ValidationInfo) -> str:
    return _known(value, context.of(info).blocks, f"{problems.quoted(value)} is not a block")


def _box_block(value: str) -> str:
    return _known(value, BOX_BLOCKS, f"{problems.quoted(value)} is no block of a box")


def _source_kind(value: str, info: ValidationInfo) -> str:
    return _known(
        value, context.of(info).source_kinds, f"{problems.quoted(value)} is not a kind of source"
    )


def _reads_kind(value: str, info: ValidationInfo) -> str:
    return _known(
        value, context.of(info).reads_kinds, f"{problems.quoted(value)} is not a kind of reads"
    )


def _reads_name(value: str) -> str:
    """Reads of these names are counted by Dispatch itself."""
    if value in ("mail", "beacon"):
        raise problems.RefusedError(f"{problems.quoted(value)} is a name that Dispatch uses itself")
    return value


def _transport_kind(value: str) -> str:
    return _known(value, TRANSPORT_KINDS, f"{problems.quoted(value)} is not a transport")


def _known(value: str, names: Collection[str] | None, what: str) -> str:
    if names is not None and value not in names:
        raise problems.one_of(value, names, what)
    return value


def _url(value: str) -> str:
    """A URL of the web, with a host; a space would end the URL in every format that we write."""
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good or re.search(r"\s", value):
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not a URL", allowed="http:// or https:// and a host"
        )
    return value


def _base_url(value: str) -> str:
    """Paths are joined to it, so it ends in a slash and has nothing behind that."""
    if "?" in value or "#" in value:
        raise problems.RefusedError(
            f"{problems.quoted(value)} has a query or a fragment", allowed="a URL without them"
        )
    return value if value.endswith("/") else f"{value}/"


def _old_path(value: str) -> str:
    path, _, query = value.partition("?")
    is_good = path.startswith("/") and value.isprintable() and " " not in value
    keys = [pair.partition("=")[0] for pair in query.split("&")] if query else []
    if not is_good or not all(_QUERY_KEY.fullmatch(key) for key in keys):
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not a path",
            allowed='a path from its first slash, such as "/feed/" or "/?feed=atom"',
        )
    return value


def _target(value: str) -> str:
    if not value.isprintable() or " " in value or any(sign in value for sign in ";\"'\\"):
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not an address",
            allowed="a URL, or a path below public_url such as feeds/en/rss.xml",
        )
    return _url(value) if "://" in value and "{" not in value else value


def _feed_key(value: str) -> str:
    if not all(part.replace("-", "").isalnum() for part in value.split("/")):
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not the folder of a feed", allowed='such as "en/culture"'
        )
    return value


def _address(value: str) -> str:
    """Refuses what only servers with SMTPUTF8 would take: the newsroom must reach everyone."""
    address = mailbox.read_address(value)
    if address is None or not address.isascii():
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not an e-mail address",
            allowed="the bare address, without a name, in Latin letters before the @",
        )
    return address


def _is_host(value: str) -> bool:
    try:
        return bool(_HOST.fullmatch(value.encode("idna").decode("ascii")))
    except UnicodeError:
        return False


def _host(value: str) -> str:
    try:
        ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        if not _is_host(value):
            raise problems.RefusedError(
                f"{problems.quoted(value)} is not a host",
                allowed="a host name or an IP address, without scheme, port or path",
            ) from None
    return value.strip("[]")


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not an IP address",
            allowed='"192.0.2.7", "192.0.2.0/24" or "2001:db8::/32"',
        ) from None
    return value


def _selector(value: str) -> str:
    try:
        return selectors.checked(value)
    except selectors.SelectorError as error:
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not a CSS selector: {error}",
            allowed='such as "article .text" or "#content > p"',
        ) from None


def _list_id(value: str) -> str:
    is_good = "." in value and len(value) <= _LONGEST_LIST_ID and _DOT_ATOM.fullmatch(value)
    if not is_good:
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not a list identifier",
            allowed="a name below a domain of yours, such as weekly.meridian.example, without "
            "brackets (RFC 2919)",
        )
    return value


def _colour(value: str) -> str:
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not a colour",
            allowed='six digits from 0 to f, such as "0b57a4"',
        )
    return value


def at_most(value: int | None, most: int) -> int | None:
    """Refuse a number above `most`."""
    if value is not None and value > most:
        raise problems.RefusedError(f"{value} is too many", allowed=f"{most} or fewer")
    return value


def _tag_authority(value: str) -> str:
    if not _TAG_AUTHORITY.fullmatch(value):
        raise problems.RefusedError(
            f"{problems.quoted(value)} is not a tag authority",
            allowed="a domain of yours in small letters, a comma and a year in which you owned it, "
            'such as "meridian.example,2026" (RFC 4151)',
        )
    return value


def _zone(value: object) -> ZoneInfo:
    return zones.parse_zone(_text(value))


def _cadence(value: object, info: ValidationInfo) -> Cadence:
    return cadence_text.parse_cadence(_text(value), context.of(info).time_zone)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise problems.RefusedError("must be text in quotes")
    return value


def _path(value: Path, info: ValidationInfo) -> Path:
    try:
        return context.of(info).root / value.expanduser()
    except RuntimeError:
        message = f"{problems.quoted(str(value))} is in the home of nobody who is known here"
        raise problems.RefusedError(message) from None


def _database_url(value: str, info: ValidationInfo) -> str:
    """Never repeats the value: it may hold a password."""
    scheme, separator, rest = value.partition("://")
    if scheme in ("postgresql", "postgres", "postgresql+psycopg") and rest:
        return f"postgresql+psycopg://{rest}"
    if scheme != "sqlite" or not rest.startswith("/") or rest == "/" or not separator:
        raise problems.RefusedError(
            "is not the URL of a database that Dispatch keeps its books in",
            allowed='"sqlite:///var/dispatch.db" or "postgresql://user:password@host/name"',
        )
    return f"sqlite:///{context.of(info).root / rest[1:]}"


def _secret(value: object, info: ValidationInfo) -> object:
    return secrets.plain(value, context.of(info).environ)


def _secret_in_file(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    return secrets.read(_path(Path(value), info))


def _secret_database_url(value: SecretStr, info: ValidationInfo) -> SecretStr:
    return SecretStr(_database_url(value.get_secret_value(), info))


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Line = Annotated[Text, AfterValidator(_one_line)]
Duration = Annotated[int, BeforeValidator(_duration), Field(strict=True, ge=1), Shape("duration")]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=1)]
Percent = Annotated[int, Field(strict=True, ge=0, le=90)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Shape("ISO 4217 code")]
CountOrNone = Annotated[int, Field(strict=True, ge=0)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535), Shape("port")]
Seconds = Annotated[float, Field(strict=True, ge=0, le=3600), Shape("number of seconds")]
Days = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False), Shape("number of days")]
Share = Annotated[float, Field(strict=True, ge=0, le=1), Shape("share")]
Growth = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False), Shape("number")]
Slug = Annotated[str, AfterValidator(_slug), Shape("name")]
SectionSlug = Annotated[str, AfterValidator(_section_slug), Shape("name")]
ReadsName = Annotated[Slug, AfterValidator(_reads_name)]
NewLanguage = Annotated[str, AfterValidator(_new_language), Shape("language tag")]
Language = Annotated[str, AfterValidator(_language), Shape("language")]
SectionKey = Annotated[str, AfterValidator(_section), Shape("section")]
Block = Annotated[str, AfterValidator(_block), Shape("block")]
BoxBlock = Annotated[str, AfterValidator(_box_block), Shape("block of a box")]
SourceKind = Annotated[str, AfterValidator(_source_kind), Shape("kind of source")]
ReadsKind = Annotated[str, AfterValidator(_reads_kind), Shape("kind of reads")]
TransportKind = Annotated[str, AfterValidator(_transport_kind), Shape("transport")]
Colour = Annotated[str, AfterValidator(_colour), Shape("colour")]
Url = Annotated[str, AfterValidator(_url), Shape("URL")]
BaseUrl = Annotated[str, AfterValidator(_url), AfterValidator(_base_url), Shape("URL")]
OldPath = Annotated[str, AfterValidator(_old_path), Shape("old path")]
Target = Annotated[str, AfterValidator(_target), Shape("URL or path")]
FeedKey = Annotated[str, AfterValidator(_feed_key), Shape("feed")]
Address = Annotated[str, AfterValidator(_address), Shape("e-mail address")]
Host = Annotated[str, AfterValidator(_host), Shape("host")]
Network = Annotated[str, AfterValidator(_network), Shape("IP address or network")]
Selector = Annotated[Text, AfterValidator(_selector), Shape("CSS selector")]
ListId = Annotated[str, AfterValidator(_list_id), Shape("list identifier")]
TagAuthority = Annotated[str, AfterValidator(_tag_authority), Shape("tag authority")]
Zone = Annotated[ZoneInfo, PlainValidator(_zone), Shape("time zone")]
CadenceText = Annotated[Cadence, PlainValidator(_cadence), Shape("cadence")]
PathHere = Annotated[Path, AfterValidator(_path), Shape("path")]
Secret = Annotated[SecretStr, BeforeValidator(_secret), Shape("secret")]
SecretFile = Annotated[SecretStr, BeforeValidator(_secret_in_file), Shape("path")]
DatabaseUrl = Annotated[Secret, AfterValidator(_secret_database_url), Shape("secret")]
DatabaseUrlFile = Annotated[SecretFile, AfterValidator(_secret_database_url), Shape("path")]


def is_folder(path: Path) -> bool:
    """Whether there is a folder; False, too, where nobody may look."""
    try:
        return path.is_dir()
    except OSError:
        return False


def unique(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse a list that names the same thing twice."""
    for place, value in enumerate(values):
        if value in values[:place]:
            raise problems.RefusedError(
                f"{problems.quoted(value)} is named twice", allowed="each one once"
            )
    return values
