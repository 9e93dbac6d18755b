"""One build by Dispatch in a process of its own, for bench/feeds.py.

In: how much of it, a database, a folder. Out: the feeds; and the seconds of the build itself, by
the clock and by the processor. Nothing is loaded here that a build has no use for.

    python bench/feeds_build.py plain|published|everything DATABASE FOLDER
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from feeds_site import DEFAULTS, PUBLICATION, SETTINGS, START

from dispatch.render import output
from dispatch.store import database
from dispatch.store.database import Database
from dispatch.syndicate import syndicate


def build(work: str, database_path: str, folder: Path) -> None:
    """A build, from the database to files."""
    if work == "plain":
        leave_out_what_others_do_not_do()
    db = database.open_database(f"sqlite:///{database_path}")
    db.upgrade()
    started = time.perf_counter(), time.process_time()
    settings = DEFAULTS if work == "everything" else SETTINGS
    report = syndicate(db, PUBLICATION, settings, [], folder, now=START)
    assert not report.failures
    if work == "everything":
        build_lists(db, folder)
    print(time.perf_counter() - started[0], time.process_time() - started[1])
    db.close()


def build_lists(db: Database, folder: Path) -> None:
    from dispatch.syndicate import others

    stand = others.Newsstand(publication=PUBLICATION, settings=DEFAULTS, newsletters=(), appeals=())
    others.build(db, stand, folder, now=START)


def leave_out_what_others_do_not_do() -> None:
    """No twins and no sync, for the comparison alone: no setting of Dispatch does this."""
    output.encodings.encode = lambda _: {}
    output.encodings.twin_paths = lambda _: {}
    output._sync = lambda _: None  # noqa: SLF001


if __name__ == "__main__":
    build(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
