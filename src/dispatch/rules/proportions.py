"""How sure one can be of a rate: Wilson's interval, and Newcombe's for the difference of two.

In: counts. Out: rates with the bounds within which they lie 95 times of a hundred. With a handful
of donations in ten thousand mails the textbook interval goes below nothing; these do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Two-sided, 95 in a hundred.
Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A rate, or a difference of two, with the interval that it lies in."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval has nothing to do with zero."""
        return self.low > 0 or self.high < 0


def wilson(hits: int, total: int) -> Estimate:
    """The rate of `hits` in `total` (Wilson, 1927); of nothing, anything is possible."""
    if total == 0:
        return Estimate(value=0.0, low=0.0, high=1.0)
    hits = min(hits, total)
    rate, square = hits / total, Z * Z
    scale = 1 + square / total
    middle = (rate + square / (2 * total)) / scale
    half = Z / scale * math.sqrt(rate * (1 - rate) / total + square / (4 * total * total))
    return Estimate(
        value=rate,
        low=max(0.0, middle - half) if hits else 0.0,
        high=min(1.0, middle + half) if hits < total else 1.0,
    )


def difference(hits: int, total: int, other_hits: int, other_total: int) -> Estimate:
    """The first rate less the other (Newcombe, 1998, method 10)."""
    one, other = wilson(hits, total), wilson(other_hits, other_total)
    value = one.value - other.value
    down = math.hypot(one.value - one.low, other.high - other.value)
    up = math.hypot(one.high - one.value, other.value - other.low)
    return Estimate(value=value, low=value - down, high=value + up)
