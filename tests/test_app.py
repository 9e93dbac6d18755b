"""What the App adds to the verbs: periods by name, a no by letter, reports as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from dispatch import app, errors, site
from dispatch.app import reports
from dispatch.model.delivery import Balance, DeliveryState
from dispatch.model.publication import ReadsImport, Source
from dispatch.model.subscriber import SubscriptionState

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "app/office",
    "app/reports",
)

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


class StoppedClock:
    """It is Friday, nine o'clock."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[app.App]:
    """A new site."""
    site.make_site(tmp_path, NOW)
    made = app.App.open(tmp_path / "config.toml", {}, StoppedClock())
    yield made
    made.close()


def test_a_report_becomes_plain_data() -> None:
    data = reports.as_data(
        {
            "balance": Balance(counts={DeliveryState.SENT: 2}),
            "days": {date(2026, 11, 27): 3},
            "at": (NOW, time(9)),
            "path": Path("a/b"),
            "nothing": None,
        }
    )

    assert json.loads(json.dumps(data)) == {
        "balance": {"counts": {"sent": 2}},
        "days": {"2026-11-27": 3},
        "at": ["2026-11-27T09:00:00+00:00", "09:00:00"],
        "path": "a/b",
        "nothing": None,
    }


def test_what_repr_hides_is_in_no_data() -> None:
    kept = Source(name="main", kind="ghost", url="https://n.example/", key="22444f78447824223ce")
    imported = ReadsImport(name="log", kind="matomo", site="https://n.example/", token="22444f784")
    data = json.dumps(reports.as_data([kept, {"of": (imported,)}]))
    assert "n.example" in data
    assert "22444f784" not in data + repr(kept) + repr(imported)


def test_a_period_is_made_when_it_is_due_and_not_before(opened: app.App) -> None:
    assert opened.issues.read_period("weekly", "2026-W48").due_at == NOW
    with pytest.raises(errors.InputError, match="not due before 2026-12-04 09:00 UTC"):
        opened.issues.read_period("weekly", "2026-W49")
    assert opened.issues.read_period("weekly", "2026-W49", ahead=True).name == "2026-W49"


def test_a_no_by_letter_ends_what_stands_and_only_once(opened: app.App) -> None:
    opened.readers.subscribe([opened.readers.read_wish({"address": "ann@example.org"})])

    assert len(opened.readers.unsubscribe_address("ann@example.org", dry_run=True)) == 1
    (ended,) = opened.readers.unsubscribe_address("ANN@example.org", "weekly")

    assert (ended.state, ended.unsubscribed_at) == (SubscriptionState.UNSUBSCRIBED, NOW)
    assert opened.readers.unsubscribe_address("ann@example.org") == ()
