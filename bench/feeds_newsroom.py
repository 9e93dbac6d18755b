"""The newsroom of bench/feeds.py: the same invented articles for everybody, from a fixed seed.

In: how many. Out: Markdown for the peers, rows in a database for us. Never: the network.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import nh3
import sqlalchemy as sa
from feeds_site import LANGUAGES, PUBLICATION, SECTIONS, SITE, START
from markdown_it import MarkdownIt

from dispatch.model.article import Article, Author, Entry
from dispatch.store import articles as store_articles
from dispatch.store import schema
from dispatch.store.database import Database

WORDS = {
    "en": "minister border treaty court river village opera budget witness morning paper bridge "
    "school doctor winter market election silence letter engine garden island signal",
    "ru": "министр граница договор суд река деревня опера бюджет свидетель утро бумага мост "
    "школа врач зима рынок выборы тишина письмо мотор сад остров сигнал",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One article as Markdown."""

    number: int
    language: str
    section: str
    title: str
    standfirst: str
    body: str
    published_at: datetime


def make_source(number: int, language: str) -> Source:
    """An article of some 3,000 characters: paragraphs, links, emphasis, a heading and a list."""
    rng = random.Random(f"{number} {language}")
    words = WORDS[language].split()

    def sentence(length: int) -> str:
        return " ".join(rng.choices(words, k=length)).capitalize() + "."

    paragraphs = [" ".join(sentence(rng.randint(8, 16)) for _ in range(4)) for _ in range(7)]
    paragraphs[1] += f" [{sentence(3)}]({SITE}a/{number}) *{sentence(2)}*"
    paragraphs.insert(3, f"## {sentence(4)}")
    paragraphs.insert(5, "\n".join(f"- {sentence(6)}" for _ in range(4)))
    return Source(
        number=number,
        language=language,
        section=SECTIONS[number % len(SECTIONS)],
        title=sentence(7).rstrip("."),
        standfirst=sentence(14),
        body="\n\n".join(paragraphs),
        published_at=START - timedelta(minutes=13 * number),
    )


def make_sources(count: int) -> list[Source]:
    return [make_source(number, language) for number in range(count) for language in LANGUAGES]


def make_article(source: Source, markdown: MarkdownIt) -> Article:
    """What collecting makes of it: the body converted and sanitised."""
    number = 2 * source.number + LANGUAGES.index(source.language) + 1
    moment = source.published_at
    return Article(
        id=number,
        uid=f"tag:meridian.example,2026:article:{number}",
        url=f"{SITE}{source.language}/{source.number}",
        language=source.language,
        title=source.title,
        source="folder",
        standfirst=source.standfirst,
        html=nh3.clean(markdown.render(source.body)),
        authors=(Author(name="Ann Lee"),),
        sections=(source.section,),
        group_id=number,
        published_at=moment,
        updated_at=moment,
        entered_at=moment,
        first_seen_at=moment,
    )


def make_articles(count: int) -> Iterator[Article]:
    markdown = MarkdownIt("commonmark")
    return (make_article(source, markdown) for source in make_sources(count))


def fill(db: Database, count: int) -> None:
    """The articles as rows, as collecting leaves them."""
    rows, sections = [], []
    for one in make_articles(count):
        rows.append(_row(one))
        sections.append(
            {"article_id": one.id, "section": one.sections[0], "source": "folder", "position": 0}
        )
    with db.write() as tx:
        tx.execute(sa.insert(schema.article), rows)
        tx.execute(sa.insert(schema.article_section), sections)


def _row(one: Article) -> dict[str, object]:
    return {
        "id": one.id,
        "uid": one.uid,
        "group_id": one.group_id,
        "source": one.source,
        "url": one.url,
        "language": one.language,
        "title": one.title,
        "standfirst": one.standfirst,
        "html": one.html,
        "authors": [{"name": author.name, "url": None} for author in one.authors],
        "content_hash": str(one.id),
        "published_at": one.published_at,
        "updated_at": one.updated_at,
        "entered_at": one.entered_at,
        "first_seen_at": one.first_seen_at,
        "changed_at": one.published_at,
    }


#: Older copies of what stands, with short bodies: only their number matters to a new article.
_GROW = """
INSERT INTO article (uid, group_id, source, url, language, title, standfirst, html, authors,
  content_hash, published_at, updated_at, entered_at, first_seen_at, changed_at)
SELECT uid || ':' || :round, 0, source, url || '/' || :round, language, title, standfirst,
  '<p>' || title || '</p>', authors, content_hash, datetime(published_at, :ago) || '.000000',
  updated_at, entered_at, first_seen_at, changed_at
FROM article WHERE id <= :first
"""
_GROW_SECTIONS = """
INSERT INTO article_section (article_id, section, source, position)
SELECT a.id, s.section, s.source, s.position FROM article a
JOIN article_section s ON s.article_id = (a.id - 1) % :first + 1 WHERE a.id > :first
"""


def grow(db: Database, articles: int) -> None:
    """Make of the articles in a SQLite database many more, all older."""
    with db.write() as tx:
        first = tx.execute(sa.select(sa.func.count()).select_from(schema.article)).scalar_one()
        for number in range(1, articles // first):
            ago = f"-{number * first * 7} minutes"
            name = f"{first}-{number}"  # it may grow again
            tx.execute(sa.text(_GROW), {"round": name, "ago": ago, "first": first})
        tx.execute(sa.text(_GROW_SECTIONS), {"first": first})
        tx.execute(sa.text("UPDATE article SET group_id = id WHERE group_id = 0"))


def add_one(db: Database, number: int, now: datetime) -> None:
    """One new article of ordinary length, as collecting adds it."""
    source = make_source(number, "en")
    body = nh3.clean(MarkdownIt("commonmark").render(source.body))
    entry = Entry(
        source_id=f"new {number}",
        url=f"{SITE}new/{number}",
        title=source.title,
        standfirst=source.standfirst,
        html=body,
        published_at=now,
    )
    with db.write() as tx:
        store_articles.add_article(
            tx,
            entry,
            source="folder",
            language="en",
            sections=(source.section,),
            content_hash=str(number),
            entered_at=now,
            now=now,
            tag_authority=PUBLICATION.tag_authority,
        )
