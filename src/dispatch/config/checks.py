"""Checks across tables: names used twice, and what is allowed but probably not meant.

In: the raw tables (twice-used names are found even while other keys are wrong), the finished
tables, the origins. Out: problems and warnings. Never: stops at the first.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dispatch.config import context, explain, lines, problems, secrets
from dispatch.config.tables import Tables

#: What must differ within each array of tables.
_UNIQUE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("publication", "sections"), "key"),
    (("sources",), "name"),
    (("reads",), "name"),
    (("newsletters",), "name"),
    (("newsletters",), "list_id"),
    (("appeals",), "key"),
)
_BLOCK_OF_APPEALS = "appeal"


def used_twice(origins: explain.Origins) -> list[problems.Problem]:
    """Names that two tables of one array share; the problem is told of the later one."""
    found = []
    for path, key in _UNIQUE:
        first: dict[str, int] = {}
        for place, table in enumerate(_array(origins.raw, path)):
            for name in context.names_of([table], key):
                if name in first:
                    found.append(_twice((*path, place, key), (*path, first[name], key), origins))
                first.setdefault(name, place)
    return found


def _twice(path: lines.KeyPath, first: lines.KeyPath, origins: explain.Origins) -> problems.Problem:
    line = lines.line_of(origins.line_numbers, first)
    return origins.problem(path, f"is the same as in line {line}", allowed="one of each")


def _array(raw: Mapping[str, Any], path: tuple[str, ...]) -> list[Any]:
    here: Any = raw
    for part in path:
        here = here.get(part) if isinstance(here, dict) else None
    return here if isinstance(here, list) else []


def warnings(tables: Tables, origins: explain.Origins, root: Path) -> tuple[str, ...]:
    """What works, but should be looked at; each with its line, in the order of the file."""
    found = [
        *_empty_publication(tables, origins),
        *_links_without_tls(tables, origins),
        *_missing_files(tables, origins),
        *_appeals_without_words(tables, origins),
        *_password_in_the_clear(tables, origins),
        *_secret_for_all_to_read(tables, origins, root),
    ]
    return tuple(map(str, sorted(found, key=lambda problem: problem.order)))


def _empty_publication(tables: Tables, origins: explain.Origins) -> Iterator[problems.Problem]:
    if not tables.sources:
        yield origins.problem(("sources",), "there is none, so nothing will be collected")
    if tables.newsletters and not tables.publication.postal_address:
        what = "is missing; the law of many countries asks for it in every message"
        yield origins.problem(("publication", "postal_address"), what)


def _links_without_tls(tables: Tables, origins: explain.Origins) -> Iterator[problems.Problem]:
    """RFC 8058, section 3.1: the one-click unsubscribe URL is an HTTPS one."""
    url = urlsplit(tables.publication.public_url)
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        what = "is not https, so mail providers will not offer one-click unsubscribe (RFC 8058)"
        yield origins.problem(("publication", "public_url"), what)


def _missing_files(tables: Tables, origins: explain.Origins) -> Iterator[problems.Problem]:
    for place, table in enumerate(tables.reads):
        if table.path is not None and not _is_there(table.path):
            yield origins.problem(("reads", place, "path"), f"there is no file {table.path} yet")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _appeals_without_words(tables: Tables, origins: explain.Origins) -> Iterator[problems.Problem]:
    for place, newsletter in enumerate(tables.newsletters):
        if _BLOCK_OF_APPEALS not in newsletter.blocks:
            continue
        if not tables.appeals:
            path = ("newsletters", place, "blocks")
            yield origins.problem(path, 'there is no [[appeals]] for its block "appeal"')
        for number, appeal in enumerate(tables.appeals):
            for language in newsletter.languages:
                if language not in appeal.texts:
                    what = f'no text in "{language}", so readers of {newsletter.name} in it miss it'
                    yield origins.problem(("appeals", number, "texts"), what)


def _password_in_the_clear(tables: Tables, origins: explain.Origins) -> Iterator[problems.Problem]:
    transport = tables.transport
    has_password = transport.password or transport.password_file
    if has_password and transport.security == "none" and not is_loopback(transport.host or ""):
        what = "the password goes over the network for all to read"
        yield origins.problem(("transport", "security"), what)


def _secret_for_all_to_read(
    tables: Tables, origins: explain.Origins, root: Path
) -> Iterator[problems.Problem]:
    has_own = tables.storage.secret or tables.storage.secret_file
    path = root / secrets.KEY_FILE
    if not has_own and secrets.is_open_to_others(path):
        yield origins.problem(("storage", "secret"), f"{path} may be read by others: chmod 600 it")


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
