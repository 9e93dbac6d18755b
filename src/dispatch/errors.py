"""What Dispatch raises when a caller is wrong or it has to stop.

A failure of the outside world (a dead source, a refused message) is never an exception here:
it is data in a report. These exceptions are for an operator's mistake or a broken invariant,
and each message names the file, key or row it is about.
"""

from __future__ import annotations


class DispatchError(Exception):
    """Base of everything that Dispatch raises on purpose."""


class ConfigError(DispatchError):
    """The configuration cannot be used; the text lists every problem with file and line."""


class StoreError(DispatchError):
    """The database is missing, newer than this program, or refuses to work."""


class NotFoundError(DispatchError):
    """Something that must exist does not: a newsletter, an issue, a subscriber."""


class InputError(DispatchError):
    """A file or argument given by the operator is bad; nothing of it was taken."""


class TemplateError(DispatchError):
    """A template of the operator cannot be rendered; the text names file and line."""


class OutputError(DispatchError):
    """A file could not be written whole; what stood there before still stands."""


class TransportError(DispatchError):
    """A transport cannot be opened at all (refused, TLS, login); nothing was sent."""
