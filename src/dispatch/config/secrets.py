"""Secrets: where they may stand, and the key that Dispatch makes for itself.

In: a value of the configuration, the environment, a file of the operator. Out: the secret, or
a RefusedError that tells which file or variable fails. Never: a secret in a message or a log.

A secret `x` is written as `x = "..."`, as `x_file = "path"` (systemd credentials and container
secrets are files) or as `x = { env = "NAME" }`.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from dispatch import errors
from dispatch.config import problems

#: Where the signing key is kept when the configuration has none, below the configuration's folder.
KEY_FILE = Path("var") / "secret.key"
_KEY_BYTES = 32
#: A shorter key could be guessed offline from one token.
SHORTEST_KEY = 32
#: A secret file is a line; a larger one is the wrong file.
_LARGEST_FILE = 64 * 1024
_FORMS = 'text in quotes, { env = "NAME" }, or the same key with _file and a path'


def plain(value: object, environ: Mapping[str, str]) -> object:
    """`value` itself, or what the variable holds that `{ env = "NAME" }` names."""
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, dict) or set(value) != {"env"} or not isinstance(value["env"], str):
        raise problems.RefusedError("is not a secret", allowed=_FORMS)
    name = value["env"]
    if name not in environ:
        near = problems.nearest(name, environ)
        raise problems.RefusedError(f"the environment has no {name}", nearest=near)
    return environ[name]


def read(path: Path) -> str:
    """The one line of the file at `path`, without its line break."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LARGEST_FILE)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise problems.RefusedError(f"cannot read {path}: {reason}") from None
    if not text.strip():
        raise problems.RefusedError(f"{path} is empty")
    return text.strip()


def signing_key(root: Path, *, create: bool) -> str:
    """The key in `var/secret.key` below `root`, made there on first use.

    With `create=False` nothing is written: where the file is missing, the answer is a key that
    nobody else will ever have, so that a dry run signs nothing that could be used.
    Raises ConfigError when the file cannot be read, made, or is too short.
    """
    path = root / KEY_FILE
    try:
        if not path.exists():
            if not create:
                return secrets.token_hex(_KEY_BYTES)
            _make(path)
        key = read(path)
    except OSError as error:
        message = f"{path}: storage.secret: cannot be made: {error.strerror}"
        raise errors.ConfigError(message) from error
    except problems.RefusedError as refusal:
        message = f"{path}: storage.secret: {refusal.what}"
        raise errors.ConfigError(message) from None
    if len(key) < SHORTEST_KEY:
        message = f"{path}: storage.secret: is shorter than {SHORTEST_KEY} characters"
        raise errors.ConfigError(message)
    return key


def is_open_to_others(path: Path) -> bool:
    """Whether anyone but the owner may read the file at `path`."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False


def _make(path: Path) -> None:
    """Write a new key beside `path` and link it there: whole, or not at all.

    Of two processes that start at once one links first; the other then reads that one's key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(_KEY_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
