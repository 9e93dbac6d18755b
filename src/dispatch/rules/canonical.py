"""One form for one address: what an article's identity is built on.

In: any text that claims to be a URL. Out: its canonical form, or None where it is no web address.
Never: opens the address, knows which article it belongs to, raises for what a stranger wrote.

The function is versioned because stored identities depend on it. Version 1 does this and no more:
lower-case scheme and host, IDNA to ASCII; no user-info, default port or trailing dot; NFC; text
as percent-encoded UTF-8 with upper-case hex and unreserved characters plain; dot segments
resolved, double slashes kept; no fragment but `#!`; known tracking parameters gone, the others in
their order with their duplicates. `www.`, http against https and the trailing slash are the
publisher's business and are folded in the match key alone.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import idna

#: Raise it when the output of `canonical_url` changes for any input.
VERSION = 1

_PORTS = {"http": 80, "https": 443}
_EDGES = "".join(map(chr, range(0x21)))
_BREAKS = re.compile(r"[\t\r\n]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_URI = re.compile(r"[!#-;=?-Z\[\]_a-z~]*")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._\-]*[a-z0-9_\-])?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = _UNRESERVED | frozenset("!$&'()*+,;=:@/")
_QUERY_SAFE = _PATH_SAFE | frozenset("?")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|shtml)$", re.IGNORECASE)

_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "hsa_", "stm_", "vero_")
_TRACKING_NAMES = (
    "fbclid gclid gclsrc gbraid wbraid dclid msclkid twclid ttclid li_fat_id igshid igsh yclid "
    "ysclid ymclid _openstat mc_cid mc_eid mkt_tok _hsenc _hsmi __hstc __hssc __hsfp wickedid "
    "oly_anon_id oly_enc_id rb_clickid s_cid srsltid at_medium at_campaign _ga _gl"
)
_TRACKING = frozenset(_TRACKING_NAMES.split())


@functools.lru_cache(maxsize=2048)
def canonical_url(url: str, base: str | None = None) -> str | None:
    """The canonical form of `url`, resolved against `base` if it is relative.

    Idempotent and total: None for everything that is no http(s) URL with a usable host.
    """
    absolute = absolute_url(url, base)
    parts = _split(absolute) if absolute else None
    if parts is None:
        return None
    try:
        authority = _authority(parts)
    except ValueError:
        return None
    if authority is None:
        return None
    path = without_dots(_encode(parts.path, _PATH_SAFE))
    query = _query(parts.query, authority)
    fragment = "#" + _encode(parts.fragment, _QUERY_SAFE) if parts.fragment[:1] == "!" else ""
    return f"{parts.scheme}://{authority}{path}{query}{fragment}"


def absolute_url(url: str, base: str | None = None) -> str | None:
    """`url` in the publisher's own spelling, made absolute; None where it is no http(s) URL."""
    joined = resolve(url, base)
    parts = _split(joined)
    if parts is None or parts.scheme not in _PORTS or not host_of(joined):
        return None
    return joined


def as_ascii(url: str) -> str:
    """`url` with what no URI holds escaped (RFC 3986; RFC 3987, section 3.1), and nothing else.

    So headers may carry it, and validators of RSS take it: to them an address is a URI.
    """
    if _URI.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not host.isascii():
            before, at, name = parts.netloc.rpartition("@")
            port = name[len(host) :]
            name = idna.encode(host, uts46=True).decode("ascii")
            url = parts._replace(netloc=f"{before}{at}{name}{port}").geturl()
    except ValueError:  # no address, or a host that no name server knows
        pass
    return quote(url, safe=":/?#[]@!$&'()*+,;=%-._~", errors="replace")


def resolve(url: str, base: str | None = None) -> str:
    """`url` joined to `base` (RFC 3986, section 5), of any scheme; "" stays "".

    White space around it and line breaks within it are dropped, as browsers do.
    """
    text = _BREAKS.sub("", url.strip(_EDGES))
    if not text or not base or _SCHEME.match(text):
        return text
    return _join(base, text)


@functools.lru_cache(maxsize=2048)
def _join(base: str, text: str) -> str:
    """Remembered, for an article's links repeat and urljoin is slow."""
    try:
        return urljoin(base, text)
    except ValueError:
        return text


def match_key(url: str) -> str:
    """What two spellings of one address share: no scheme, `www.`, trailing slash or index file.

    For finding an article again, never for showing or fetching. Text that is no URL is its own key.
    """
    canonical = canonical_url(url)
    if canonical is None:
        return unicodedata.normalize("NFC", url.strip())
    parts = urlsplit(canonical)
    path = _INDEX.sub("/", parts.path).rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return parts.netloc.removeprefix("www.") + path + query + fragment


@functools.lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """The host of `url` in ASCII and lower case, without port; "" where there is none."""
    parts = _split(url)
    try:
        return (_host(parts.hostname or "") or "") if parts else ""
    except ValueError:
        return ""


def is_same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one host, or of a host and a part of it (`www.`, `news.`)."""
    hosts = sorted((host_of(one), host_of(other)), key=len)
    shorter, longer = (host.removeprefix("www.") for host in hosts)
    return bool(shorter) and (longer == shorter or longer.endswith(f".{shorter}"))


def _split(url: str) -> SplitResult | None:
    """Split as browsers do: a backslash before the query is a slash."""
    head = re.match(r"[^?#]*", url)
    end = head.end() if head else 0
    text = unicodedata.normalize("NFC", url[:end].replace("\\", "/") + url[end:])
    try:
        return urlsplit(text)
    except ValueError:
        return None


def _authority(parts: SplitResult) -> str | None:
    host = _host(parts.hostname or "")
    if host is None:
        return None
    port = parts.port
    return host if port in {None, _PORTS[parts.scheme]} else f"{host}:{port}"


def _host(host: str) -> str | None:
    """The host in ASCII (UTS 46 for names in other scripts); None where it cannot be one."""
    name = unquote(host).lower().rstrip(".")
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name.partition('%')[0]).compressed}]"
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii").lower().rstrip(".")
        except UnicodeError:
            return None
    return name if _HOST.fullmatch(name) and len(name) < 254 else None


def _encode(text: str, safe: frozenset[str]) -> str:
    """Percent-encode what must be, decode what need not be (RFC 3986, section 6.2.2)."""
    pieces: list[str] = []
    position = 0
    for match in _ESCAPE.finditer(text):
        pieces.append(_quote(text[position : match.start()], safe))
        char = chr(int(match[1], 16))
        pieces.append(char if char in _UNRESERVED else match[0].upper())
        position = match.end()
    pieces.append(_quote(text[position:], safe))
    return "".join(pieces)


def _quote(text: str, safe: frozenset[str]) -> str:
    return "".join(
        char if char in safe else "".join(f"%{byte:02X}" for byte in char.encode(errors="replace"))
        for char in text
    )


def without_dots(path: str) -> str:
    """Resolve `.` and `..` (RFC 3986, section 5.2.4); empty segments count as segments."""
    kept: list[str] = []
    segments = path.removeprefix("/").split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str, authority: str) -> str:
    kept = [part for part in query.split("&") if not _is_tracking(part, authority)]
    return "?" + "&".join(_encode(part, _QUERY_SAFE) for part in kept) if any(kept) else ""


def _is_tracking(part: str, authority: str) -> bool:
    """Whether a parameter only says where the reader came from."""
    name, _, value = part.partition("=")
    name = unquote(name).casefold()
    if name == "ref":
        own = authority.partition(":")[0].removeprefix("www.")
        return unquote(value).casefold().removeprefix("www.") == own
    return name in _TRACKING or name.startswith(_TRACKING_PREFIXES)
