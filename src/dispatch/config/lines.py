"""Finds the line on which each key of a TOML file stands.

In: the text of a file that `tomllib` has already accepted. Out: a map from key path to line, where
a path is `("newsletters", 0, "titles", "en")` and lines count from 1. Never: judges the file; on
text that is not TOML the answer is nonsense, so it is asked only after `tomllib`.

`tomllib` tells no positions, and a second TOML parser that does would be a second opinion about
what the file says. So this one reads only as much grammar as positions need (TOML 1.0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

#: A key path: names of tables and keys, and places in arrays (from 0).
KeyPath = tuple[str | int, ...]

#: Several lines first: `\"""` would otherwise be read as an empty string and a quote. The closing
#: quotes may be preceded by one or two that belong to the text.
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'",
    re.DOTALL,
)
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\r\n#]*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}


def locate(text: str) -> Mapping[KeyPath, int]:
    """The line of every table, key and array place of `text`, which `tomllib` has accepted."""
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.scan()
    return MappingProxyType(scanner.lines)


def line_of(lines: Mapping[KeyPath, int], path: KeyPath) -> int:
    """The line of `path`, else of the nearest table around it, else the first line."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


class _Scanner:
    """A reader's finger on the text: `at` is its place, `lines` what it has found."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._sizes: dict[KeyPath, int] = {}
        self._counted_to = 0
        self._line = 1

    def scan(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> KeyPath:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        line = self._line_here()
        names = self._keys()
        self.at += 2 if is_array else 1
        path = (*self._resolve(names[:-1]), names[-1])
        path = self._append(path) if is_array else self._last_of(path)
        self._note(path, line)
        return path

    def _resolve(self, names: tuple[str, ...]) -> KeyPath:
        """A header's names, each array of tables on the way standing for its last table."""
        path: KeyPath = ()
        for name in names:
            path = self._last_of((*path, name))
        return path

    def _last_of(self, path: KeyPath) -> KeyPath:
        return (*path, self._sizes[path] - 1) if path in self._sizes else path

    def _append(self, path: KeyPath) -> KeyPath:
        place = self._sizes.get(path, 0)
        self._sizes[path] = place + 1
        return (*path, place)

    def _pair(self, table: KeyPath) -> None:
        line = self._line_here()
        path = (*table, *self._keys())
        self.at += 1  # the equals sign
        self._note(path, line)
        self._value(path)

    def _keys(self) -> tuple[str, ...]:
        names = [self._key()]
        while self._peek() == ".":
            self.at += 1
            names.append(self._key())
        return tuple(names)

    def _key(self) -> str:
        self._skip(_SPACE)
        quote = self._peek()
        token = self._take(_STRING if quote in "\"'" else _BARE_KEY)
        self._skip(_SPACE)
        if quote == '"':
            return _ESCAPE.sub(_unescape, token[1:-1])
        return token.strip("'")

    def _value(self, path: KeyPath) -> None:
        self._skip(_SPACE)
        opening = self._peek()
        if opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            self._take(_STRING if opening in "\"'" else _SCALAR)

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        place = 0
        while self._after_blank() != "]":
            self._note((*path, place), self._line_here())
            self._value((*path, place))
            self._comma()
            place += 1
        self.at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self._after_blank() != "}":
            self._pair(path)
            self._comma()
        self.at += 1

    def _comma(self) -> None:
        if self._after_blank() == ",":
            self.at += 1

    def _note(self, path: KeyPath, line: int) -> None:
        """Keep the first line of a path and of every table that it opens by the way."""
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _after_blank(self) -> str:
        self._skip(_BLANK)
        return self._peek()

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            message = f"tomllib accepted what this scanner cannot read, at character {self.at}"
            raise AssertionError(message)
        self.at = match.end()
        return match.group()

    def _line_here(self) -> int:
        """The line of `at`, counted on from the last question (places are asked in order)."""
        self._line += self.text.count("\n", self._counted_to, self.at)
        self._counted_to = self.at
        return self._line


def _unescape(match: re.Match[str]) -> str:
    short, long, plain = match.groups()
    if plain is not None:
        return _PLAIN_ESCAPES.get(plain, plain)
    return chr(int(short or long, 16))
