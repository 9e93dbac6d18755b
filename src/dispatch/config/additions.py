"""Writes a source into `config.toml`, behind all that stands there.

In: the path of the file, sources. Out: the file with the lines added, every other byte as it was.
Never: a file that cannot be loaded: the new one is checked whole before it takes the old one's
place; an edit that somebody else made meanwhile is not overwritten.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from dispatch import config, errors
from dispatch.model.publication import Source


def lines_of(source: Source, key_variable: str | None = None) -> str:
    """The table of `source` as one writes it; its key is named by an environment's variable."""
    values: dict[str, object] = {"name": source.name, "kind": source.kind, "url": source.url}
    values |= {"language": source.language, "body": source.body}
    values["allow_hosts"] = list(source.allow_hosts)
    values["find_translations"] = source.find_translations
    rows = [f"{key} = {_toml(value)}" for key, value in values.items() if value]
    if key_variable:
        rows.append(f"key = {{ env = {_toml(key_variable)} }}")
    return "\n".join(["[[sources]]", *rows]) + "\n"


def add(path: Path, tables: Sequence[str], environ: Mapping[str, str]) -> None:
    """Append `tables` to the file at `path`; raises ConfigError, and then nothing was changed."""
    real = path.resolve()
    before = _read(real)
    after = _joined(before, tables)
    draft = _draft(real, after)
    try:
        _check(draft, real, environ)
        if _read(real) != before:
            message = f"{path}: was changed by somebody else just now; nothing was added"
            raise errors.ConfigError(message)
        shutil.copymode(real, draft)
        draft.replace(real)
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path}: the configuration cannot be read: {error.strerror}"
        raise errors.ConfigError(message) from error


def _joined(before: bytes, tables: Sequence[str]) -> bytes:
    """With the line breaks that the file has already."""
    added = "".join(f"\n{table}" for table in tables)
    if before and not before.endswith(b"\n"):
        added = f"\n{added}"
    if b"\r\n" in before:
        added = added.replace("\n", "\r\n")
    return before + added.encode()


def _draft(path: Path, content: bytes) -> Path:
    """A file beside the real one: relative paths within mean the same there."""
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        message = f"{path.parent}: cannot be written to: {error.strerror}"
        raise errors.ConfigError(message) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _check(draft: Path, path: Path, environ: Mapping[str, str]) -> None:
    try:
        config.load_config(draft, environ, create_secret=False)
    except errors.ConfigError as error:
        message = str(error).replace(str(draft), str(path))
        raise errors.ConfigError(f"{message}\nnothing was added") from None


def _toml(value: object) -> str:
    """A string or a list of strings; JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False)
