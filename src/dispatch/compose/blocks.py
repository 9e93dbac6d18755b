"""Fills the blocks of an issue, in the operator's order.

In: a page with what earlier blocks left. Out: a block's contents, or None where it has nothing to
show. A block is one function and one line of BLOCKS here, and one line in `render.blocks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dispatch import errors
from dispatch.compose import appeal as requests
from dispatch.compose import listing
from dispatch.compose.page import Page
from dispatch.model.contents import (
    Announcement,
    ArticleBlock,
    BlockContents,
    EventsBlock,
    JobsBlock,
    LatestBlock,
    ListedRead,
    NoteBlock,
    ReadAlsoBlock,
    SectionGroup,
    TopReadsBlock,
)
from dispatch.rules import selection


def fill(page: Page) -> list[BlockContents]:
    """The newsletter's blocks; those that have nothing to show are left out."""
    filled = [BLOCKS[name](page) for name in page.newsletter.blocks]
    return [block for block in filled if block is not None]


def top_reads(page: Page) -> BlockContents | None:
    """The ranking by reads."""
    chosen = selection.choose_top_reads(page.candidates, page.shown, page.newsletter)
    places = [
        ListedRead(position=position, article=article)
        for position, article in enumerate(page.take("top_reads", chosen), 1)
    ]
    return TopReadsBlock(reads=tuple(places)) if places else None


def latest(page: Page) -> BlockContents | None:
    """What is new, by section."""
    chosen, omitted = selection.choose_latest(page.candidates, page.shown, page.newsletter)
    page.take("latest", chosen)
    shown = [one.article for one in page.chosen["latest"]]
    publication, language = page.publication, page.language
    order = [section.key for section in publication.sections]
    groups = [
        SectionGroup(
            name=publication.section(key).name(language) if key else "",
            articles=tuple(page.listed(article) for article in members),
        )
        for key, members in selection.group_by_section(shown, order)
    ]
    if not groups:
        return None
    return LatestBlock(groups=tuple(groups), omitted=omitted, more_url=publication.page(language))


def read_also(page: Page) -> BlockContents | None:
    """Older articles that go with those shown."""
    chosen = selection.choose_read_also(page.candidates, page.shown, page.newsletter)
    listed = page.take("read_also", chosen)
    return ReadAlsoBlock(articles=tuple(listed)) if listed else None


def appeal(page: Page) -> BlockContents | None:
    """The donation request that runs on the day of the issue, in its first wording."""
    arms = requests.arms_for(page.assignment, page.material, page.language)
    return requests.make_block(arms[0], page.material) if arms else None


def note(page: Page) -> BlockContents | None:
    """The editors' word to this issue, if they wrote one."""
    name = f"{page.window.period.name}.{page.language}"
    text = _read_note(page, f"{name}.md") or _read_note(page, f"{name}.txt")
    if text is None:
        return None
    first, _, rest = text.partition("\n")
    if first.startswith("# "):
        return NoteBlock(title=first[2:].strip(), text=rest.strip())
    return NoteBlock(text=text) if text else None


def _read_note(page: Page, name: str) -> str | None:
    path = page.desk.notes / page.newsletter.name / name
    try:
        return path.read_text(encoding="utf-8-sig").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: the note cannot be read: {error}"
        raise errors.InputError(message) from error


def article(page: Page) -> BlockContents | None:
    """One article in full: the one that the editors name, or the first by the newsletter's rule."""
    named = _named_article(page)
    chosen = selection.choose_article(page.candidates, page.shown, page.newsletter, named)
    listed = page.take("article", chosen)
    if not listed:
        return None
    return ArticleBlock(article=listed[0], html=page.chosen["article"][0].article.html)


def _named_article(page: Page) -> str:
    """The first line of `notes/NEWSLETTER/PERIOD.article.txt`: an address, a uid or a number."""
    found = _read_note(page, f"{page.window.period.name}.article.txt") or ""
    return found.partition("\n")[0].strip()


def events(page: Page) -> BlockContents | None:
    """What will happen, from the newsletter's boxes."""
    found = _announcements(page, "events")
    return EventsBlock(announcements=found) if found else None


def jobs(page: Page) -> BlockContents | None:
    """Who is looked for, from the newsletter's boxes."""
    found = _announcements(page, "jobs")
    return JobsBlock(announcements=found) if found else None


def _announcements(page: Page, block: str) -> tuple[Announcement, ...]:
    assignment = page.assignment
    return tuple(
        listing.announce(entry, page.language, assignment.local_date)
        for box, entries in assignment.boxes.items()
        if box.block == block and box.language in (None, page.language)
        for entry in selection.choose_announcements(
            entries, box, assignment.local_date, assignment.day
        )
    )


#: How each block is filled.
BLOCKS: Mapping[str, Callable[[Page], BlockContents | None]] = {
    "top_reads": top_reads,
    "latest": latest,
    "read_also": read_also,
    "appeal": appeal,
    "note": note,
    "article": article,
    "events": events,
    "jobs": jobs,
}
