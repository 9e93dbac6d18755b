"""Reads from a table: a CSV file with the columns `path` or `url`, `date` and `reads`.

In: a file or a folder of them; the delimiter may be a comma, a semicolon or a tab. Out: totals.
Never: guesses at a column of another name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

from dispatch.model.publication import ReadsImport
from dispatch.model.reads import ReadBatch
from dispatch.reads import exports
from dispatch.reads.errand import Errand
from dispatch.reads.exports import ExportError, Row

_PAGES = ("path", "url")


def gather(settings: ReadsImport, errand: Errand) -> ReadBatch:
    """What the tables say."""
    return exports.from_files(settings, errand, read)


def read(document: bytes, day: date | None) -> Iterator[Row | str]:
    """The rows of one table; `day`, from the file's name, stands in for a missing column."""
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExportError(f"is not UTF-8 (byte {error.start})") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = {(name or "").strip().casefold(): name for name in table.fieldnames or ()}
    page = next((names[one] for one in _PAGES if one in names), None)
    if page is None or "reads" not in names or ("date" not in names and day is None):
        raise ExportError("needs the columns path (or url), date and reads in its first line")
    return _rows(table, page, names, day)


def _rows(
    table: csv.DictReader[str], page: str, names: dict[str, str], day: date | None
) -> Iterator[Row | str]:
    try:
        for row in table:
            yield _row(row, page, names, day, table.line_num)
    except csv.Error as error:
        yield f"line {table.line_num}: {error}"


def _row(
    row: dict[str, str], page: str, names: dict[str, str], day: date | None, line: int
) -> Row | str:
    said, count = (row.get(page) or "").strip(), (row.get(names["reads"]) or "").strip()
    reads = exports.read_count(count)
    if not said or reads is None:
        return f"line {line}: {count!r} is no number of reads" if said else f"line {line}: no page"
    text = (row.get(names["date"]) or "").strip() if "date" in names else str(day)
    try:
        return Row(day=exports.read_day(text), path=said, reads=reads)
    except ValueError:
        return f"line {line}: {text!r} is no date such as 2026-11-24"
