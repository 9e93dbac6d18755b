"""A folder of Markdown files with YAML front matter.

In: a source with a path (its `url` is the base under which slugs live). Out: a Harvest.
Never: takes a file that is still being written, lets one bad file stop the others, or takes a
file that vanished for a withdrawal.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from markdown_it import MarkdownIt

from dispatch import fetch
from dispatch.model.article import Author, Enclosure, Entry, Image, TranslationLink
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.rules import canonical, dates
from dispatch.sources import markup

#: A file that changed less than this long ago may still be growing.
SETTLE_SECONDS = 2.0
MAX_FILES = 20_000
MAX_FILE_BYTES = 2 * 1024 * 1024

_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)(?:^|\n)---[ \t]*(?:\r?\n|$)", re.DOTALL)
_SUFFIXES = frozenset({".md", ".markdown"})


class _Bad(Exception):  # noqa: N818 - it becomes a warning
    """One file is no article; `line` counts from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True, slots=True)
class _Text:
    """One file as read: its path below the folder, its front matter and its Markdown."""

    path: str
    front: Mapping[str, object]
    source: str
    body: str

    def line_of(self, key: str) -> int:
        """The line on which `key` stands in the file."""
        match = re.search(rf"^{re.escape(key)}[ \t]*:", self.source, re.MULTILINE)
        return self.source.count("\n", 0, match.start()) + 1 if match else 1

    def given(self, *keys: str) -> str | None:
        """The first of `keys` that has a value."""
        return next((key for key in keys if self.front.get(key, "") not in (None, "")), None)

    def value(self, *keys: str) -> object:
        """The value of the first of `keys` that is present and not empty, else None."""
        key = self.given(*keys)
        return self.front[key] if key else None

    def string(self, *keys: str) -> str:
        """The same as one string; numbers count, lists do not."""
        found = self.value(*keys)
        return str(found).strip() if isinstance(found, str | int | float) else ""


def harvest(
    source: Source,
    state: SourceState,
    fetcher: fetch.Fetcher,  # noqa: ARG001 - every kind is called alike
    now: datetime,
    zone: ZoneInfo,
) -> Harvest:
    """Read every settled file of the folder, or none when nothing changed since `state.etag`.

    Drafts, and articles whose date is still to come, are left out; the latter make the folder
    changed again when their time comes.
    """
    if source.path is None or not source.path.is_dir():
        return Harvest(failure=f"source {source.name}: {source.path} is not a folder")
    try:
        files = _settled_files(source.path, now)
    except OSError as error:
        return Harvest(failure=f"source {source.name}: {error}")
    digest = _digest(source.path, files)
    if _is_unchanged(state.etag, digest, now):
        return Harvest(not_modified=True, etag=state.etag)
    reader = _Reader(source, zone, now)
    entries = tuple(reader.entries(files))
    return Harvest(
        entries=entries,
        etag=f"{digest};{int(reader.due.timestamp())}" if reader.due else digest,
        warnings=tuple(reader.warnings),
    )


def _settled_files(root: Path, now: datetime) -> list[Path]:
    """The Markdown files below `root` that are not being written, in order of their names."""
    found: list[Path] = []
    for path in sorted(root.rglob("*"))[: MAX_FILES * 2]:
        hidden = any(part.startswith((".", "_")) for part in path.relative_to(root).parts)
        if path.suffix.lower() not in _SUFFIXES or hidden or not path.is_file():
            continue
        age = now.timestamp() - path.stat().st_mtime
        if not -SETTLE_SECONDS < age < SETTLE_SECONDS:
            found.append(path)
    return found[:MAX_FILES]


def _digest(root: Path, files: list[Path]) -> str:
    sums = hashlib.blake2b(digest_size=16)
    for path in files:
        status = path.stat()
        name = path.relative_to(root).as_posix()
        sums.update(f"{name}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return sums.hexdigest()


def _is_unchanged(etag: str | None, digest: str, now: datetime) -> bool:
    known, _, due = (etag or "").partition(";")
    return known == digest and not (due.isdigit() and int(due) <= now.timestamp())


class _Reader:
    """Reads the files of one visit and gathers what is to be said about them."""

    def __init__(self, source: Source, zone: ZoneInfo, now: datetime) -> None:
        self._root = source.path or Path()
        self._base = source.url if (source.url or "").endswith("/") else f"{source.url or ''}/"
        self._zone = zone
        self._now = now
        self.warnings: list[str] = []
        self.due: datetime | None = None

    def entries(self, files: list[Path]) -> Iterator[Entry]:
        """The articles of `files` that may be shown, translations linked to one another."""
        texts = [text for path in files if (text := self._text(path))]
        targets = {name: text for text in texts for name in self._names(text)}
        for text in texts:
            try:
                entry = self._entry(text, targets)
            except _Bad as bad:
                self._warn(text.path, bad)
                continue
            if entry is not None:
                yield markup.clean_entry(entry, self._base)

    def _warn(self, path: str, bad: _Bad) -> None:
        self.warnings.append(f"{path}:{bad.line}: {bad}")

    def _text(self, path: Path) -> _Text | None:
        name = path.relative_to(self._root).as_posix()
        try:
            return _read_text(path, name)
        except _Bad as bad:
            self._warn(name, bad)
        except OSError as error:
            self._warn(name, _Bad(1, f"cannot be read: {error.strerror}"))
        return None

    def _names(self, text: _Text) -> Iterator[str]:
        """Every name by which another file may mean this one."""
        names = (text.path, text.string("slug"), text.string("id"), self._url(text) or "")
        yield from (name for name in names if name)

    def _entry(self, text: _Text, targets: Mapping[str, _Text]) -> Entry | None:
        """The article, or None for a draft and for one whose time has not come."""
        if text.value("draft") is True:
            return None
        title, url = text.string("title"), self._url(text)
        if not title:
            raise _Bad(text.line_of("title"), "there is no title")
        if url is None:
            raise _Bad(text.line_of("url"), "no address: give `url`, or the source its base url")
        published = self._date(text, "published", "date")
        if published and published > self._now:
            self.due = min(self.due or published, published)
            return None
        return Entry(
            source_id=text.string("id") or text.path,
            url=url,
            title=title,
            language=text.string("language", "lang") or None,
            standfirst=text.string("standfirst", "description"),
            html=_MARKDOWN.render(text.body),
            authors=_authors(text),
            sections=tuple(_strings(text.value("sections", "section"))),
            image=_image(text),
            enclosures=tuple(_enclosures(text)),
            translations=tuple(self._translations(text, targets)),
            published_at=published,
            updated_at=self._date(text, "updated", "modified"),
            plain=frozenset({"title", "standfirst", "authors", "sections"}),
        )

    def _url(self, text: _Text) -> str | None:
        """`url`, else `slug` or the file's own name under the source's base."""
        stem = text.path.rsplit(".", 1)[0]
        place = text.string("url") or text.string("slug").lstrip("/") or stem
        return canonical.absolute_url(place, self._base)

    def _date(self, text: _Text, *keys: str) -> datetime | None:
        """A date in UTC; a day alone is its first moment in the source's zone."""
        key = text.given(*keys)
        if key is None:
            return None
        found = _moment(text.front[key], self._zone, self._now)
        if found is None:
            raise _Bad(text.line_of(key), f"{key}: {text.front[key]!s:.60} is not a date")
        return found

    def _translations(self, text: _Text, targets: Mapping[str, _Text]) -> Iterator[TranslationLink]:
        for language, name in _claims(text.value("translations", "translation_of")):
            target = self._target(text, name, targets)
            url = self._url(target) if target else canonical.absolute_url(name, self._base)
            known = target.string("language", "lang") if target else ""
            if url:
                title = target.string("title") if target else ""
                yield TranslationLink(url=url, language=known or language, title=title)

    def _target(self, text: _Text, name: str, targets: Mapping[str, _Text]) -> _Text | None:
        """The file that `name` means: from the folder's root, beside this file, slug or URL."""
        beside = Path(text.path).parent / name
        names = (name, beside.as_posix(), name.strip("/"), f"{name}.md", f"{beside.as_posix()}.md")
        return next((targets[key] for key in names if key in targets), None)


def _read_text(path: Path, name: str) -> _Text:
    """Split front matter from body; _Bad names the line that is wrong."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise _Bad(1, f"is longer than {MAX_FILE_BYTES} bytes")
    raw = path.read_bytes()
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Bad(raw.count(b"\n", 0, error.start) + 1, "is not UTF-8") from None
    match = _FRONT_MATTER.match(content)
    if match is None:
        raise _Bad(1, "has no front matter between two lines of ---")
    return _Text(name, _front_matter(match[1]), content, content[match.end() :])


def _front_matter(source: str) -> Mapping[str, object]:
    try:
        data = yaml.safe_load(source)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise _Bad(line, f"the front matter is not YAML: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _Bad(1, f"the front matter is not YAML: {str(error)[:100]}") from None
    if not isinstance(data, dict):
        raise _Bad(1, "the front matter has no keys")
    return {str(key).lower(): value for key, value in data.items()}


def _moment(value: object, zone: ZoneInfo, now: datetime) -> datetime | None:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone).astimezone(UTC)
    return dates.read_date(str(value), zone, now)


def _strings(value: object) -> list[str]:
    """A list of strings from a list or from one string."""
    values = value if isinstance(value, list) else [value]
    return [str(item).strip() for item in values if isinstance(item, str | int) and str(item)]


def _authors(text: _Text) -> tuple[Author, ...]:
    """Names, or mappings with `name` and `url`; one name or a list."""
    value = text.value("authors", "author")
    found: list[Author] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict) and item.get("name"):
            found.append(Author(name=str(item["name"]), url=str(item.get("url") or "") or None))
        elif isinstance(item, str):
            found.append(Author(name=item))
    return tuple(found)


def _image(text: _Text) -> Image | None:
    value = text.value("image")
    said = value if isinstance(value, dict) else {"url": text.string("image")}
    url, alt, credit = (str(said.get(key) or "") for key in ("url", "alt", "credit"))
    if not url:
        return None
    return Image(
        url=url,
        alt=alt or text.string("image_alt"),
        credit=credit or text.string("image_credit"),
    )


def _enclosures(text: _Text) -> Iterator[Enclosure]:
    """Addresses, or mappings with `url`, `type` and `length`; one or a list."""
    value = text.value("enclosures", "enclosure")
    for one in value if isinstance(value, list) else [value]:
        said = one if isinstance(one, dict) else {"url": one}
        url, length = said.get("url"), said.get("length")
        if isinstance(url, str):
            yield Enclosure(
                url=url,
                media_type=str(said.get("type") or ""),
                length=length if isinstance(length, int) else None,
            )


def _claims(value: object) -> Iterator[tuple[str | None, str]]:
    """Language (if said) and name of each translation: one name, a list, or language: name."""
    if isinstance(value, dict):
        yield from ((str(language), str(name)) for language, name in value.items() if name)
    else:
        yield from ((None, name) for name in _strings(value) if value)


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
