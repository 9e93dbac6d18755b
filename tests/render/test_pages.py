"""Pages from templates: escaped, translated, and without holes."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from dispatch.render import pages


def test_values_are_escaped_and_words_are_the_reader_s(tmp_path: Path) -> None:
    template = '{{ language }} {{ direction }} {{ _("Feeds") }} {{ name }} {{ number(1234) }}'
    (tmp_path / "page.html.j2").write_text(template)
    page = pages.render_page(tmp_path, "page.html.j2", "ru", {"name": "<b>"})
    assert page == "ru ltr Ленты &lt;b&gt; 1\u00a0234"


def test_a_value_that_is_missing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text("{{ nothing }}")
    with pytest.raises(jinja2.UndefinedError, match="nothing"):
        pages.render_page(tmp_path, "page.html.j2", "en", {})
