"""Lists the messages of the templates that a language has no words for.

In: the folder of templates and a language. Out: messages as the templates write them. Never: fails
for a template that cannot be read; whoever renders it says so with its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jinja2
from jinja2.ext import extract_from_ast

from dispatch.render import catalogue

_FUNCTIONS = ("_", "ngettext")


def list_untranslated(templates: Path, language: str) -> list[str]:
    """What a reader of `language` would be told in English."""
    messages = dict.fromkeys(
        message
        for path in sorted(templates.rglob("*.j2"))
        for message in _messages(path, path.stat().st_mtime_ns)
    )
    return [one for one in messages if not catalogue.has_message(language, one)]


@cache
def _messages(path: Path, _changed_at: int) -> tuple[str, ...]:
    """The messages of one template; read anew when it changes."""
    try:
        tree = jinja2.Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, jinja2.TemplateSyntaxError):
        return ()
    return tuple(_first_forms(tree))


def _first_forms(tree: jinja2.nodes.Template) -> Iterator[str]:
    """Each message, and of a counted one the form that names it in the catalogue."""
    for _, _, message in extract_from_ast(tree, _FUNCTIONS):
        first = message[0] if isinstance(message, tuple) else message
        if first:
            yield first
