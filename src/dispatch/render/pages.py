"""Renders a page of HTML in one language from a folder of templates.

In: a folder, a template's name, a language, values. Out: HTML, every value escaped. Never: a
request, a header, or a page with a hole in it: a value that a template asks for and does not get
is an error (StrictUndefined), not an empty place.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2

from dispatch.render import catalogue


def render_page(folder: Path, name: str, language: str, values: Mapping[str, object]) -> str:
    """The template `name` of `folder` in `language`.

    Templates have `language`, `direction`, `_("message", field=value)`, `ngettext` and `number`
    besides `values`. Raises jinja2.TemplateError for a template that is wrong: these are ours.
    """
    return _environment(folder, language).get_template(name).render(values)


@cache
def _environment(folder: Path, language: str) -> jinja2.Environment:
    text, plural = catalogue.translator(language)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        auto_reload=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        _=text,
        ngettext=plural,
        number=lambda value: catalogue.format_number(value, language),
        language=language,
        direction=catalogue.direction(language),
    )
    return environment
