"""Leads the addresses that a newsroom's feeds had before to those that they have now.

In: patterns ("/category/{section}/feed/", "/?feed=atom") and targets. Out: the target of a path and
its query, or None. Never: a redirect to what a stranger wrote into the address: what a placeholder
took is escaped, and the target's host is the operator's.

A pattern becomes one regular expression over one text, path and query in a fixed form (`subject`).
nginx is given the same expressions over the same text (`rules.nginx`), so both servers answer
alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote

from dispatch.model.feed import FILE_NAMES, FeedFormat
from dispatch.model.publication import Publication

#: How long an address may be that is compared with patterns.
MAX_LENGTH = 2048

_PLACE = re.compile(r"\{([a-z_]+)\}")
#: WordPress's names of its formats, in paths and in `?feed=`. RDF went out of use; RSS took over.
_WORDPRESS = dict.fromkeys(("", "rss", "rss2", "rdf"), FILE_NAMES[FeedFormat.RSS]) | {
    "atom": FILE_NAMES[FeedFormat.ATOM]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAddress:
    """An address that moved. `target` may hold the placeholders of `pattern`."""

    pattern: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A compiled one: the expression over `subject`, and the absolute target."""

    expression: str
    target: str


def wordpress(publication: Publication) -> tuple[OldAddress, ...]:
    """What WordPress serves feeds at, alone or with Polylang ("/ru/") or WPML ("?lang=ru")."""
    first = next(iter(publication.languages))
    return tuple(
        OldAddress(pattern=f"{start}{part}{end}", target=f"feeds/{language}{section}/{file}")
        for part, section in (("/category/{section}", "/{section}"), ("", ""))
        for name, file in _WORDPRESS.items()
        for start, language, spoken in (
            ("/{language}", "{language}", ""),
            ("", "{language}", "lang={language}"),
            ("", first, ""),
        )
        for end in _ends(name, spoken)
    )


def _ends(name: str, spoken: str) -> Iterator[str]:
    """The two ways to ask for a format: "/feed/atom" and "/?feed=atom"."""
    yield f"/feed/{name}{'?' if spoken else ''}{spoken}"
    if name:
        yield f"/?{'&'.join(filter(None, (f'feed={name}', spoken)))}"


def places(text: str) -> set[str]:
    """The names of the placeholders in a pattern or target."""
    return set(_PLACE.findall(text))


class OldAddresses:
    """All addresses that moved, the most exact first."""

    def __init__(self, publication: Publication, wanted: Iterable[OldAddress]) -> None:
        every = sorted(wanted, key=lambda one: -len(_query(one.pattern)))
        self.keys = tuple(sorted({key for one in every for key in _query(one.pattern)}))
        values = {
            "language": tuple(publication.languages),
            "section": tuple(section.key for section in publication.sections),
        }
        self.moved = tuple(
            Moved(
                expression=_expression(one.pattern, self.keys, values),
                target=_absolute(publication, one.target),
            )
            for one in every
        )
        self._compiled = [(re.compile(one.expression), one.target) for one in self.moved]

    def find(self, path: str, query: str) -> str | None:
        """Where `path` (decoded, from the first slash) with `query` (as it came) has moved."""
        if not self._compiled or len(path) + len(query) > MAX_LENGTH:
            return None
        text = subject(path, dict(parse_qsl(query, max_num_fields=50)), self.keys)
        for expression, target in self._compiled:
            if found := expression.fullmatch(text):
                return _filled(target, found.groupdict())
        return None


def subject(path: str, query: Mapping[str, str], keys: Sequence[str]) -> str:
    """Path and query in one line: "/ feed=atom lang="."""
    return "".join([path, *(f" {key}={query.get(key, '').replace(' ', '+')}" for key in keys)])


def _query(pattern: str) -> dict[str, str]:
    return dict(parse_qsl(pattern.partition("?")[2]))


def _expression(pattern: str, keys: Sequence[str], values: Mapping[str, Sequence[str]]) -> str:
    wanted = _query(pattern)
    path = pattern.partition("?")[0].rstrip("/")
    asked = [f" {key}={_piece(wanted[key], values) if key in wanted else '[^ ]*'}" for key in keys]
    return f"^{_piece(path, values)}/?{''.join(asked)}$"


def _piece(text: str, values: Mapping[str, Sequence[str]]) -> str:
    parts = _PLACE.split(text)  # text, name, text, name, ... text
    return "".join(
        f"(?P<{part}>{_choice(part, values)})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )


def _choice(name: str, values: Mapping[str, Sequence[str]]) -> str:
    """Languages and sections must be ours; any other name takes one part of a path."""
    return "|".join(map(re.escape, values[name])) if values.get(name) else "[^/ ]+"


def _absolute(publication: Publication, target: str) -> str:
    if target.startswith(("http://", "https://")):
        return target
    return publication.public_url + target.lstrip("/")


def _filled(target: str, found: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda place: quote(unquote(found[place[1]]), safe=""), target)
