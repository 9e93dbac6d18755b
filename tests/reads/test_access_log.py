"""Access logs: what a line says, what a batch counts, and that no rotation loses or doubles it."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import fetch
from dispatch.model.publication import ReadsImport
from dispatch.model.reads import DiscardReason, ReadBatch
from dispatch.reads import access_log, bots, rotation
from dispatch.reads.errand import Errand
from dispatch.rules import canonical

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "reads/bots",
    "reads/paths",
    "reads/passage",
    "reads/rotation",
)

SAMPLES = Path(__file__).parent.parent / "samples" / "logs"
LONDON = ZoneInfo("Europe/London")
SITE = "https://meridian.example/"
CRANES = canonical.match_key(SITE + "en/economy/cranes/")
KRANY = canonical.match_key(SITE + "ru/economy/краны/")
SCHOOL = canonical.match_key(SITE + "en/society/school/")
BULK = [canonical.match_key(f"{SITE}en/a{number}") for number in range(40)]
KEYS = {CRANES, KRANY, SCHOOL, *BULK}
FRIDAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"


def line(path: str = "/en/economy/cranes/", visitor: int = 1, at: datetime = NOON) -> bytes:
    time = at.strftime("%d/Nov/%Y:%H:%M:%S +0000")
    return f'192.0.2.{visitor} - - [{time}] "GET {path} HTTP/1.1" 200 9 "-" "{BROWSER}"\n'.encode()


def lines(visitors: Iterable[int], at: datetime = NOON) -> bytes:
    return b"".join(line(visitor=number, at=at + timedelta(seconds=number)) for number in visitors)


def errand(positions: Mapping[str, int]) -> Errand:
    return Errand(
        positions=positions,
        article_at=dict.fromkeys(KEYS, 1).get,
        zone=LONDON,
        fetcher=fetch.Fetcher(contact="editors@meridian.example"),
        now=NOON,
    )


class Importer:
    """Imports again and again, as the scheduled job does, and adds up what the batches say."""

    def __init__(self, path: Path, *staff: str) -> None:
        self.path = path
        self.positions: dict[str, int] = {}
        self.counts: Counter[tuple[str, date]] = Counter()
        self.discards: Counter[tuple[str, date, DiscardReason]] = Counter()
        self._settings = ReadsImport(
            name="site", kind="access-log", path=path, site=SITE, staff_addresses=staff
        )

    def run(self) -> ReadBatch:
        batch = access_log.gather(self._settings, errand(self.positions))
        self.positions |= {place.fingerprint: place.offset for place in batch.positions}
        self.counts.update(batch.counts)
        self.discards.update(batch.discards)
        return batch

    def reads(self) -> int:
        return sum(self.counts.values())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


@pytest.fixture
def importer(log: Path) -> Importer:
    return Importer(log)


# --- Lines -----------------------------------------------------------------------------------


def test_a_log_of_nginx_is_counted_and_every_other_request_has_its_reason() -> None:
    importer = Importer(SAMPLES / "nginx.log", "203.0.113.99")
    batch = importer.run()
    assert batch.counts == {(CRANES, FRIDAY): 2, (KRANY, FRIDAY): 2, (SCHOOL, FRIDAY): 2}
    assert batch.discards == {
        (CRANES, FRIDAY, DiscardReason.REFRESH): 1,
        (CRANES, FRIDAY, DiscardReason.BOT): 1,
        (CRANES, FRIDAY, DiscardReason.NO_AGENT): 1,
        (CRANES, FRIDAY, DiscardReason.METHOD): 1,
        (CRANES, FRIDAY, DiscardReason.STATUS): 1,
        (CRANES, FRIDAY, DiscardReason.STAFF): 1,
        ("", FRIDAY, DiscardReason.NOT_PAGE): 2,
    }
    assert (batch.lines, batch.malformed, batch.problems) == (17, 2, ())


def test_a_log_of_apache_is_counted_by_days_of_the_newsroom() -> None:
    batch = Importer(SAMPLES / "apache.log").run()
    assert batch.counts == {(CRANES, FRIDAY): 1, (KRANY, FRIDAY): 1}
    assert batch.discards == {(CRANES, FRIDAY, DiscardReason.BOT): 1}


def test_nothing_in_a_batch_names_an_address() -> None:
    batch = Importer(SAMPLES / "nginx.log").run()
    assert not any(net in repr(batch) for net in ("192.0.2.", "198.51.100.", "203.0.113.", "db8"))


def test_escapes_of_both_servers_are_undone_once() -> None:
    first = access_log.parse_line(
        rb'192.0.2.1 - - [20/Nov/2026:12:00:59 -0130] "GET /\xD0\xBA\x5Cx41?q=\x22 HTTP/1.1" 200 9 '
        rb'"\"a\\b\"" "x"'
    )
    assert first is not None
    assert first.path == '/к\\x41?q="'
    assert first.referer == '"a\\b"'
    assert first.at == datetime(2026, 11, 20, 13, 30, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "bad",
    [
        b"\n",
        b"\x00\x00\x00\n",
        b'192.0.2.1 - - [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 9\n',
        b'192.0.2.1 - - [20/Nix/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 9 "-" "x"\n',
        b'192.0.2.1 - - [20/Nov/2026:12:00:00 +9900] "GET / HTTP/1.1" 200 9 "-" "x"\n',
        b'192.0.2.1 - - [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 9 "-" "x\\"\n',
    ],
)
def test_a_line_that_is_none_is_counted_and_the_next_one_is_read(
    importer: Importer, bad: bytes
) -> None:
    importer.path.write_bytes(line() + bad + line(visitor=2))
    batch = importer.run()
    assert (batch.lines, batch.malformed, importer.reads()) == (3, 1, 2)


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_bytes_stop_the_reading_of_a_line(data: bytes) -> None:
    quoted = b'192.0.2.1 - - [20/Nov/2026:12:00:00 +0000] "GET ' + data + b' HTTP/1.1" 200 9 "" ""'
    for attempt in (data, quoted):
        hit = access_log.parse_line(attempt)
        assert hit is None or hit.address


def test_a_line_without_end_is_cut_into_pieces_that_are_no_lines(importer: Importer) -> None:
    importer.path.write_bytes(line() + b"x" * (3 * rotation.LINE_LIMIT) + b"\n" + line(visitor=2))
    batch = importer.run()
    assert (batch.malformed, importer.reads()) == (4, 2)


@pytest.mark.parametrize(
    "agent",
    [
        "NetNewsWire (RSS Reader; https://netnewswire.com/)",
        "Reeder/3.2.1 CFNetwork/1128.0.1 Darwin/19.6.0",
        "Mozilla/5.0 (compatible; YandexBot/3.0)",
        "dispatch/0.1 (+https://meridian.example/)",
        "curl/8.9.1",
    ],
)
def test_machines_are_bots(agent: str) -> None:
    assert bots.is_bot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        BROWSER,
        "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/90 Mobile Safari/537",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0",
    ],
)
def test_people_are_not_bots(agent: str) -> None:
    assert not bots.is_bot(agent)


# --- Logs over time --------------------------------------------------------------------------


def test_a_second_import_of_the_same_log_adds_nothing(importer: Importer) -> None:
    importer.path.write_bytes(lines(range(1, 6)))
    importer.run()
    assert importer.run() == ReadBatch()
    assert importer.reads() == 5


def test_an_import_goes_on_at_the_byte_and_a_half_written_line_waits(importer: Importer) -> None:
    whole = lines(range(1, 4))
    importer.path.write_bytes(whole[:-20])
    assert importer.run().lines == 2
    importer.path.write_bytes(whole)
    assert importer.run().lines == 1
    assert importer.reads() == 3


def test_a_first_line_that_is_half_written_waits(importer: Importer) -> None:
    importer.path.write_bytes(line()[:50])
    assert importer.run() == ReadBatch()
    importer.path.write_bytes(line())
    importer.run()
    assert importer.reads() == 1


def test_an_elder_is_finished_before_the_new_log_is_begun(importer: Importer) -> None:
    log = importer.path
    log.write_bytes(lines([1, 2]))
    importer.run()
    with log.open("ab") as file:
        file.write(lines([3]))
    log.rename(log.with_name("access.log.1"))
    log.write_bytes(lines([4, 5], NOON + timedelta(days=1)))
    batch = importer.run()
    assert batch.lines == 3
    assert importer.counts == {(CRANES, FRIDAY): 3, (CRANES, date(2026, 11, 21)): 2}


def test_compression_after_the_import_changes_nothing(importer: Importer) -> None:
    log = importer.path
    log.write_bytes(lines([1, 2]))
    importer.run()
    log.with_name("access.log.2.gz").write_bytes(gzip.compress(lines([1, 2, 3])))
    log.write_bytes(lines([4], NOON + timedelta(hours=1)))
    importer.run()
    assert importer.reads() == 4
    assert importer.run() == ReadBatch()


@pytest.mark.parametrize(
    "name",
    ["access.log.1", "access.log-20261119", "access-20261119.log", "access.log.10.gz"],
)
def test_an_elder_is_found_under_every_usual_name(importer: Importer, name: str) -> None:
    data = lines([1, 2], NOON - timedelta(days=1))
    elder = importer.path.with_name(name)
    elder.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    importer.path.write_bytes(lines([3]))
    importer.run()
    assert importer.reads() == 3


@pytest.mark.parametrize("name", ["access.log.bak", "access.log~", "other.log.1", "access.logs.1"])
def test_a_file_beside_it_that_is_no_elder_is_left_alone(importer: Importer, name: str) -> None:
    importer.path.with_name(name).write_bytes(lines([1, 2]))
    importer.path.write_bytes(lines([3]))
    importer.run()
    assert importer.reads() == 1


def test_elders_are_judged_oldest_first_whatever_their_names(importer: Importer) -> None:
    for number, name in enumerate(["access.log.10", "access.log.2", "access.log.1", "access.log"]):
        at = NOON + timedelta(minutes=20 * number)
        importer.path.with_name(name).write_bytes(line(at=at))
    importer.run()
    assert importer.reads() == 1
    assert importer.discards == {(CRANES, FRIDAY, DiscardReason.REFRESH): 3}


def test_copytruncate_loses_nothing_that_was_copied_and_doubles_nothing(
    importer: Importer,
) -> None:
    log = importer.path
    log.write_bytes(lines([1, 2, 3]))
    importer.run()
    log.write_bytes(lines([1, 2, 3, 4]))
    shutil.copy(log, log.with_name("access.log.1"))
    importer.run()  # both stand there for a moment
    log.write_bytes(b"")
    importer.run()
    log.write_bytes(lines([5], NOON + timedelta(hours=1)))
    importer.run()
    assert importer.reads() == 5


def test_a_log_that_is_rotated_while_it_is_read_stays_the_one_that_was_opened(log: Path) -> None:
    log.write_bytes(lines([1, 2]))
    with rotation.open_shelf(log, access_log.moment_of) as shelf:
        log.rename(log.with_name("access.log.1"))
        log.write_bytes(lines([7], NOON + timedelta(hours=1)))
        (only,) = shelf.logs
        assert b"".join(text for _, text in rotation.read_lines(only, 0)) == lines([1, 2])


def test_a_broken_elder_gives_what_it_has_and_a_word_to_the_operator(importer: Importer) -> None:
    good = gzip.compress(lines(range(1, 100), NOON - timedelta(days=1)))
    importer.path.with_name("access.log.2.gz").write_bytes(b"no gzip at all")
    importer.path.with_name("access.log.3.gz").write_bytes(good[: len(good) * 3 // 4])
    importer.path.write_bytes(lines([3]))
    batch = importer.run()
    assert batch.counts[CRANES, FRIDAY] == 1
    assert batch.counts[CRANES, date(2026, 11, 19)] > 10
    assert sorted(problem.split(":")[0] for problem in batch.problems) == [
        "access.log.2.gz",
        "access.log.3.gz",
    ]
    assert importer.run().counts == {}


def test_a_log_that_is_not_there_is_said_so(importer: Importer) -> None:
    assert importer.run() == ReadBatch(problems=("access.log: No such file or directory",))


# --- Small imports say the same as one -------------------------------------------------------


def test_a_refresh_is_known_across_imports(importer: Importer) -> None:
    importer.path.write_bytes(line())
    importer.run()
    with importer.path.open("ab") as file:
        file.write(line(at=NOON + timedelta(minutes=20)))
    importer.run()
    assert importer.reads() == 1
    assert importer.discards == {(CRANES, FRIDAY, DiscardReason.REFRESH): 1}


def test_a_scraper_that_shows_itself_later_is_taken_back_from_earlier_imports(
    importer: Importer,
) -> None:
    burst = [line(f"/en/a{number}", at=NOON + timedelta(seconds=number)) for number in range(31)]
    importer.path.write_bytes(lines([2]) + b"".join(burst[:20]))
    assert sum(importer.run().counts.values()) == 21
    importer.path.write_bytes(lines([2]) + b"".join(burst))
    batch = importer.run()
    assert batch.counts == {(key, FRIDAY): -1 for key in BULK[:20]}
    assert importer.reads() == 1
    assert sum(importer.discards.values()) == 31


_STORIES = st.lists(
    st.tuples(
        st.integers(0, 25),  # minutes since the line before
        st.integers(1, 3),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=60,
)


def _write(story: list[tuple[int, int, int]]) -> list[bytes]:
    at, written = NOON + timedelta(hours=9), []
    for minutes, visitor, article in story:
        at += timedelta(minutes=minutes)
        written.append(line(f"/en/a{article}", visitor, at))
    burst = [line(f"/en/a{number}", 1, at + timedelta(seconds=number)) for number in range(32)]
    return written + burst


@given(story=_STORIES, cuts=st.lists(st.integers(0, 20_000), max_size=6), rotate=st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_split_into_imports_gives_the_totals_of_one(
    story: list[tuple[int, int, int]], cuts: list[int], *, rotate: bool
) -> None:
    data = b"".join(_write(story))
    with TemporaryDirectory() as folder:
        once, often = Importer(Path(folder, "once.log")), Importer(Path(folder, "often.log"))
        once.path.write_bytes(data)
        once.run()
        often.path.touch()
        for start, end in _pieces(data, cuts):
            if rotate and data[start - 1 : start] == b"\n":
                often.path.rename(often.path.with_name(f"often.log.{len(data) - start}"))
            with often.path.open("ab") as file:
                file.write(data[start:end])
            often.run()
        assert often.counts == once.counts
        assert often.discards == once.discards


def _pieces(data: bytes, cuts: list[int]) -> list[tuple[int, int]]:
    edges = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
    return list(pairwise(edges))


# --- Spikes ----------------------------------------------------------------------------------


def test_a_crowd_with_one_browser_is_held_back_and_shown(log: Path, importer: Importer) -> None:
    crowd = b"".join(line(visitor=number) for number in range(1, 121))
    log.write_bytes(crowd[: len(crowd) // 2])
    importer.run()
    assert importer.reads() == 60, "half of it is no crowd yet"
    log.write_bytes(crowd)
    importer.run()
    assert importer.reads() == 0
    assert importer.discards[CRANES, FRIDAY, DiscardReason.SPIKE] == 120


def test_a_crowd_with_many_browsers_is_a_crowd(log: Path, importer: Importer) -> None:
    others = [line(visitor=number).replace(b"132.0", b"%d.0" % number) for number in range(1, 21)]
    log.write_bytes(b"".join(line(visitor=number) for number in range(21, 141)) + b"".join(others))
    importer.run()
    assert importer.reads() == 140
