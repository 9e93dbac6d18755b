"""Reads the sample newsroom's articles from disk and moves their dates up to the present.

Shared by the web site and by the access-log writer, so that both speak of the same
addresses. It plays a foreign publishing system and imports nothing of Dispatch.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

HERE = Path(__file__).parent
ANCHOR = datetime(2026, 11, 20, 12, tzinfo=UTC)
LANGUAGES = ("en", "ru")
NAMES = {"en": "The Meridian", "ru": "Меридиан"}
SECTIONS = {
    "foreign-policy": {"en": "Foreign policy", "ru": "Внешняя политика"},
    "post-soviet": {"en": "Post-Soviet space", "ru": "Постсоветское пространство"},
    "economy": {"en": "Economy", "ru": "Экономика"},
    "society": {"en": "Society", "ru": "Общество"},
    "security": {"en": "Security", "ru": "Безопасность"},
}
# Post numbers start high and leave gaps, as they do after ten years of drafts.
FIRST_POST, POST_STEP = 4107, 13
FADING = timedelta(days=3.5)
# The pieces of the anchor's week that people sent each other. They differ by language, and
# far enough from one another that a count of readers has one right answer.
TALKED_ABOUT = {
    "middle-corridor-short-of-cranes": 1.0,
    "small-states-long-treaties": 0.81,
    "river-with-four-owners": 0.60,
    "summits-and-side-letters": 0.40,
    "generation-that-left-twice": 0.21,
    "strakhovka-ot-morya": 0.75,
    "sredinnomu-koridoru-ne-khvataet-kranov": 0.71,
    "pokolenie-uekhavshee-dvazhdy": 0.47,
    "dachnyy-kooperativ-kak-shkola-samoupravleniya": 0.35,
    "reka-s-chetyrmya-khozyaevami": 0.27,
}

_LINK = re.compile(r"\]\(([a-z0-9-]+)\.md\)")
_PICTURE = re.compile(r"\]\(\.\./\.\./images/")


@dataclass(frozen=True)
class Article:
    """One article in one language."""

    title: str
    slug: str
    language: str
    sections: tuple[str, ...]
    authors: tuple[str, ...]
    standfirst: str
    published: datetime
    updated: datetime
    translation: str | None
    image: str | None
    image_alt: str
    html: str
    text: str
    post: int = 0

    @property
    def path(self) -> str:
        """The article's address within the site: the first section is its home."""
        return f"/{self.language}/{self.sections[0]}/{self.slug}/"

    @property
    def other_language(self) -> str:
        """The language that the article is not in."""
        return "ru" if self.language == "en" else "en"

    @property
    def twin_path(self) -> str | None:
        """The address of its translation, if it has one."""
        if self.translation is None:
            return None
        return f"/{self.other_language}/{self.sections[0]}/{self.translation}/"

    @property
    def has_inline_picture(self) -> bool:
        """Whether the body itself contains a picture."""
        return "<img " in self.html


def shift(moment: datetime, now: datetime) -> datetime:
    """Move a date by whole days, so that the anchor falls on the day that ends with `now`.

    Whole days keep the hour of publication; rounding down keeps every date in the past.
    """
    return moment + timedelta(days=(now - ANCHOR).days)


def load(now: datetime) -> list[Article]:
    """Read all articles, newest first, with their dates shifted to `now`."""
    sources = [_split(path) for path in sorted((HERE / "articles").glob("*/*.md"))]
    homes = {
        (head["language"], head["slug"]): f"/{head['language']}/{head['sections'][0]}/"
        for head, _ in sources
    }
    articles = [_article(head, body, homes, now) for head, body in sources]
    articles.sort(key=lambda article: (article.published, article.slug))
    numbered = [
        Article(**{**vars(article), "post": FIRST_POST + POST_STEP * index})
        for index, article in enumerate(articles)
    ]
    return numbered[::-1]


def popularity(article: Article, now: datetime) -> float:
    """How sought-after an article is at a moment: its own appeal, fading with age."""
    age = now - article.published
    if age < timedelta(0):
        return 0.0
    return appeal(article) * math.exp2(-(age / FADING))


def appeal(article: Article) -> float:
    """An article's appeal when new: what the talk of the week has, or else a little."""
    digest = sha256(f"{article.language}/{article.slug}".encode()).digest()
    return TALKED_ABOUT.get(article.slug, 0.03 + 0.13 * digest[0] / 255)


def _split(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body.strip()


def _article(
    head: dict[str, Any], body: str, homes: dict[tuple[str, str], str], now: datetime
) -> Article:
    language: str = head["language"]
    html = MarkdownIt("commonmark").render(_resolve(body, language, homes))
    return Article(
        title=head["title"],
        slug=head["slug"],
        language=language,
        sections=tuple(head["sections"]),
        authors=tuple(head["authors"]),
        standfirst=head["standfirst"],
        published=shift(head["published"], now),
        updated=shift(head.get("updated", head["published"]), now),
        translation=head.get("translation"),
        image=head.get("image"),
        image_alt=head.get("image_alt", ""),
        html=html,
        text=re.sub(r"<[^>]+>", " ", html),
    )


def _resolve(body: str, language: str, homes: dict[tuple[str, str], str]) -> str:
    """Turn links between files into links between pages; an unknown file is an error."""
    linked = _LINK.sub(lambda hit: f"]({homes[language, hit[1]]}{hit[1]}/)", body)
    return _PICTURE.sub("](/images/", linked)
