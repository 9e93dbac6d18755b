"""How messages leave: one module per kind, and the table that names them.

In: transport settings. Out: a `ports.Transport`. Never: the store, a template, or a second try;
what to do with a refusal is for `rules.replies` and the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dispatch import ports
from dispatch.model.settings import TransportSettings
from dispatch.transports import file, smtp

#: The ways out that a configuration may name.
KINDS: Mapping[str, Callable[[TransportSettings], ports.Transport]] = {
    "file": file.FileTransport,
    "smtp": smtp.SmtpTransport,
}


def open_transport(settings: TransportSettings) -> ports.Transport:
    """The transport that `settings` describe; nothing is connected before the first session."""
    return KINDS[settings.kind](settings)
