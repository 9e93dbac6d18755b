from __future__ import annotations

import shutil
from dataclasses import replace

from newsroom import Newsroom

from dispatch import site
from dispatch.check import Finding


def problems(newsroom: Newsroom) -> dict[str, str]:
    return {one.what: one.problem for one in newsroom.app.check() if one.problem}


def details(newsroom: Newsroom) -> dict[str, Finding]:
    return {one.what: one for one in newsroom.app.check()}


def test_a_good_site_has_no_problem_and_says_when_it_is_due(newsroom: Newsroom) -> None:
    assert problems(newsroom) == {}
    due = details(newsroom)["newsletter weekly"].detail
    assert due == "next issue 2026-W48, Friday 27 November 2026 09:00 GMT"


def test_a_broken_template_is_named_with_its_line(newsroom: Newsroom) -> None:
    folder = newsroom.root / "templates" / "email"
    folder.mkdir(parents=True)
    (folder / "issue.html.j2").write_text("<p>\n{% if %}\n</p>\n")
    found = problems(newsroom)
    assert set(found) == {"templates, weekly in English", "templates, weekly in Русский"}
    assert f"{folder / 'issue.html.j2'}:2" in found["templates, weekly in English"]


def test_a_folder_that_cannot_be_made_is_a_problem(newsroom: Newsroom) -> None:
    (newsroom.root / "feeds").write_text("a file where a folder should be")
    assert str(newsroom.root / "feeds") in problems(newsroom)["feeds"]


def test_a_closed_way_out_is_a_problem(newsroom: Newsroom) -> None:
    settings = replace(newsroom.app.config.transport, folder=newsroom.root / "config.toml")
    newsroom.app.office.config = replace(newsroom.app.config, transport=settings)
    assert "config.toml" in problems(newsroom)["transport"]


def test_a_template_that_breaks_a_line_of_the_checklist_is_a_problem(newsroom: Newsroom) -> None:
    folder = newsroom.root / "templates" / "email"
    shutil.copytree(site.default_templates(), folder)
    style = folder / "style.css"
    style.write_text(style.read_text().replace("color: #454037", "color: #d4cdc0"))
    found = problems(newsroom)["templates, weekly in English"]
    assert found.startswith("light: <p.standfirst>")


def test_a_log_that_cannot_be_read_is_a_problem(newsroom: Newsroom) -> None:
    newsroom.with_config(
        '[web]\naccess_log = "feeds.log"\n'
        '[[reads]]\nname = "site"\nkind = "access-log"\npath = "site.log"\n'
        'site = "http://127.0.0.1:8400/"'
    )
    found = problems(newsroom)
    assert found.keys() == {"web.access_log", "reads site"}
    assert "feeds.log: cannot be read" in found["web.access_log"]
    for name in ("feeds.log", "site.log"):
        (newsroom.root / name).write_bytes(b"")
    assert problems(newsroom) == {}
