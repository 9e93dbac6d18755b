"""A database knows its revision, and comes to this program's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from dispatch.store import database, revisions, schema, triggers
from dispatch.store.database import Database


def test_the_newest_revision_is_the_one_that_alembic_would_go_to() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(revisions.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [revisions.head()]


def test_a_database_that_needs_nothing_is_opened_without_alembic_and_without_a_writer(
    db: Database, database_url: str
) -> None:
    script = (
        "import sys\nfrom dispatch.store import database\n"
        "database.open_database(sys.argv[1]).upgrade()\nassert 'alembic' not in sys.modules\n"
    )
    with db.write() as tx:
        tx.execute(sa.delete(schema.newsletter))
        subprocess.run([sys.executable, "-c", script, database_url], check=True, timeout=20)


def test_a_trigger_that_is_missing_is_made_again(db: Database) -> None:
    with db.write() as tx:
        on = "" if db.is_sqlite else " ON article"
        tx.execute(sa.text(f"DROP TRIGGER note_article_update{on}"))
        assert not triggers.stand(tx)
    db.upgrade()
    with db.read() as tx:
        assert triggers.stand(tx)


def test_an_empty_database_has_no_revision(tmp_path: Path) -> None:
    opened = database.open_database(f"sqlite:///{tmp_path}/site.db")
    assert opened.revision() == (None, revisions.head())
    assert not opened.answers()
    opened.close()
