"""Reads who wrote something from what a byline says.

In: a byline as one clean line. Out: names. Never: an e-mail address, a desk or an account in the
place of a person, or a name cut in two (`King, Jr.`, `Centre for Science and Technology`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dispatch.model.article import Author

_PREFIX = re.compile(
    r"^(?:By\s+|(?:Автор|Авторы|Текст|Text|Words|Author|Authors|Autor)\s*:\s*)", re.IGNORECASE
)
_MAIL = r"<?(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+>?"
#: RFC 822, section 6.1, and RSS 2.0: `mail (Name)`; and the newer `Name <mail>`.
_MAIL_THEN_NAME = re.compile(rf"^{_MAIL}\s*\((?P<name>[^()@]+)\)$")
_NAME_THEN_MAIL = re.compile(rf"^\"?(?P<name>[^\"@<>()]+?)\"?(?:\s*[<(]|\s){_MAIL}[>)]?$")
_SEPARATORS = re.compile(r"\s*[;,]\s*|\s+(?:and|и|&)\s+")
#: What is somebody's account or everybody's desk.
_NOBODY_NAMES = (
    "admin administrator administrador root webmaster wordpress editor editors staff redaktion "
    "redaction редакция администратор админ редактор"
)
_NOBODY = frozenset(
    {*_NOBODY_NAMES.split(), "editorial staff", "editorial team", "от редакции", "web editor"}
)
#: More words than this are no person but an institute with commas in it.
_LONGEST_NAME = 4


def names(byline: str) -> tuple[str, ...]:
    """The people of `byline`, each once, in order.

    It is split only where every part looks like a full name; `Lindqvist, Maria` stays whole.
    """
    line = _without_mail(_PREFIX.sub("", byline.strip())).strip(" ,;")
    if not line or "@" in line:
        return ()
    parts = [_PREFIX.sub("", part) for part in _SEPARATORS.split(line) if part]
    people = parts if all(map(_is_full_name, parts)) else [line]
    return tuple(dict.fromkeys(name for name in people if name.casefold() not in _NOBODY))


def without(authors: Sequence[Author], titles: Iterable[str]) -> tuple[Author, ...]:
    """`authors` but for those who are the publication itself, by one of its `titles`."""
    own = {title.casefold() for title in titles}
    return tuple(author for author in authors if author.name.casefold() not in own)


def _without_mail(line: str) -> str:
    found = _MAIL_THEN_NAME.match(line) or _NAME_THEN_MAIL.match(line)
    return found["name"].strip() if found else line


def _is_full_name(part: str) -> bool:
    """Two words or more, and the first of them begins as names do."""
    words = part.split()
    return 2 <= len(words) <= _LONGEST_NAME and words[0][0].isupper() and words[-1][0].isupper()
