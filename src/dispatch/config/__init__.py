"""The configuration: `config.toml` and the environment, read once into frozen, typed values.

In: the path of the file and the environment. Out: `Config`, or one ConfigError whose text is the
report of every problem. Never: a second look at the file, or a write other than the signing key
that is made on first use.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dispatch import errors
from dispatch.config import (
    checks,
    context,
    environment,
    explain,
    lines,
    problems,
    secrets,
    translate,
)
from dispatch.config.tables import Tables
from dispatch.config.translate import Config
from dispatch.model.settings import StorageSettings

__all__ = ["STARTER", "Config", "load_config"]

#: The configuration that `dispatch init` begins a site with.
STARTER = Path(__file__).with_name("starter.toml")

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def load_config(path: Path, environ: Mapping[str, str], *, create_secret: bool = True) -> Config:
    """Read, check and translate the configuration at `path`.

    `create_secret=False` keeps a dry run from making `var/secret.key`.
    Raises ConfigError with every problem of the file and of the `DISPATCH_` variables.
    """
    text = _read(path)
    raw = _parse(text, path)
    overlaid = environment.overlay(raw, environ)
    origins = explain.Origins(
        name=str(path),
        raw=overlaid.raw,
        line_numbers=lines.locate(text),
        variables=overlaid.variables,
    )
    absolute = path.absolute()
    tables = _check(origins, context.make_context(overlaid.raw, absolute.parent, environ), overlaid)
    storage = StorageSettings(
        url=translate.storage_url(tables.storage, absolute.parent),
        secret=translate.own_secret(tables.storage)
        or secrets.signing_key(absolute.parent, create=create_secret),
    )
    warnings = checks.warnings(tables, origins, absolute.parent)
    return translate.config(tables, absolute, storage, warnings)


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"{path}: the configuration cannot be read: {error.strerror}"
        raise errors.ConfigError(message) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unusable(path, line, "is not UTF-8, the only encoding of TOML") from None


def _parse(text: str, path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place and place[1] else text.rstrip().count("\n") + 1
        column = f" (column {place[2]})" if place and place[2] else ""
        sentence = _PLACE.sub("", str(error))
        raise _unusable(path, line, f"is not TOML: {sentence}{column}") from None


def _unusable(path: Path, line: int, what: str) -> errors.ConfigError:
    problem = problems.Problem(where=f"{path}:{line}", order=line, key="", what=what)
    return errors.ConfigError(problems.report(str(path), [problem]))


def _check(
    origins: explain.Origins, known: context.Context, overlaid: environment.Overlaid
) -> Tables:
    """The checked tables; every problem of the whole configuration is raised at once."""
    found = [*overlaid.problems, *checks.used_twice(origins)]
    tables = None
    try:
        tables = Tables.model_validate(dict(origins.raw), context=known)
    except ValidationError as error:
        found += explain.problems_of(error.errors(include_url=False), origins)
    if tables is None or found:
        # Outside of the except: pydantic's error holds the values, and among them the secrets.
        raise errors.ConfigError(problems.report(origins.name, found))
    return tables
