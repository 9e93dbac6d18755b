"""Names of visitors: the same all day, another tomorrow, and nobody's address."""

from __future__ import annotations

from datetime import date

from dispatch.reads import visitor

TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


def test_a_visitor_keeps_the_name_for_a_day_and_loses_it_overnight() -> None:
    salt = visitor.Salt()
    first = salt.name(TODAY, "192.0.2.1", "reader")
    assert salt.name(TODAY, "192.0.2.1", "reader") == first
    assert salt.name(TODAY, "192.0.2.2", "reader") != first
    assert salt.name(TOMORROW, "192.0.2.1", "reader") != first
    assert salt.name(TODAY, "192.0.2.1", "reader") != first, "yesterday's salt is gone"


def test_another_process_has_other_names() -> None:
    names = {visitor.Salt().name(TODAY, "192.0.2.1", "reader") for _ in range(3)}
    assert len(names) == 3
