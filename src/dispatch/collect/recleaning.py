"""Cleans stored texts again when the policy of cleaning has changed: what was safe may be no more.

In: the store. Out: how many texts became other ones. Never: more than a few in one round, or a text
that was cleaned by the policy of today.
"""

from __future__ import annotations

import logging

from dispatch.collect.desk import Desk
from dispatch.sources import markup
from dispatch.store import articles, sweeps
from dispatch.store.sweeps import Sweep

#: How many texts are cleaned in one round.
MAX_TEXTS = 500

_NAME = "cleaning"

log = logging.getLogger(__name__)


def clean_again(desk: Desk) -> int:
    """Clean the next stored texts; returns how many changed by it.

    To be asked before a round: what that brings is clean. A store that is new has nothing to do.
    """
    with desk.db.read() as tx:
        sweep = sweeps.get_sweep(tx, _NAME, markup.POLICY_VERSION)
        bodies = [] if sweep.last_id is None else articles.list_bodies(tx, sweep.last_id, MAX_TEXTS)
    if sweep.last_id is None:
        return 0
    cleaned = [(number, html, markup.clean_html(html, url)) for number, url, html in bodies]
    changed = [(number, after) for number, before, after in cleaned if after != before]
    last_id = bodies[-1][0] if len(bodies) == MAX_TEXTS else None
    with desk.db.write(dry_run=desk.is_dry_run) as tx:
        for number, html in changed:
            articles.put_body(tx, number, html, desk.clock.now())
        sweeps.put_sweep(tx, Sweep(name=_NAME, version=sweep.version, last_id=last_id))
    if changed:
        log.info("%d stored texts were cleaned by policy %d", len(changed), sweep.version)
    return len(changed)
