"""Knows the rules of the gate, and decides those that need no look at the world.

In: facts of an issue. Out: what a rule objects to, in words. Never: an effect; that is the
operator's choice (`model.gate.GateSettings`), and the gate's to apply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from dispatch.model.gate import Effect, GateSettings, Objection
from dispatch.rules import scripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a rule does by default, and what it asks."""

    effect: Effect
    asks: str


#: In the order of a report. `docs/reference/gate.md` explains each.
RULES: Final[Mapping[str, Rule]] = {
    "unsubscribe": Rule(effect=Effect.BLOCK, asks="the way out works, in both parts"),
    "size": Rule(effect=Effect.BLOCK, asks="no mail is so long that Gmail clips it"),
    "repeated": Rule(effect=Effect.BLOCK, asks="nobody gets an article that they had"),
    "unusual": Rule(effect=Effect.HOLD, asks="the issue has as many articles as others"),
    "links": Rule(effect=Effect.HOLD, asks="every link answers"),
    "articles": Rule(effect=Effect.HOLD, asks="every article still stands, for everybody"),
    "language": Rule(effect=Effect.HOLD, asks="every article is in the language it says"),
    "untranslated": Rule(effect=Effect.HOLD, asks="no string is in another language"),
    "text": Rule(effect=Effect.HOLD, asks="the text part says what the HTML part says"),
    "images": Rule(effect=Effect.WARN, asks="every image is there and has words in its place"),
    "sender": Rule(effect=Effect.WARN, asks="sender, list and links are of one domain"),
    "html": Rule(effect=Effect.WARN, asks="the HTML part is what mail programs can show"),
}

#: An issue with this many times the usual number of articles is looked at first.
UNUSUAL_TIMES: Final = 3
#: A few more than few is no flood.
FEWEST_UNUSUAL: Final = 6

#: Second-level domains under which others register, where the public suffix has two labels.
_SHARED: Final = frozenset(
    {"ac", "co", "com", "edu", "gov", "net", "org", "or", "ne", "msk", "spb"}
)


def effect_of(settings: GateSettings, rule: str) -> Effect:
    """What `rule` does here."""
    return settings.effects.get(rule, RULES[rule].effect)


def verdict(objections: Sequence[Objection]) -> Effect:
    """The strongest effect of all objections; OFF where there are none."""
    found = {one.effect for one in objections}
    return next((effect for effect in Effect if effect in found), Effect.OFF)


def check_count(count: int, before: Sequence[int]) -> Iterator[str]:
    """`unusual`: no article at all, or three times as many as the issues `before` had."""
    if count == 0:
        yield "the issue has no article"
    usual = median(before) if before else 0
    if usual and count >= max(UNUSUAL_TIMES * usual, FEWEST_UNUSUAL):
        yield f"the issue has {count} articles; usual are {usual:g}"


#: A standfirst of fewer letters is not judged by them.
_SENTENCE = 40


def check_language(language: str, title: str, standfirst: str) -> Iterator[str]:
    """`language`: the letters of an article are those of its language.

    A short standfirst may be little more than a foreign name ("Tom Reed о выборах").
    """
    if not (scripts.fits(language, title) and scripts.fits(language, standfirst, _SENTENCE)):
        yield f"“{title}” says that it is in {language!r}, and is not written in its letters"


def check_sender(from_address: str, list_id: str, public_host: str) -> Iterator[str]:
    """`sender`: address, list and links share an organisational domain (RFC 9989)."""
    domain = from_address.rpartition("@")[2]
    for name, host in (("list_id", list_id), ("public_url", public_host)):
        if organisation(host) != organisation(domain):
            yield f"from_address is of {organisation(domain)}, {name} of {organisation(host)}"


def organisation(host: str) -> str:
    """The domain that somebody registered: two labels, or three under a shared suffix."""
    labels = host.rstrip(".").lower().split(".")
    is_shared = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED
    return ".".join(labels[-3 if is_shared else -2 :])
