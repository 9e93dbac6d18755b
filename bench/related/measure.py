"""How the cost of finding what belongs beside a new article follows the size of the archive.

python bench/related/measure.py [ARTICLES...]      by default 2500 10000

Each archive has an article every two hours, half of them Russian, with texts of 300 words drawn
from the sample newsroom's, all of them compared already. Measured: one new article with the whole
round as `dispatch collect` makes it (candidates from the store, the comparison, the writing), and
the look-up of what to read beside thirty articles. Printed: ratios to the smallest archive. A new
article is compared with the newest thousand of its language in 180 days, so an archive of 1,000 is
cheaper (it has half as many to compare with), and from 2,500 on the cost stands still.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from dispatch import relate
from dispatch.model.article import Author, Entry
from dispatch.store import articles, database, related, schema

ROUNDS = 7
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


def mark_compared(tx: database.Transaction) -> None:
    """As if every article had been compared when it came in."""
    columns = schema.article.c.id, schema.article.c.changed_at
    done = sa.insert(schema.related_pass).from_select(
        ["article_id", "changed_at"], sa.select(*columns)
    )
    tx.execute(done)


def measure(count: int) -> tuple[float, float]:
    """Seconds for one new article in an archive of `count`, and for one look-up: the medians."""
    dice = random.Random(count)
    both = [words_of("en"), words_of("ru")]
    with tempfile.TemporaryDirectory() as folder:
        db = database.open_database(f"sqlite:///{folder}/bench.db")
        db.upgrade()
        with db.write() as tx:
            for number in range(count):
                add(tx, dice, both[number % 2], NOW - timedelta(hours=2 * number + 1))
            mark_compared(tx)
        new, looked_up = [], []
        for number in range(ROUNDS):
            with db.write() as tx:
                add(tx, dice, both[number % 2], NOW)
            started = time.perf_counter()
            report = relate.relate(db, now=NOW + timedelta(seconds=1))
            new.append(time.perf_counter() - started)
            assert report.compared == 1, report
            with db.read() as tx:
                started = time.perf_counter()
                related.read_also(tx, list(range(1, 31)), 3)
                looked_up.append(time.perf_counter() - started)
        db.close()
    return statistics.median(new), statistics.median(looked_up)


if __name__ == "__main__":
    sizes = sorted(int(one) for one in sys.argv[1:]) or [2500, 10000]
    found = {size: measure(size) for size in sizes}
    least = found[sizes[0]]
    print(f"Read also, against an archive of {sizes[0]:,} articles:")
    for size in sizes[1:]:
        new, looked_up = found[size]
        print(
            f"  of {size:,}: one new article {new / least[0]:.2f} : 1, "
            f"looking up thirty {looked_up / least[1]:.2f} : 1"
        )
