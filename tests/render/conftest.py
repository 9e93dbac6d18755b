"""A bilingual newsroom for the tests of what readers are shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch.model.article import Article, Author, Image, RelatedArticle, Translation
from dispatch.model.feed import Feed, FeedContext, FeedFormat, FeedSettings
from dispatch.model.publication import Appeal, Publication, Section
from dispatch.render import feeds as feed_rendering
from dispatch.rules import feeds as feed_rules

FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SITE = "https://meridian.example/"


def as_related(article: Article) -> RelatedArticle:
    """What is offered of `article` beside another."""
    return RelatedArticle(
        id=article.id,
        language=article.language,
        url=article.url,
        title=article.title,
        group_id=article.group_id,
        published_at=article.published_at,
    )


PUBLICATION = Publication(
    names={"en": "The Meridian", "ru": "Меридиан"},
    site=SITE,
    public_url="https://news.meridian.example/",
    languages={"en": "English", "ru": "Русский"},
    sections=(
        Section(key="foreign-policy", names={"en": "Foreign policy", "ru": "Внешняя политика"}),
        Section(key="law-order", names={"en": "Law & order", "ru": "Право и порядок"}),
        Section(key="culture", names={"en": "Culture", "ru": "Культура"}),
    ),
    time_zone=ZoneInfo("Europe/London"),
    contact="desk@meridian.example",
    tag_authority="meridian.example,2026",
)

APPEALS = {
    "en": Appeal(
        key="winter",
        language="en",
        title="Keep us independent.",
        text="Three readers in four pay nothing & that is fine.",
        button="Give what you can",
        url=f"{SITE}give?from=feed&lang=en",
    ),
    "ru": Appeal(
        key="winter",
        language="ru",
        title="Поддержите нашу независимость.",
        text="Трое из четырёх читателей не платят – и это нормально.",
        button="Поддержать",
        url=f"{SITE}give?from=feed&lang=ru",
    ),
}

_ENGLISH = (
    "Ministers agree a border treaty after eleven years",
    "AT&T, R&D and the price of spectrum",
    "Why 3 < 5 is a matter for the court",
    "Press <Enter> to vote: the trouble with e-polling",
    "“Nobody asked us”: a village and its dam",
    "The opera that opened in a car park — twice",
    "Budget: what it says, what it means",
    "\N{ROCKET} Launch delayed, again",
    "Interview. Ana O’Neill on silence",
    (
        "A very long headline that goes on and on, as headlines do when an editor has gone home "
        "and nobody dares to cut the minister’s title, his committee or the date of the hearing"
    ),
)
_RUSSIAN = (
    "Министры согласовали договор о границе спустя одиннадцать лет",
    "AT&T, НИОКР и цена частот",
    "Почему 3 < 5 – дело суда",
    "Нажмите <Enter>, чтобы проголосовать: беда электронных выборов",
    "«Нас никто не спросил»: деревня и её плотина",
    "Опера, которая открылась на парковке — дважды",
    "Бюджет: что в нём сказано и что он значит",
    "\N{ROCKET} Запуск снова отложен",
    "Интервью. Анна Онегина о\N{NO-BREAK SPACE}тишине",
    (
        "Очень длинный заголовок, который всё тянется и тянется, потому что редактор ушёл домой, "
        "а сократить должность министра, название комитета и дату слушаний никто не решается"
    ),
)
_BODIES = (
    "<p>One paragraph &amp; no more.</p>",
    (
        '<h2>First</h2><p>With a <a href="https://meridian.example/a?b=1&amp;c=2">link</a>.</p>'
        '<figure><img src="https://meridian.example/i/2.jpg" alt="A dam" width="1200" height="800">'
        "<figcaption>Photo: M. Orlov</figcaption></figure>"
    ),
    "<blockquote><p>«Цитата»</p></blockquote><ul><li>раз</li><li>два</li></ul>",
    "<p>if (a &lt; b &amp;&amp; b &gt; c) ]]&gt; end</p><pre><code>x = 1\n  y = 2</code></pre>",
    "",
)
_AUTHORS = (
    (Author(name="Ann Lee", url=f"{SITE}authors/ann-lee"), Author(name="Ben Okafor")),
    (Author(name="Мария Орлова"),),
    (),
)


class Newsroom:
    """What the newsroom has published, and how to render it.

    No dataclass: Hypothesis would print all of it with each example that fails.
    """

    def __init__(
        self,
        publication: Publication,
        articles: tuple[Article, ...],
        feeds: Mapping[str, Feed],
    ) -> None:
        self.publication = publication
        self.articles = articles
        self.feeds = feeds

    def article(self, **changes: object) -> Article:
        """An ordinary English article with what the test cares about."""
        return replace(self.articles[1], **changes)  # type: ignore[arg-type] # free-form by intent

    def context(self, key: str, **changes: object) -> FeedContext:
        """The context of the feed called `key`, with every part filled."""
        by_id = {article.id: article for article in self.articles}
        context = FeedContext(
            publication=self.publication,
            settings=FeedSettings(),
            born_at=FRIDAY,
            alternates=feed_rules.make_alternates(self.feeds[key], tuple(self.feeds.values())),
            appeals=APPEALS,
            read_also={
                1: (as_related(by_id[3]), as_related(by_id[5])),
                2: (as_related(by_id[4]),),
            },
            feeds_page_url="https://news.meridian.example/en/feeds/",
            subscribe_url="https://news.meridian.example/en/",
            hub_url="https://hub.meridian.example/",
        )
        return replace(context, **changes)  # type: ignore[arg-type] # free-form by intent

    def render(
        self,
        key: str,
        feed_format: FeedFormat,
        articles: Sequence[Article] | None = None,
        withdrawn: Sequence[Article] = (),
        **changes: object,
    ) -> bytes:
        """The document of the feed called `key`."""
        feed = self.feeds[key]
        if articles is None:
            shown = [one for one in self.articles if feed_rules.shows(feed, one)]
            articles = sorted(shown, key=lambda one: (one.published_at, one.id), reverse=True)[:30]
        context = self.context(key, **changes)
        return feed_rendering.render_feed(feed, feed_format, articles, context, withdrawn)


def _article(number: int, language: str) -> Article:
    """Pairs of articles: the English one is odd, its Russian translation the next even one."""
    titles, other_titles = (_ENGLISH, _RUSSIAN) if language == "en" else (_RUSSIAN, _ENGLISH)
    other = "ru" if language == "en" else "en"
    article_id = 2 * number + (1 if language == "en" else 2)
    other_id = article_id + (1 if language == "en" else -1)
    moment = FRIDAY - timedelta(hours=5 * number, seconds=article_id)
    sections = PUBLICATION.sections
    return Article(
        id=article_id,
        uid=f"tag:meridian.example,2026:article:{article_id}",
        url=f"{SITE}{language}/{article_id}?a=1&b=2",
        language=language,
        title=titles[number % 10],
        source="site",
        standfirst="" if number % 7 == 6 else f"Tom & Jerry in {number} words. «Коротко».",
        html=_BODIES[number % 5],
        authors=_AUTHORS[number % 3],
        sections=(sections[number % 3].key, *((sections[0].key,) if number % 6 == 1 else ())),
        image=_image(number),
        translations=()
        if number % 4 == 3
        else (
            Translation(
                article_id=other_id,
                language=other,
                url=f"{SITE}{other}/{other_id}?a=1&b=2",
                title=other_titles[number % 10],
            ),
        ),
        group_id=number + 1,
        published_at=moment,
        updated_at=moment + timedelta(minutes=7 * (number % 3)),
        entered_at=moment,
        first_seen_at=moment,
    )


def _image(number: int) -> Image | None:
    if number % 3 == 2:
        return None
    url = f"{SITE}i/{number}.jpg?w=1200&q=80"
    if number % 3 == 1:
        return Image(url=url)
    return Image(
        url=url, alt="A map & a <key>", media_type="image/jpeg", width=1200, height=800, length=9
    )


@pytest.fixture(scope="session")
def feed_room() -> Newsroom:
    """The newsroom that all tests of feeds share."""
    return make_newsroom()


def make_newsroom() -> Newsroom:
    """Forty articles, twenty in each of two languages, as varied as a real month."""
    articles = tuple(
        _article(number, language) for number in range(20) for language in ["en", "ru"]
    )
    feeds = {feed.key: feed for feed in feed_rules.make_feeds(PUBLICATION)}
    return Newsroom(publication=PUBLICATION, articles=articles, feeds=feeds)


@pytest.fixture(scope="session")
def need_program() -> Callable[[str], Path]:
    """`need_program(name)` finds a program, skips visibly without it, fails where CI demands it."""

    def find(name: str) -> Path:
        for folder in os.get_exec_path():
            if (path := Path(folder) / name).is_file():
                return path
        required = os.environ.get("DISPATCH_TEST_REQUIRE", "").split(",")
        if name in required:
            pytest.fail(f"{name} is required here, but not installed")
        pytest.skip(f"needs {name}: not installed")

    return find
