"""Measures whether composing follows variants or readers, and how fast messages are made of them.

One newsroom, two languages, eight sections, 100 choices of sections in each language: 200 variants.
It is composed for a thousand readers and for a hundred thousand. Both times each variant is
rendered once, so the second may cost no more than reading the choices. Messages per second and
core, against rendering, inlining and building each reader's message by itself, are in
bench/messages.py, which `make bench` runs beside this; that spliced messages equal those built the
slow way, byte for byte, tests/render/test_message.py proves.

    python bench/compose.py [--few 1000] [--many 100000]
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatch.app import App
from dispatch.model.article import Author, Entry
from dispatch.render import email as render_email
from dispatch.store import articles
from dispatch.subscribe import Wish

SECTIONS = tuple(f"section-{number}" for number in range(8))
CHOICES = 100
ARTICLES = 60
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)

CONFIG = """\
[publication]
names = {{ en = "The Meridian", ru = "Меридиан" }}
site = "https://meridian.example/"
public_url = "https://news.meridian.example/"
time_zone = "Europe/London"
contact = "editors@meridian.example"
tag_authority = "meridian.example,2026"

[publication.languages]
en = "English"
ru = "Русский"

{sections}
[[sources]]
name = "desk"
kind = "folder"
path = "articles"
url = "https://meridian.example/"

[[newsletters]]
name = "weekly"
languages = ["en", "ru"]
titles = {{ en = "The Weekly", ru = "Неделя" }}
cadence = "Fridays 09:00"
blocks = ["latest", "read_also"]
from_name = {{ en = "The Meridian", ru = "Меридиан" }}
from_address = "digest@meridian.example"
list_id = "weekly.meridian.example"

[transport]
kind = "file"
folder = "outbox"

[storage]
url = "sqlite:///bench.db"
secret = "a secret of at least thirty-two characters"
"""


class StoppedClock:
    """It is Friday, nine o'clock."""

    def now(self) -> datetime:
        """That moment."""
        return NOW


def make_site(folder: Path) -> App:
    """A site with articles of the last week in every section and both languages."""
    sections = "".join(
        f'[[publication.sections]]\nkey = "{key}"\nnames = {{ en = "{key}", ru = "{key}" }}\n\n'
        for key in SECTIONS
    )
    (folder / "articles").mkdir(parents=True)
    path = folder / "config.toml"
    path.write_text(CONFIG.format(sections=sections), encoding="utf-8")
    site = App.open(path, {}, StoppedClock())
    with site.db.write() as tx:
        for number, language in itertools.product(range(ARTICLES), ("en", "ru")):
            add_article(tx, number, language)
    return site


def add_article(tx: articles.Transaction, number: int, language: str) -> None:
    words = "The port that nobody closed" if language == "en" else "Порт, который не закрывали"
    moment = NOW - timedelta(hours=1 + number)
    entry = Entry(
        source_id=f"{language}-{number}",
        url=f"https://meridian.example/{language}/{number}",
        title=f"{words}, {number}",
        standfirst=f"{words}: three captains, two insurers and an officer explain the route.",
        authors=(Author(name=f"Author {number % 9}"),),
        published_at=moment,
    )
    articles.add_article(
        tx,
        entry,
        source="desk",
        language=language,
        sections=(SECTIONS[number % len(SECTIONS)],),
        content_hash=str(number),
        entered_at=moment,
        now=moment,
        tag_authority="meridian.example,2026",
    )


def choices() -> list[tuple[str, tuple[str, ...]]]:
    """A hundred sets of sections in each language."""
    sets = itertools.chain.from_iterable(
        itertools.combinations(SECTIONS, size) for size in range(1, len(SECTIONS))
    )
    chosen = list(itertools.islice(sets, CHOICES))
    return [(language, one) for language in ("en", "ru") for one in chosen]


def add_readers(site: App, first: int, last: int) -> None:
    every = choices()
    wishes = []
    for number in range(first, last):
        language, sections = every[number % len(every)]
        wishes.append(
            Wish(
                address=f"reader{number}@reader{number % 500}.example",
                languages=(language,),
                newsletter="weekly",
                sections=sections,
            )
        )
    site.readers.subscribe(wishes)


def measure(site: App) -> tuple[float, int, int]:
    """(seconds of processor time, variants, how often a mail was rendered)."""
    rendered = 0
    original = render_email.render_issue

    def counted(*args: object) -> object:
        nonlocal rendered
        rendered += 1
        return original(*args)  # type: ignore[arg-type]

    render_email.render_issue = counted  # type: ignore[assignment]
    try:
        started = time.process_time()
        report = site.issues.compose("weekly", dry_run=True)
        return time.process_time() - started, len(report.variants), rendered
    finally:
        render_email.render_issue = original


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=100_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        site = make_site(folder / "site")
        add_readers(site, 0, options.few)
        few, few_variants, few_rendered = measure(site)
        print(f"subscribing {options.many} readers ...", file=sys.stderr)
        add_readers(site, options.few, options.many)
        many, variants, rendered = measure(site)
        site.close()
    finally:
        shutil.rmtree(folder)
    result = {
        "readers": [options.few, options.many],
        "variants": [few_variants, variants],
        "renderings": [few_rendered, rendered],
        "cpu_milliseconds_per_variant": round(many / variants * 1000, 1),
        f"cpu_of_{options.many}_to_{options.few}_readers": round(many / few, 2),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
