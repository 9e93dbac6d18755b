"""Intervals against figures from the papers."""

from __future__ import annotations

import pytest

from dispatch.rules import proportions


def test_wilsons_interval_is_that_of_newcombes_table() -> None:
    """Newcombe 1998 (two-sided, single proportion), table I: 81/263, 15/148, 0/20, 1/29."""
    for hits, total, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = proportions.wilson(hits, total)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_the_difference_is_that_of_newcombes_table() -> None:
    """Newcombe 1998 (difference, independent), table II, method 10: 56/70 - 48/80."""
    found = proportions.difference(56, 70, 48, 80)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.is_clear


def test_of_no_mail_nothing_is_known() -> None:
    found = proportions.wilson(0, 0)
    assert (found.low, found.high) == (0.0, 1.0)
    assert not proportions.difference(0, 0, 1, 10).is_clear
