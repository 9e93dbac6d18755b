"""A new site works at once, and what an operator has is never overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from newsroom import parse, text_of

from dispatch import app, errors, site
from dispatch.model.delivery import DeliveryState

NOW = datetime.now(UTC)


def test_a_new_site_goes_from_nothing_to_a_message(tmp_path: Path) -> None:
    made = site.make_site(tmp_path / "site", NOW)
    assert all(path.exists() for path in made)
    opened = app.App.open(tmp_path / "site" / "config.toml", {})

    assert [one.problem for one in opened.check() if one.problem] == []
    assert opened.config.warnings == ()
    collected = opened.intake.collect()
    opened.readers.subscribe([opened.readers.read_wish({"address": "ann@example.org"})])
    opened.issues.compose("weekly")
    (delivered,) = opened.issues.deliver().issues
    opened.close()

    assert not collected.has_failures
    assert [one.new for one in collected.articles.sources] == [1]
    assert delivered.balance.counts == {DeliveryState.SENT: 1}
    (message,) = (tmp_path / "site" / "var" / "outbox").glob("*.eml")
    mail = parse(message.read_bytes())
    assert mail["To"] == "ann@example.org"
    assert "Hello, readers" in text_of(mail)


def test_a_site_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mine", encoding="utf-8")

    with pytest.raises(errors.InputError, match="is there already"):
        site.make_site(tmp_path, NOW)

    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]
    assert (tmp_path / "config.toml").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(errors.OutputError, match="file"):
        site.make_site(tmp_path / "file" / "site", NOW)


def test_a_stylesheet_of_the_operators_own_stays(tmp_path: Path) -> None:
    (tmp_path / "feed.css").write_text("mine", encoding="utf-8")

    site.publish_stylesheet(tmp_path)

    assert (tmp_path / "feed.css").read_text(encoding="utf-8") == "mine"


def test_a_site_without_templates_uses_those_that_are_shipped(tmp_path: Path) -> None:
    assert site.templates_in_use(tmp_path / "none") == site.default_templates()
    assert site.templates_in_use(tmp_path) == tmp_path
