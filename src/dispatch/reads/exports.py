"""What the importers of other programs' counts share: files, days, and rows that become totals.

In: files below a path, or answers of an API, each taken apart by its kind into rows of (day, path,
reads). Out: a ReadBatch of totals, which stand in place of what the same origin said of the same
article and day. So an import made twice changes nothing, and a later export wins. Never: raises
for what stands in a file, adds to what is known.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads.errand import Errand
from dispatch.reads.paths import Articles

#: How many files of a folder are read, the youngest: a year of daily ones.
FILE_LIMIT = 400
#: A larger export is refused: its site would have some million pages.
BYTES_LIMIT = 64 * 1024 * 1024
#: How many broken rows of one document are told one by one.
TOLD_LIMIT = 5

_DAY = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")


class ExportError(Exception):
    """A document that cannot be used at all. Caught in this package and told as a problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a document says of one page on one day; `path` may be a URL."""

    day: date
    path: str
    reads: int


#: Takes a document apart: its bytes and the day in its file's name. A row that makes no sense is a
#: sentence in place of a Row. Raises ExportError.
Reader = Callable[[bytes, date | None], Iterable[Row | str]]


def from_files(settings: ReadsImport, errand: Errand, read: Reader) -> ReadBatch:
    """The totals of the file at `settings.path`, or of every file in that folder, oldest first."""
    totals = Totals(settings, errand)
    path = settings.path or Path()
    try:
        files = _files(path)
    except OSError as error:
        totals.problems.append(f"{path.name}: {error.strerror or error}")
        return totals.batch()
    for file in files:
        try:
            totals.take(file.name, read(_bytes_of(file), day_in(file.name)))
        except OSError as error:
            totals.problems.append(f"{file.name}: {error.strerror or error}")
        except ExportError as error:
            totals.problems.append(f"{file.name}: {error}")
    return totals.batch()


def from_answers(
    settings: ReadsImport,
    errand: Errand,
    answers: Iterable[tuple[date | None, bytes | str]],
    read: Reader,
) -> ReadBatch:
    """The totals of an API's answers; one that is text says why there is none, and ends it."""
    totals = Totals(settings, errand)
    for day, answer in answers:
        if isinstance(answer, str):
            totals.problems.append(answer)
            break
        try:
            totals.take(settings.kind, read(answer, day))
        except ExportError as error:
            totals.problems.append(f"{settings.url}: {error}")
            break
    return totals.batch()


def days_asked(settings: ReadsImport, errand: Errand) -> list[date]:
    """The local days that an API is asked about: today and those before it, oldest first."""
    today = errand.now.astimezone(errand.zone).date()
    return [today - timedelta(days=back) for back in reversed(range(settings.days))]


def day_in(name: str) -> date | None:
    """The day that stands in a file's name, as in `umami-2026-11-24.json`."""
    found = _DAY.search(name)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def read_day(text: object) -> date:
    """A day from ISO 8601, with or without a time behind it; raises ValueError."""
    return date.fromisoformat(str(text)[:10])


def read_json(document: bytes) -> Any:
    """A document of JSON; raises ExportError."""
    try:
        return json.loads(document)
    except (ValueError, RecursionError) as error:
        raise ExportError(f"is no JSON ({error})") from error


def read_count(value: object) -> int | None:
    """A number of reads; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return int(number) if 0 <= number < 1e12 else None


class Totals:
    """Sums rows up per article and day, document by document."""

    def __init__(self, settings: ReadsImport, errand: Errand) -> None:
        self.problems: list[str] = []
        self._found = Articles(settings.site, errand.article_at)
        self._article_at = functools.cache(errand.article_at)
        self._totals: dict[tuple[int, date], int] = {}
        self._rows = self._broken = 0

    def take(self, name: str, rows: Iterable[Row | str]) -> None:
        """One document: it replaces what earlier ones said of the same article and day."""
        sums: Counter[tuple[int, date]] = Counter()
        broken: list[str] = []
        for row in rows:
            self._rows += 1
            if isinstance(row, str):
                broken.append(row)
                continue
            key = self._found.find(row.path)
            if key and (article_id := self._article_at(key)):
                sums[article_id, row.day] += row.reads
        self._totals.update(sums)
        self._broken += len(broken)
        self.problems += [f"{name}: {one}" for one in broken[:TOLD_LIMIT]]
        if len(broken) > TOLD_LIMIT:
            self.problems.append(f"{name}: and {len(broken) - TOLD_LIMIT} rows more")

    def batch(self) -> ReadBatch:
        """What all documents said."""
        return ReadBatch(
            totals=self._totals,
            lines=self._rows,
            malformed=self._broken,
            problems=tuple(self.problems),
        )


def _bytes_of(file: Path) -> bytes:
    if file.stat().st_size > BYTES_LIMIT:
        raise ExportError(f"is larger than {BYTES_LIMIT} bytes")
    return file.read_bytes()


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or what lies in the folder, the last written last: a later export wins."""
    if not path.is_dir():
        path.stat()  # says what is wrong with a path that is nothing
        return iter([path])
    found = [one for one in path.iterdir() if one.is_file() and not one.name.startswith(".")]
    found.sort(key=lambda one: (one.stat().st_mtime, one.name))
    return iter(found[-FILE_LIMIT:])
