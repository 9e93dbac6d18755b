"""init and check: a new site, and whether it has all that it needs."""

from __future__ import annotations

from pathlib import Path

from operators import Operator


def test_init_makes_a_site_and_says_how_to_go_on(operator: Operator, tmp_path: Path) -> None:
    said = operator.types("init", str(tmp_path / "new")).output

    assert (tmp_path / "new" / "config.toml").exists()
    assert str(tmp_path / "new" / "config.toml") in said
    assert "dispatch check" in said


def test_init_names_what_it_made_to_a_program(operator: Operator, tmp_path: Path) -> None:
    made = operator.reads("init", str(tmp_path / "new"))["made"]

    assert str(tmp_path / "new" / "config.toml") in made
    assert all(Path(one).exists() for one in made)


def test_init_never_overwrites_a_site(operator: Operator) -> None:
    before = operator.files()

    result = operator.types("init", ".", code=1)

    assert "is there already" in result.stderr
    assert result.stdout == ""
    assert operator.files() == before


def test_a_new_site_is_well(operator: Operator) -> None:
    said = operator.types("check").stdout

    assert "BAD" not in said
    assert "next issue" in said
    assert "`dispatch run`" in said


def test_check_tells_a_program_of_every_finding(operator: Operator) -> None:
    found = operator.reads("check")

    assert found["problems"] == 0
    assert {"configuration", "storage", "feeds", "transport"} <= {
        one["what"] for one in found["findings"]
    }


def test_check_fails_when_something_is_wrong(operator: Operator) -> None:
    page = next((operator.folder / "templates" / "email").glob("*.html*"))
    page.write_text("{% if %}", encoding="utf-8")

    said = operator.types("check", code=3).stdout
    found = operator.reads("check", code=3)

    assert "BAD" in said
    assert found["problems"] == 1
    assert page.name in next(one["problem"] for one in found["findings"] if one["problem"])


def test_every_mistake_of_the_configuration_is_told_with_its_line(operator: Operator) -> None:
    operator.changes_config('cadence = "Fridays 09:00"', 'cadence = "5 09:00"')
    operator.changes_config("port = 8025", 'prot = "8025"')

    result = operator.types("check", code=1)
    document = operator.reads("check", code=1)

    assert result.stdout == ""
    assert "newsletters[weekly].cadence" in result.stderr
    assert "web.prot" in result.stderr
    assert "Traceback" not in result.stderr
    assert document["error"]["kind"] == "ConfigError"
    assert "web.prot" in document["error"]["message"]


def test_a_missing_configuration_is_an_error(operator: Operator) -> None:
    assert "none.toml" in operator.types("--config", "none.toml", "check", code=1).stderr
