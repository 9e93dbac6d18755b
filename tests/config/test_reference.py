from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.config import reference, shapes
from dispatch.config.tables import Tables

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "config/shapes",
    "config/tables/appeals",
    "config/tables/feeds",
    "config/tables/newsletters",
    "config/tables/publication",
    "config/tables/sending",
    "config/tables/site",
    "config/tables/sources",
    "config/tables/table",
)

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "config.md"


def every_key() -> list[tuple[str, str]]:
    return [
        (heading, key) for heading, table in shapes.tables_of(Tables) for key in table.model_fields
    ]


@pytest.mark.parametrize(("heading", "key"), every_key())
def test_every_key_of_every_table_has_its_line(heading: str, key: str) -> None:
    page = PAGE.read_text(encoding="utf-8")

    part = page.split(f"## `{heading}`\n")[1].split("\n## ")[0]

    (line,) = [line for line in part.splitlines() if line.startswith(f"| `{key}` |")]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert len(cells) == 4
    assert cells[1], "a key has a type"
    assert cells[3].endswith("."), "its meaning is a sentence"


def test_every_table_of_the_file_has_its_heading() -> None:
    headings = {heading.strip("[]").split(".")[0] for heading, _ in every_key()}

    assert headings == set(Tables.model_fields)


def test_the_page_is_what_the_program_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.markdown(), (
        "run: python -m dispatch.config.reference > docs/reference/config.md"
    )
