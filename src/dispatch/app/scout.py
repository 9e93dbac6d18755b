"""Scout: finds out what could be collected at an address, and puts it into the configuration.

In: the office, an address. Out: what was found there. Never: an article into the store.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dispatch import discover, errors, fetch
from dispatch.app.office import Office
from dispatch.config import additions
from dispatch.discover import Candidate, Discovery
from dispatch.model.publication import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the operator asks for; all but `url` may be left to us.

    `key_variable` names a variable of the environment that holds the key.
    """

    url: str
    name: str | None = None
    kind: str | None = None
    language: str | None = None
    allow_hosts: tuple[str, ...] = ()
    key_variable: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What was found, which of it was chosen, and the lines that the configuration has now."""

    discovery: Discovery
    chosen: tuple[Candidate, ...]
    lines: str
    is_dry_run: bool


class Scout:
    """Looks for sources."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def add(
        self, wish: Wish, *, environ: Mapping[str, str] = os.environ, dry_run: bool = False
    ) -> Added:
        """Find the sources at an address and write the best of them into `config.toml`.

        Raises NotFoundError, with all that was tried, where there are none.
        """
        config = self._office.config
        discovery = self._discover(self._wished(wish, environ))
        chosen = discovery.of_kind(wish.kind)
        if not chosen:
            raise errors.NotFoundError(_nothing(discovery))
        new = [one for one in chosen if one.source.url not in {have.url for have in config.sources}]
        if not new:
            known = next(have.name for have in config.sources if have.url == chosen[0].source.url)
            message = f"{chosen[0].source.url} is collected already, as source {known}"
            raise errors.InputError(message)
        names = discover.names_for(new, wish.name, [have.name for have in config.sources])
        named = tuple(
            replace(one, source=replace(one.source, name=name))
            for one, name in zip(new, names, strict=True)
        )
        tables = [additions.lines_of(one.source, wish.key_variable) for one in named]
        if not dry_run:
            additions.add(config.path, tables, environ)
        return Added(discovery=discovery, chosen=named, lines="\n".join(tables), is_dry_run=dry_run)

    def test(self, name: str) -> Candidate:
        """What source `name` would bring if it were read for the first time; nothing is kept."""
        office = self._office
        found = next((one for one in office.config.sources if one.name == name), None)
        if found is None:
            known = ", ".join(one.name for one in office.config.sources)
            message = f"no source is called {name!r}; there are {known}"
            raise errors.NotFoundError(message)
        with fetch.Fetcher(contact=office.publication.contact) as fetcher:
            return discover.look_at(
                fetcher, office.publication, found, now=office.clock.now(), why="configured"
            )

    def _discover(self, wished: Source) -> Discovery:
        office = self._office
        with fetch.Fetcher(contact=office.publication.contact) as fetcher:
            return discover.discover(fetcher, office.publication, wished, now=office.clock.now())

    def _wished(self, wish: Wish, environ: Mapping[str, str]) -> Source:
        languages = tuple(self._office.publication.languages)
        if wish.language and wish.language not in languages:
            known = ", ".join(languages)
            message = f"{wish.language!r} is not a language of the publication; there are {known}"
            raise errors.InputError(message)
        if wish.key_variable and wish.key_variable not in environ:
            message = f"the environment has no {wish.key_variable}"
            raise errors.InputError(message)
        return Source(
            name=wish.name or "new",
            kind=wish.kind or "",
            url=wish.url if "://" in wish.url else f"https://{wish.url}",
            language=wish.language,
            allow_hosts=wish.allow_hosts,
            key=environ[wish.key_variable] if wish.key_variable else None,
        )


def _nothing(discovery: Discovery) -> str:
    tried: Sequence[str] = [*discovery.in_vain, *discovery.hints]
    return "\n  ".join([f"nothing to collect was found at {discovery.url}. Tried:", *tried])
