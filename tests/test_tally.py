from __future__ import annotations

from newsroom import Newsroom

from dispatch import fetch
from dispatch.model.publication import ReadsImport
from dispatch.tally import TallyReport, tally

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def line(address: str, path: str = "/en/one/", agent: str = BROWSER, minute: int = 0) -> str:
    moment = f"24/Nov/2026:10:{minute:02}:00 +0000"
    return f'{address} - - [{moment}] "GET {path} HTTP/1.1" 200 512 "-" "{agent}"\n'


def run(newsroom: Newsroom, *, dry_run: bool = False) -> TallyReport:
    settings = ReadsImport(
        name="site",
        kind="access-log",
        path=newsroom.root / "access.log",
        site="http://127.0.0.1:8400/",
    )
    now = newsroom.clock.now()
    publication = newsroom.app.config.publication
    with fetch.Fetcher(contact="editors@meridian.example") as fetcher:
        return tally(newsroom.app.db, publication, [settings], fetcher, now=now, dry_run=dry_run)


def reads_of(newsroom: Newsroom) -> int:
    (article,) = newsroom.articles()
    return sum(newsroom.app.intake.why(str(article.id)).reads.values())


def test_people_are_counted_once_and_bots_are_not(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    (newsroom.root / "access.log").write_text(
        line("192.0.2.1")
        + line("192.0.2.1", minute=1)
        + line("192.0.2.2")
        + line("192.0.2.3", agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
        + line("192.0.2.4", path="/en/other/")
    )
    (report,) = run(newsroom).origins
    assert (report.lines, report.reads) == (5, 2)
    assert report.discards == {"refresh": 1, "bot": 1}
    assert reads_of(newsroom) == 2


def test_a_log_is_resumed_where_the_last_import_ended(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    log = newsroom.root / "access.log"
    log.write_text(line("192.0.2.1"))
    run(newsroom)
    run(newsroom)
    with log.open("a") as file:
        file.write(line("192.0.2.2") + line("192.0.2.3")[:40])
    (report,) = run(newsroom).origins
    assert (report.lines, report.reads) == (1, 1)
    assert reads_of(newsroom) == 2


def test_a_dry_run_counts_and_keeps_nothing(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    (newsroom.root / "access.log").write_text(line("192.0.2.1"))
    assert run(newsroom, dry_run=True).origins[0].reads == 1
    assert reads_of(newsroom) == 0
    assert run(newsroom).origins[0].reads == 1


def test_a_missing_log_is_a_failure_that_is_told(newsroom: Newsroom) -> None:
    report = run(newsroom)
    assert report.failed == 1
    assert "access.log" in report.origins[0].problems[0]


def export(newsroom: Newsroom, rows: str) -> TallyReport:
    path = newsroom.root / "reads.csv"
    path.write_text(f"path,date,reads\n{rows}")
    settings = ReadsImport(name="table", kind="csv", path=path, site="http://127.0.0.1:8400/")
    publication = newsroom.app.config.publication
    now = newsroom.clock.now()
    with fetch.Fetcher(contact="editors@meridian.example") as fetcher:
        return tally(newsroom.app.db, publication, [settings], fetcher, now=now)


def test_an_export_says_anew_and_adds_nothing(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    for count in (7, 7, 9, 4):
        export(newsroom, f"/en/one/,2026-11-24,{count}\n")
        assert reads_of(newsroom) == count
    export(newsroom, "/en/one/,2026-11-23,3\n")
    assert reads_of(newsroom) == 7, "what an export does not speak of stays"


def test_two_places_add_up_and_each_says_only_its_own_anew(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    (newsroom.root / "access.log").write_text(line("192.0.2.1"))
    run(newsroom)
    export(newsroom, "/en/one/,2026-11-24,5\n")
    export(newsroom, "/en/one/,2026-11-24,6\n")
    assert reads_of(newsroom) == 7
