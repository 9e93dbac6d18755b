"""The main job on the sample newsroom, as `make demo` runs it: real processes, real HTTP."""

from __future__ import annotations

import contextlib
import email
import email.policy
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from acceptance.conftest import free_port

from dispatch.rules import feed_lint

pytestmark = pytest.mark.acceptance

ROOT = Path(__file__).resolve().parents[2]
NEWSROOM = ROOT / "examples" / "newsroom"
FEED_FILES = {
    "rss.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml",
    "feed.json": "application/feed+json",
}


class Site:
    """A copy of the repository's own site, pointed at a sample newsroom on a free port."""

    def __init__(self, root: Path, database_url: str) -> None:
        self.root = root
        self.newsroom_port, self.port = free_port(), free_port()
        text = (ROOT / "config.toml").read_text(encoding="utf-8")
        text = text.replace(":8400/", f":{self.newsroom_port}/")
        text = text.replace(":8025/", f":{self.port}/").replace(
            "port = 8025", f"port = {self.port}"
        )
        text = re.sub(r'url = "sqlite:[^"]*"', f'url = "{database_url}"', text)
        (root / "var").mkdir(parents=True)
        (root / "config.toml").write_text(text, encoding="utf-8")
        shutil.copytree(ROOT / "templates", root / "templates")
        self.truth: dict[str, Any] = {}

    def dispatch(self, *arguments: str) -> tuple[int, Any]:
        """(exit code, the JSON answer) of one command."""
        done = subprocess.run(
            [sys.executable, "-m", "dispatch", "--json", *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def mails(self) -> list[Any]:
        """The outbox, parsed."""
        files = sorted((self.root / "var" / "outbox").glob("*.eml"))
        return [
            email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in files
        ]


@contextlib.contextmanager
def running(command: list[str], cwd: Path, url: str) -> Iterator[None]:
    """A server for as long as the block lasts."""
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"{url} does not answer")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Site]:
    """The site, with its newsroom open and a fortnight of reads in its log."""
    made = Site(tmp_path / "site", database_url)
    port = str(made.newsroom_port)
    truth = tmp_path / "truth.json"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    log = [sys.executable, str(NEWSROOM / "access_log.py"), "--now", now, "--truth", str(truth)]
    subprocess.run(
        [*log, "--out", str(made.root / "var" / "access.log")], check=True, capture_output=True
    )
    made.truth = json.loads(truth.read_text(encoding="utf-8"))
    command = [sys.executable, str(NEWSROOM / "site.py"), "--port", port, "--now", now]
    with running(command, tmp_path, f"http://127.0.0.1:{port}/en/"):
        yield made


def run_main_job(site: Site) -> dict[str, Any]:
    """Collect, subscribe, compose, deliver; returns the answers."""
    answers = {
        "check": site.dispatch("check"),
        "collect": site.dispatch("collect", "--force"),
        "subscribe": site.dispatch("subscribe", "--csv", str(NEWSROOM / "subscribers.csv")),
        "compose": site.dispatch("compose", "weekly"),
        "deliver": site.dispatch("deliver"),
    }
    assert {name: code for name, (code, _) in answers.items()} == dict.fromkeys(answers, 0)
    return {name: answer for name, (_, answer) in answers.items()}


def test_articles_become_feeds_and_mails_and_a_second_round_changes_nothing(site: Site) -> None:
    answers = run_main_job(site)
    new = {one["source"]: one["new"] for one in answers["collect"]["articles"]["sources"]}
    assert new == {"site-en": 26, "site-ru": 22}
    written = answers["collect"]["feeds"]["written"]
    assert len([path for path in written if "/archive/" not in path]) == 42

    mails = site.mails()
    assert len(mails) == 50
    assert max(Counter(mail["To"] for mail in mails).values()) == 1
    assert Counter(mail["Content-Language"] for mail in mails).keys() == {"en", "ru"}
    for mail in mails:
        text = mail.get_body(("plain",)).get_content()
        host = f"http://127.0.0.1:{site.newsroom_port}"
        language, other = ("ru", "en") if mail["Content-Language"] == "ru" else ("en", "ru")
        assert f"{host}/{language}/" in text
        # Links to the other language are only ever offered as translations.
        lines = [line.strip() for line in text.splitlines()]
        for number, line in enumerate(lines):
            if line.startswith(f"{host}/{other}/"):
                assert lines[number - 1] in ("Читать по-русски:", "Read in English:")

    _, again = site.dispatch("collect", "--force")
    assert all(one["not_modified"] for one in again["articles"]["sources"])
    assert again["feeds"] is None
    assert again["reads"]["origins"][0]["lines"] == 0
    _, delivered = site.dispatch("deliver")
    assert delivered["issues"] == []
    assert len(site.mails()) == 50


def test_the_top_reads_are_those_that_people_read(site: Site) -> None:
    """The log's generator knows who was a person; bots, refreshes and scrapers were mixed in."""
    run_main_job(site)
    _, facts = site.dispatch("why", "weekly", current_period(site))
    for language in ("en", "ru"):
        true_readers = {one["path"]: one["readers"] for one in site.truth[language]}
        places = [
            place
            for place in facts["placements"]
            if (place["block"], place["variant_key"]) == ("top_reads", language)
        ]
        assert len(places) == 5
        top = {path_of(site, place["article_id"]): place["why"]["reads"] for place in places}
        assert set(list(true_readers)[:3]) <= set(top)
        for path, reads in top.items():
            # A person who comes back after the sitting is counted again; no bot ever is.
            assert true_readers[path] * 0.95 <= reads <= true_readers[path] * 1.1 + 5


def path_of(site: Site, article_id: int) -> str:
    _, facts = site.dispatch("why", str(article_id))
    return urlsplit(str(facts["article"]["url"])).path


def current_period(site: Site) -> str:
    _, composed = site.dispatch("compose", "weekly")
    return str(composed["period"])


def test_true_readers_can_read_every_feed(site: Site, tmp_path: Path) -> None:
    run_main_job(site)
    for path in sorted((site.root / "feeds").rglob("*.xml")):
        parsed = feedparser.parse(io.BytesIO(path.read_bytes()))
        assert not parsed.bozo, path
        language = path.relative_to(site.root / "feeds").parts[0]
        of_articles = language != "all" and ":article:" in (parsed.entries or [{"id": ""}])[0]["id"]
        for entry in parsed.entries if of_articles else ():
            assert f":{site.newsroom_port}/{language}/" in entry.link
    for path in sorted((site.root / "feeds").rglob("feed.json")):
        assert json.loads(path.read_bytes())["version"] == "https://jsonfeed.org/version/1.1"
    newsboat = shutil.which("newsboat")
    if newsboat is None:
        if "newsboat" in os.environ.get("DISPATCH_TEST_REQUIRE", "").split(","):
            pytest.fail("newsboat is required here")
        pytest.skip("needs newsboat")
    base = f"http://127.0.0.1:{site.port}"
    command = [sys.executable, "-m", "dispatch", "serve"]
    with running(command, site.root, f"{base}/healthz"):
        cache = read_with_newsboat(newsboat, tmp_path, base, site)
    wanted = "SELECT feedurl, count(*) FROM rss_item WHERE guid LIKE '%:article:%' GROUP BY 1"
    rows = cache.execute(wanted).fetchall()
    cache.close()
    assert sum(count for _, count in rows) == 48, "one article is one, in however many feeds"


#: Namespaces that the W3C's validator does not know, and that are there by design: tombstones
#: (RFC 6721), and icon and colour for Feedly.
BY_DESIGN = {"http://purl.org/atompub/tombstones/1.0", "http://webfeeds.org/rss/1.0"}


def test_no_feed_has_an_error_or_a_warning(site: Site) -> None:
    run_main_job(site)
    files = [path for path in sorted((site.root / "feeds").rglob("*.*")) if path.is_file()]
    feeds = [path for path in files if path.name in FEED_FILES]
    assert len(feeds) >= 42
    faults = {}
    for path in feeds:
        key = path.relative_to(site.root).as_posix()
        found = feed_lint.lint(
            path.read_bytes(),
            url=f"http://127.0.0.1:{site.port}/{key}",
            media_type=FEED_FILES[path.name],
            now=datetime.now(UTC),
        )
        noted = [(one.code, one.where, one.detail) for one in found if one.detail not in BY_DESIGN]
        if noted:
            faults[key] = noted
    assert faults == {}


def read_with_newsboat(newsboat: str, folder: Path, base: str, site: Site) -> sqlite3.Connection:
    """Poll every RSS and Atom feed over HTTP; returns newsboat's own database."""
    paths = [path.relative_to(site.root) for path in (site.root / "feeds").rglob("*.xml")]
    (folder / "urls").write_text("".join(f"{base}/{path}\n" for path in sorted(paths)))
    (folder / "config").write_text("auto-reload no\n")
    subprocess.run(
        [newsboat, "-u", "urls", "-C", "config", "-c", "cache.db", "-q", "-x", "reload"],
        cwd=folder,
        check=True,
        timeout=100,
        env={**os.environ, "HOME": str(folder)},
    )
    return sqlite3.connect(folder / "cache.db")


def test_a_dead_source_fails_alone_and_loses_nothing(site: Site) -> None:
    run_main_job(site)
    config = site.root / "config.toml"
    text = config.read_text(encoding="utf-8")
    dead = text.replace(f":{site.newsroom_port}/ru/atom.xml", ":1/ru/atom.xml")
    config.write_text(dead.replace('"127.0.0.1"', '"127.0.0.1"'), encoding="utf-8")
    code, answer = site.dispatch("collect", "--force")
    assert code == 3
    by_name = {one["source"]: one for one in answer["articles"]["sources"]}
    assert by_name["site-en"]["failure"] == ""
    assert "127.0.0.1" in by_name["site-ru"]["failure"]
    russian = (site.root / "feeds" / "ru" / "rss.xml").read_bytes()
    assert russian.count(b"<item>") == 22


def test_a_feed_that_is_a_web_page_today_is_a_failure_and_no_empty_feed(site: Site) -> None:
    run_main_job(site)
    config = site.root / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("/ru/atom.xml", "/ru/"), encoding="utf-8")
    code, answer = site.dispatch("collect", "--force")
    assert code == 3
    (failure,) = [one["failure"] for one in answer["articles"]["sources"] if one["failure"]]
    assert f"127.0.0.1:{site.newsroom_port}/ru/: this is a web page, not a feed" in failure
    assert (site.root / "feeds" / "ru" / "rss.xml").read_bytes().count(b"<item>") == 22
