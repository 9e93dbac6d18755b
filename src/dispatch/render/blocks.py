"""Knows which templates show each block of an issue.

To add a block: a dataclass in `model.contents`, a pair of templates below `templates/email/`,
and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockTemplates:
    """Where the two forms of a block are, below the folder of templates."""

    html: str
    text: str


BLOCKS: Final[Mapping[str, BlockTemplates]] = {
    "top_reads": BlockTemplates(html="blocks/top_reads.html.j2", text="blocks/top_reads.txt.j2"),
    "latest": BlockTemplates(html="blocks/latest.html.j2", text="blocks/latest.txt.j2"),
    "read_also": BlockTemplates(html="blocks/read_also.html.j2", text="blocks/read_also.txt.j2"),
    "appeal": BlockTemplates(html="blocks/appeal.html.j2", text="blocks/appeal.txt.j2"),
    "note": BlockTemplates(html="blocks/note.html.j2", text="blocks/note.txt.j2"),
    "article": BlockTemplates(html="blocks/article.html.j2", text="blocks/article.txt.j2"),
    "events": BlockTemplates(html="blocks/events.html.j2", text="blocks/events.txt.j2"),
    "jobs": BlockTemplates(html="blocks/jobs.html.j2", text="blocks/jobs.txt.j2"),
}
