"""A newsroom whose articles go straight into the store, and whose feeds are built on command."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from lxml import etree

from dispatch.model.article import Entry
from dispatch.model.feed import FeedSettings
from dispatch.model.publication import Appeal, Publication, Section
from dispatch.store import articles, database, schema
from dispatch.store.database import Database
from dispatch.syndicate import SyndicateReport, syndicate

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECTIONS = ("world", "economy")
PUBLICATION = Publication(
    names={"en": "The Meridian", "ru": "Меридиан"},
    site="https://meridian.example/",
    public_url="https://news.meridian.example/",
    languages={"en": "English", "ru": "Русский"},
    sections=tuple(Section(key=key, names={"en": key.title()}) for key in SECTIONS),
    time_zone=ZoneInfo("Europe/London"),
    contact="desk@meridian.example",
    tag_authority="meridian.example,2026",
)
APPEAL = Appeal(
    key="winter",
    language="en",
    title="Keep us independent.",
    text="Please help.",
    button="Give",
    url="https://meridian.example/give",
    starts_on=datetime(2026, 12, 1, tzinfo=UTC).date(),
)
ATOM = "{http://www.w3.org/2005/Atom}"
FH = "{http://purl.org/syndication/history/1.0}"
AT = "{http://purl.org/atompub/tombstones/1.0}"


class Desk:
    """What an editor does, and the build that follows."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.folder, self.now = db, folder, NOW
        self.settings = FeedSettings(entries=10)
        self.count = 0

    def add(
        self,
        language: str = "en",
        sections: tuple[str, ...] = ("world",),
        ago: timedelta = timedelta(),
    ) -> int:
        self.count += 1
        return self._put(None, f"Article {self.count}", language, sections, ago)

    def change(
        self, article_id: int, title: str, sections: tuple[str, ...], *, significant: bool = False
    ) -> None:
        with self.db.read() as tx:
            article = articles.get_articles(tx, [article_id])[article_id]
        self._put(
            article_id, title, article.language, sections, timedelta(), significant=significant
        )

    def _put(
        self,
        article_id: int | None,
        title: str,
        language: str,
        sections: tuple[str, ...],
        ago: timedelta,
        *,
        significant: bool = False,
    ) -> int:
        entry = Entry(
            source_id=f"{title} {article_id}",
            url=f"https://meridian.example/{article_id or self.count}",
            title=title,
            html=f"<p>{title}</p>",
            published_at=self.now - ago,
        )
        known: dict[str, Any] = {
            "source": "site",
            "language": language,
            "sections": sections,
            "content_hash": title,
            "now": self.now,
        }
        with self.db.write() as tx:
            if article_id is None:
                return articles.add_article(
                    tx,
                    entry,
                    entered_at=self.now,
                    tag_authority=PUBLICATION.tag_authority,
                    **known,
                )
            articles.update_article(tx, article_id, entry, is_significant=significant, **known)
            return article_id

    def withdraw(self, article_id: int) -> None:
        with self.db.write() as tx:
            articles.withdraw_article(tx, article_id, self.now)

    def translate(self, one: int, other: int) -> None:
        table = schema.article
        with self.db.write() as tx:
            tx.execute(sa.update(table).where(table.c.id.in_([one, other])).values(group_id=one))

    def later(self, **amount: float) -> None:
        self.now += timedelta(**amount)

    def build(self, *, folder: Path | None = None, **options: Any) -> SyndicateReport:
        report = syndicate(
            self.db,
            PUBLICATION,
            self.settings,
            [APPEAL],
            folder or self.folder,
            now=self.now,
            **options,
        )
        assert not report.failures
        return report

    def set(self, **changes: Any) -> None:
        self.settings = replace(self.settings, **changes)

    def path(self, url: str) -> Path:
        return self.folder / url.removeprefix(f"{PUBLICATION.public_url}feeds/")

    def walk_atom(self, key: str) -> Iterator[etree._Element]:
        """Every document of a feed, the subscription feed first, by its links alone."""
        url = f"{PUBLICATION.public_url}feeds/{key}/atom.xml"
        while url:
            root = etree.parse(io.BytesIO(self.path(url).read_bytes())).getroot()
            yield root
            found = root.find(f"{ATOM}link[@rel='prev-archive']")
            url = str(found.get("href")) if found is not None else ""

    def walk_json(self, key: str) -> Iterator[dict[str, Any]]:
        url = f"{PUBLICATION.public_url}feeds/{key}/feed.json"
        while url:
            document = json.loads(self.path(url).read_bytes())
            assert document["feed_url"] == url
            yield document
            url = document.get("next_url", "")


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """A desk on each kind of database in turn."""
    return Desk(db, tmp_path / "feeds")


@pytest.fixture
def quick_desk(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk on SQLite alone."""
    opened = database.open_database(migrated_sqlite_url)
    yield Desk(opened, tmp_path / "feeds")
    opened.close()
