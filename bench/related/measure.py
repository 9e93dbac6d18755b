"""How long it takes to find what belongs beside a new article, as the archive grows.

python bench/related/measure.py [ARTICLES...]      by default 1000 5000 10000

Each archive has an article every two hours, half of them Russian, with texts of 300 words drawn
from the sample newsroom's. Measured: one new article after all others are done, with the whole
round as `dispatch collect` makes it (candidates from the store, the comparison, the writing).
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatch import relate
from dispatch.model.article import Author, Entry
from dispatch.store import articles, database, related

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parents[2] / "examples" / "newsroom" / "articles"


def words_of(language: str) -> list[str]:
    """All words of the sample articles in one language."""
    return " ".join(path.read_text("utf-8") for path in (SAMPLES / language).glob("*.md")).split()


def add(tx: database.Transaction, dice: random.Random, words: list[str], at: datetime) -> None:
    """One article more."""
    language = "ru" if ord(max(words[:50])[0]) > 1000 else "en"
    text = " ".join(dice.choices(words, k=300))
    entry = Entry(
        source_id=str(dice.random()),
        url=f"https://meridian.example/{dice.random()}",
        title=" ".join(dice.choices(words, k=8)),
        standfirst=" ".join(dice.choices(words, k=15)),
        html=f"<p>{text}</p>",
        authors=(Author(name=f"Author {dice.randrange(20)}"),),
        published_at=at,
    )
    articles.add_article(
        tx,
        entry,
        source="bench",
        language=language,
        sections=(f"section-{dice.randrange(8)}",),
        content_hash="",
        entered_at=at,
        now=at,
        tag_authority="meridian.example,2026",
    )


def measure(count: int) -> None:
    """One archive: the first rounds, then one new article five times."""
    dice = random.Random(count)
    both = [words_of("en"), words_of("ru")]
    with tempfile.TemporaryDirectory() as folder:
        db = database.open_database(f"sqlite:///{folder}/bench.db")
        db.upgrade()
        with db.write() as tx:
            for number in range(count):
                add(tx, dice, both[number % 2], NOW - timedelta(hours=2 * number + 1))
        started = time.perf_counter()
        while relate.relate(db, now=NOW).compared:
            pass
        first = time.perf_counter() - started
        times = []
        for number in range(5):
            with db.write() as tx:
                add(tx, dice, both[number % 2], NOW)
            started = time.perf_counter()
            relate.relate(db, now=NOW + timedelta(seconds=1))
            times.append(time.perf_counter() - started)
        with db.read() as tx:
            started = time.perf_counter()
            related.read_also(tx, list(range(1, 31)), 3)
            looked_up = time.perf_counter() - started
        db.close()
    print(
        f"{count:>6} articles: first rounds {first:6.1f} s ({1000 * first / count:.1f} ms each), "
        f"one new article {1000 * sorted(times)[2]:6.0f} ms, "
        f"read also of 30 articles looked up in {1000 * looked_up:.0f} ms"
    )


if __name__ == "__main__":
    for wanted in [int(one) for one in sys.argv[1:]] or [1000, 5000, 10000]:
        measure(wanted)
