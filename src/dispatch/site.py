"""A site: the folder with config.toml, templates and feeds that the operator owns.

In: an empty folder. Out: a site that `dispatch check` and `dispatch run` accept at once. Never
overwrites a file that is there.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from dispatch import config, errors

_PACKAGE = Path(__file__).parent

#: How old the first files say they are: a folder source leaves a file alone that may still grow.
_SETTLED_SECONDS = 60

_WELCOME = """\
---
title: Hello, readers
language: en
section: news
standfirst: The editors on what this newsletter will be
authors: [The editors]
published: {published}
---

This is the first article of your site. Dispatch has collected it from the folder `articles/`,
puts it into the feeds, and will put it into the next issue of the newsletter.

Write the next one beside it, or point `config.toml` at the feed of your own web site.
"""


def defaults() -> Path:
    """Where the shipped templates and stylesheet are: in the wheel, or in a checkout's root."""
    shipped = _PACKAGE / "site"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1]


def default_templates() -> Path:
    """The e-mail templates that stand in until a site has its own."""
    return defaults() / "templates" / "email"


def templates_in_use(folder: Path) -> Path:
    """The site's own templates, or the shipped ones where it has none."""
    return folder if folder.is_dir() else default_templates()


def publish_stylesheet(feeds: Path) -> None:
    """Put the feeds' stylesheet beside the feeds of a site that has none of its own."""
    target = feeds / "feed.css"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(defaults() / "feeds" / "feed.css", target)


def make_site(folder: Path, now: datetime) -> tuple[Path, ...]:
    """Make a new site in `folder`, with a first article in it; returns what was made.

    Raises InputError if there is a site already, OutputError if files cannot be made there.
    """
    target = folder / "config.toml"
    if target.exists():
        message = f"{target} is there already; nothing was changed"
        raise errors.InputError(message)
    try:
        made = [_write(target, config.STARTER.read_text(encoding="utf-8"))]
        made.append(_write_welcome(folder, now))
        templates = folder / "templates" / "email"
        shutil.copytree(default_templates(), templates, dirs_exist_ok=True)
        publish_stylesheet(folder / "feeds")
    except OSError as error:
        message = f"{error.filename or folder}: {error.strerror}"
        raise errors.OutputError(message) from error
    return (*made, templates, folder / "feeds" / "feed.css")


def _write_welcome(folder: Path, now: datetime) -> Path:
    text = _WELCOME.format(published=now.isoformat(timespec="seconds"))
    path = _write(folder / "articles" / "hello.md", text)
    settled = path.stat().st_mtime - _SETTLED_SECONDS
    os.utime(path, (settled, settled))
    return path


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
