"""Shows a mail as a client in light or in dark mode does, whatever the browser's own mode is.

In: a rendered mail. Out: the same mail whose rules for dark mode always apply, or never. For the
eye of an editor; what is sent is never touched.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_DARK: Final = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
_ROOT: Final = re.compile(r"color-scheme:\s*light dark")


class Scheme(StrEnum):
    """The two ways in which people read."""

    LIGHT = "light"  #: dark ink on light paper
    DARK = "dark"  #: the client asks for the rules of dark mode


def fixed(html: str, scheme: Scheme) -> str:
    """`html` as it looks in `scheme` everywhere."""
    condition = "@media all" if scheme is Scheme.DARK else "@media not all"
    return _ROOT.sub(f"color-scheme: only {scheme}", _DARK.sub(condition, html))
