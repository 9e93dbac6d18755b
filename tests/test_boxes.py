"""Events and jobs from a feed, and one article in full, in the issues of a newsroom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sites
from newsroom import Newsroom, html_of, text_of

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "compose/boxes",
    "store/box_feeds",
)

EVENTS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:ev="http://purl.org/rss/1.0/modules/event/"><channel><title>Events</title>
<item><title>Long ago</title><link>https://e.example/1</link>
  <ev:startdate>2026-11-01T19:00:00Z</ev:startdate></item>
<item><title>A reading &amp; a talk</title><link>https://e.example/2</link>
  <ev:startdate>2026-12-05T19:00:00Z</ev:startdate><ev:location>Old &amp; New Hall</ev:location>
  <description>&lt;b&gt;Come&lt;/b&gt; early.</description></item>
<item><title>On the day</title><link>https://e.example/3</link>
  <ev:startdate>2026-11-27T08:00:00Z</ev:startdate></item>
</channel></rss>"""

JOBS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Jobs</title>
<item><title>Editor</title><link>https://j.example/1</link>
  <pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate><location>London</location></item>
<item><title>Reporter</title><link>https://j.example/2</link>
  <pubDate>Mon, 16 Nov 2026 10:00:00 GMT</pubDate></item>
</channel></rss>"""


@contextmanager
def served(**documents: str) -> Iterator[str]:
    """Documents at the paths of their names; yields the address of the site."""
    with sites.opened(sites.LocalSite()) as site:
        for name, document in documents.items():
            site.put(f"/{name}", document, kind="application/rss+xml")
        yield site.url


def said_to(newsroom: Newsroom, name: str) -> list[str]:
    """The text parts of the mails that a reader got."""
    return [text_of(mail).replace("\r\n", "\n") for mail in newsroom.mails_to(name)]


def add_boxes(newsroom: Newsroom, *tables: str, blocks: str) -> None:
    """Give the weekly these blocks, and boxes."""
    config = newsroom.root / "config.toml"
    text = config.read_text(encoding="utf-8")
    old = 'blocks = ["top_reads", "latest", "appeal", "read_also"]'
    text = text.replace(old, f"blocks = [{blocks}]")
    made = "".join(f"[[newsletters.boxes]]\n{table}\n\n" for table in tables)
    config.write_text(text.replace("[[appeals]]", f"{made}[[appeals]]", 1), encoding="utf-8")
    newsroom.app.close()
    newsroom.app = newsroom.open_app()


def box(block: str, address: str, more: str = "") -> str:
    return f'block = "{block}"\nurl = "{address}{block}"\nallow_hosts = ["127.0.0.1"]\n{more}'


def test_events_are_shown_by_date_and_jobs_newest_first(newsroom: Newsroom) -> None:
    with served(events=EVENTS, jobs=JOBS) as address:
        boxes = [box("events", address), box("jobs", address)]
        add_boxes(newsroom, *boxes, blocks='"latest", "events", "jobs"')
        newsroom.article("One")
        newsroom.reader("ann")
        newsroom.friday()
    (mail,) = newsroom.mails_to("ann")
    (text,) = said_to(newsroom, "ann")
    assert "Long ago" not in text
    assert text.index("On the day") < text.index("A reading & a talk")
    assert "December 5, 2026 · Old & New Hall\nA reading & a talk\nCome early.\n" in text
    assert text.index("Reporter") < text.index("Editor")
    assert "London" in text
    assert "https://e.example/2" in html_of(mail)


def test_a_silent_feed_costs_no_issue_and_its_last_good_answer_stands(newsroom: Newsroom) -> None:
    with served(events=EVENTS) as address:
        boxes = [box("events", address), box("jobs", address)]
        add_boxes(newsroom, *boxes, blocks='"latest", "events", "jobs"')
        newsroom.article("One")
        newsroom.reader("ann")
        newsroom.friday()
    newsroom.later(hours=1)
    newsroom.article("Two")
    newsroom.friday(week=1)
    texts = said_to(newsroom, "ann")
    assert len(texts) == 2
    for text in texts:
        assert "A reading & a talk" in text
        assert "Jobs" not in text
    assert sum("On the day" in text for text in texts) == 1


def test_a_box_of_one_language_is_in_its_issues_alone(newsroom: Newsroom) -> None:
    with served(jobs=JOBS) as address:
        add_boxes(newsroom, box("jobs", address, 'language = "ru"'), blocks='"latest", "jobs"')
        newsroom.article("One")
        newsroom.article("Один", language="ru")
        newsroom.reader("ann")
        newsroom.reader("ivan", language="ru")
        newsroom.friday()
    (english,), (russian,) = said_to(newsroom, "ann"), said_to(newsroom, "ivan")
    assert "Reporter" not in english
    assert "Вакансии" in russian
    assert "16 ноября 2026" in russian


def test_one_article_stands_in_full_and_nowhere_else(newsroom: Newsroom) -> None:
    add_boxes(newsroom, blocks='"article", "latest"')
    newsroom.article("One", text="All of **it**.\n\n- a point\n\n<script>x</script>")
    newsroom.later(minutes=5)
    newsroom.article("Two", text="Its whole text.")
    newsroom.reader("ann")
    newsroom.friday()
    (mail,) = newsroom.mails_to("ann")
    (text,) = said_to(newsroom, "ann")
    assert "In full" in text
    assert "Its whole text." in text
    assert "All of it" not in text
    assert text.count("\nTwo\n") == 1
    assert "<script" not in html_of(mail)


def test_the_editors_name_the_article_that_stands_in_full(newsroom: Newsroom) -> None:
    add_boxes(newsroom, blocks='"article", "latest"')
    first = newsroom.article("One", text="All of **it**.\n\n- a point")
    newsroom.article("Один", language="ru", translation_of=first, text="Целиком.")
    newsroom.later(minutes=5)
    newsroom.article("Two", text="Its whole text.")
    newsroom.article("Два", language="ru", text="Второй текст.")
    note = newsroom.root / "notes" / "weekly" / "2026-W48.article.txt"
    note.parent.mkdir(parents=True)
    note.write_text("http://127.0.0.1:8400/en/one/?utm_source=mail\n")
    newsroom.reader("ann")
    newsroom.reader("ivan", language="ru")
    newsroom.friday()
    (english,), (russian,) = said_to(newsroom, "ann"), said_to(newsroom, "ivan")
    assert "All of it.\n\n- a point" in english
    assert "Целиком." in russian
    assert "Второй текст." not in russian


def test_a_note_may_be_written_in_markdown(newsroom: Newsroom) -> None:
    add_boxes(newsroom, blocks='"note", "latest"')
    folder = newsroom.root / "notes" / "weekly"
    folder.mkdir(parents=True)
    (folder / "2026-W48.en.md").write_text("# Hello\n\nRead [this](https://a.example/x) **now**.\n")
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    (mail,) = newsroom.mails_to("ann")
    assert "<strong>now</strong>" in html_of(mail)
    assert "Read this now.\nhttps://a.example/x\n" in said_to(newsroom, "ann")[0]


def test_a_box_names_a_block_of_boxes(newsroom: Newsroom) -> None:
    with pytest.raises(Exception, match="no block of a box"):
        add_boxes(newsroom, 'block = "latest"\nurl = "https://a.example/"', blocks='"latest"')
