"""Somebody at the command line: types commands in a site's folder and reads what they answer."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from dispatch import app
from dispatch.cli import root
from dispatch.rules import cadence


@dataclass(frozen=True)
class Operator:
    """Somebody who types commands in the folder of a site."""

    folder: Path

    def types(self, *words: str, code: int = 0, environ: Mapping[str, str] | None = None) -> Result:
        """The result of `dispatch words`, which must end with `code`."""
        result = CliRunner().invoke(
            root.commands, list(words), prog_name="dispatch", env=dict(environ or {})
        )
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def reads(self, *words: str, code: int = 0) -> Any:
        """The document that `dispatch words --json` answers with, and nothing else on stdout."""
        return json.loads(self.types(*words, "--json", code=code).stdout)

    def publishes(self, title: str, text: str = "A paragraph.") -> None:
        """An article, finished a minute ago."""
        path = self.folder / "articles" / f"{title.lower().replace(' ', '-')}.md"
        path.write_text(f"---\ntitle: {title}\nsection: news\n---\n{text}\n", encoding="utf-8")
        age = datetime.now(UTC).timestamp() - 60
        os.utime(path, (age, age))

    def changes_config(self, was: str, now: str) -> None:
        """One change of the configuration."""
        path = self.folder / "config.toml"
        text = path.read_text(encoding="utf-8")
        assert text.count(was) == 1, f"{was!r} must stand in the configuration once"
        path.write_text(text.replace(was, now), encoding="utf-8")

    def open_app(self) -> app.App:
        """The site as the program sees it."""
        return app.App.open(self.folder / "config.toml", {})

    def newest_period(self) -> str:
        """What the issue of now is called."""
        opened = self.open_app()
        weekly = opened.office.newsletters["weekly"]
        return cadence.latest_due(weekly.cadence, opened.clock.now()).name

    def mails(self) -> list[Path]:
        """What lies in the outbox."""
        return sorted((self.folder / "var" / "outbox").glob("*.eml"))

    def files(self) -> dict[str, bytes]:
        """All that stands in the folder, but for the database and its journal."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and "dispatch.db" not in path.name
        }
