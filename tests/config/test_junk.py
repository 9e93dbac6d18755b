from __future__ import annotations

import copy
import json
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatch import config, errors
from dispatch.config import lines

_JUNK = st.one_of(
    st.integers(),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_characters="\x7f"), max_size=20),
    st.sampled_from(["~nobody-at-all/x", "a" * 5000, "\0", "\n", "{x", "http://[", "//"]),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.just(["x", {"env": "HOME"}]),
    st.just({"env": 1}),
    st.just({"x": {"y": "z"}}),
)


def as_toml(value: object) -> str:
    if isinstance(value, dict):
        pairs = (f"{as_toml(key)} = {as_toml(inner)}" for key, inner in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def places(value: object, path: lines.KeyPath = ()) -> Iterator[lines.KeyPath]:
    below: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    for part, inner in below:
        yield (*path, part)
        yield from places(inner, (*path, part))


def replaced(tree: dict[str, Any], path: lines.KeyPath, junk: object) -> dict[str, Any]:
    changed = copy.deepcopy(tree)
    here: Any = changed
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = junk
    return changed


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_junk_at_any_place_is_a_report_and_never_a_crash(right: str, data: st.DataObject) -> None:
    tree = tomllib.loads(right)
    tree |= {
        "transport": {"kind": "smtp", "host": "h", "username": "u", "password_file": "config.toml"},
        "reads": [{"name": "a", "kind": "access-log", "path": "b", "site": "http://c/"}],
        "folders": {"feeds": "feeds", "templates": "."},
        "delivery": {"envelope_sender": "a@b.example"},
    }
    changed = replaced(tree, data.draw(st.sampled_from(list(places(tree)))), data.draw(_JUNK))
    text = "".join(f"{as_toml(key)} = {as_toml(value)}\n" for key, value in changed.items())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        path.write_text(text, encoding="utf-8", newline="")
        try:
            loaded = config.load_config(path, {}, create_secret=False)
        except errors.ConfigError as error:
            first, *rest = str(error).splitlines()
            assert first.startswith(f"{path} cannot be used, ")
            assert all(line.startswith((f"{path}:", "    ")) for line in rest)
        else:
            assert loaded.root == Path(folder)
