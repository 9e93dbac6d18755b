"""True feed readers poll the true server: 304, parts of feeds (226), and nothing lost or twice."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

import feedparser
import pytest
import reader
import yaml
from conftest import missing
from newsroom import Newsroom, parse
from starlette.types import Message, Receive, Scope, Send

from dispatch import web
from dispatch.web import routes, shelf

pytestmark = pytest.mark.acceptance

Seen = list[tuple[str, int]]


class Client(Protocol):
    """A feed reader that remembers what it has."""

    def poll(self, url: str) -> set[str]:
        """Ask once; the titles of all that the reader has afterwards."""
        ...


class Newsboat:
    def __init__(self, folder: Path) -> None:
        program = shutil.which("newsboat")
        if program is None:
            missing("newsboat", "it reads feeds in a terminal")
        self.program, self.folder = str(program), folder

    def poll(self, url: str) -> set[str]:
        (self.folder / "urls").write_text(f"{url}\n")
        (self.folder / "config").write_text("download-retries 1\n")
        files = ("-u", "urls", "-C", "config", "-c", "cache.db")
        subprocess.run(
            [self.program, *files, "-q", "-x", "reload"],
            env={**os.environ, "HOME": str(self.folder), "no_proxy": "*", "LC_ALL": "C.UTF-8"},
            cwd=self.folder,
            check=True,
            timeout=30,
            capture_output=True,
        )
        with contextlib.closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            rows = cache.execute("SELECT title FROM rss_item WHERE deleted = 0").fetchall()
        assert len(rows) == len(set(rows)), "an article came twice"
        return {title for (title,) in rows}

    def text(self, title: str) -> str:
        """What it shows of an article."""
        query = "SELECT content FROM rss_item WHERE title = ?"
        with contextlib.closing(sqlite3.connect(self.folder / "cache.db")) as cache:
            return "".join(text for (text,) in cache.execute(query, (title,)))


class Reader:
    """PyPI's reader, which FreshRSS-like programs in Python are built upon."""

    def __init__(self, folder: Path) -> None:
        self.reader = reader.make_reader(str(folder / "reader.sqlite"))

    def poll(self, url: str) -> set[str]:
        self.reader.add_feed(url, exist_ok=True)
        self.reader.update_feed(url)
        entries = list(self.reader.get_entries())
        titles = {str(entry.title) for entry in entries}
        assert len(entries) == len(titles), "an article came twice"
        return titles


class Feedparser:
    """As rss2email uses it: the program keeps the validators, and the articles by their id."""

    def __init__(self, _: Path) -> None:
        self.kept: dict[str, str] = {}
        self.said: dict[str, Any] = {}

    def poll(self, url: str) -> set[str]:
        found = feedparser.parse(url, **self.said)
        assert not found.bozo
        self.said = {
            "etag": found.get("etag", self.said.get("etag")),
            "modified": found.get("modified", self.said.get("modified")),
        }
        self.kept |= {entry.id: entry.title for entry in found.entries}
        return set(self.kept.values())


class Rss2email:
    """One mail for each article; what was mailed can never be taken back."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("r2e")
        if program is None:
            missing("r2e", "rss2email sends feeds as mails")
        self.files = [str(program), "-c", str(folder / "r2e.cfg"), "-d", str(folder / "r2e.json")]
        self.box, self.folder = folder / "mails", folder
        for name in ("new", "cur", "tmp"):
            (self.box / "in" / name).mkdir(parents=True)

    def poll(self, url: str) -> set[str]:
        if not (self.folder / "r2e.cfg").exists():
            self._run("new", "ann@reader.example")
            config = self.folder / "r2e.cfg"
            text = config.read_text(encoding="utf-8")
            for key, value in (("protocol", "maildir"), ("path", self.box), ("mailbox", "in")):
                name = "email-protocol" if key == "protocol" else f"maildir-{key}"
                text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
            config.write_text(text, encoding="utf-8")
            self._run("add", "feed", url)
        self._run("run")
        subjects = [str(mail["Subject"]) for mail in self.mails()]
        assert len(subjects) == len(set(subjects)), "an article came twice"
        return set(subjects)

    def mails(self) -> list[EmailMessage]:
        """All that were ever sent."""
        return [parse(file.read_bytes()) for file in sorted((self.box / "in" / "new").iterdir())]

    def _run(self, *arguments: str) -> None:
        subprocess.run(
            [*self.files, *arguments],
            env={**os.environ, "HOME": str(self.folder), "no_proxy": "*", "LC_ALL": "C.UTF-8"},
            check=True,
            timeout=30,
            capture_output=True,
        )


CLIENTS = (Newsboat, Reader, Feedparser, Rss2email)
#: What a client is answered when there is news: feedparser asks for parts in the name of programs
#: that do not know of them, and rss2email takes a 226 for an error.
NEWS = {Newsboat: 226, Reader: 226, Feedparser: 200, Rss2email: 200}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """(path, status) of every answer of the server."""
    answers: Seen = []
    make_web = routes.make_web

    def watched(app: Any) -> Any:
        inner = make_web(app)

        async def outer(scope: Scope, receive: Receive, send: Send) -> None:
            async def watch(message: Message) -> None:
                if message["type"] == "http.response.start":
                    answers.append((scope["path"], message["status"]))
                await send(message)

            await inner(scope, receive, watch)

        return outer

    monkeypatch.setattr(routes, "make_web", watched)
    monkeypatch.setattr(shelf, "CHECK_SECONDS", 0.0)
    return answers


@pytest.fixture
def room(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path / "site", migrated_sqlite_url)
    for number in range(5):
        made.article(f"Old article {number}")
    made.collect()
    yield made
    made.close()


@pytest.fixture
def base(room: Newsroom, seen: Seen, free_port: Callable[[], int]) -> Iterator[str]:
    """The address of the true server, at work in a thread of this process."""
    assert seen == []
    port, ready = free_port(), threading.Event()
    room.with_config(f"[web]\nport = {port}")
    thread = threading.Thread(target=web.serve, args=(room.app, ready.set))
    thread.start()
    assert ready.wait(20)
    yield f"http://127.0.0.1:{port}"
    room.app.stop.set()
    thread.join(20)


@pytest.fixture(name="free_port")
def _free_port() -> Callable[[], int]:
    from acceptance.conftest import free_port

    return free_port


OLD = {f"Old article {number}" for number in range(5)}


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("path", ["/feeds/en/atom.xml", "/feeds/en/rss.xml"])
def test_a_reader_that_has_it_gets_304_then_the_news_alone_and_keeps_the_rest(
    room: Newsroom, base: str, seen: Seen, tmp_path: Path, kind: type[Client], path: str
) -> None:
    client = kind(tmp_path)  # type: ignore[call-arg]
    assert client.poll(base + path) == OLD
    client.poll(base + path)  # newsboat asks twice in full before its first validator
    assert client.poll(base + path) == OLD
    assert seen[-1] == (path, 304)

    room.later(minutes=5)
    room.article("The news")
    room.collect()
    assert client.poll(base + path) == OLD | {"The news"}
    assert seen[-1] == (path, NEWS[kind]), "whoever can merge was sent the part that it had not"
    assert client.poll(base + path) == OLD | {"The news"}
    assert seen[-1] == (path, 304)


@pytest.mark.parametrize("kind", CLIENTS)
def test_two_builds_within_a_second_lose_nothing(
    room: Newsroom, base: str, seen: Seen, tmp_path: Path, kind: type[Client]
) -> None:
    url = f"{base}/feeds/en/rss.xml"
    client = kind(tmp_path)  # type: ignore[call-arg]
    for _ in range(3):
        client.poll(url)
    for title in ("First fog", "Second fog"):
        room.article(title)
        room.collect()  # the clock of the newsroom stands still between the two
        client.poll(url)
    assert client.poll(url) == OLD | {"First fog", "Second fog"}
    assert [status for _, status in seen[-3:]] == [NEWS[kind], NEWS[kind], 304]


def edit(room: Newsroom, title: str, **changes: Any) -> None:
    """Publish "Old article 0" again, at its address."""
    front = {"slug": "en/old-article-0/", "section": "economy", "language": "en", **changes}
    text = front.pop("text", "A paragraph.")
    head = yaml.safe_dump({"title": title, **front}, allow_unicode=True)
    room.later(minutes=30)
    room.write("old-article-0.md", f"---\n{head}---\n{text}\n")
    room.collect()


def edit_thrice(room: Newsroom) -> Iterator[set[str]]:
    """What is published after a change of the title, of the text, and of the dates."""
    published = room.clock.now() - timedelta(hours=1)
    for changes in (
        {"title": "New title", "published": published},
        {"title": "New title", "published": published, "text": "Another text. " * 50},
        {
            "title": "New title",
            "published": published - timedelta(days=1),
            "updated": room.clock.now() + timedelta(hours=1),
            "text": "Another text. " * 50,
        },
    ):
        edit(room, **changes)  # type: ignore[arg-type] # as front matter has it
        yield (OLD - {"Old article 0"}) | {"New title"}


@pytest.mark.parametrize("path", ["/feeds/en/atom.xml", "/feeds/en/rss.xml"])
def test_an_edited_article_is_mailed_once(
    room: Newsroom, base: str, seen: Seen, tmp_path: Path, path: str
) -> None:
    client = Rss2email(tmp_path)
    assert client.poll(base + path) == OLD
    for number, _ in enumerate(edit_thrice(room)):
        assert client.poll(base + path) == OLD
        assert seen[-1][1] == (304 if number == 2 else 200), "dates alone are no news"
    (mail,) = [one for one in client.mails() if one["Subject"] == "Old article 0"]
    assert "Maria Lindqvist" in str(mail["From"])
    assert "/en/old-article-0/" in str(mail)
    assert len(client.mails()) == len(OLD)


@pytest.mark.parametrize("path", ["/feeds/en/atom.xml", "/feeds/en/rss.xml"])
def test_an_edited_article_changes_in_its_place(
    room: Newsroom, base: str, seen: Seen, tmp_path: Path, path: str
) -> None:
    client = Reader(tmp_path)
    assert client.poll(base + path) == OLD
    for number, expected in enumerate(edit_thrice(room)):
        assert client.poll(base + path) == expected
        assert (seen[-1][1] == 304) is (number == 2), "dates alone are no news"
        (entry,) = [one for one in client.reader.get_entries() if one.title == "New title"]
        assert ("Another text." in str(entry.get_content())) is (number > 0)
        assert str(entry.link).endswith("/en/old-article-0/")


#: What breaks feeds elsewhere, as it is typed and as every reader shows it in every format.
NASTY = (
    'Emoji 👩‍👩‍👧‍👦 and "quotes", ‘smart’ ones & an ampersand',
    "עברית (mixed English) العربية",
    "Z͑ͫA̴L̠G̴Ǫ and é vs é",
    "100% of 5 < 6 > 3 {{ jinja }} ]]> $HOME",
    "A very long title " + "word " * 60 + "end",
)
BODY = """<p><a href="../other/">rel</a> <img src="a.jpg" srcset="/b.jpg 2x" alt='"q"'></p>
<iframe src="https://www.youtube.com/embed/dQw4w9WgXcQ"></iframe>
<table><tr><td>1 &lt; 2</td></tr></table><pre>  x &amp;&amp; y</pre>"""


@pytest.fixture
def nasty(room: Newsroom) -> Newsroom:
    """A newsroom that publishes all of it, and a note without byline, standfirst and text."""
    for path in (room.root / "articles").iterdir():
        path.unlink()
    for number, title in enumerate(NASTY):
        front = {
            "title": title,
            "slug": f"en/новость-{number}/",
            "language": "en",
            "authors": ["Ann Lee", "O'Brien & Sons", "Мария Орлова"],
        }
        head = yaml.safe_dump(front, allow_unicode=True)
        room.write(f"nasty-{number}.md", f"---\n{head}---\n{BODY}\n")
    room.write("note.md", "---\ntitle: A note\nlanguage: en\nslug: en/note/\n---\n")
    room.collect()
    return room


@pytest.mark.usefixtures("nasty")
@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("path", ["/feeds/en/atom.xml", "/feeds/en/rss.xml"])
def test_whatever_a_newsroom_types_reaches_every_reader(
    base: str, tmp_path: Path, kind: type[Client], path: str
) -> None:
    client = kind(tmp_path)  # type: ignore[call-arg]
    shown = {" ".join(title.split()) for title in client.poll(base + path)}
    assert set(NASTY) | {"A note"} <= shown


@pytest.mark.usefixtures("nasty")
def test_a_note_without_a_byline_is_mailed_in_the_name_of_the_publication(
    base: str, tmp_path: Path
) -> None:
    for number, path in enumerate(("/feeds/en/atom.xml", "/feeds/en/rss.xml")):
        (folder := tmp_path / str(number)).mkdir()
        client = Rss2email(folder)
        client.poll(base + path)
        (mail,) = [one for one in client.mails() if one["Subject"] == "A note"]
        assert "The Meridian: The Meridian" in str(mail["From"])


@pytest.mark.usefixtures("nasty")
def test_what_readers_fetch_is_linked_absolutely_in_full(base: str) -> None:
    for path in ("/feeds/en/atom.xml", "/feeds/en/rss.xml"):
        found = feedparser.parse(base + path, sanitize_html=False, resolve_relative_uris=False)
        (entry,) = [one for one in found.entries if one.title == NASTY[0]]
        html = entry.content[-1].value if "content" in entry else entry.summary
        page = "http://127.0.0.1:8400/en/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D1%8C-0/"
        assert entry.link == page, html
        assert 'src="http://127.0.0.1:8400/en/' in html
        assert "srcset" not in html
        assert 'href="https://www.youtube.com/watch?v=dQw4w9WgXcQ"' in html
        assert "1 &lt; 2" in html
        assert "  x &amp;&amp; y" in html


def test_many_edits_within_a_second_and_a_move_are_one_article(
    room: Newsroom, base: str, seen: Seen, tmp_path: Path
) -> None:
    url = f"{base}/feeds/en/economy/rss.xml"
    client = Newsboat(tmp_path)
    for _ in range(3):
        client.poll(url)
    for number in range(40):  # the newsroom's clock stands still
        updated = f"updated: 2026-11-24 11:00:{number:02}+00:00"
        room.write("old-article-0.md", f"{HEAD}section: economy\n{updated}\n---\nWord {number}.\n")
        os.utime(room.root / "articles/old-article-0.md", ns=(number, number))
        room.collect()
        if number % 10 == 9:
            assert client.poll(url) == OLD
            assert (client.poll(url), seen[-1][1]) == (OLD, 304)
            assert f"Word {number}." in client.text("Old article 0")
    room.write("old-article-0.md", f"{HEAD}section: foreign-policy\n---\nIt has moved.\n")
    room.later(minutes=1)
    room.collect()
    assert client.poll(f"{base}/feeds/en/foreign-policy/rss.xml") == OLD, "known by its identifier"
    assert "Old article 0" not in {entry.title for entry in feedparser.parse(url).entries}


HEAD = "---\ntitle: Old article 0\nslug: en/old-article-0/\nlanguage: en\n"
