"""Writes the reference of the configuration: every table and key with type, default, meaning.

In: the models of `tables`, which say all of it. Out: Markdown, `docs/reference/config.md` (a test
keeps the two alike). Never: a sentence about a key that does not stand beside the key itself.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from dispatch.config import shapes
from dispatch.config.tables import Tables
from dispatch.config.tables.table import Table

_OPENING = """\
# Configuration

One file, `config.toml`, is read once at the start. `dispatch check` tells every mistake in it at
once, with its line. Relative paths are relative to the folder of the file.

- A **duration** is `"90s"`, `"15m"`, `"6h"`, `"7d"` or a number of seconds.
- A **cadence** is `"Fridays 09:00"` or `"daily 07:30"`, with a time zone behind it if it is not the
  publication's. Weekdays are told by name: numbers mean different days to different programs.
- A **secret** is text, or `{ env = "NAME" }` for what a variable holds, or stands in a file of its
  own: the same key with `_file` and a path.
- An **environment variable** wins over the file: `DISPATCH_WEB__PORT` is the key `port` of
  `[web]`, `DISPATCH_TRANSPORT__PASSWORD_FILE` the key `password_file` of `[transport]`. This holds
  for keys with one value in tables that are not arrays. A variable that names no key is a mistake
  like any other.

This page is made from the program (`python -m dispatch.config.reference`).
"""


def markdown() -> str:
    """The whole page."""
    parts = [_OPENING]
    for heading, table in shapes.tables_of(Tables):
        parts.append("\n".join(_table(heading, table)))
    return "\n".join(parts)


def _table(heading: str, table: type[Table]) -> Iterator[str]:
    yield f"## `{heading}`"
    yield ""
    yield inspect.cleandoc(table.__doc__ or "")
    yield ""
    yield "| key | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, field in table.model_fields.items():
        yield f"| `{name}` | {shapes.word_for(field)} | {_default(field)} | {field.description} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    if field.default is None or field.default == {}:
        return ""
    if field.default == ():
        return "`[]`"
    return f"`{json.dumps(field.default)}`"  # as in TOML, for the few types that defaults have


if __name__ == "__main__":
    print(markdown(), end="")
