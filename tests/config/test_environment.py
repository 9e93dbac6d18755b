from __future__ import annotations

from collections.abc import Callable

import pytest

from dispatch import config
from dispatch.config import environment


def test_a_variable_wins_over_the_file(load: Callable[..., config.Config], right: str) -> None:
    text = f"{right}[web]\nport = 8025\n"

    assert load(text, {"DISPATCH_WEB__PORT": "9000"}).web.port == 9000
    assert load(text, {}).web.port == 8025


@pytest.mark.parametrize(
    ("variable", "value", "read"),
    [
        ("DISPATCH_FEEDS__FULL_TEXT", "false", lambda c: c.feeds.full_text is False),
        ("DISPATCH_FEEDS__FULL_TEXT", "1", lambda c: c.feeds.full_text is True),
        ("DISPATCH_FEEDS__MAX_AGE", "1h", lambda c: c.feeds.max_age_seconds == 3600),
        ("DISPATCH_PUBLICATION__TIME_ZONE", "UTC", lambda c: c.publication.time_zone.key == "UTC"),
        ("DISPATCH_DELIVERY__UNCERTAIN", "resend", lambda c: c.delivery.uncertain == "resend"),
        ("DISPATCH_STORAGE__URL", "sqlite:////a/b.db", lambda c: c.storage.url.endswith("/a/b.db")),
        ("DISPATCH_FOLDERS__FEEDS", "/srv/feeds", lambda c: str(c.folders.feeds) == "/srv/feeds"),
    ],
)
def test_every_kind_of_value_may_come_from_a_variable(
    load: Callable[..., config.Config],
    right: str,
    variable: str,
    value: str,
    read: Callable[[config.Config], bool],
) -> None:
    assert read(load(right, {variable: value}))


def test_a_variable_opens_a_table_that_the_file_has_not(
    load: Callable[..., config.Config], right: str
) -> None:
    environ = {
        "DISPATCH_TRANSPORT__KIND": "smtp",
        "DISPATCH_TRANSPORT__HOST": "mail.example",
        "DISPATCH_TRANSPORT__USERNAME": "news",
        "DISPATCH_TRANSPORT__PASSWORD": "hunter2",
    }

    transport = load(right, environ).transport

    assert (transport.kind, transport.host, transport.password) == (
        "smtp",
        "mail.example",
        "hunter2",
    )


def test_problems_of_a_variable_name_the_variable_and_come_last(
    report_on: Callable[..., str], broken: Callable[[str, str], tuple[str, int]]
) -> None:
    text, line = broken('contact = "editors@meridian.example"', 'contact = "nobody"')

    lines = report_on(text, {"DISPATCH_WEB__PORT": "80,80"}).splitlines()

    assert lines[1].startswith(f"config.toml:{line}: publication.contact: ")
    assert lines[-1] == "DISPATCH_WEB__PORT: web.port: must be a whole number, not text"


def test_a_variable_that_names_no_key_is_a_problem(
    report_on: Callable[..., str], right: str
) -> None:
    report = report_on(right, {"DISPATCH_WEB__PROT": "80"})

    assert "DISPATCH_WEB__PROT: web.prot: no key is set by this variable" in report
    assert 'did you mean "DISPATCH_WEB__PORT"?' in report


def test_a_variable_for_a_whole_table_is_a_problem(
    report_on: Callable[..., str], right: str
) -> None:
    report = report_on(right, {"DISPATCH_PUBLICATION__NAMES": "x"})

    assert "publication.names: is no single value: set it in the file" in report


def test_a_variable_does_not_reach_into_an_array_of_tables(
    report_on: Callable[..., str], right: str
) -> None:
    report = report_on(right, {"DISPATCH_NEWSLETTERS__NAME": "x"})

    assert "DISPATCH_NEWSLETTERS__NAME: newsletters.name: no key is set" in report


def test_other_variables_are_left_alone(load: Callable[..., config.Config], right: str) -> None:
    environ = {"DISPATCH_CONFIG": "elsewhere.toml", "HOME": "/root", "__X": "1"}

    assert load(right, environ) == load(right, {})


def test_the_overlay_leaves_the_tables_of_the_file_alone() -> None:
    raw = {"web": {"port": 1}}

    overlaid = environment.overlay(raw, {"DISPATCH_WEB__PORT": "2"})

    assert overlaid.raw == {"web": {"port": 2}}
    assert raw == {"web": {"port": 1}}
    assert overlaid.variables == {("web", "port"): "DISPATCH_WEB__PORT"}
