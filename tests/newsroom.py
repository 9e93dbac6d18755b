"""The test language: a newsroom in a box, with a real store, real files, and a clock to set.

newsroom.article("Treaties", sections=["foreign-policy"])
newsroom.reader("ann", language="ru")
newsroom.friday()
assert newsroom.mails_to("ann")
"""

from __future__ import annotations

import email
import email.policy
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import yaml

from dispatch.app import App
from dispatch.app.intake import CollectResult
from dispatch.config import load_config
from dispatch.deliver import DeliverReport
from dispatch.model.article import Article
from dispatch.model.delivery import DeliveryState
from dispatch.model.newsletter import Issue
from dispatch.model.run import Run
from dispatch.store import articles, deliveries, issues
from dispatch.subscribe import SubscribeReport

#: A Tuesday noon in London; the first issue is due on Friday the 27th at 09:00.
TUESDAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)

CONFIG = """
[publication]
names = {{ en = "The Meridian", ru = "Меридиан" }}
site = "http://127.0.0.1:8400/"
public_url = "http://127.0.0.1:8025/"
time_zone = "Europe/London"
contact = "editors@meridian.example"
postal_address = "1 Example Street"
tag_authority = "meridian.example,2026"

[publication.languages]
en = "English"
ru = "Русский"

[[publication.sections]]
key = "foreign-policy"
names = {{ en = "Foreign policy", ru = "Внешняя политика" }}

[[publication.sections]]
key = "economy"
names = {{ en = "Economy", ru = "Экономика" }}

[[sources]]
name = "desk"
kind = "folder"
path = "articles"
url = "http://127.0.0.1:8400/"

[[newsletters]]
name = "weekly"
languages = ["en", "ru"]
titles = {{ en = "The Meridian Weekly", ru = "Меридиан за неделю" }}
cadence = "Fridays 09:00"
blocks = ["top_reads", "latest", "appeal", "read_also"]
from_name = {{ en = "The Meridian", ru = "Меридиан" }}
from_address = "digest@meridian.example"
list_id = "weekly.meridian.example"

[[appeals]]
key = "support"
url = "http://127.0.0.1:8400/support"

[appeals.texts.en]
title = "All our texts stay free"
text = "Please help."
button = "Support us"

[appeals.texts.ru]
title = "Все наши тексты останутся бесплатными"
text = "Пожалуйста, помогите."
button = "Поддержать"

[transport]
{transport}

[storage]
url = "{database_url}"
secret = "a secret of at least thirty-two characters"
"""

FILE_TRANSPORT = 'kind = "file"\nfolder = "var/outbox"'


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        """The moment that the test has set."""
        return self.time


class Newsroom:
    """A site in a folder of its own. Names of readers become addresses at reader.example."""

    def __init__(self, root: Path, database_url: str, transport: str = FILE_TRANSPORT) -> None:
        self.root = root
        self.clock = SetClock(TUESDAY)
        (root / "articles").mkdir(parents=True)
        text = CONFIG.format(transport=transport, database_url=database_url)
        (root / "config.toml").write_text(text, encoding="utf-8")
        self.app = self.open_app()

    def open_app(self) -> App:
        """Another process's view of the same site, on the same clock."""
        return App(load_config(self.root / "config.toml", {}), self.clock)

    def with_config(self, more: str) -> Newsroom:
        """The same newsroom after the operator added to the file."""
        path = self.root / "config.toml"
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")
        self.app.close()
        self.app = self.open_app()
        return self

    def decide(self, **settings: str) -> None:
        """Give the weekly these settings, each as TOML writes it: `decide(draft='"1h"')`."""
        path = self.root / "config.toml"
        lines = "".join(f"{key} = {value}\n" for key, value in settings.items())
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('name = "weekly"\n', f'name = "weekly"\n{lines}', 1), "utf-8")
        self.app.close()
        self.app = self.open_app()

    def close(self) -> None:
        """Let go of the database."""
        self.app.close()

    # ------------------------------------------------------------ the newsroom's own doing

    def article(
        self,
        title: str,
        *,
        language: str = "en",
        sections: Sequence[str] = ("economy",),
        published_at: datetime | None = None,
        translation_of: str | None = None,
        text: str = "A paragraph.",
        **fields: Any,
    ) -> str:
        """Publish an article (or change the one of that title); returns its slug.

        It is collected at the next `collect()`. `translation_of` is the other article's slug.
        """
        slug = slug_of(title)
        front = {
            "title": title,
            "slug": f"{language}/{slug}/",
            "language": language,
            "sections": list(sections),
            "authors": ["Maria Lindqvist"],
            "standfirst": f"Maria Lindqvist on {title.lower()}",
            "published": (published_at or self.clock.now() - timedelta(hours=1)).isoformat(),
            **fields,
        }
        if translation_of:
            front["translation_of"] = f"{translation_of}.md"
        self.write(f"{slug}.md", f"---\n{yaml.safe_dump(front, allow_unicode=True)}---\n{text}\n")
        return slug

    def write(self, name: str, content: str) -> Path:
        """Put a file into the folder source, finished a minute ago."""
        path = self.root / "articles" / name
        path.write_text(content, encoding="utf-8")
        finished = self.clock.now().timestamp() - 60
        os.utime(path, (finished, finished))
        return path

    def reader(self, name: str, **fields: str) -> SubscribeReport:
        """Somebody subscribes and confirms; `sections` is a list parted by semicolons."""
        row = {"address": f"{name}@reader.example", "newsletter": "weekly", **fields}
        return self.app.readers.subscribe([self.app.readers.read_wish(row)])

    def later(self, **amount: float) -> None:
        """Move the clock on: `later(days=7)`."""
        self.clock.time += timedelta(**amount)

    def friday(self, week: int = 0) -> list[Run]:
        """It is Friday nine o'clock; returns the runs that were made.

        What was published is collected a minute before, as the clock would have done.
        """
        self.clock.time = FRIDAY + timedelta(weeks=week, minutes=-1)
        self.collect()
        self.clock.time += timedelta(minutes=1)
        return self.app.runner.wake("issue:weekly")

    # ------------------------------------------------------------ what came of it

    def collect(self, **options: Any) -> CollectResult:
        """Ask every source now."""
        return self.app.intake.collect(force=True, **options)

    def deliver(self) -> DeliverReport:
        """Work off what is owed now."""
        return self.app.issues.deliver()

    def articles(self, language: str | None = None) -> list[Article]:
        """What is published, newest first."""
        with self.app.db.read() as tx:
            return articles.list_newest(tx, language=language, section=None, limit=1000)

    def issue(self, period: str = "2026-W48") -> Issue:
        """The issue of the weekly for a period."""
        with self.app.db.read() as tx:
            found = issues.find_issue(tx, "weekly", period)
        assert found is not None, f"there is no issue {period}"
        return found

    def balance(self, period: str = "2026-W48") -> dict[DeliveryState, int]:
        """How the deliveries of an issue stand."""
        issue = self.issue(period)
        with self.app.db.read() as tx:
            return dict(deliveries.balance(tx, issue.id).counts)

    def mails(self) -> list[EmailMessage]:
        """What lies in the outbox."""
        files = sorted((self.root / "var" / "outbox").glob("*.eml"))
        return [parse(path.read_bytes()) for path in files]

    def mails_to(self, name: str) -> list[EmailMessage]:
        """What one reader got."""
        return [mail for mail in self.mails() if mail["To"] == f"{name}@reader.example"]


def parse(raw: bytes) -> EmailMessage:
    """A message as a mail program sees it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(mail: EmailMessage) -> str:
    """The plain part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(mail: EmailMessage) -> str:
    """The HTML part."""
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def slug_of(title: str) -> str:
    """A file name for a title."""
    return re.sub(r"\W+", "-", title.lower()).strip("-")
