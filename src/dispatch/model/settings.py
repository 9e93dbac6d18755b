"""Settings of the machinery: transport, delivery, web, storage, schedule, folders.

In: what `config` read and checked. Out: frozen values that `app` hands to whoever needs them.
Never: a default that depends on the machine, or a secret in a `repr`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

#: The ways out that a configuration may name; `app` builds one class for each.
TRANSPORT_KINDS: tuple[str, ...] = ("file", "smtp")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectSettings:
    """How politely sources are asked."""

    host_delay_seconds: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """Whom to tell of alarms: an address, an address of the web, both, or nobody."""

    mail: str | None = None
    webhook: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DonationSettings:
    """How the donation side tells us of a donation. Without a secret it cannot."""

    secret: str | None = field(default=None, repr=False)
    tolerance_seconds: int = 300


class Security(StrEnum):
    """How a connection to an SMTP server is protected."""

    NONE = "none"  #: plain text; for a relay on the same machine
    STARTTLS = "starttls"  #: RFC 3207, required: a server that does not offer it is refused
    TLS = "tls"  #: TLS from the first byte (RFC 8314)


#: The port of each kind of protection (RFC 5321, RFC 6409, RFC 8314).
SECURITY_PORTS: dict[Security, int] = {
    Security.NONE: 25,
    Security.STARTTLS: 587,
    Security.TLS: 465,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSettings:
    """How messages leave.

    `folder` belongs to kind "file"; everything below it to kind "smtp". `final_reply_timeout` is
    the wait after the final dot, where giving up early makes duplicates (RFC 5321, 4.5.3.2.6).
    """

    kind: str
    folder: Path | None = None
    host: str = ""
    port: int = 587
    security: Security = Security.STARTTLS
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    connections: int = 4
    messages_per_connection: int = 100
    connect_timeout_seconds: int = 30
    reply_timeout_seconds: int = 300
    final_reply_timeout_seconds: int = 600


class UncertainPolicy(StrEnum):
    """What to do with a message that was handed over and never answered for."""

    HOLD = "hold"  #: show it, and let the operator decide
    RESEND = "resend"  #: rather twice than never


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """How an issue is worked off.

    `give_up_hours` counts from the moment a delivery was planned. `envelope_sender` is the
    MAIL FROM that bounces go to; None means the newsletter's own from-address.
    """

    uncertain: UncertainPolicy = UncertainPolicy.HOLD
    max_attempts: int = 6
    give_up_hours: int = 36
    batch: int = 50
    lease_seconds: int = 900
    envelope_sender: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where the built-in server listens, and what it does for those who come.

    `full_fetches_per_hour` is how often one visitor may fetch one feed without a validator; 0 means
    as often as they like. `retired` names the keys of feeds that are gone for good, `redirects` the
    old addresses and where they have moved. `access_log` is that of the web server before it, which
    hands out the files of feeds.
    """

    host: str = "127.0.0.1"
    port: int = 8025
    full_fetches_per_hour: int = 0
    retired: tuple[str, ...] = ()
    wordpress: bool = False
    redirects: Mapping[str, str] = field(default_factory=dict)
    access_log: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """The database, and the key that signs tokens. Both are secrets: a URL may hold a password."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """How often the standing jobs are woken."""

    collect_seconds: int = 300
    deliver_seconds: int = 60
    reads_seconds: int = 900
    websub_seconds: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderSettings:
    """Where feeds are published and where templates are read; both absolute."""

    feeds: Path
    templates: Path
