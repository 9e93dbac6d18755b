"""What our hub does with requests, leases, signatures and failures (W3C WebSub).

In: a form, the topics that we publish, how often something failed. Out: a wish or a reason to
refuse, URLs, headers, moments. Never: the network, or a secret in a text that is shown.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from dispatch.model.listener import ListenerWish, WishedListener
from dispatch.rules import canonical

#: A lease that nobody renews ends: between one day and fifteen, ten unless asked otherwise.
SHORTEST_LEASE: Final = 86_400
LONGEST_LEASE: Final = 15 * 86_400
USUAL_LEASE: Final = 10 * 86_400

#: WebSub, section 5.1: a secret has less than 200 bytes.
LONGEST_SECRET: Final = 199
LONGEST_CALLBACK: Final = 2048

#: How often a listener or a hub that fails is tried, at growing distance: a minute, two, four, ...
MAX_ATTEMPTS: Final = 10
#: A confirmation is asked for less often: whoever asked may ask again.
MAX_VERIFICATIONS: Final = 3
_LONGEST_PAUSE = timedelta(hours=6)


def read_request(form: Mapping[str, str], topics: Mapping[str, str]) -> WishedListener | str:
    """The wish in `form`, or the sentence that refuses it. `topics` are our feeds' paths by URL."""
    mode = form.get("hub.mode", "")
    if mode not in tuple(ListenerWish):
        return "hub.mode must be subscribe or unsubscribe"
    path = topics.get(form.get("hub.topic", ""))
    if path is None:
        return "hub.topic is none of our feeds; give the address that the feed calls self"
    callback = form.get("hub.callback", "")
    url = canonical.absolute_url(callback)
    if url is None or len(callback) > LONGEST_CALLBACK or not callback.isascii():
        return "hub.callback must be an http or https URL"
    secret = form.get("hub.secret", "")
    if len(secret.encode()) > LONGEST_SECRET:
        return "hub.secret must have less than 200 bytes"
    return WishedListener(
        wish=ListenerWish(mode),
        topic=form["hub.topic"],
        path=path,
        callback=callback,
        host=canonical.host_of(url) or "",
        lease_seconds=clamp_lease(form.get("hub.lease_seconds", "")),
        secret=secret,
    )


def clamp_lease(wanted: str) -> int:
    """The lease that is granted: what is asked for, within our limits."""
    text = wanted.strip()
    if not (text.isascii() and text.isdigit()):
        return USUAL_LEASE
    return max(SHORTEST_LEASE, min(int(text[:12]), LONGEST_LEASE))


def verification_url(
    callback: str, wish: ListenerWish, topic: str, *, challenge: str, lease_seconds: int
) -> str:
    """Where the listener is asked whether it was it that asked (section 5.3)."""
    fields = {"hub.mode": wish.value, "hub.topic": topic, "hub.challenge": challenge}
    if wish is ListenerWish.SUBSCRIBE:
        fields["hub.lease_seconds"] = str(lease_seconds)
    return _with_query(callback, fields)


def denial_url(callback: str, topic: str, reason: str) -> str:
    """Where the listener is told that there is nothing to listen to any more (section 5.2)."""
    fields = {"hub.mode": "denied", "hub.topic": topic, "hub.reason": reason}
    return _with_query(callback, fields)


def push_headers(hub: str, topic: str, media_type: str, secret: str, body: bytes) -> dict[str, str]:
    """What goes with the bytes of a topic (section 7); signed where a secret was given."""
    said = {
        "Content-Type": f"{media_type}; charset=utf-8",
        "Link": f'<{hub}>; rel="hub", <{topic}>; rel="self"',
    }
    if secret:
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        said["X-Hub-Signature"] = f"sha256={digest}"
    return said


def pause(attempts: int) -> timedelta:
    """How long to wait after the failure that was number `attempts`."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 12)), _LONGEST_PAUSE)


def _with_query(url: str, fields: Mapping[str, str]) -> str:
    """`url` with `fields` behind what its query holds already, which must be kept."""
    parts = urlsplit(url)
    kept = parse_qsl(parts.query, keep_blank_values=True)
    query = f"{parts.query}&{urlencode(fields)}" if kept else urlencode(fields)
    return urlunsplit(parts._replace(query=query))
