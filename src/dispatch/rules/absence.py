"""Decides when an article is gone: it was missed twice, a quarter of an hour apart.

In: what was missed before, what was looked for now and not found, now. Out: what stays under
suspicion, and what is gone. Never: takes one bad moment of a server for a withdrawal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

#: A deployment or a full disk makes every page a 404 for some minutes.
APART = timedelta(minutes=15)


def judge(
    missed: Mapping[str, datetime],
    *,
    found: Iterable[str],
    absent: Iterable[str],
    now: datetime,
) -> tuple[dict[str, datetime], tuple[str, ...]]:
    """(since when each name is missed, names that are gone).

    What was found is under no suspicion any more; what was not looked for keeps its moment.
    """
    present = set(found)
    since = {name: at for name, at in missed.items() if name not in present}
    gone = []
    for name in absent:
        first = since.setdefault(name, now)
        if now - first >= APART:
            gone.append(name)
    return since, tuple(gone)
