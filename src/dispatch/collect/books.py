"""Looks up what the store knows of a document, so that it can be judged.

In: a transaction, a document. Out: `rules.recognition.Books`. Never: a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dispatch.model.article import Entry
from dispatch.rules import identity, likeness, recognition
from dispatch.rules import text as text_rules
from dispatch.rules.recognition import Books, Circumstances, Incoming
from dispatch.store import articles, database, quarantine
from dispatch.store.database import Transaction


def read(tx: Transaction, document: Sequence[Incoming], about: Circumstances) -> Books:
    """Articles and held entries by every name in `document`, and candidates for lost ones.

    Belongs at the beginning of the transaction that mints what is not known.
    """
    database.take_turn(tx, database.MINTING_TURN)
    names = {key for one in document for key in one.keys}
    if recognition.has_shared_ids(document):
        names |= {key for one in document for key in identity.keys_of(one.entry, about.source)}
    known = articles.find_known(tx, names)
    return Books(
        known=known,
        held=quarantine.find_names(tx, about.source),
        candidates=_candidates(tx, document, known, about),
    )


def _candidates(
    tx: Transaction,
    document: Sequence[Incoming],
    known: dict[identity.Key, identity.Known],
    about: Circumstances,
) -> tuple[likeness.Candidate, ...]:
    """Articles of about the date of what nothing names; their texts only where titles agree."""
    if about.is_first_poll:
        return ()
    unnamed = [one for one in document if identity.find(one.keys, known) is None]
    dates = [date for one in unnamed if (date := identity.said_at(one.entry))]
    if not dates:
        return ()
    start, end = min(dates) - likeness.NEAR, max(dates) + likeness.NEAR
    taken = {match.article_id for one in document if (match := identity.find(one.keys, known))}
    titles = {one.entry.title for one in unnamed}
    return tuple(
        replace(candidate, text=text_rules.text_of_clean(html))
        for candidate, html in articles.list_candidates(tx, about.source, start, end)
        if candidate.known.article_id not in taken
        and any(likeness.is_same_title(title, candidate.known.title) for title in titles)
    )


def has_any(tx: Transaction, source: str, entries: Sequence[Entry]) -> bool:
    """Whether one of `entries` is an article already, or is held."""
    keys = {key for entry in entries for key in identity.keys_of(entry, source)}
    if articles.find_known(tx, keys):
        return True
    return bool(keys & set(quarantine.find_names(tx, source)))
