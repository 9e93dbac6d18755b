"""Listener: a program that is told when a feed changes (a subscriber in the words of WebSub)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ListenerWish(StrEnum):
    """What somebody asked of our hub in a listener's name, until the listener itself confirms."""

    SUBSCRIBE = "subscribe"  #: tell it from now on
    UNSUBSCRIBE = "unsubscribe"  #: tell it no more


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedListener:
    """A request that reached the hub. `path` is the feed below the folder of feeds."""

    wish: ListenerWish
    topic: str
    path: str
    callback: str
    host: str
    lease_seconds: int
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A row of the hub.

    `lease_ends_at` is None until the listener confirmed. `wish` is what it has still to confirm,
    with the lease and the secret that will then hold. `pushed_digest` names the bytes it has.
    """

    id: int
    topic: str
    path: str
    callback: str
    secret: str = field(default="", repr=False)
    lease_ends_at: datetime | None = None
    wish: ListenerWish | None = None
    wished_secret: str = field(default="", repr=False)
    wished_lease_seconds: int = 0
    attempts: int = 0
    pushed_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """A public hub that has still to be told of what stands at a path."""

    hub: str
    path: str
    digest: str
    attempts: int = 0
