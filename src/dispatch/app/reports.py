"""Reports as plain data, for JSON and for the record of a run.

In: what the verbs and the configuration are made of. Out: mappings, lists, text, numbers. Never: a
field that `repr` hides: keys, tokens and secrets are marked so once, where they are declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dispatch.compose import ComposeReport


def as_data(value: Any) -> Any:
    """A report as plain data for JSON: dataclasses to mappings, times to ISO 8601."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in fields(value) if one.repr]
        return {name: as_data(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(as_data(key)): as_data(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_data(one) for one in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def composed_data(report: ComposeReport) -> Mapping[str, Any]:
    """A report on composing without the mails themselves, which may be long."""
    data: dict[str, Any] = as_data(report)
    data["variants"] = [
        {"key": one.key, "subject": one.subject, "html_octets": len(one.html.encode())}
        for one in report.variants
    ]
    return data
