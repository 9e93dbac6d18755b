"""Problem and RefusedError: what is wrong with a configuration, and how it is told.

In: problems found anywhere in this package. Out: the one report that an operator reads. Never:
decides what is wrong, or repeats the value of a secret.
"""

from __future__ import annotations

import difflib
import json
import textwrap
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

#: How alike two names must be before one is suggested for the other (difflib's ratio).
LIKENESS = 0.6
#: The order of a problem that is in no line of the file.
AFTER_THE_FILE = 1_000_000_000
#: How many names are suggested at most.
SUGGESTIONS = 3
#: A name that is less alike than the best one by more than this is not worth a reader's time.
_WORSE_THAN_BEST = 0.1
_LONGEST_QUOTE = 80
_WIDTH = 100
_INDENT = "    "


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong.

    `where` is "config.toml:12" or the name of an environment variable, `order` sorts the report
    (the line; variables come last), `key` is the dotted key, `allowed` says what would be right,
    `nearest` are the names that were perhaps meant.
    """

    where: str
    order: int
    key: str
    what: str
    allowed: str = ""
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.where, self.key, self.what) if part)
        lines = [_printable(head)]
        if self.allowed:
            lines.append(_wrapped(f"allowed: {self.allowed}"))
        if self.nearest:
            lines.append(f"{_INDENT}did you mean {_either(self.nearest)}?")
        return "\n".join(lines)


class RefusedError(ValueError):
    """Raised by a check of one value: what is wrong with it, what is allowed, what was meant."""

    def __init__(self, what: str, *, allowed: str = "", nearest: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what = what
        self.allowed = allowed
        self.nearest = tuple(nearest)


def report(name: str, problems: Iterable[Problem]) -> str:
    """The whole report about the file `name`, in the order of its lines."""
    ordered = sorted(problems, key=lambda problem: (problem.order, problem.where, problem.key))
    count = "1 problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    return "\n".join([f"{name} cannot be used, {count}:", *map(str, ordered)])


def nearest(word: str, names: Collection[str]) -> tuple[str, ...]:
    """The names that `word` was perhaps meant to be, best first; case does not count."""
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(word.casefold(), folded, SUGGESTIONS, LIKENESS)
    scores = [difflib.SequenceMatcher(None, name, word.casefold()).ratio() for name in close]
    return tuple(
        folded[name]
        for name, score in zip(close, scores, strict=True)
        if score >= scores[0] - _WORSE_THAN_BEST
    )


def one_of(word: str, names: Collection[str], what: str) -> RefusedError:
    """The refusal of a word that is not among `names`; `what` says so in words."""
    return RefusedError(what, allowed=listed(names), nearest=nearest(word, names))


def listed(names: Iterable[str]) -> str:
    """Names for reading: "a, b, c", or "nothing yet"."""
    return ", ".join(names) or "nothing, for none is defined"


def quoted(text: str) -> str:
    """What an operator wrote, on one line and not too long of it."""
    short = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}..."
    return json.dumps(short, ensure_ascii=False)


def _printable(text: str) -> str:
    """A path or a name may hold a line break; a line of the report may not."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _either(names: Sequence[str]) -> str:
    *most, last = map(quoted, names)
    return f"{', '.join(most)} or {last}" if most else last


def _wrapped(text: str) -> str:
    """Long lists go over several lines, the later ones set in further."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT * 2,
        break_long_words=False,
        break_on_hyphens=False,
    )
