from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.config import lines

SAMPLE = '''\
# a comment = 1
title = "one" # [not.a.table]
"quoted key".'and this' = 1

[table] # and a comment
text = """
[not.a.table]
key = 1 \\""" ""
"""""
literal = \'\'\'
[[not]]
\'\'\'\'
after = 1979-05-27 07:32:00 # a date with a space

[a.b.c]
d.e = 1
[[list]]
name = "first"
[list.below]
key = 1
[[list.inner]]
x = 1
[[list.inner]]
x = 2
[[list]]
name = "second" \r
inline = { a = 1, b.c = "}", d = { e = [1, { f = "]" }] } }
array = [
  "one", # a comment ]

  "two",
  [3,
   4],
]
[list.below]
key = 2
"\\u0435\\t" = 1
'''

EXPECTED = {
    ("title",): 2,
    ("quoted key",): 3,
    ("quoted key", "and this"): 3,
    ("table",): 5,
    ("table", "text"): 6,
    ("table", "literal"): 10,
    ("table", "after"): 13,
    ("a", "b", "c"): 15,
    ("a", "b", "c", "d", "e"): 16,
    ("list",): 17,
    ("list", 0, "name"): 18,
    ("list", 0, "below", "key"): 20,
    ("list", 0, "inner", 0, "x"): 22,
    ("list", 0, "inner", 1): 23,
    ("list", 0, "inner", 1, "x"): 24,
    ("list", 1): 25,
    ("list", 1, "inline", "b", "c"): 27,
    ("list", 1, "inline", "d", "e", 1, "f"): 27,
    ("list", 1, "array"): 28,
    ("list", 1, "array", 0): 29,
    ("list", 1, "array", 1): 31,
    ("list", 1, "array", 2, 0): 32,
    ("list", 1, "array", 2, 1): 33,
    ("list", 1, "below", "key"): 36,
    ("list", 1, "below", "е\t"): 37,
}


def test_the_sample_is_toml() -> None:
    # The scanner may be asked about nothing else, and each expected path must be there.
    paths = set(paths_of(tomllib.loads(SAMPLE)))

    assert set(EXPECTED) <= paths


@pytest.mark.parametrize(("path", "line"), EXPECTED.items(), ids=str)
def test_every_key_has_its_line(path: lines.KeyPath, line: int) -> None:
    assert lines.locate(SAMPLE)[path] == line


def test_the_scanner_finds_just_what_tomllib_finds() -> None:
    assert set(lines.locate(SAMPLE)) == set(paths_of(tomllib.loads(SAMPLE)))


def test_a_key_that_is_not_there_has_the_line_of_the_table_around_it() -> None:
    found = lines.locate(SAMPLE)

    assert lines.line_of(found, ("list", 1, "below", "none")) == 35
    assert lines.line_of(found, ("none", "at all")) == 1


def paths_of(value: object, path: lines.KeyPath = ()) -> Iterator[lines.KeyPath]:
    # The path of everything in parsed TOML.
    below: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    for part, inner in below:
        yield (*path, part)
        yield from paths_of(inner, (*path, part))


_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\x7f", exclude_categories=["Cs"]), max_size=8
)
_TREES = st.recursive(
    st.integers() | st.booleans() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=12,
)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def inline(value: object, gap: str) -> str:
    # A value as TOML writes it; arrays are broken at `gap`.
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(k)} = {inline(v, gap)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + gap + ",".join(f"{inline(v, gap)}{gap}" for v in value) + "]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


@settings(max_examples=150)
@given(
    st.dictionaries(_TEXTS, _TREES, max_size=4), st.sampled_from(["", "\n", " # ]}'\"\n", "\r\n"])
)
def test_any_tree_is_walked_as_tomllib_walks_it(tree: dict[str, object], gap: str) -> None:
    text = "".join(f"{quoted(key)} = {inline(value, gap)}\n" for key, value in tree.items())
    parsed = tomllib.loads(text)

    found = lines.locate(text)

    assert set(found) == set(paths_of(parsed))
    starts = [found[key,] for key in tree]
    assert starts == sorted(starts)
